//! What Vapi asks beside tool calls, and what it hears: always 200, always one clear answer.

mod briefing;
mod elsewhere;
mod taker;
mod welcome;

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{TestOrg, TestServer, eventually};

/// An assistant of the tests' orgs.
const RECEPTION: &str = "11d1c3f0-52b8-4c39-9f0e-7a2d64b1e001";

/// Another one.
const BILLING: &str = "22d1c3f0-52b8-4c39-9f0e-7a2d64b1e002";

/// The number that callers dial.
const DIALLED: &str = "+17375550188";

/// How long Vapi's fixed limit leaves us, with room for the network.
const LIMIT: Duration = Duration::from_secs(5);

/// A message of `call`, from `number` if it is not withheld.
fn message(kind: &str, call: &str, number: Option<&str>) -> Value {
    let mut customer = json!({});
    if let Some(number) = number {
        customer["number"] = json!(number);
    }
    json!({"message": {"type": kind, "call": {
        "id": call, "type": "inboundPhoneCall", "status": "ringing", "customer": customer,
    }}})
}

async fn ask(server: &TestServer, org: &TestOrg, body: &Value) -> Value {
    let path = format!("/webhook/{}", org.webhook_id);
    let (status, answer) = server.post_as(&path, &org.secret, body).await;
    assert_eq!(status, StatusCode::OK, "{body}: {answer}");
    answer
}

/// Asserts that Vapi finds exactly one intent.
fn assert_one_intent(answer: &Value) {
    let intents = ["assistantId", "assistant", "squadId", "destination", "error"];
    let given = intents.iter().filter(|intent| !answer[**intent].is_null()).count();
    assert_eq!(given, 1, "exactly one intent: {answer}");
}

/// Vapi would have raw audio, streamed; a server without a voice has none to give.
#[tokio::test]
async fn a_request_for_a_voice_is_acknowledged_without_one_and_counts_as_known() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut body = message("voice-request", "call-voice", Some("+15125550143"));
    body["message"]["text"] = json!("Larkspur Cycles, hello.");
    body["message"]["sampleRate"] = json!(24_000);
    assert_eq!(ask(&server, &org, &body).await, json!({}));
    let health = server.get("/api/health").await;
    assert_eq!(health["unknown_messages"], json!({}), "{health}");
    let path = format!("/api/orgs/{}/calls/call-voice", org.id);
    let call = eventually("the call", || async {
        let call = server.get(&path).await;
        call["state"].is_object().then_some(call)
    })
    .await;
    assert_ne!(call["state"]["status"], "ended", "{call}");
    assert_eq!(
        call["state"]["transcript_tail"],
        json!([]),
        "what is to be spoken is no transcript"
    );
}
