//! A phone number as we want it, made from the one that Vapi has: who takes its calls, and where they
//! go when nobody does. Facts: Vapi's `UpdateTwilioPhoneNumberDTO` and its siblings.

use serde_json::{Value, json};

use crate::vapi::server_block::ServerBlock;

/// Who takes the calls of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberTaker {
    /// Always this assistant, by Vapi's id.
    Assistant(String),
    /// Whoever we say when a call comes in: Vapi asks us with `assistant-request`.
    Asked,
}

/// Members that name who takes a call; Vapi asks only where all are empty.
const TAKERS: [&str; 3] = ["assistantId", "squadId", "workflowId"];

/// All members that are ours where a number is looked after.
pub(in crate::vapi) const OURS: [&str; 5] =
    ["assistantId", "squadId", "workflowId", "server", "fallbackDestination"];

/// The phone number that we want in place of `current`. `fallback` is the E.164 number that callers
/// are sent to when nobody takes the call, and what they hear before; without one the present
/// destination stays.
#[must_use]
pub fn compose_number(
    current: &Value,
    taker: &NumberTaker,
    server: &ServerBlock,
    fallback: Option<(&str, &str)>,
) -> Value {
    let mut number = current.clone();
    let Some(members) = number.as_object_mut() else { return number };
    for name in TAKERS {
        match taker {
            NumberTaker::Assistant(id) if name == "assistantId" => {
                members.insert(name.into(), json!(id));
            }
            // Absent is as good as empty; a name is taken out by `null`.
            _ if members.get(name).is_some_and(|taker| !taker.is_null()) => {
                members.insert(name.into(), Value::Null);
            }
            _ => {}
        }
    }
    let server = server.over(members.get("server"));
    members.insert("server".into(), server);
    if let Some((fallback, words)) = fallback {
        let same = members.get("fallbackDestination").is_some_and(|destination| {
            destination["type"] == "number" && destination["number"] == fallback
        });
        if !same {
            let destination = json!({"type": "number", "number": fallback, "message": words});
            members.insert("fallbackDestination".into(), destination);
        }
    }
    number
}
