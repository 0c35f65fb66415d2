//! What every booking function works with: what came of it beside its answer, the ways in which
//! it can refuse, and how the parts of a request are understood.

use std::sync::Arc;

use hookswitch_storage::{BookingId, CallEvent, OfferedSlot, OutagePolicy, Settings};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::OwnedMutexGuard;

use super::phrases;
use super::when::{LocalTime, WhenError};
use crate::bounds::ATTEMPTS_BEFORE_TRANSFER;
use crate::ports::ProviderError;
use crate::session::state::CallState;
use crate::tools::{ToolContext, message_tool};

/// What comes of a booking function beside its answer.
pub struct Effects {
    /// What happened to the call.
    pub events: Vec<CallEvent>,
    /// The booking that was made or changed.
    pub booking: Option<BookingId>,
    /// Whether the answer is final: failures of ours are not.
    pub replayable: bool,
    /// What was understood of the details that the caller gave, for them to confirm.
    pub read_back: Option<String>,
    pub(crate) gate: Option<OwnedMutexGuard<()>>,
}

impl Default for Effects {
    fn default() -> Self {
        Self { events: Vec::new(), booking: None, replayable: true, read_back: None, gate: None }
    }
}

/// Why a booking function did not do what it was asked to. A business outcome, not a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A short stable name (`slot_unavailable`), or P094's words for an unreachable provider.
    pub code: &'static str,
    /// What the caller hears.
    pub message: String,
    /// Slots that could be had instead, offered by this very answer.
    pub alternatives: Vec<OfferedSlot>,
    /// An argument that is missing or wrong: the tool could not run.
    pub argument: Option<&'static str>,
    /// Failed attempts in this call, when this was one.
    pub attempts: Option<u32>,
    /// Whether handing the call over is the better way on.
    pub transfer_suggested: bool,
    /// What the agent can do next, for the agent.
    pub next_step: Option<String>,
}

impl Refusal {
    /// A refusal in words.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            alternatives: Vec::new(),
            argument: None,
            attempts: None,
            transfer_suggested: false,
            next_step: None,
        }
    }

    /// Whether the request is the cause, not a provider or storage in trouble.
    #[must_use]
    pub fn is_about_the_request(&self) -> bool {
        self.code != phrases::PROVIDER_ERROR
    }

    /// A missing argument, by our own name for it.
    #[must_use]
    pub fn missing(argument: &'static str) -> Self {
        Self { argument: Some(argument), ..Self::new("missing_argument", "") }
    }

    /// A date or time that could not be understood; the error asks back in words.
    #[must_use]
    pub fn when(error: &WhenError) -> Self {
        Self::new("invalid_date", error.to_string())
    }

    /// Counts this as a failed attempt to book; after three the caller is offered a person (P175).
    #[must_use]
    pub fn counted(mut self, state: &CallState, effects: &mut Effects) -> Self {
        let attempts = state.attempts + 1;
        effects.events.push(CallEvent::BookingFailed { reason: self.code.to_owned(), name: None });
        effects.events.push(CallEvent::AttemptCounted { attempts });
        self.attempts = Some(attempts);
        if attempts >= ATTEMPTS_BEFORE_TRANSFER {
            self.transfer_suggested = true;
            self.message = format!("{} {}", self.message, phrases::offer_hand_over());
        }
        self
    }
}

/// What the caller hears when the provider cannot be used.
pub(crate) fn outage(
    context: &ToolContext,
    error: &ProviderError,
    effects: &mut Effects,
) -> Refusal {
    if let ProviderError::MissingInput { field } = error {
        // Nothing is wrong with the calendar: the caller can give what it wants.
        return Refusal::new("missing_input", phrases::need_also(field));
    }
    tracing::warn!(org.id = %context.org.id(), %error, "provider could not be used");
    effects.replayable = false;
    let (code, then) = match error {
        ProviderError::Reconnect => ("credentials_refused", " It has to be connected again."),
        _ => ("provider_unavailable", ""),
    };
    effects.events.push(CallEvent::Warning {
        code: code.into(),
        message: format!("The calendar could not be used: {error}.{then}"),
    });
    let hand_over = context.org.settings().booking.outage_policy == OutagePolicy::Transfer;
    let message = if hand_over { phrases::hand_over() } else { phrases::take_message() };
    let mut refusal = Refusal::new(phrases::PROVIDER_ERROR, message);
    refusal.transfer_suggested = hand_over;
    if !hand_over {
        let tool = message_tool(context.org.settings().tool_names);
        refusal.next_step = Some(phrases::waiting::keep_message_with(tool));
    }
    refusal
}

/// What the caller hears when our own storage fails.
pub(crate) fn storage_down(
    context: &ToolContext,
    error: &hookswitch_storage::StoreError,
    effects: &mut Effects,
) -> Refusal {
    tracing::error!(org.id = %context.org.id(), %error, "storage failed");
    effects.replayable = false;
    Refusal::new(phrases::PROVIDER_ERROR, phrases::take_message())
}

/// Until when a slot that is offered at `at` is kept for the call.
pub(crate) fn hold_until(settings: &Settings, at: Timestamp) -> Timestamp {
    let seconds = i64::from(settings.booking.hold_seconds);
    at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Keeps what was just offered from other calls, if this is a call.
pub(crate) fn hold(context: &ToolContext, slots: &[OfferedSlot]) {
    let Some(call) = context.call().filter(|_| context.is_live()) else { return };
    let until = hold_until(context.org.settings(), context.now());
    for slot in slots.iter().filter(|slot| slot.spoken) {
        let places = context.org.places_of(slot);
        let span = (slot.start, slot.end);
        context.shared.holds.hold(&slot.resource, &call, span, places, until);
    }
}

/// Whether a zone's name is that of a place. `EST` and its like are fixed offsets in the database,
/// and mean the summer's time as well to whoever says them.
#[must_use]
pub fn is_place(name: &str) -> bool {
    name == "UTC" || (name.contains('/') && name != "Etc/Unknown")
}

/// The zone that a name means, or that of the call, which is the org's of when it began.
pub(crate) fn zone_named(
    context: &ToolContext,
    state: &CallState,
    name: Option<&str>,
) -> (TimeZone, String) {
    let wanted = name.map(str::trim).filter(|name| is_place(name));
    match wanted.and_then(|name| Some((TimeZone::get(name).ok()?, name))) {
        Some((zone, name)) => {
            // Names are matched whatever their case; what is stored is the proper spelling.
            let name = zone.iana_name().unwrap_or(name).to_owned();
            (zone, name)
        }
        None => match TimeZone::get(&state.time_zone) {
            Ok(zone) => (zone, state.time_zone.clone()),
            Err(_) => (context.org.zone.clone(), context.org.settings().timezone.clone()),
        },
    }
}

/// The zone in which the caller was last offered something, or the org's (R15).
pub(crate) fn zone_of_offers(context: &ToolContext, state: &Arc<CallState>) -> (TimeZone, String) {
    zone_named(context, state, state.offered_slots.last().map(|slot| slot.time_zone.as_str()))
}

/// What clocks show at an instant in a zone by name; in UTC if nobody knows the name.
#[must_use]
pub fn local(at: Timestamp, zone: &str) -> LocalTime {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    LocalTime::of(at, &zone)
}
