//! Every sentence about bookings that a caller may hear, in English. One place per language: a
//! second language is a second file with the same functions. Knows dates and names, no rules.

pub mod handover;
pub mod questions;

use jiff::civil::{Date, DateTime, Time};

use super::speech::{spoken_date, spoken_list, spoken_time};

/// Free slots of a day (P053).
#[must_use]
pub fn free_slots(date: Date, times: &[Time]) -> String {
    let times: Vec<_> = times.iter().copied().map(spoken_time).collect();
    format!(
        "On {}, I have availability at {}. Which time works best for you?",
        spoken_date(date),
        spoken_list(&times)
    )
}

/// As [`free_slots`], while the provider is out of reach.
#[must_use]
pub fn free_slots_unconfirmed(date: Date, times: &[Time]) -> String {
    let times: Vec<_> = times.iter().copied().map(spoken_time).collect();
    format!(
        "I cannot reach the calendar right now, but on {} I can note a request for {}. \
         We would confirm it with you afterwards. Which time works best for you?",
        spoken_date(date),
        spoken_list(&times)
    )
}

/// A day without free slots, and where there are some.
#[must_use]
pub fn no_slots(date: Date, closed: bool, alternatives: &[(Date, Vec<Time>)]) -> String {
    let date = spoken_date(date);
    let lead = if closed {
        format!("I'm sorry, we are closed on {date}.")
    } else {
        format!("I'm sorry, there are no available slots on {date}.")
    };
    if alternatives.is_empty() {
        return format!("{lead} Would you like to check another day?");
    }
    format!("{lead} The next openings are {}. Would one of those work?", openings(alternatives))
}

fn openings(alternatives: &[(Date, Vec<Time>)]) -> String {
    let days: Vec<String> = alternatives
        .iter()
        .map(|(date, times)| {
            let times: Vec<_> = times.iter().copied().map(spoken_time).collect();
            format!("{} at {}", spoken_date(*date), spoken_list(&times))
        })
        .collect();
    days.join("; ")
}

/// A count of free times (P163).
#[must_use]
pub fn found_times(count: usize, date: Date) -> String {
    let times = if count == 1 { "time" } else { "times" };
    format!("Found {count} available {times} on {date}")
}

/// A date that is over.
#[must_use]
pub fn date_has_passed(date: Date, today: Date) -> String {
    format!(
        "{} {} has already passed; today is {} {}. Which date would you like?",
        spoken_date(date),
        date.year(),
        spoken_date(today),
        today.year()
    )
}

/// A time that is over on a day that is not.
#[must_use]
pub fn time_has_passed(at: DateTime) -> String {
    format!(
        "{} on {} has already passed. Which later time would you like?",
        spoken_time(at.time()),
        spoken_date(at.date())
    )
}

/// A date beyond what can be booked.
#[must_use]
pub fn too_far_ahead(date: Date, days: u32) -> String {
    format!(
        "{} {} is too far ahead; I can book up to {days} days from now. Which earlier date would you like?",
        spoken_date(date),
        date.year()
    )
}

/// A booking that stands (P054).
#[must_use]
pub fn booked(at: DateTime, code: &str) -> String {
    format!(
        "I've booked your appointment for {} at {}. Your confirmation number is {code}. \
         Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_time(at.time())
    )
}

/// A booking that the provider has yet to confirm (R9, R19).
#[must_use]
pub fn requested(at: DateTime, code: &str) -> String {
    format!(
        "I've requested your appointment for {} at {}. It is not confirmed yet; we will confirm it \
         with you. Your reference number is {code}. Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_time(at.time())
    )
}

/// A booking whose fate at the provider is not known.
#[must_use]
pub fn not_sure(at: DateTime) -> String {
    format!(
        "I could not get an answer from the calendar for {} at {}, so I don't know yet whether it \
         worked. I've noted your request; we will check and let you know.",
        spoken_date(at.date()),
        spoken_time(at.time())
    )
}

/// A booking that moved.
#[must_use]
pub fn moved(from: DateTime, to: DateTime, code: &str) -> String {
    format!(
        "I've moved your appointment from {} at {} to {} at {}. Your confirmation number is still \
         {code}. Is there anything else I can help you with?",
        spoken_date(from.date()),
        spoken_time(from.time()),
        spoken_date(to.date()),
        spoken_time(to.time())
    )
}

/// A booking that is where it should go already.
#[must_use]
pub fn already_there(at: DateTime, code: &str) -> String {
    format!(
        "Your appointment is on {} at {}. Your confirmation number is {code}.",
        spoken_date(at.date()),
        spoken_time(at.time())
    )
}

