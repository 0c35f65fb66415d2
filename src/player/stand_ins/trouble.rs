//! What can go wrong with a request to a stand-in, and when it does. Each vendor's side says how the vendor
//! itself would put it. Knows no vendor and no booking.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::vendor::Kind;

/// How a request fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// 429; with `Retry-After`, seconds, if given.
    TooMany {
        /// Seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// 500, and nothing was done.
    FailsBefore,
    /// 500, and it was done.
    FailsAfter,
    /// No answer ever, and nothing is done.
    HangsBefore,
    /// No answer ever, and it was done.
    HangsAfter,
    /// The connection breaks, and nothing was done.
    DropsBefore,
    /// The connection breaks, and it was done.
    DropsAfter,
    /// The answer breaks off in the middle, and it was done.
    BreaksOff,
    /// The connection breaks at once, and it is done so much later.
    DoesLate {
        /// Milliseconds.
        millis: u64,
    },
    /// The answer comes byte by byte, one a second, and it was done.
    Drips,
    /// All is well, after so long.
    Slow {
        /// Milliseconds.
        millis: u64,
    },
    /// The credentials are refused.
    Refuses,
    /// The credentials do not allow this.
    Forbids,
    /// The vendor's way to say that the slot is taken.
    SlotTaken,
    /// The vendor's way to say that somebody was faster.
    LosesRace,
    /// The booking is made as a request that the host has to confirm.
    NeedsConfirmation,
    /// A redirect to another path.
    Redirects,
    /// An answer of many megabytes.
    Floods,
    /// An answer of a few kilobytes that unpacks to many megabytes. It does no harm so long as nothing
    /// unpacks it: requests to vendors are built without `gzip` and its kin, so that it is read as it
    /// comes and makes no sense. Who adds such a feature has to bound what is unpacked as well.
    Bomb,
    /// A success that is not JSON, and it was done.
    Garbles,
    /// This answer, and nothing was done.
    Answers {
        /// HTTP status.
        status: u16,
        /// Body.
        body: Value,
    },
}

/// When a trouble comes about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan<O> {
    /// For which requests.
    pub operation: O,
    /// What happens to them.
    #[serde(flatten)]
    pub trouble: Trouble,
    /// How often; for ever if not given.
    #[serde(default)]
    pub times: Option<u32>,
    /// Percent of the requests; all if not given.
    #[serde(default = "all")]
    pub percent: u8,
}

fn all() -> u8 {
    100
}

/// The plans that are left.
#[derive(Debug)]
pub(super) struct Troubles<O> {
    plans: Vec<Plan<O>>,
    dice: u64,
}

impl<O> Default for Troubles<O> {
    fn default() -> Self {
        Self { plans: Vec::new(), dice: 0 }
    }
}

impl<O: Kind> Troubles<O> {
    pub(super) fn add(&mut self, plan: Plan<O>) {
        if matches!(plan.trouble, Trouble::Bomb) {
            // Here nobody waits for it, unlike at the first request that it is for.
            super::doors::pack_bomb();
        }
        self.plans.push(plan);
    }

    pub(super) fn clear(&mut self) {
        self.plans.clear();
    }

    /// What happens to the next request of this kind.
    pub(super) fn take(&mut self, operation: O) -> Option<Trouble> {
        let fits = |plan: &Plan<O>| plan.operation == operation || plan.operation == O::ANY;
        for place in 0..self.plans.len() {
            if !fits(&self.plans[place]) || !self.falls(self.plans[place].percent) {
                continue;
            }
            let plan = &mut self.plans[place];
            let trouble = plan.trouble.clone();
            if let Some(times) = &mut plan.times {
                *times = times.saturating_sub(1);
                if *times == 0 {
                    self.plans.remove(place);
                }
            }
            return Some(trouble);
        }
        None
    }

    /// The same sequence in every run, so that a failure can be seen again.
    fn falls(&mut self, percent: u8) -> bool {
        if percent >= 100 {
            return true;
        }
        // Knuth's multiplier; the high bits are random enough for dice.
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.dice >> 33) % 100 < u64::from(percent)
    }
}
