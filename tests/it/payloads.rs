//! Bodies as Vapi sends them, in every shape that its documents and deliveries show, posted to a
//! real server.

mod events;
mod handling;
mod logs;
mod reports;
mod shapes;

use std::path::PathBuf;

use serde_json::{Value, json};

/// The call of the fixtures.
const CALL: &str = "0199c4de-0b52-7c11-8a3e-4d5f6a7b8c9d";

/// Our Vapi number in the fixtures.
const NUMBER_ID: &str = "8d41f7b2-3c5e-4a69-b0d8-19e7f6a5c4b3";

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "vapi"].iter().collect()
}

fn fixture_text(name: &str) -> String {
    let path = folder().join(format!("{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fixture(name: &str) -> Value {
    serde_json::from_str(&fixture_text(name)).unwrap()
}

/// A message of the fixtures' call.
fn message(kind: &str, fields: Value) -> Value {
    let mut message = json!({"type": kind, "call": {
        "id": CALL, "phoneNumberId": NUMBER_ID, "customer": {"number": "+13035550117"},
    }});
    for (name, value) in fields.as_object().unwrap() {
        message[name] = value.clone();
    }
    json!({"message": message})
}
