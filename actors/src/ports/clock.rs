//! The clock port. Nothing else in this package asks the machine what time it is, so that tests,
//! the demo and a server with `[server] clock` run on a chosen time.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that was set to a moment and runs on from there.
#[derive(Debug)]
pub struct SetClock {
    /// Milliseconds to add to the machine's clock.
    offset_ms: AtomicI64,
}

impl SetClock {
    /// A clock that shows `moment` now.
    #[must_use]
    pub fn starting_at(moment: Timestamp) -> Self {
        let clock = Self { offset_ms: AtomicI64::new(0) };
        clock.set(moment);
        clock
    }

    /// Sets the clock to `moment`; it runs on from there.
    pub fn set(&self, moment: Timestamp) {
        let offset = moment.as_millisecond() - Timestamp::now().as_millisecond();
        self.offset_ms.store(offset, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        let shown = Timestamp::now().as_millisecond() + self.offset_ms.load(Ordering::SeqCst);
        // Beyond the year 9999 there is nothing to book; the machine's clock is the sane answer.
        Timestamp::from_millisecond(shown).unwrap_or_else(|_| Timestamp::now())
    }
}
