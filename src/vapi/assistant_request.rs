//! The answer to `assistant-request`: exactly one of `assistantId`, `destination` and `error`.
//! Owns Vapi's form and the names under which an assistant's prompt finds what it is told
//! (`{{customer_name}}`); who takes the call was decided elsewhere.

use hookswitch_actors::booking::speech::en::weekday_name;
use hookswitch_actors::questions::{Briefing, Welcome};
use serde_json::{Map, Value, json};

use super::answer::single_line;
use super::destinations::destination;

/// The body.
#[must_use]
pub fn welcome_body(welcome: &Welcome) -> Vec<u8> {
    let body = match welcome {
        Welcome::Assistant { id, briefing } => json!({
            "assistantId": id,
            "assistantOverrides": {"variableValues": variables(briefing)},
        }),
        Welcome::Person(person) => json!({"destination": destination(person)}),
        Welcome::Nobody { words } => json!({"error": words}),
    };
    body.to_string().into_bytes()
}

/// What is not known is left out: Vapi renders a variable that is missing as nothing. None of the
/// names is one that Vapi fills itself (`now`, `date`, `customer`...).
fn variables(briefing: &Briefing) -> Map<String, Value> {
    let caller = briefing.caller.as_ref();
    let values = [
        ("business_name", Some(briefing.business.clone())),
        ("today", Some(briefing.today.to_string())),
        ("weekday", Some(weekday_name(briefing.today.weekday()).to_owned())),
        ("time_zone", Some(briefing.time_zone.clone())),
        ("customer_name", caller.map(|caller| caller.name.clone())),
        ("kept_slot", briefing.kept_slot.clone()),
        ("open_slots", briefing.open_slots.clone()),
        ("upcoming_booking", caller.and_then(|caller| caller.upcoming.clone())),
    ];
    let known = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.map(|(name, value)| (name.to_owned(), single_line(&value).into())).collect()
}
