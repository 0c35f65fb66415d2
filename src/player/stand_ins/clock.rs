//! A clock that is set once and runs on from there. Knows no vendor.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// A stand-in's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    from: Timestamp,
    since: Instant,
}

impl Clock {
    /// A clock that shows `from` at this moment.
    pub(super) fn from(from: Timestamp) -> Self {
        Self { from, since: Instant::now() }
    }

    pub(super) fn now(&self) -> Timestamp {
        let ran = SignedDuration::try_from(self.since.elapsed()).unwrap_or_default();
        self.from.checked_add(ran).unwrap_or(self.from)
    }

    /// Sets it on.
    pub(super) fn set_on(&mut self, time: SignedDuration) {
        self.from = self.from.checked_add(time).unwrap_or(self.from);
    }
}
