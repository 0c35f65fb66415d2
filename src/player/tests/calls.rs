//! Whole calls, against a server of a few lines that can be told to break Vapi's contract.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::player::{self, CallReport, Endpoint, Line, Pace, Scene, Script};

/// Answers a tool call; the number counts all tool calls so far.
type Tool = fn(id: &str, count: usize) -> Response;

#[derive(Clone)]
struct Stub {
    tool: Tool,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Stub {
    async fn start(tool: Tool) -> (Self, SocketAddr) {
        let stub = Self { tool, heard: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/webhook/{id}", post(answer)).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (stub, address)
    }

    fn heard(&self, kind: &str) -> Vec<Value> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|message| message["type"] == kind).cloned().collect()
    }
}

async fn answer(State(stub): State<Stub>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if headers.get("authorization").is_none_or(|value| value != "Bearer s3cret") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let message = body["message"].clone();
    let mut heard = stub.heard.lock().unwrap();
    heard.push(message.clone());
    let count = heard.iter().filter(|message| message["type"] == "tool-calls").count();
    match message["toolCallList"][0]["id"].as_str() {
        Some(id) => (stub.tool)(id, count),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

fn result(id: &str, result: &Value) -> Response {
    Json(json!({"results": [{"toolCallId": id, "name": "t", "result": result.to_string()}]}))
        .into_response()
}

async fn play_with(secret: &str, address: SocketAddr, script: &str) -> CallReport {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let endpoint =
        Endpoint::new(&format!("http://{address}/webhook/wh_x"), Some(secret.into())).unwrap();
    let scene = Scene { today: date(2026, 9, 14), ahead: SignedDuration::ZERO };
    let script = Script::parse(script).unwrap();
    player::play(Line::new(endpoint).unwrap(), &script, scene, Pace::AtOnce, |_| {}).await.unwrap()
}

async fn play(tool: Tool, script: &str) -> (Stub, CallReport) {
    let (stub, address) = Stub::start(tool).await;
    let report = play_with("s3cret", address, script).await;
    (stub, report)
}

fn failures(report: &CallReport) -> Vec<String> {
    report.failures().map(|(turn, failure)| format!("{turn}: {failure}")).collect()
}

const TWO_TOOLS: &str = r#"
name = "two tools"
[variables]
name = "Ann Ruiz"
[call]
caller_number = "+13125550142"
phone_number_id = "pn-1"
[[turn]]
say = "Hi, {{name}} here"
[[turn]]
tool = "first"
arguments = { date = "{{workday+1}}" }
expect.success = true
save = { code = "/data/codes/1" }
[[turn]]
tool = "second"
arguments = { reference = "{{code}}" }
expect.fields = { "/data/codes/0" = "A" }
"#;

#[tokio::test]
async fn a_call_is_told_in_vapis_messages_and_order() {
    let (stub, report) = play(
        |id, _| result(id, &json!({"success": true, "data": {"codes": ["A", "B"]}})),
        TWO_TOOLS,
    )
    .await;
    assert_eq!(failures(&report), [""; 0]);
    let kinds: Vec<Value> =
        stub.heard.lock().unwrap().iter().map(|message| message["type"].clone()).collect();
    let expected = [
        "status-update",
        "transcript",
        "tool-calls",
        "tool-calls",
        "status-update",
        "end-of-call-report",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(stub.heard("transcript")[0]["transcript"], "Hi, Ann Ruiz here");
    let tools = stub.heard("tool-calls");
    assert_eq!(tools[0]["toolCallList"][0]["function"]["arguments"], json!({"date": "2026-09-15"}));
    assert_eq!(tools[1]["toolCalls"][0]["function"]["arguments"], json!({"reference": "B"}));
    assert_eq!(tools[1]["toolWithToolCallList"][0]["toolCall"], tools[1]["toolCallList"][0]);
    assert_ne!(tools[0]["toolCallList"][0]["id"], tools[1]["toolCallList"][0]["id"]);
    for message in stub.heard.lock().unwrap().iter() {
        assert_eq!(message["call"]["id"], report.call_id.as_str());
        assert_eq!(message["call"]["phoneNumberId"], "pn-1");
        assert_eq!(message["customer"]["number"], "+13125550142");
    }
}

#[tokio::test]
async fn what_is_not_as_expected_is_listed_by_turn() {
    let (_, report) =
        play(|id, _| result(id, &json!({"success": false, "data": {"codes": ["Z"]}})), TWO_TOOLS)
            .await;
    let failures = failures(&report);
    assert_eq!(failures[0], "2: expected /success to be true, got false");
    assert_eq!(failures[1], "2: cannot save `code`: the answer has no /data/codes/1");
    assert!(failures[2].starts_with("3: `{{code}}` has no value"), "{failures:?}");
    assert!(!report.passed());
}

const REPEAT: &str = "name = 'r'\n[[turn]]\ntool = 't'\n[[turn]]\nrepeat_last = true\n";

#[tokio::test]
async fn a_repeat_comes_under_the_same_id_and_must_get_the_same_bytes() {
    let (stub, same) = play(|id, _| result(id, &json!({"code": 1})), REPEAT).await;
    assert!(same.passed(), "{:?}", failures(&same));
    let tools = stub.heard("tool-calls");
    assert_eq!(tools[0]["toolCallList"], tools[1]["toolCallList"]);
    let (_, other) = play(|id, count| result(id, &json!({"code": count})), REPEAT).await;
    assert_eq!(
        failures(&other),
        ["2: expected the same bytes as the first time, the answer differs"]
    );
}

const ONE: &str = "name = 'o'\n[[turn]]\ntool = 't'\n";

#[tokio::test]
async fn an_answer_that_vapi_would_ignore_is_a_failure() {
    let breaches: [(Tool, &str); 5] = [
        (|_, _| result("another", &json!({})), "no result for this tool call"),
        (
            |id, _| (StatusCode::BAD_REQUEST, result(id, &json!({}))).into_response(),
            "HTTP status 400",
        ),
        (
            |id, _| {
                Json(json!({"results": [{"toolCallId": id, "result": {"a": 1}}]})).into_response()
            },
            "is a text",
        ),
        (
            |id, _| {
                Json(json!({"results": [{"toolCallId": id, "result": "a\nb"}]})).into_response()
            },
            "line break",
        ),
        (
            |id, _| Json(json!({"results": [{"toolCallId": id, "error": "no"}]})).into_response(),
            "could not run",
        ),
    ];
    for (tool, expected) in breaches {
        let (_, report) = play(tool, ONE).await;
        assert!(
            failures(&report).concat().contains(expected),
            "{expected}: {:?}",
            failures(&report)
        );
    }
}

#[tokio::test]
async fn an_expected_error_and_an_expected_text_are_no_failures() {
    let script = format!("{ONE}expect.error = true\nexpect.contains = ['UNKNOWN tool']\n");
    let (_, report) = play(
        |id, _| {
            Json(json!({"results": [{"toolCallId": id, "error": "Unknown tool t"}]}))
                .into_response()
        },
        &script,
    )
    .await;
    assert!(report.passed(), "{:?}", failures(&report));
}

#[tokio::test]
async fn a_refused_secret_ends_the_call_and_names_the_flag() {
    let (_, address) = Stub::start(|id, _| result(id, &json!({}))).await;
    let report = play_with("wrong", address, ONE).await;
    assert_eq!(report.turns.len(), 1);
    assert!(failures(&report).concat().contains("--webhook-secret"), "{:?}", failures(&report));
    assert!(!serde_json::to_string(&report).unwrap().contains("wrong"));
}

#[tokio::test]
async fn a_server_that_is_not_there_ends_the_call() {
    // Bound and dropped: nothing listens there.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let report = play_with("s3cret", address, ONE).await;
    assert_eq!(report.turns.len(), 1);
    assert!(
        failures(&report).concat().contains("is the server running"),
        "{:?}",
        failures(&report)
    );
}
