//! Answers of one value: documents, a silence, a permission. Owns Vapi's form and, where the value
//! is always the same, the value.

use serde_json::json;

/// How long a caller must be silent before the agent may speak, seconds; Vapi's documents use it as
/// their example, and nothing here knows the caller's voice better.
const SILENCE_SECONDS: f64 = 0.5;

/// The answer to `knowledge-base-request`: no documents, so that the model answers by itself.
#[must_use]
pub fn documents_body() -> Vec<u8> {
    json!({"documents": []}).to_string().into_bytes()
}

/// The answer to `call.endpointing.request`.
#[must_use]
pub fn wait_body() -> Vec<u8> {
    json!({"timeoutSeconds": SILENCE_SECONDS}).to_string().into_bytes()
}

/// The answer to `campaign.predial`. Vapi calls nobody without a clear yes.
#[must_use]
pub fn eligible_body(eligible: bool) -> Vec<u8> {
    json!({"eligible": eligible}).to_string().into_bytes()
}
