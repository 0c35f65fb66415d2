//! The parts of answers that all booking tools share: refusals, and times as tools write them.

use hookswitch_storage::{Booking, OfferedSlot};
use jiff::civil::Date;
use serde::Serialize;

use super::{Given, ToolContext, ToolOutcome, replies};
use crate::booking::phrases::which::Heard;
use crate::booking::when::LocalTime;
use crate::booking::{Claimant, Effects, Refusal, people, phrases};
use crate::session::state::CallState;

/// A local date and time, as tools write them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SlotText {
    pub(super) date: String,
    pub(super) time: String,
}

/// A day and its free times, as tools write them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct DayText {
    pub(super) date: String,
    pub(super) slots: Vec<String>,
}

pub(super) fn starts(slot: &OfferedSlot) -> LocalTime {
    crate::booking::local_time(slot.start, &slot.time_zone)
}

pub(super) fn booked_at(booking: &Booking) -> LocalTime {
    crate::booking::local_time(booking.start, &booking.time_zone)
}

pub(super) fn times(slots: &[OfferedSlot]) -> Vec<String> {
    slots.iter().map(|slot| starts(slot).written_time()).collect()
}

pub(super) fn days(alternatives: &[(Date, Vec<OfferedSlot>)]) -> Vec<DayText> {
    alternatives
        .iter()
        .map(|(date, slots)| DayText { date: date.to_string(), slots: times(slots) })
        .collect()
}

/// A question whether the given details were understood; of an unreadable one nothing is said.
pub(super) fn read_back(
    context: &ToolContext,
    name: Option<&str>,
    phone: Option<&str>,
    email: Option<&str>,
) -> Option<String> {
    let country = &context.org.settings().country;
    let heard = Heard {
        name: name.and_then(people::person),
        phone: phone
            .and_then(|text| people::phone(text, country))
            .map(|number| people::groups(&number, country)),
        email: email.and_then(people::email),
    };
    phrases::which::read_back(&heard)
}

/// As [`read_back`], of what a caller says to prove that a booking is theirs.
pub(super) fn claimed(context: &ToolContext, claimant: &Claimant) -> Option<String> {
    read_back(context, claimant.name.as_deref(), claimant.phone.as_deref(), None)
}

#[derive(Serialize)]
struct RefusalText<'a> {
    success: bool,
    error: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<SlotText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(rename = "transferSuggested", skip_serializing_if = "std::ops::Not::not")]
    transfer_suggested: bool,
    #[serde(rename = "readBack", skip_serializing_if = "Option::is_none")]
    read_back: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    today: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<&'a str>,
    #[serde(rename = "nextStep", skip_serializing_if = "Option::is_none")]
    next_step: Option<&'a str>,
}

/// A refusal as the agent reads it. `argument_name` gives the tool's own name of an argument.
pub(super) fn refused(
    refusal: &Refusal,
    argument_name: impl Fn(&'static str) -> &'static str,
    effects: Effects,
) -> ToolOutcome {
    refused_with(refusal, argument_name, effects, None)
}

/// As [`refused`], with the date and zone that are fixed for the call, as in every answer about
/// days.
pub(super) async fn refused_on_day(
    context: &ToolContext,
    refusal: &Refusal,
    effects: Effects,
) -> ToolOutcome {
    let state = context.state().await;
    refused_with(refusal, same_names, effects, Some(&state))
}

fn refused_with(
    refusal: &Refusal,
    argument_name: impl Fn(&'static str) -> &'static str,
    effects: Effects,
    pinned: Option<&CallState>,
) -> ToolOutcome {
    match refusal.argument {
        Some("tool_call_id") => {
            let mut outcome = ToolOutcome::new(replies::key_reused(""), effects);
            outcome.replayable = false;
            return outcome;
        }
        Some(argument) => {
            let argument = argument_name(argument);
            let problem = format!(
                "Missing argument `{argument}`. Please ask for it and call the tool again."
            );
            let mut outcome = ToolOutcome::new(Given::error("", &problem), effects);
            outcome.replayable = false;
            return outcome;
        }
        None => {}
    }
    let alternatives = refusal
        .alternatives
        .iter()
        .map(|slot| {
            let at = starts(slot);
            SlotText { date: at.date().to_string(), time: at.written_time() }
        })
        .collect();
    let body = RefusalText {
        success: false,
        error: refusal.code,
        message: &refusal.message,
        alternatives,
        attempts: refusal.attempts,
        transfer_suggested: refusal.transfer_suggested,
        read_back: effects.read_back.as_deref(),
        today: pinned.map(|state| state.today),
        time_zone: pinned.map(|state| state.time_zone.as_str()),
        next_step: refusal.next_step.as_deref(),
    };
    ToolOutcome::new(Given::json(&body, false), effects)
}

/// Arguments keep our own names.
pub(super) fn same_names(argument: &'static str) -> &'static str {
    argument
}
