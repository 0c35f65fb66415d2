//! Stories of callers who book, change their mind, and find their bookings again.

mod access;
mod calendars;
mod details;
mod guessing;
mod offers;
mod party;
mod rules;
mod strangers;
mod times;
mod words;

use serde_json::{Value, json};

use crate::support::VapiCall;

/// Checks a day and books one of its slots for `name`.
async fn book(call: &VapiCall, date: &str, time: &str, name: &str) -> Value {
    let free = call.tool("check_availability", json!({"date": date})).await;
    let slots = free["data"]["slots"].as_array().unwrap();
    assert!(slots.contains(&json!(time)), "{time} is not free: {free}");
    let booked = call
        .tool("create_booking", json!({"date": date, "time": time, "customer_name": name}))
        .await;
    assert_eq!(booked["success"], true, "{booked}");
    booked
}

fn message(answer: &Value) -> &str {
    answer["message"].as_str().unwrap_or_else(|| panic!("no message in {answer}"))
}
