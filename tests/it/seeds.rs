//! The founding documents' own examples: posted as printed there, plus the header that says who
//! is asking, on a clock set to their dates. Texts are compared to the letter; ids differ.

mod bookings;
mod clinic;
mod customers;
mod definitions;
mod unified;

use serde_json::Value;

/// The JSON that a text holds.
fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap_or_else(|| panic!("no text: {text}"))).unwrap()
}

/// The answer of the older form, as JSON.
fn content(answer: &Value) -> Value {
    parsed(&answer["toolResult"]["content"])
}
