//! Sentences about being called back and about waiting for a free slot, in English. Knows no rules.

use crate::booking::speech::en::{spoken_date, spoken_list, spoken_start, spoken_time};
use crate::booking::when::LocalTime;
use hookswitch_storage::WaitlistWindow;

/// A wish to be called back that was kept.
#[must_use]
pub fn call_back(preferred_time: Option<&str>, urgent: bool) -> String {
    let when = preferred_time.map(|when| format!(", {when} if possible")).unwrap_or_default();
    let urgent = if urgent { " and marked it as urgent" } else { "" };
    format!(
        "I've noted that you would like to be called back{when}{urgent}. Someone from our team will \
         call you. Is there anything else I can help you with?"
    )
}

/// For the agent: how to keep a message while the calendar is out of reach (K7).
#[must_use]
pub fn keep_message_with(tool: &str) -> String {
    format!(
        "If they would like to leave a message, ask what it is about and keep it with {tool}; that \
         works while the calendar does not."
    )
}

/// A place in the waitlist, new or changed.
#[must_use]
pub fn on_the_waitlist(
    service: &str,
    window: &WaitlistWindow,
    is_new: bool,
    kept_minutes: u32,
) -> String {
    let lead = if is_new { "You are on the waitlist" } else { "I've changed your waitlist entry:" };
    let days = if window.from == window.to {
        format!("on {}", spoken_date(window.from))
    } else {
        format!("from {} to {}", spoken_date(window.from), spoken_date(window.to))
    };
    let times = match (window.earliest, window.latest) {
        (Some(earliest), Some(latest)) => {
            format!(" between {} and {}", spoken_time(earliest), spoken_time(latest))
        }
        (Some(earliest), None) => format!(" from {} on", spoken_time(earliest)),
        (None, Some(latest)) => format!(" until {}", spoken_time(latest)),
        (None, None) => String::new(),
    };
    let minutes = if kept_minutes == 1 { "minute" } else { "minutes" };
    format!(
        "{lead} for {service} {days}{times}. If a time becomes free, it is offered to you in turn and \
         kept for you for {kept_minutes} {minutes}."
    )
}

/// Times in the window of who wants to wait are free already.
#[must_use]
pub fn free_already(at: &[LocalTime]) -> String {
    let times: Vec<String> = at
        .iter()
        .map(|at| format!("{} at {}", spoken_date(at.date()), spoken_start(*at)))
        .collect();
    format!(
        "Some times are free right now: {}. Would you rather have one of those?",
        spoken_list(&times)
    )
}

/// The caller waits no more.
pub const LEFT: &str =
    "You are no longer on the waitlist. Is there anything else I can help you with?";

/// The caller did not wait.
pub const NOT_WAITING: &str = "I couldn't find you on the waitlist.";

/// A slot that is kept for the caller.
#[must_use]
pub fn kept(service: &str, at: LocalTime, until: LocalTime) -> String {
    let until_day = if until.date() == at.date() {
        String::new()
    } else {
        format!(" on {}", spoken_date(until.date()))
    };
    format!(
        "From the waitlist, {service} on {} at {} is kept for you until {}{until_day}. Shall I book it?",
        spoken_date(at.date()),
        spoken_start(at),
        spoken_start(until)
    )
}
