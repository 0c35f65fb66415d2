//! Notes about bookings that were settled after the caller had been answered: for the agent's
//! model, and warnings for those who watch, in English. Knows no rules.

use crate::booking::speech::en::{spoken_date, spoken_start};
use crate::booking::when::LocalTime;

fn moment(at: LocalTime) -> String {
    format!("{} at {}", spoken_date(at.date()), spoken_start(at))
}

/// For those who watch: a caller put a name, number or address right that the calendar has as it was.
pub const DETAILS_ONLY_HERE_CODE: &str = "details_only_here";

/// The words of [`DETAILS_ONLY_HERE_CODE`].
pub const DETAILS_ONLY_HERE: &str = "A caller has put right for whom a booking is or how they are \
    reached. Its calendar has the details as they were: put them right there by hand.";

/// For the agent: the calendar has it.
#[must_use]
pub fn confirmed(at: LocalTime, code: &str) -> String {
    format!(
        "The calendar has confirmed the appointment for {}. Its confirmation number is {code}. \
         Tell the caller now, if it still matters.",
        moment(at)
    )
}

/// For the agent: the calendar has taken the request and has yet to decide.
#[must_use]
pub fn requested(at: LocalTime) -> String {
    format!(
        "The appointment for {} is requested, but not confirmed yet. Tell the caller now that it \
         will be confirmed later.",
        moment(at)
    )
}

/// For the agent: it came to nothing.
#[must_use]
pub fn failed(at: LocalTime) -> String {
    format!(
        "The appointment for {} could not be made: there is no booking. Apologise to the caller \
         now, and offer to look for another time.",
        moment(at)
    )
}

/// For the agent: it has moved.
#[must_use]
pub fn moved(at: LocalTime) -> String {
    format!("The appointment has been moved to {}. Tell the caller now.", moment(at))
}

/// For the agent: it has not moved.
#[must_use]
pub fn not_moved(at: LocalTime) -> String {
    format!(
        "The appointment could not be moved and is still on {}. Tell the caller now, and offer to \
         look for another time.",
        moment(at)
    )
}

/// For the agent: it is cancelled.
#[must_use]
pub fn cancelled(at: LocalTime) -> String {
    format!("The appointment for {} has been cancelled. Tell the caller now.", moment(at))
}

/// For the agent: it is not cancelled.
#[must_use]
pub fn not_cancelled(at: LocalTime) -> String {
    format!(
        "The appointment for {} could not be cancelled and still stands. Tell the caller now.",
        moment(at)
    )
}

/// Name of [`UNKNOWN`].
pub const UNKNOWN_CODE: &str = "outcome_unknown";

/// For watchers: nobody knows yet.
pub const UNKNOWN: &str = "The calendar was asked for a booking and has not answered. It is looked \
    up until it is known; look at the calendar yourself if it matters now.";

/// Name of [`failed_for_watchers`].
pub const FAILED_CODE: &str = "booking_failed";

/// For watchers: a booking came to nothing after the caller had been answered.
#[must_use]
pub fn failed_for_watchers(reason: &str) -> String {
    format!("A booking that the caller counts on could not be made: {reason}. Call them back.")
}

/// Name of [`NOT_MOVED`].
pub const NOT_MOVED_CODE: &str = "booking_not_moved";

/// For watchers.
pub const NOT_MOVED: &str = "A booking could not be moved and is where it was.";

/// Name of [`NOT_CANCELLED`].
pub const NOT_CANCELLED_CODE: &str = "booking_not_cancelled";

/// For watchers.
pub const NOT_CANCELLED: &str = "A booking could not be cancelled and still stands.";

/// Name of [`COMPENSATED`].
pub const COMPENSATED_CODE: &str = "booking_compensated";

/// For watchers: the calendar has what was given up here.
pub const COMPENSATED: &str = "The calendar turned out to have a booking that had been given up \
    here. It has been cancelled there.";
