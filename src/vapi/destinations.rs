//! The answers to `transfer-destination-request` and `handoff-destination-request`: where a call
//! goes on, or an `error` that the model reads. Owns Vapi's form only.

use hookswitch_actors::booking::phrases::questions::{NO_SUCH_ASSISTANT, nobody_to_connect};
use hookswitch_actors::questions::Destination;
use serde_json::{Value, json};

use super::transfers;

/// Hands the call over to a person; to nobody, with words for the caller, if there is none.
#[must_use]
pub fn transfer_body(person: Option<&Destination>) -> Vec<u8> {
    let body = match person {
        Some(person) => json!({"destination": destination(person)}),
        None => json!({"error": nobody_to_connect()}),
    };
    body.to_string().into_bytes()
}

/// Hands the call over to another assistant; to none, with words for the model, if there is none.
#[must_use]
pub fn handoff_body(assistant: Option<&str>) -> Vec<u8> {
    let body = match assistant {
        Some(id) => json!({"destination": {"type": "assistant", "assistantId": id}}),
        None => json!({"error": NO_SUCH_ASSISTANT}),
    };
    body.to_string().into_bytes()
}

/// A person's number. Its `message` is what the caller hears; without one Vapi says its own words.
pub(super) fn destination(person: &Destination) -> Value {
    // Nobody has said yet what it is about, or only to the model.
    let plan = person.plan.as_ref().map(|plan| (plan, ""));
    let extension = person.extension.as_deref();
    transfers::destination(&person.number, extension, Some(person.words), plan)
}
