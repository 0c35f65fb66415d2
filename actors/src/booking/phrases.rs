//! Every sentence about bookings that a caller may hear, in English. One place per language: a
//! second language is a second file with the same functions. Knows dates and names, no rules.

pub mod access;
pub mod by_hand;
pub mod elsewhere;
pub mod handover;
pub mod letters;
pub mod questions;
pub mod settled;
pub mod texts;
pub mod waiting;
pub mod which;

use jiff::civil::{Date, DateTime};

use super::slots::DayVerdict;
use super::speech::{spoken_date, spoken_list, spoken_minutes, spoken_start, spoken_time};
use super::when::LocalTime;

/// Free slots of a day (P053).
#[must_use]
pub fn free_slots(date: Date, times: &[LocalTime]) -> String {
    let times: Vec<_> = times.iter().copied().map(spoken_start).collect();
    format!(
        "On {}, I have availability at {}. Which time works best for you?",
        spoken_date(date),
        spoken_list(&times)
    )
}

/// As [`free_slots`], while the provider is out of reach.
#[must_use]
pub fn free_slots_unconfirmed(date: Date, times: &[LocalTime]) -> String {
    let times: Vec<_> = times.iter().copied().map(spoken_start).collect();
    format!(
        "I cannot reach the calendar right now, but on {} I can note a request for {}. \
         We would confirm it with you afterwards. Which time works best for you?",
        spoken_date(date),
        spoken_list(&times)
    )
}

/// Why a day has no free slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack<'a> {
    /// How the day stands.
    pub verdict: DayVerdict,
    /// The name of what was to be booked.
    pub service: &'a str,
    /// The notice that the business needs, minutes.
    pub lead_minutes: u32,
}

/// A day without free slots, and where there are some.
#[must_use]
pub fn no_slots(date: Date, lack: Lack<'_>, alternatives: &[(Date, Vec<LocalTime>)]) -> String {
    let date = spoken_date(date);
    let lead = match lack.verdict {
        DayVerdict::ClosedDate | DayVerdict::NoHours => {
            format!("I'm sorry, we are closed on {date}.")
        }
        DayVerdict::TooSoon => format!(
            "I'm sorry, appointments have to be made {} ahead, so there is nothing left to book on \
             {date}.",
            spoken_minutes(lack.lead_minutes)
        ),
        DayVerdict::TooLong => {
            format!("I'm sorry, on {date} there is no free time long enough for {}.", lack.service)
        }
        DayVerdict::Past => format!("I'm sorry, there are no more appointments on {date}."),
        DayVerdict::Open | DayVerdict::Full | DayVerdict::BeyondHorizon => {
            format!("I'm sorry, there are no available slots on {date}.")
        }
    };
    if alternatives.is_empty() {
        return format!("{lead} Would you like to check another day?");
    }
    format!("{lead} The next openings are {}. Would one of those work?", openings(alternatives))
}

