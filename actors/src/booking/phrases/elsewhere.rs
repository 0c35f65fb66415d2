//! Notes about what the provider's own people did in their calendar: for the agent's model while the
//! call goes on, and for those who watch, in English. Knows no rules.

use crate::booking::speech::en::{spoken_date, spoken_start};
use crate::booking::when::LocalTime;

fn moment(at: LocalTime) -> String {
    format!("{} at {}", spoken_date(at.date()), spoken_start(at))
}

/// For the agent: the business has moved the caller's appointment.
#[must_use]
pub fn moved(from: LocalTime, to: LocalTime) -> String {
    format!(
        "The business has just moved the caller's appointment from {} to {}. Tell the caller now, and \
         ask whether that suits.",
        moment(from),
        moment(to)
    )
}

/// For the agent: the business has cancelled the caller's appointment.
#[must_use]
pub fn cancelled(at: LocalTime) -> String {
    format!(
        "The business has just cancelled the caller's appointment for {}. Apologise to the caller now, \
         and offer to look for another time.",
        moment(at)
    )
}

/// For the agent: the business has declined the caller's request.
#[must_use]
pub fn declined(at: LocalTime) -> String {
    format!(
        "The business has just declined the appointment that was requested for {}. Apologise to the \
         caller now, and offer to look for another time.",
        moment(at)
    )
}

/// Name of [`MOVED`].
pub const MOVED_CODE: &str = "booking_moved_there";

/// For watchers.
pub const MOVED: &str = "A booking was moved in the provider's calendar.";

/// Name of [`COLLIDES`].
pub const COLLIDES_CODE: &str = "booking_collides";

/// For watchers: what the calendar's owners did does not fit with what is booked here.
pub const COLLIDES: &str = "A booking was moved in the provider's calendar onto a time at which \
    another one is booked. Both stand; move one of them.";

/// Name of [`CANCELLED`].
pub const CANCELLED_CODE: &str = "booking_cancelled_there";

/// For watchers.
pub const CANCELLED: &str = "A booking was cancelled in the provider's calendar.";

/// Name of [`DECLINED`].
pub const DECLINED_CODE: &str = "booking_declined";

/// For watchers.
pub const DECLINED: &str = "A requested booking was declined by the provider.";

/// Name of [`CONFIRMED`].
pub const CONFIRMED_CODE: &str = "booking_confirmed_there";

/// For watchers.
pub const CONFIRMED: &str = "A requested booking was confirmed by the provider.";

/// Name of [`CHANGED`].
pub const CHANGED_CODE: &str = "booking_changed_there";

/// For watchers.
pub const CHANGED: &str = "A booking was changed in the provider's calendar.";
