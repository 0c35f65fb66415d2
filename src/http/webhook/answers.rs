//! From our answers to Vapi's form.

use hookswitch_actors::booking::phrases;
use hookswitch_actors::tools::{Given, GivenBody};
use hookswitch_storage::ToolCallId;
use serde_json::json;

use crate::vapi::{Outcome, Spoken, ToolAnswer, ToolCall};

pub(super) fn answered(id: &ToolCallId, given: &Given) -> ToolAnswer {
    let outcome = match &given.body {
        GivenBody::Result(text) => Outcome::Result(text.clone()),
        GivenBody::Error(text) => Outcome::Error(text.clone()),
    };
    let message = given.message.as_ref().map(|message| Spoken {
        content: message.content.clone(),
        end_call_after_spoken: message.end_call_after_spoken,
        failed: matches!(given.body, GivenBody::Error(_)),
    });
    ToolAnswer {
        tool_call_id: id.to_string(),
        name: given.name.clone(),
        outcome,
        message,
        metadata: given.metadata.clone(),
    }
}

/// The answer to a tool call of an org that nobody knows (P093).
pub(super) fn org_unknown(call: &ToolCall) -> ToolAnswer {
    ToolAnswer {
        tool_call_id: call.id.clone().unwrap_or_else(ToolCallId::ours).to_string(),
        name: call.name.clone().unwrap_or_default(),
        outcome: Outcome::Result(org_unknown_content()),
        message: None,
        metadata: None,
    }
}

/// A structured refusal (P094's form, P093's content).
pub(super) fn org_unknown_content() -> String {
    json!({
        "success": false,
        "error": "Organization not found for this call",
        "message": phrases::org_not_found(),
    })
    .to_string()
}

/// The `content` of a direct answer is always JSON text.
pub(super) fn direct_content(given: &Given) -> String {
    match &given.body {
        GivenBody::Result(text) if text.starts_with('{') => text.clone(),
        GivenBody::Result(text) => json!({"success": given.success, "message": text}).to_string(),
        GivenBody::Error(text) => json!({"success": false, "error": text}).to_string(),
    }
}