fn openings(alternatives: &[(Date, Vec<LocalTime>)]) -> String {
    let days: Vec<String> = alternatives
        .iter()
        .map(|(date, times)| {
            let times: Vec<_> = times.iter().copied().map(spoken_start).collect();
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

/// A date that is over, and the one that was perhaps meant.
#[must_use]
pub fn date_has_passed(date: Date, today: Date, meant: Option<Date>) -> String {
    format!(
        "{} {} has already passed; today is {} {}. {}",
        spoken_date(date),
        date.year(),
        spoken_date(today),
        today.year(),
        did_you_mean(meant, "Which date would you like?")
    )
}

fn did_you_mean(meant: Option<Date>, otherwise: &str) -> String {
    match meant {
        Some(meant) => format!("Did you mean {} {}?", spoken_date(meant), meant.year()),
        None => otherwise.to_owned(),
    }
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
pub fn too_far_ahead(date: Date, days: u32, meant: Option<Date>) -> String {
    format!(
        "{} {} is too far ahead; I can book up to {days} days from now. {}",
        spoken_date(date),
        date.year(),
        did_you_mean(meant, "Which earlier date would you like?")
    )
}

/// A booking that stands (P054).
#[must_use]
pub fn booked(at: LocalTime, code: &str) -> String {
    format!(
        "I've booked your appointment for {} at {}. Your confirmation number is {code}. \
         Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// A booking that the provider has yet to confirm (R9, R19).
#[must_use]
pub fn requested(at: LocalTime, code: &str) -> String {
    format!(
        "I've requested your appointment for {} at {}. It is not confirmed yet; we will confirm it \
         with you. Your reference number is {code}. Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// A booking that came to nothing.
#[must_use]
pub fn could_not_book(at: LocalTime) -> String {
    format!(
        "I'm sorry, the appointment for {} at {} could not be made. Would you like another time?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// A booking whose fate at the provider is not known.
#[must_use]
pub fn not_sure(at: LocalTime) -> String {
    format!(
        "I could not get a confirmation from the calendar yet for {} at {}, so I don't know yet \
         whether it worked. I've noted your request; we will check and let you know.",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// A booking that moved.
#[must_use]
pub fn moved(from: LocalTime, to: LocalTime, code: &str) -> String {
    format!(
        "I've moved your appointment from {} at {} to {} at {}. Your confirmation number is still \
         {code}. Is there anything else I can help you with?",
        spoken_date(from.date()),
        spoken_start(from),
        spoken_date(to.date()),
        spoken_start(to)
    )
}

/// A booking that is where it should go already.
#[must_use]
pub fn already_there(at: LocalTime, code: &str) -> String {
    format!(
        "Your appointment is on {} at {}. Your confirmation number is {code}.",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// A booking that was cancelled.
#[must_use]
pub fn cancelled(at: LocalTime) -> String {
    format!(
        "I've cancelled your appointment for {} at {}. Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// A booking that had been cancelled before.
#[must_use]
pub fn already_cancelled(at: LocalTime) -> String {
    format!(
        "Your appointment for {} at {} was already cancelled.",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// A booking that was found.
#[must_use]
pub fn found(at: LocalTime, code: &str) -> String {
    format!(
        "I found your appointment for {} at {}. Your confirmation number is {code}. \
         Would you like to make any changes?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

/// Several bookings that were found.
#[must_use]
pub fn found_several(at: &[LocalTime]) -> String {
    format!("I found {} appointments: {}. Which one do you mean?", at.len(), moments(at))
}

fn moments(at: &[LocalTime]) -> String {
    let moments: Vec<_> = at
        .iter()
        .map(|at| format!("{} at {}", spoken_date(at.date()), spoken_start(*at)))
        .collect();
    spoken_list(&moments)
}

/// No booking was found.
pub const NOT_FOUND: &str = "I couldn't find a booking with that information. Could you please \
    provide your confirmation number or the phone number used for the booking?";

/// The caller has no booking ahead.
pub const NONE_AHEAD: &str =
    "I couldn't find any upcoming bookings. Would you like to make a new appointment?";

/// A free slot that had not been offered (R4).
#[must_use]
pub fn shall_i_book(at: LocalTime) -> String {
    format!("{} at {} is free. Shall I book it?", spoken_date(at.date()), spoken_start(at))
}

/// A slot that cannot be had, and which can.
#[must_use]
pub fn not_available(at: LocalTime, nearest: &[LocalTime]) -> String {
    let lead =
        format!("I'm sorry, {} at {} is not available.", spoken_date(at.date()), spoken_start(at));
    if nearest.is_empty() {
        return format!("{lead} Would you like to check another day?");
    }
    let same_day = nearest.iter().all(|other| other.date() == at.date());
    let times = if same_day {
        let times: Vec<_> = nearest.iter().map(|other| spoken_start(*other)).collect();
        spoken_list(&times)
    } else {
        moments(nearest)
    };
    format!("{lead} The nearest openings are {times}. Would one of those work?")
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

/// Another number of people for a booking that cannot be changed from here.
pub const OTHER_PARTY: &str = "The appointment stands as it was booked; I can't change for how many \
    people it is. Would you like to talk to someone about that?";

/// A party of nobody.
pub const HOW_MANY_PEOPLE: &str = "For how many people should I book?";

/// More people than can be booked without a person.
#[must_use]
pub fn party_too_large(most: u32) -> String {
    let people = if most == 1 { "one person".into() } else { format!("parties of up to {most}") };
    format!(
        "I can only book {people} myself. Would you like to talk to someone about a larger one?"
    )
}

/// There is nothing to book.
pub const NO_SERVICE: &str = "There is nothing that I can book here. Can I take a message instead?";

/// A detail that could not be read.
#[must_use]
pub fn unreadable(what: &str) -> String {
    format!("I could not understand the {what}. Could you say it once more?")
}

/// The calendar wants a detail that the caller has not given: one of ours by its name, or a field
/// of the provider's own.
#[must_use]
pub fn need_also(field: &str) -> String {
    let what = match field {
        "customer_phone" => "phone number".to_owned(),
        "customer_email" => "e-mail address".to_owned(),
        other => other.replace(['_', '-'], " "),
    };
    format!("To book this I also need your {what}. Could you give it to me?")
}

/// The org of a call cannot be found (P093).
pub const ORG_NOT_FOUND: &str = "I'm sorry, I can't find this business's account, so I can't look \
    at the calendar. Can I take a message instead?";
