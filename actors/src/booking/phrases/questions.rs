//! Sentences for calls that are answered or handed over without a tool, in English. Knows no rules.

use crate::booking::speech::{spoken_date, spoken_list, spoken_start};
use crate::booking::when::LocalTime;

/// A call comes in and nobody is set up to take it.
pub const NOBODY_ANSWERS: &str = "I'm sorry, we cannot take your call right now. \
    Please call again later.";

/// A call comes in that a person takes, since no assistant is set up.
pub const CONNECTING_YOU: &str = "One moment, please. I am connecting you.";

/// There is nobody to whom the agent could hand the call over.
pub const NOBODY_TO_CONNECT: &str = "I'm sorry, I cannot connect you to anyone right now. \
    Can I take a message so that someone calls you back?";

/// There is no such assistant to whom the agent could hand the call over.
pub const NO_SUCH_ASSISTANT: &str = "There is no other assistant for this. Go on with the caller \
    yourself, or offer to take a message.";

/// Free times, for an agent that is about to speak.
#[must_use]
pub fn open_times(at: &[LocalTime]) -> String {
    let named: Vec<String> = at
        .iter()
        .map(|at| format!("{} at {}", spoken_date(at.date()), spoken_start(*at)))
        .collect();
    spoken_list(&named)
}

/// For the agent, while the call goes on: what would have been told before it spoke, had it been found in
/// time. `None` if that is nothing.
#[must_use]
pub fn found_later(
    name: Option<&str>,
    upcoming: Option<&str>,
    kept: Option<&str>,
    open: Option<&str>,
) -> Option<String> {
    let parts = [
        name.map(|name| format!("The number is that of {name}.")),
        upcoming.map(|service| format!("Their next booking is for: {service}.")),
        kept.map(|kept| format!("Kept for them: {kept}")),
        open.map(|open| format!("The next free times are {open}.")),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    (!known.is_empty()).then(|| {
        format!(
            "Found since this call began, for you to know and not to be answered. {}",
            known.join(" ")
        )
    })
}
