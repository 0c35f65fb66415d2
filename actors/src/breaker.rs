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
    turned_at: Option<Instant>,
}

impl Breaker {
    /// As if it had opened so long ago.
    #[cfg(test)]
    pub(crate) fn opened(ago: Duration) -> Self {
        let opened_at = Instant::now().checked_sub(ago);
        Self { failures: BREAKER_FAILURES, opened_at, probing: false, turned_at: opened_at }
    }

    pub(crate) fn health(&self) -> Health {
        match self.opened_at {
            None => Health::Closed,
            Some(_) if self.probing => Health::HalfOpen,
            Some(_) => Health::Open,
        }
    }

    /// Failures in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// For how long it has been as it is; `None` if it never was otherwise.
    pub(crate) fn since(&self) -> Option<Duration> {
        self.turned_at.map(|at| at.elapsed())
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

    /// A request begins; true if it is the one that tries a service which was left alone.
    pub(crate) fn begin(&mut self) -> bool {
        if self.opened_at.is_none() {
            return false;
        }
        self.probing = true;
        self.turned_at = Some(Instant::now());
        true
    }

    /// The request that was to try was given up before it showed anything; another may.
    pub(crate) fn abandon(&mut self) {
        self.probing = false;
    }

    /// A request ended; `probe` is what [`Self::begin`] said of it.
    pub(crate) fn settle(&mut self, outage: bool, probe: bool) -> Turn {
        let now = Instant::now();
        if outage {
            self.failures = self.failures.saturating_add(1);
            let is_last_straw = self.opened_at.is_none() && self.failures >= BREAKER_FAILURES;
            // What was sent before says nothing that the one that tries will not say better.
            if !probe && !is_last_straw {
                return Turn::Stays;
            }
            self.opened_at = Some(now);
            self.turned_at = Some(now);
            self.probing = false;
            return Turn::Opened;
        }
        self.failures = 0;
        self.probing = false;
        if self.opened_at.take().is_none() {
            return Turn::Stays;
        }
        self.turned_at = Some(now);
        Turn::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_open_it_and_one_success_closes_it() {
        let mut breaker = Breaker::default();
        for _ in 1..BREAKER_FAILURES {
            assert_eq!(breaker.settle(true, false), Turn::Stays);
        }
        assert_eq!(breaker.settle(false, false), Turn::Stays);
        for _ in 1..BREAKER_FAILURES {
            assert_eq!(breaker.settle(true, false), Turn::Stays);
            assert_eq!(breaker.allows(), Ok(()));
        }
        assert_eq!(breaker.settle(true, false), Turn::Opened);
        assert!(breaker.allows().is_err());
        assert_eq!(breaker.health(), Health::Open);
        assert_eq!(breaker.settle(false, false), Turn::Closed);
        assert_eq!(breaker.allows(), Ok(()));
    }

    #[test]
    fn only_the_one_that_tries_can_open_it_again() {
        let mut breaker = Breaker::opened(BREAKER_PAUSE);
        assert_eq!(breaker.allows(), Ok(()));
        assert!(breaker.begin());
        assert_eq!(breaker.settle(true, false), Turn::Stays, "it was sent before");
        assert_eq!(breaker.health(), Health::HalfOpen);
        assert!(breaker.allows().is_err(), "one at a time");
        assert_eq!(breaker.settle(true, true), Turn::Opened);
        assert!(breaker.allows().is_err_and(|rest| rest > Duration::ZERO));
    }
}
