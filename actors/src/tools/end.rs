//! Hanging up: `end_call` and `endCall`. The goodbye is spoken before, and a hand-over that is
//! under way is not cut off.

use hookswitch_storage::{CallEvent, NamingSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Face, Given, Listing, Needs, ToolContext, ToolOutcome};
use crate::booking::Effects;
use crate::booking::phrases::handover;
use crate::session::CallAction;

const DESCRIPTION: &str = "End the call. Call this when the caller says goodbye or that this is \
    all, when the booking is confirmed and acknowledged, when the call has lasted 590 seconds, or \
    after a successful transfer. The goodbye is spoken for you.";

pub(super) fn faces() -> Vec<Face> {
    vec![
        Face::new("end_call", Listing::Set(NamingSet::Snake), DESCRIPTION, end)
            .needing(Needs::Nothing),
        Face::new("endCall", Listing::Set(NamingSet::Camel), DESCRIPTION, end)
            .needing(Needs::Nothing),
    ]
}

/// Arguments of `end_call` and `endCall` (P181).
#[derive(Serialize, Deserialize, JsonSchema)]
struct End {
    /// Why the call ends
    reason: Reason,
    /// One sentence on the outcome of the call
    summary: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Completed,
    TimeLimit,
    PatientRequest,
    TransferNeeded,
}

#[derive(Serialize)]
struct EndText {
    success: bool,
    reason: Reason,
    message: &'static str,
}

async fn end(context: ToolContext, arguments: End) -> ToolOutcome {
    let End { reason, .. } = arguments;
    let state = context.state().await;
    if state.transfer_under_way(context.now()) {
        let body = EndText { success: true, reason, message: handover::being_connected() };
        return ToolOutcome::answer(Given::json(&body, true));
    }
    let mut effects = Effects::default();
    if reason == Reason::TransferNeeded {
        effects.events.push(CallEvent::Warning {
            code: "ended_without_transfer".into(),
            message: "The agent ends the call because a transfer is needed, but none is under way."
                .into(),
        });
    }
    let goodbye = match reason {
        Reason::TimeLimit => handover::goodbye_time_limit(),
        Reason::Completed | Reason::PatientRequest | Reason::TransferNeeded => handover::goodbye(),
    };
    let body = EndText { success: true, reason, message: goodbye };
    let outcome = ToolOutcome::new(Given::json(&body, true).spoken(goodbye, true), effects);
    // Vapi hangs up after the goodbye by itself; without a control URL that is all there is.
    if context.can_control(&state) { outcome.then(CallAction::HangUp) } else { outcome }
}
