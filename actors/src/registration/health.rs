//! How well tools and assistants follow at Vapi (P146 to P151): how many tools were registered, how many
//! runs succeeded and how long they took, since the start for whoever measures the server, and of the last
//! hour for the people of an org, who are told when too many fail. Knows nothing of how a run is made.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hookswitch_storage::OrgId;
use jiff::{SignedDuration, Timestamp};

use crate::booking::phrases::tool_health as phrases;
use crate::feed::{Feed, OrgNotice};

/// Upper limits of the classes that runs are counted in, seconds. Requests keep their distance, so that
/// a first run over many tools takes most of a minute.
pub const SYNC_CLASSES: [f64; 10] = [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0];

/// Runs that are older say nothing of now.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Runs that are looked at.
const MOST: usize = 1_000;

/// Fewer runs are no measure.
const LEAST: usize = 5;

/// More failures of a hundred are a warning (P150).
const WARNING_PERCENT: usize = 5;

/// So many are critical (P151).
const CRITICAL_PERCENT: usize = 20;

/// How serious the failures of the last hour are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Not at all.
    #[default]
    None,
    /// More than 5 of 100 runs failed.
    Warning,
    /// More than 20 of 100 runs failed.
    Critical,
}

/// What became of it all since the start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncTotals {
    /// Tools that are registered at Vapi as they should be, counted each time one was looked at.
    pub registered: u64,
    /// Tools that could not be registered, counted the same.
    pub not_registered: u64,
    /// Runs after which an assistant was as it should be.
    pub synced: u64,
    /// Runs after which it was not.
    pub failed: u64,
    /// Time that all runs took together, seconds.
    pub seconds: f64,
    /// How many runs took at most as long as the class of [`SYNC_CLASSES`] in this place, and longer
    /// than the one before. Longer ones are in none.
    pub classes: [u64; SYNC_CLASSES.len()],
    /// How serious the failures of the last hour are.
    pub alarm: Alarm,
}

/// The measurements.
#[derive(Default)]
pub(crate) struct SyncHealth {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    totals: SyncTotals,
    recent: VecDeque<(Timestamp, bool)>,
}

impl SyncHealth {
    /// What became of it all, as it is at `now`.
    pub(crate) fn totals(&self, now: Timestamp) -> SyncTotals {
        let mut known = self.lock();
        known.forget_old(now);
        known.totals.alarm = known.alarm();
        known.totals.clone()
    }

    /// A tool was looked after.
    pub(crate) fn note_tool(&self, failed: bool) {
        let totals = &mut self.lock().totals;
        *(if failed { &mut totals.not_registered } else { &mut totals.registered }) += 1;
    }

    /// A run over one assistant ended at `now`. The org's people are told when it makes matters more
    /// serious than they were, and when all is well again.
    pub(crate) fn note_run(
        &self,
        feed: &Feed,
        org: &OrgId,
        took: Duration,
        failed: bool,
        now: Timestamp,
    ) {
        let (before, alarm) = {
            let mut known = self.lock();
            count(&mut known.totals, took, failed);
            known.recent.push_back((now, failed));
            known.forget_old(now);
            let before = std::mem::take(&mut known.totals.alarm);
            known.totals.alarm = known.alarm();
            (before, known.totals.alarm)
        };
        let (code, message, warning) = match alarm {
            Alarm::Critical if alarm > before => {
                ("tool_sync_critical", phrases::SYNC_CRITICAL, true)
            }
            Alarm::Warning if alarm > before => ("tool_sync_failing", phrases::SYNC_FAILING, true),
            Alarm::None if before > alarm => {
                ("tool_sync_works_again", phrases::SYNC_WORKS_AGAIN, false)
            }
            _ => return,
        };
        match alarm {
            Alarm::Critical => tracing::error!(code, "many runs over assistants at Vapi fail"),
            Alarm::Warning => tracing::warn!(code, "runs over assistants at Vapi fail"),
            Alarm::None => tracing::info!(code, "runs over assistants at Vapi succeed again"),
        }
        let (org, message) = (org.clone(), message.to_owned());
        let (connection, booking) = (None, None);
        feed.announce(OrgNotice { org, at: now, code, message, warning, connection, booking });
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn forget_old(&mut self, now: Timestamp) {
        let is_old = |(at, _): &(Timestamp, bool)| now.duration_since(*at) > WINDOW;
        while self.recent.len() > MOST || self.recent.front().is_some_and(is_old) {
            self.recent.pop_front();
        }
    }

    fn alarm(&self) -> Alarm {
        let runs = self.recent.len();
        let failed = self.recent.iter().filter(|(_, failed)| *failed).count();
        match failed * 100 {
            _ if runs < LEAST => Alarm::None,
            failed if failed > CRITICAL_PERCENT * runs => Alarm::Critical,
            failed if failed > WARNING_PERCENT * runs => Alarm::Warning,
            _ => Alarm::None,
        }
    }
}

fn count(totals: &mut SyncTotals, took: Duration, failed: bool) {
    let seconds = took.as_secs_f64();
    *(if failed { &mut totals.failed } else { &mut totals.synced }) += 1;
    totals.seconds += seconds;
    if let Some(class) = SYNC_CLASSES.iter().position(|most| seconds <= *most) {
        totals.classes[class] += 1;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn more_than_five_of_a_hundred_are_a_warning_and_more_than_twenty_critical_each_said_once() {
        let (health, feed, org) =
            (SyncHealth::default(), Feed::new("e".into(), 64), OrgId::random());
        let mut heard = feed.notices();
        let mut now: Timestamp = "2026-09-22T14:30:00Z".parse().unwrap();
        let mut run = |count: usize, failed: bool| {
            for _ in 0..count {
                now += 1.second();
                health.note_run(&feed, &org, Duration::from_millis(1_500), failed, now);
            }
            let mut said = Vec::new();
            while let Ok(notice) = heard.try_recv() {
                said.push((notice.code, notice.warning));
            }
            said
        };
        assert_eq!(run(4, true), [], "too few to say");
        assert_eq!(run(1, true), [("tool_sync_critical", true)]);
        assert_eq!(run(3, true), []);
        assert_eq!(run(72, false), [], "ten of a hundred fail now, and that was said");
        assert_eq!(run(120, false), [("tool_sync_works_again", false)]);
        assert_eq!(run(3, true), [("tool_sync_failing", true)], "eleven of 203");
        assert_eq!(health.totals(now).alarm, Alarm::Warning);
        assert_eq!(health.totals(now + 2.hours()).alarm, Alarm::None, "an hour later it is past");
        let totals = health.totals(now);
        assert_eq!((totals.synced, totals.failed, totals.classes[3]), (192, 11, 203));
    }
}