/// A booking that was cancelled.
#[must_use]
pub fn cancelled(at: DateTime) -> String {
    format!(
        "I've cancelled your appointment for {} at {}. Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_time(at.time())
    )
}

/// A booking that had been cancelled before.
#[must_use]
pub fn already_cancelled(at: DateTime) -> String {
    format!(
        "Your appointment for {} at {} was already cancelled.",
        spoken_date(at.date()),
        spoken_time(at.time())
    )
}

/// A booking that was found.
#[must_use]
pub fn found(at: DateTime, code: &str) -> String {
    format!(
        "I found your appointment for {} at {}. Your confirmation number is {code}. \
         Would you like to make any changes?",
        spoken_date(at.date()),
        spoken_time(at.time())
    )
}

/// Several bookings that were found.
#[must_use]
pub fn found_several(at: &[DateTime]) -> String {
    format!("I found {} appointments: {}. Which one do you mean?", at.len(), moments(at))
}

fn moments(at: &[DateTime]) -> String {
    let moments: Vec<_> = at
        .iter()
        .map(|at| format!("{} at {}", spoken_date(at.date()), spoken_time(at.time())))
        .collect();
    spoken_list(&moments)
}

/// No booking was found.
pub const NOT_FOUND: &str = "I couldn't find a booking with that information. Could you please \
    provide your confirmation number or the phone number used for the booking?";

/// The caller has no booking ahead.
pub const NONE_AHEAD: &str =
    "I couldn't find any upcoming bookings. Would you like to make a new appointment?";

/// The caller's number alone is not enough (R10).
pub const NEED_DETAIL: &str = "I see an appointment under this phone number. Before I change it, \
    please tell me its date or the name it was made under.";

/// The number is not the caller's, or there is none (R10).
pub const NEED_CODE: &str = "For that booking I need its full confirmation number. It has six \
    letters and digits. Could you give it to me?";

/// A free slot that had not been offered (R4).
#[must_use]
pub fn shall_i_book(at: DateTime) -> String {
    format!("{} at {} is free. Shall I book it?", spoken_date(at.date()), spoken_time(at.time()))
}

/// A slot that cannot be had, and which can.
#[must_use]
pub fn not_available(at: DateTime, nearest: &[DateTime]) -> String {
    let lead = format!(
        "I'm sorry, {} at {} is not available.",
        spoken_date(at.date()),
        spoken_time(at.time())
    );
    if nearest.is_empty() {
        return format!("{lead} Would you like to check another day?");
    }
    let same_day = nearest.iter().all(|other| other.date() == at.date());
    let times = if same_day {
        let times: Vec<_> = nearest.iter().map(|other| spoken_time(other.time())).collect();
        spoken_list(&times)
    } else {
        moments(nearest)
    };
    format!("{lead} The nearest openings are {times}. Would one of those work?")
}

/// A local time that the clocks jump over.
#[must_use]
pub fn no_such_time(at: DateTime) -> String {
    format!(
        "{} does not exist on {}, because the clocks go forward then. Which other time would you like?",
        spoken_time(at.time()),
        spoken_date(at.date())
    )
}

/// A local time that comes twice.
#[must_use]
pub fn time_comes_twice(at: DateTime) -> String {
    format!(
        "{} comes twice on {}, because the clocks go back then. Do you mean the first or the second? \
         Please choose another time if you can.",
        spoken_time(at.time()),
        spoken_date(at.date())
    )
}

/// After repeated failures (P175).
pub const OFFER_HAND_OVER: &str =
    "We have tried a few times now. Would you like me to connect you with someone from our team?";

/// Error of an unreachable provider (P094).
pub const PROVIDER_ERROR: &str = "Could not connect to booking provider";

/// What the caller hears then (P094).
pub const TAKE_MESSAGE: &str =
    "I'm having trouble accessing the calendar right now. Can I take a message instead?";

/// What the caller hears then when the org wants calls handed over.
pub const HAND_OVER: &str = "I'm having trouble accessing the calendar right now. \
    Let me connect you with someone from our team.";

/// An appointment was booked (P168).
pub const APPOINTMENT_BOOKED: &str = "Appointment booked successfully";

/// A service that cannot be booked because there is none.
pub const NO_SERVICE: &str = "There is nothing that I can book here. Can I take a message instead?";

/// A detail that could not be read.
#[must_use]
pub fn unreadable(what: &str) -> String {
    format!("I could not understand the {what}. Could you say it once more?")
}

/// The org of a call cannot be found (P093).
pub const ORG_NOT_FOUND: &str = "I'm sorry, I can't find this business's account, so I can't look \
    at the calendar. Can I take a message instead?";
