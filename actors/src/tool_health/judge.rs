//! Whether a tool is well, judged by its latest calls. Pure. It falls ill at one limit and recovers at a
//! better one, so that nobody is told twice of what lies on the limit.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Calls that are older say nothing of now.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Calls that are looked at; enough for one of the limits to mean something, and small for every tool
/// of every org.
const MOST: usize = 100;

/// Fewer calls are no measure.
const LEAST: usize = 20;

/// Slower than this on average, a tool is slow (P271), milliseconds.
const SLOW_MS: u64 = 2_000;

/// At this it is fast again.
const FAST_MS: u64 = 1_600;

/// More failures of a hundred, and a tool is unreliable (P274).
const FAILING_PERCENT: u64 = 5;

/// At so many it works again.
const WORKING_PERCENT: u64 = 3;

/// What can be wrong with a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ailment {
    /// It takes more than 2 s on average.
    Slow,
    /// Fewer than 95 of 100 calls succeed.
    Failing,
}

/// What is known of the latest calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) calls: u64,
    pub(super) failed: u64,
    pub(super) average_ms: u64,
}

/// A turn for the worse or the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Fell(Ailment, Measured),
    Recovered(Ailment),
}

#[derive(Debug, Clone, Copy)]
struct Call {
    at: Timestamp,
    took_ms: u32,
    failed: bool,
}

/// The latest calls of one tool in one org.
#[derive(Debug, Default)]
pub(super) struct Recent {
    calls: VecDeque<Call>,
    slow: bool,
    failing: bool,
}

impl Recent {
    pub(super) fn has(&self, ailment: Ailment) -> bool {
        match ailment {
            Ailment::Slow => self.slow,
            Ailment::Failing => self.failing,
        }
    }

    /// Takes a call in, and says what it changes.
    pub(super) fn note(&mut self, now: Timestamp, took: Duration, failed: bool) -> Vec<Change> {
        let took_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        self.calls.push_back(Call { at: now, took_ms, failed });
        let is_old = |call: &Call| now.duration_since(call.at) > WINDOW;
        while self.calls.len() > MOST || self.calls.front().is_some_and(is_old) {
            self.calls.pop_front();
        }
        if self.calls.len() < LEAST {
            return Vec::new();
        }
        let measured = self.measured();
        let Measured { calls, failed, average_ms } = measured;
        let mut changes = Vec::new();
        let mut turn = |is: &mut bool, ailment, falls: bool, recovers: bool| {
            if !*is && falls {
                *is = true;
                changes.push(Change::Fell(ailment, measured));
            } else if *is && recovers {
                *is = false;
                changes.push(Change::Recovered(ailment));
            }
        };
        turn(&mut self.slow, Ailment::Slow, average_ms > SLOW_MS, average_ms <= FAST_MS);
        let (falls, recovers) =
            (failed * 100 > FAILING_PERCENT * calls, failed * 100 <= WORKING_PERCENT * calls);
        turn(&mut self.failing, Ailment::Failing, falls, recovers);
        changes
    }

    fn measured(&self) -> Measured {
        let calls = self.calls.len() as u64;
        let failed = self.calls.iter().filter(|call| call.failed).count() as u64;
        let total: u64 = self.calls.iter().map(|call| u64::from(call.took_ms)).sum();
        Measured { calls, failed, average_ms: total / calls.max(1) }
    }
}
