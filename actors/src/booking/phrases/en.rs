//! Every sentence about bookings that a caller may hear, in English; the meaning of each is in the file
//! above.

use jiff::civil::{Date, DateTime};

use super::Lack;
use crate::booking::slots::DayVerdict;
use crate::booking::speech::en::{
    spoken_date, spoken_list, spoken_minutes, spoken_start, spoken_time,
};
use crate::booking::when::LocalTime;

pub(super) fn free_slots(date: Date, times: &[LocalTime]) -> String {
    let times: Vec<_> = times.iter().copied().map(spoken_start).collect();
    format!(
        "On {}, I have availability at {}. Which time works best for you?",
        spoken_date(date),
        spoken_list(&times)
    )
}

pub(super) fn free_slots_unconfirmed(date: Date, times: &[LocalTime]) -> String {
    let times: Vec<_> = times.iter().copied().map(spoken_start).collect();
    format!(
        "I cannot reach the calendar right now, but on {} I can note a request for {}. \
         We would confirm it with you afterwards. Which time works best for you?",
        spoken_date(date),
        spoken_list(&times)
    )
}

pub(super) fn no_slots(
    date: Date,
    lack: Lack<'_>,
    alternatives: &[(Date, Vec<LocalTime>)],
) -> String {
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

pub(super) fn found_times(count: usize, date: Date) -> String {
    let times = if count == 1 { "time" } else { "times" };
    format!("Found {count} available {times} on {date}")
}

pub(super) fn date_has_passed(date: Date, today: Date, meant: Option<Date>) -> String {
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

pub(super) fn time_has_passed(at: DateTime) -> String {
    format!(
        "{} on {} has already passed. Which later time would you like?",
        spoken_time(at.time()),
        spoken_date(at.date())
    )
}

pub(super) fn too_far_ahead(date: Date, days: u32, meant: Option<Date>) -> String {
    format!(
        "{} {} is too far ahead; I can book up to {days} days from now. {}",
        spoken_date(date),
        date.year(),
        did_you_mean(meant, "Which earlier date would you like?")
    )
}

pub(super) fn booked(at: LocalTime, code: &str) -> String {
    format!(
        "I've booked your appointment for {} at {}. Your confirmation number is {code}. \
         Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn requested(at: LocalTime, code: &str) -> String {
    format!(
        "I've requested your appointment for {} at {}. It is not confirmed yet; we will confirm it \
         with you. Your reference number is {code}. Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn could_not_book(at: LocalTime) -> String {
    format!(
        "I'm sorry, the appointment for {} at {} could not be made. Would you like another time?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn not_sure(at: LocalTime) -> String {
    format!(
        "I could not get a confirmation from the calendar yet for {} at {}, so I don't know yet \
         whether it worked. I've noted your request; we will check and let you know.",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn moved(from: LocalTime, to: LocalTime, code: &str) -> String {
    format!(
        "I've moved your appointment from {} at {} to {} at {}. Your confirmation number is still \
         {code}. Is there anything else I can help you with?",
        spoken_date(from.date()),
        spoken_start(from),
        spoken_date(to.date()),
        spoken_start(to)
    )
}

pub(super) fn already_there(at: LocalTime, code: &str) -> String {
    format!(
        "Your appointment is on {} at {}. Your confirmation number is {code}.",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn cancelled(at: LocalTime) -> String {
    format!(
        "I've cancelled your appointment for {} at {}. Is there anything else I can help you with?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn already_cancelled(at: LocalTime) -> String {
    format!(
        "Your appointment for {} at {} was already cancelled.",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn found(at: LocalTime, code: &str) -> String {
    format!(
        "I found your appointment for {} at {}. Your confirmation number is {code}. \
         Would you like to make any changes?",
        spoken_date(at.date()),
        spoken_start(at)
    )
}

pub(super) fn found_several(at: &[LocalTime]) -> String {
    format!("I found {} appointments: {}. Which one do you mean?", at.len(), moments(at))
}

fn moments(at: &[LocalTime]) -> String {
    let moments: Vec<_> = at
        .iter()
        .map(|at| format!("{} at {}", spoken_date(at.date()), spoken_start(*at)))
        .collect();
    spoken_list(&moments)
}

pub(super) fn not_found() -> &'static str {
    "I couldn't find a booking with that information. Could you please \
    provide your confirmation number or the phone number used for the booking?"
}

pub(super) fn none_ahead() -> &'static str {
    "I couldn't find any upcoming bookings. Would you like to make a new appointment?"
}

pub(super) fn shall_i_book(at: LocalTime) -> String {
    format!("{} at {} is free. Shall I book it?", spoken_date(at.date()), spoken_start(at))
}

pub(super) fn not_available(at: LocalTime, nearest: &[LocalTime]) -> String {
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

pub(super) fn offer_hand_over() -> &'static str {
    "We have tried a few times now. Would you like me to connect you with someone from our team?"
}

pub(super) fn take_message() -> &'static str {
    "I'm having trouble accessing the calendar right now. Can I take a message instead?"
}

pub(super) fn hand_over() -> &'static str {
    "I'm having trouble accessing the calendar right now. \
    Let me connect you with someone from our team."
}

pub(super) fn appointment_booked() -> &'static str {
    "Appointment booked successfully"
}

pub(super) fn other_party() -> &'static str {
    "The appointment stands as it was booked; I can't change for how many \
    people it is. Would you like to talk to someone about that?"
}

pub(super) fn how_many_people() -> &'static str {
    "For how many people should I book?"
}

pub(super) fn party_too_large(most: u32) -> String {
    let people = if most == 1 { "one person".into() } else { format!("parties of up to {most}") };
    format!(
        "I can only book {people} myself. Would you like to talk to someone about a larger one?"
    )
}

pub(super) fn no_service() -> &'static str {
    "There is nothing that I can book here. Can I take a message instead?"
}

pub(super) fn unreadable(what: &str) -> String {
    format!("I could not understand the {what}. Could you say it once more?")
}

pub(super) fn need_also(field: &str) -> String {
    let what = match field {
        "customer_phone" => "phone number".to_owned(),
        "customer_email" => "e-mail address".to_owned(),
        other => other.replace(['_', '-'], " "),
    };
    format!("To book this I also need your {what}. Could you give it to me?")
}

pub(super) fn org_not_found() -> &'static str {
    "I'm sorry, I can't find this business's account, so I can't look \
    at the calendar. Can I take a message instead?"
}
