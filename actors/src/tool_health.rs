//! How well the tools work: how long each takes and how often it fails, since the start for whoever
//! measures the server, and of late for the people of an org, who are told when one becomes slow or
//! unreliable and when it is well again (P271, P274). Knows no tool and no format.

mod judge;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hookswitch_storage::OrgId;
use jiff::Timestamp;

use crate::booking::phrases::tool_health as phrases;
use crate::feed::{Feed, OrgNotice};
use judge::{Ailment, Change, Recent};

/// Upper limits of the classes that durations are counted in, seconds. The deadline of a tool call lies
/// between the last two.
pub const DURATION_CLASSES: [f64; 12] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 20.0];

/// What became of the calls of one tool since the start, over all orgs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolTotals {
    /// Calls that were answered as they should be; "not free" is such an answer.
    pub worked: u64,
    /// Calls that failed through us, a calendar or a time-out.
    pub failed: u64,
    /// Time that all of them took together, seconds.
    pub seconds: f64,
    /// How many took at most as long as the class of [`DURATION_CLASSES`] in this place, and longer
    /// than the one before. Longer ones are in none.
    pub classes: [u64; DURATION_CLASSES.len()],
    /// In how many orgs it is slow now.
    pub slow_in: u64,
    /// In how many orgs it is unreliable now.
    pub failing_in: u64,
}

/// The measurements of all tools.
#[derive(Default)]
pub struct ToolHealth {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    totals: BTreeMap<String, ToolTotals>,
    recent: HashMap<OrgId, HashMap<String, Recent>>,
}

impl ToolHealth {
    /// What became of each tool's calls, by its name.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<String, ToolTotals> {
        let known = self.lock();
        let mut totals = known.totals.clone();
        for (name, recent) in known.recent.values().flatten() {
            let Some(totals) = totals.get_mut(name) else { continue };
            totals.slow_in += u64::from(recent.has(Ailment::Slow));
            totals.failing_in += u64::from(recent.has(Ailment::Failing));
        }
        totals
    }

    /// Counts a call that ended at `now`, and tells those who watch the org if that changes how the
    /// tool is.
    pub(crate) fn note(
        &self,
        feed: &Feed,
        org: &OrgId,
        tool: &str,
        took: Duration,
        failed: bool,
        now: Timestamp,
    ) {
        let changes = {
            let mut known = self.lock();
            count(known.totals.entry(tool.to_owned()).or_default(), took, failed);
            let tools = known.recent.entry(org.clone()).or_default();
            tools.entry(tool.to_owned()).or_default().note(now, took, failed)
        };
        for change in changes {
            announce(feed, org, tool, change, now);
        }
    }

    /// An org is no more.
    pub(crate) fn forget(&self, org: &OrgId) {
        self.lock().recent.remove(org);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(totals: &mut ToolTotals, took: Duration, failed: bool) {
    let seconds = took.as_secs_f64();
    *(if failed { &mut totals.failed } else { &mut totals.worked }) += 1;
    totals.seconds += seconds;
    if let Some(class) = DURATION_CLASSES.iter().position(|most| seconds <= *most) {
        totals.classes[class] += 1;
    }
}

fn announce(feed: &Feed, org: &OrgId, tool: &str, change: Change, now: Timestamp) {
    let (code, message, warning) = match change {
        Change::Fell(Ailment::Slow, recent) => {
            ("tool_slow", phrases::slow(tool, recent.average_ms), true)
        }
        Change::Fell(Ailment::Failing, recent) => {
            ("tool_failing", phrases::failing(tool, recent.failed, recent.calls), true)
        }
        Change::Recovered(Ailment::Slow) => ("tool_fast_again", phrases::fast_again(tool), false),
        Change::Recovered(Ailment::Failing) => {
            ("tool_works_again", phrases::works_again(tool), false)
        }
    };
    if warning {
        tracing::warn!(org.id = %org, tool.name = tool, code, "a tool is not well");
    } else {
        tracing::info!(org.id = %org, tool.name = tool, code, "a tool is well again");
    }
    let org = org.clone();
    let (connection, booking) = (None, None);
    feed.announce(OrgNotice { org, at: now, code, message, warning, connection, booking });
}
