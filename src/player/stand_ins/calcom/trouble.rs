//! What can go wrong with a request, and when it does. Knows no booking.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// The account.
    Me,
    /// An event type.
    EventType,
    /// Free slots.
    Slots,
    /// A new booking.
    Create,
    /// A list of bookings.
    List,
    /// One booking.
    Get,
    /// A move.
    Reschedule,
    /// A cancellation.
    Cancel,
    /// Something that does not exist.
    Unknown,
}

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
    /// All is well, after so long.
    Slow {
        /// Milliseconds.
        millis: u64,
    },
    /// 401.
    Refuses,
    /// 403.
    Forbids,
    /// 400: the slot is taken.
    SlotTaken,
    /// 409: somebody was faster, in the framework's bare form.
    LosesRace,
    /// The booking is made as a request that the host has to confirm.
    NeedsConfirmation,
    /// A redirect to another path.
    Redirects,
    /// An answer of many megabytes.
    Floods,
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
pub struct Plan {
    /// For which requests.
    pub operation: Operation,
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
#[derive(Debug, Default)]
pub(super) struct Troubles {
    plans: Vec<Plan>,
    dice: u64,
}

impl Troubles {
    pub(super) fn add(&mut self, plan: Plan) {
        self.plans.push(plan);
    }

    pub(super) fn clear(&mut self) {
        self.plans.clear();
    }

    /// What happens to the next request of this kind.
    pub(super) fn take(&mut self, operation: Operation) -> Option<Trouble> {
        let fits = |plan: &Plan| plan.operation == operation || plan.operation == Operation::Any;
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
