//! The parts of answers that all booking tools share: refusals, and times as tools write them.

use hookswitch_storage::{Booking, OfferedSlot};
use jiff::civil::{Date, DateTime, Time};
use serde::Serialize;

use super::{Given, ToolOutcome, replies};
use crate::booking::{Effects, Refusal};

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

pub(super) fn time_text(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

pub(super) fn starts(slot: &OfferedSlot) -> DateTime {
    crate::booking::local_time(slot.start, &slot.time_zone)
}

pub(super) fn booked_at(booking: &Booking) -> DateTime {
    crate::booking::local_time(booking.start, &booking.time_zone)
}

pub(super) fn times(slots: &[OfferedSlot]) -> Vec<String> {
    slots.iter().map(|slot| time_text(starts(slot).time())).collect()
}

pub(super) fn days(alternatives: &[(Date, Vec<OfferedSlot>)]) -> Vec<DayText> {
    alternatives
        .iter()
        .map(|(date, slots)| DayText { date: date.to_string(), slots: times(slots) })
        .collect()
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
}

/// A refusal as the agent reads it. `argument_name` gives the tool's own name of an argument.
pub(super) fn refused(
    refusal: &Refusal,
    argument_name: impl Fn(&'static str) -> &'static str,
    effects: Effects,
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
            SlotText { date: at.date().to_string(), time: time_text(at.time()) }
        })
        .collect();
    let body = RefusalText {
        success: false,
        error: refusal.code,
        message: &refusal.message,
        alternatives,
        attempts: refusal.attempts,
        transfer_suggested: refusal.transfer_suggested,
    };
    ToolOutcome::new(Given::json(&body, false), effects)
}

/// Arguments keep our own names.
pub(super) fn same_names(argument: &'static str) -> &'static str {
    argument
}
