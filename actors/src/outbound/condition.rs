//! How a connection to the outside stands, for those who operate it. Knows nobody who was asked for.

use std::time::Duration;

use super::meter::Left;
use super::{Seat, Standing};
use crate::breaker::{Breaker, Health};

/// How a connection to the outside stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Whether it is left alone for a while because it fails.
    pub health: Health,
    /// Failures in a row, up to this moment.
    pub failures: u32,
    /// For how long it has been so; `None` if it never was otherwise.
    pub since: Option<Duration>,
    /// When it may be asked again, if it is left alone now: because it fails, or because it asked for it.
    pub retry_in: Option<Duration>,
    /// Requests that wait for their turn.
    pub waiting: usize,
    /// Requests under way.
    pub under_way: usize,
    /// What is left of what it allows.
    pub quota: Vec<Left>,
}

impl Condition {
    pub(crate) fn of(breaker: &Breaker, seat: &Seat) -> Self {
        let Standing { rests_for, waiting, under_way, left } = seat.standing();
        Self {
            health: breaker.health(),
            failures: breaker.failures(),
            since: breaker.since(),
            retry_in: breaker.allows().err().max(rests_for).filter(|rest| !rest.is_zero()),
            waiting,
            under_way,
            quota: left,
        }
    }
}
