//! Requests about tries to open a booking by its code or a detail of it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::{CallId, OrgId};

/// One try to open a booking.
#[derive(Clone, PartialEq, Eq)]
pub struct Guess {
    /// Whose bookings.
    pub org: OrgId,
    /// In which call; `None` outside of any.
    pub call: Option<CallId>,
    /// The number that signalling gives (E.164); `None` when it is withheld.
    pub number: Option<String>,
    /// By what.
    pub kind: GuessKind,
    /// Today in the org's zone: counts of a number begin anew with each day.
    pub day: Date,
    /// How many are allowed.
    pub limits: GuessLimits,
    /// The time of the operation.
    pub now: Timestamp,
}

impl std::fmt::Debug for Guess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The number is personal data.
        f.debug_struct("Guess").field("org", &self.org).field("kind", &self.kind).finish()
    }
}

/// By what a booking is to be opened. Each kind is counted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuessKind {
    /// Its confirmation code or id.
    Code,
    /// The caller's number and a detail.
    Detail,
}

/// How many wrong guesses are allowed, each at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessLimits {
    /// In one call.
    pub per_call: u32,
    /// Of one number in one day. Calls that withhold their number share one count; when it is used
    /// up, each of them still has one guess, so that nobody can lock out all of them.
    pub per_day: u32,
    /// Outside of any call and without a number, of the whole org in one day.
    pub outside_per_day: u32,
}

/// Whether a guess may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuessOutcome {
    /// It may, and is counted as a wrong one until it is forgiven.
    Allowed,
    /// The limit is reached; it is not counted.
    Refused,
}
