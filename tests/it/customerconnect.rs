//! Who is calling, by CustomerConnect: seed 0's whole flow against a local stand-in.

mod found;
mod health;
mod limits;
mod secrets;
pub(crate) mod stand_in;
mod story;
mod tried;
mod trouble;
mod welcome;

use serde_json::{Value, json};

use crate::support::{TestOrg, TestServer, eventually};
use stand_in::{Habit, StandIn, benjie, benjie_at, people};

/// The seed's example number as signalled.
const NUMBER: &str = "+16267888831";
const FOUND: &str = "Customer found: Benjie Malinao. Existing appointment: 12-15-2025 at 3:30PM. \
    Household/Decision maker: Test Household. Please acknowledge this information naturally in the \
    conversation.";
/// What somebody hears who does not call from that number.
const HINT: &str = "Customer found: Benjie M. This call does not come from that number, so \
    appointments and household are not given here. Please ask for the caller's full name and go on \
    without them; an appointment can be looked up by its confirmation number.";
const NOT_FOUND: &str = "No existing customer record found for this phone number. This appears to \
    be a new customer.";
const NOT_CONFIGURED: &str =
    "Customer lookup is not configured. Proceeding without customer history.";

/// The seed's access, with a key that no other text could hold.
const KEY: &str = "cc-key-7f3a9d-never-to-be-seen";

fn access() -> Value {
    json!({"customerconnect": {"workspace_id": "76692", "api_key": KEY}})
}

/// A server on the seed's own day that looks customers up at `url`.
async fn server_at(url: &str) -> TestServer {
    let url = url.to_owned();
    let change = |config: &mut hookswitch::config::Config| {
        config.providers.customerconnect.base_url = url;
    };
    TestServer::start_with("2025-11-28T15:00:00Z", change, Vec::new).await
}

async fn server_with(stand_in: &StandIn) -> (TestServer, TestOrg) {
    let server = server_at(&stand_in.url).await;
    let org = server.org(access()).await;
    were_tried(&server).await;
    (server, org)
}

/// Waits until each directory has answered; nothing is asked by itself for minutes after that.
async fn were_tried(server: &TestServer) {
    eventually("each directory to have been tried", || async {
        let health = server.get("/api/health/customerconnect").await;
        let all = health["connections"].as_array().unwrap();
        all.iter().all(|one| one["last_success_at"].is_string()).then_some(())
    })
    .await;
}

/// The seed's request, word for word, but for a call of our own.
async fn as_in_the_seed(server: &TestServer, org: &TestOrg, call: Value) -> Value {
    let body = json!({"message": {
        "type": "tool-calls",
        "toolCalls": [{
            "id": "call_abc123",
            "type": "function",
            "function": {
                "name": "lookup_customer",
                "arguments": "{\"phone_number\": \"6267888831\"}",
            },
        }],
        "call": call,
    }});
    let path = format!("/webhook/{}", org.webhook_id);
    let (status, answer) = server.post_as(&path, &org.secret, &body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn the_result(text: &str) -> Value {
    json!({"results": [{"toolCallId": "call_abc123", "name": "lookup_customer", "result": text}]})
}

fn spoken() -> Value {
    json!({"phone_number": "626-788-8831"})
}
