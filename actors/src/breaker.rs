//! Leaves a failing service alone for a while. Owned by the actors that talk to the outside; knows
//! neither the service nor what a failure is.
//!
//! ```text
//! closed --5 failures in a row--> open --15 s--> half open --success--> closed
//!                                   ^------------- failure --------------'
//! ```

use std::time::{Duration, Instant};

use crate::bounds::{BREAKER_FAILURES, BREAKER_PAUSE};

/// How a connection to the outside is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// Requests go through.
    #[default]
    Closed,
    /// Requests are refused for a while.
    Open,
    /// One request is trying.
    HalfOpen,
}

/// What a request's end changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing.
    Stays,
    /// The service is left alone from now on.
    Opened,
    /// The service is back.
    Closed,
}

/// One service's breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    opened_at: Option<Instant>,
    probing: bool,
}

impl Breaker {
    /// As if it had opened so long ago.
    #[cfg(test)]
    pub(crate) fn opened(ago: Duration) -> Self {
        let opened_at = Instant::now().checked_sub(ago);
        Self { failures: BREAKER_FAILURES, opened_at, probing: false }
    }

    pub(crate) fn health(&self) -> Health {
        match self.opened_at {
            None => Health::Closed,
            Some(_) if self.probing => Health::HalfOpen,
            Some(_) => Health::Open,
        }
    }

    /// Whether a request may begin.
    ///
    /// # Errors
    /// How long the service is still left alone; zero while another request is trying it.
    pub(crate) fn allows(&self) -> Result<(), Duration> {
        let Some(opened) = self.opened_at else { return Ok(()) };
        let rest = BREAKER_PAUSE.saturating_sub(opened.elapsed());
        if self.probing || !rest.is_zero() { Err(rest) } else { Ok(()) }
    }

    /// A request begins; while the breaker is open, it is the one that tries.
    pub(crate) fn begin(&mut self) {
        self.probing = self.opened_at.is_some();
    }

    /// A request was given up before it showed anything; another may try.
    pub(crate) fn abandon(&mut self) {
        self.probing = false;
    }

    /// A request ended.
    pub(crate) fn settle(&mut self, outage: bool) -> Turn {
        if outage {
            self.failures += 1;
            if !self.probing && self.failures != BREAKER_FAILURES {
                return Turn::Stays;
            }
            self.opened_at = Some(Instant::now());
            self.probing = false;
            return Turn::Opened;
        }
        let back = self.opened_at.is_some();
        *self = Self::default();
        if back { Turn::Closed } else { Turn::Stays }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_open_it_and_one_success_closes_it() {
        let mut breaker = Breaker::default();
        for _ in 1..BREAKER_FAILURES {
            assert_eq!(breaker.settle(true), Turn::Stays);
        }
        assert_eq!(breaker.settle(false), Turn::Stays);
        for _ in 1..BREAKER_FAILURES {
            assert_eq!(breaker.settle(true), Turn::Stays);
            assert_eq!(breaker.allows(), Ok(()));
        }
        assert_eq!(breaker.settle(true), Turn::Opened);
        assert!(breaker.allows().is_err());
        assert_eq!(breaker.health(), Health::Open);
        assert_eq!(breaker.settle(false), Turn::Closed);
        assert_eq!(breaker.allows(), Ok(()));
    }
}
