//! A caller wants to be called back: kept durably before it is said, whatever state the calendar is
//! in, and shown to those who watch. Called by the tools; asks no provider.

use hookswitch_storage::{
    CallEvent, Callback, CallbackId, CallbackOutcome, RequestCallback, Urgency,
};

use super::desk::{Effects, Refusal, storage_down};
use super::{people, phrases};
use crate::bounds::MAX_NOTE;
use crate::tools::ToolContext;

/// What supervisors see on the feed.
const WARNING: &str = "callback_requested";

/// What a caller says about being called back.
#[derive(Debug, Clone, Default)]
pub struct CallbackWish {
    /// Their name as written.
    pub name: Option<String>,
    /// The number to call as written; the one they are calling from by default.
    pub phone: Option<String>,
    /// When, in their words.
    pub preferred_time: Option<String>,
    /// What about, in their words.
    pub about: Option<String>,
    /// How soon it matters, in any usual word; normal by default.
    pub urgency: Option<String>,
}

/// Keeps the wish; a second one of the same call completes the first.
///
/// # Errors
/// A refusal in words; nothing was kept.
pub async fn call_back(
    context: &ToolContext,
    wish: CallbackWish,
    effects: &mut Effects,
) -> Result<Callback, Refusal> {
    let state = context.state().await;
    let phone =
        reach(context, state.caller.number.clone(), wish.phone.as_deref(), "customer_phone")?;
    let urgency = wish.urgency.as_deref().and_then(urgency);
    let request = RequestCallback {
        id: CallbackId::random(),
        org: context.org.id().clone(),
        name: wish.name.as_deref().and_then(people::name),
        phone,
        preferred_time: wish.preferred_time.as_deref().and_then(note),
        about: wish.about.as_deref().and_then(note),
        urgency,
        call_id: context.facts.id.clone(),
        source: context.source(),
        by: context.actor(),
        now: context.now(),
    };
    let callback = match context.shared.store.request_callback(request).await {
        Ok(CallbackOutcome::Kept(callback) | CallbackOutcome::Completed(callback)) => *callback,
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    // Those who are to hear of it by mail need not wait.
    context.shared.bell.ring();
    let message = match callback.urgency {
        Urgency::Urgent => "The caller asks to be called back as soon as possible.",
        Urgency::Low | Urgency::Normal => "The caller asks to be called back.",
    };
    let known = state.warnings.iter().any(|w| w.code == WARNING && w.message == message);
    if !known {
        effects.events.push(CallEvent::Warning { code: WARNING.into(), message: message.into() });
    }
    Ok(callback)
}

/// The number at which a caller can be reached: what they say, else where they call from.
pub(super) fn reach(
    context: &ToolContext,
    own: Option<String>,
    given: Option<&str>,
    argument: &'static str,
) -> Result<String, Refusal> {
    let given = given.map(str::trim).filter(|text| !text.is_empty());
    match given {
        // A number that cannot be read is worth less than the one the caller is calling from.
        Some(text) => people::phone(text, &context.org.settings().country)
            .or(own)
            .ok_or_else(|| Refusal::new("invalid_phone", phrases::unreadable("phone number"))),
        None => own.ok_or_else(|| Refusal::missing(argument)),
    }
}

/// Words on one line and not too many of them; `None` for none.
fn note(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let text: String = words.join(" ").chars().take(MAX_NOTE).collect();
    (!text.is_empty()).then_some(text)
}

fn urgency(word: &str) -> Option<Urgency> {
    match word.trim().to_ascii_lowercase().as_str() {
        "urgent" | "high" | "emergency" | "asap" | "critical" | "immediate" | "immediately" => {
            Some(Urgency::Urgent)
        }
        "normal" | "medium" | "regular" => Some(Urgency::Normal),
        "low" | "none" | "whenever" => Some(Urgency::Low),
        _ => None,
    }
}
