//! Which messages of a call Vapi is asked to post to us.

use serde_json::{Value, json};

/// What Vapi posts where an assistant says nothing of it. A list of ours replaces that, so it is kept.
const USUAL: [&str; 11] = [
    "conversation-update",
    "end-of-call-report",
    "function-call",
    "hang",
    "speech-update",
    "status-update",
    "tool-calls",
    "transfer-destination-request",
    "handoff-destination-request",
    "user-interrupted",
    "assistant.started",
];

/// What the feed, the state of a call and hand-overs are made of.
const NEEDED: [&str; 9] = [
    "status-update",
    "conversation-update",
    "end-of-call-report",
    "tool-calls",
    "transfer-update",
    "transfer-destination-request",
    "handoff-destination-request",
    "hang",
    "assistant.started",
];

/// Every word that is said, as it is understood.
const TRANSCRIPT: &str = "transcript";

/// The same once a sentence is complete, which is all that is kept here.
const FINAL_TRANSCRIPT: &str = "transcript[transcriptType=\"final\"]";

/// Turns Vapi's own hanging up and forwarding off. It is never added; where somebody asked for it, it
/// stays and is warned of.
pub(in crate::vapi) const CARRIER_CONTROL: &str = "phone-call-control";

/// The list with what we need behind what is there.
pub(super) fn with_ours(current: Option<&Value>) -> Value {
    let mut list = match current.and_then(Value::as_array) {
        Some(list) => list.clone(),
        None => USUAL.iter().map(|name| json!(name)).collect(),
    };
    for name in NEEDED {
        if !list.iter().any(|asked| asked == name) {
            list.push(json!(name));
        }
    }
    if !list.iter().any(|asked| asked == TRANSCRIPT || asked == FINAL_TRANSCRIPT) {
        list.push(json!(FINAL_TRANSCRIPT));
    }
    Value::Array(list)
}
