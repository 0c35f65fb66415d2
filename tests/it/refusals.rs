//! Bad input of every kind: a clear answer, and nothing written.

mod bodies;
mod input;
mod oauth2;
mod orgs;
mod proof;
mod schemes;
mod starting;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{TestOrg, TestServer};

/// A message that would book if it were let in.
fn booking(call: &Value) -> Value {
    let arguments = json!({"date": "2026-09-24", "time": "10:00", "customer_name": "Ann Ruiz"});
    json!({"message": {
        "type": "tool-calls",
        "call": call,
        "toolCallList": [{"id": "call_refused_1", "name": "create_booking", "arguments": arguments}],
    }})
}

/// That the org has neither bookings nor calls.
async fn assert_untouched(server: &TestServer, org: &TestOrg) {
    assert!(org.bookings(server).await.is_empty(), "a booking was written");
    let calls = server.get(&format!("/api/orgs/{}/calls", org.id)).await;
    assert_eq!(calls["items"], json!([]), "a call was written");
}

fn assert_refused(answer: &(StatusCode, Value), what: &str) {
    assert_eq!(answer.0, StatusCode::UNAUTHORIZED, "{what}: {}", answer.1);
    assert_eq!(
        answer.1,
        json!({"error": {
            "code": "unauthorized",
            "message": "the credentials are missing or wrong",
            "hint": "send the header `Authorization: Bearer <token>`",
        }}),
        "{what}: every refusal reads the same"
    );
}
