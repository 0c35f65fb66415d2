//! Messages that report: all are accepted, whatever they are and whatever they leave out.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{CALL, fixture, message};
use crate::support::{INSTANCE, TestOrg, TestServer, eventually};

/// Vapi's server messages that ask for no answer.
const INFORMATIONAL: [&str; 24] = [
    "assistant.speechStarted",
    "assistant.started",
    "call.artifact.upload",
    "call.delete.failed",
    "call.deleted",
    "chat.created",
    "chat.deleted",
    "conversation-update",
    "end-of-call-report",
    "hang",
    "language-change-detected",
    "language-changed",
    "model-output",
    "phone-call-control",
    "session.created",
    "session.deleted",
    "session.updated",
    "speech-update",
    "status-update",
    "transcript",
    "transcript[transcriptType=\"final\"]",
    "transfer-update",
    "user-interrupted",
    "voice-input",
];

async fn post(server: &TestServer, org: &TestOrg, body: &Value) -> (StatusCode, Value) {
    server.post_as(&format!("/webhook/{}", org.webhook_id), &org.secret, body).await
}

async fn unknown_messages(server: &TestServer) -> Value {
    server.get("/api/health").await["unknown_messages"].clone()
}

#[tokio::test]
async fn every_informational_message_is_accepted_with_and_without_a_call() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for kind in INFORMATIONAL {
        for body in [
            message(kind, json!({})),
            message(kind, json!({"role": 7, "transcript": [], "status": {}, "messages": "none"})),
            json!({"message": {"type": kind}}),
            json!({"message": {"type": kind, "call": null}}),
            json!({"message": {"type": kind, "call": {}}}),
            json!({"type": kind}),
        ] {
            let (status, answer) = post(&server, &org, &body).await;
            assert_eq!(status, StatusCode::OK, "{kind}: {body}");
            assert_eq!(answer, json!({}), "{kind}: {body}");
        }
    }
    assert_eq!(unknown_messages(&server).await, json!({}), "all of them are known");
}

#[tokio::test]
async fn messages_of_unknown_types_are_accepted_and_counted_by_name() {
    let server = TestServer::start_shared(crate::support::MORNING).await;
    let org = server.org(json!({})).await;
    let future = json!({"message": {"type": "telepathy-update", "call": {"id": CALL}}});
    for _ in 0..3 {
        assert_eq!(post(&server, &org, &future).await, (StatusCode::OK, json!({})));
    }
    let (status, _) = server.post_as("/webhook/vapi", INSTANCE, &future).await;
    assert_eq!(status, StatusCode::OK, "also when nobody knows whose it is");
    assert_eq!(unknown_messages(&server).await["telepathy-update"], 4);
    for n in 0..100 {
        let body = json!({"message": {"type": format!("invented-{n}")}});
        assert_eq!(post(&server, &org, &body).await.0, StatusCode::OK);
    }
    let counted = unknown_messages(&server).await;
    let counted = counted.as_object().unwrap();
    assert!(counted.len() <= 65, "a stranger cannot fill memory with names: {}", counted.len());
    let total: u64 = counted.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(total, 104, "and none goes uncounted");
}

#[tokio::test]
async fn what_is_said_in_any_form_reaches_the_calls_transcript() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for name in ["transcript-final-in-type", "speech-update"] {
        assert_eq!(post(&server, &org, &fixture(name)).await.0, StatusCode::OK, "{name}");
    }
    let path = format!("/api/orgs/{}/calls/{CALL}", org.id);
    let said = eventually("the sentence in the call's state", || async {
        let (status, call) = server.api(reqwest::Method::GET, &path, None).await;
        let tail = call["state"]["transcript_tail"].as_array()?.clone();
        (status == StatusCode::OK && !tail.is_empty()).then_some(tail)
    })
    .await;
    assert!(said[0].to_string().contains("My gears slip when it is cold."), "{said:?}");
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn what_the_first_message_of_a_call_left_out_is_learned_from_a_later_one() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let known = json!({"date": "2026-09-24", "time": "10:00", "customer_name": "Mara Voss",
        "customer_phone": "+13035550117"});
    let booked = org.call(&server, "+13035550117");
    booked.tool("check_availability", json!({"date": "2026-09-24"})).await;
    booked.tool("create_booking", known).await;

    let bare = json!({"message": {"type": "status-update", "status": "ringing",
        "call": {"id": CALL}}});
    assert_eq!(post(&server, &org, &bare).await.0, StatusCode::OK);
    assert_eq!(post(&server, &org, &fixture("speech-update")).await.0, StatusCode::OK);
    assert_eq!(post(&server, &org, &bare).await.0, StatusCode::OK);
    let path = format!("/api/orgs/{}/calls/{CALL}", org.id);
    let call = eventually("the customer behind the number", || async {
        let (_, call) = server.api(reqwest::Method::GET, &path, None).await;
        // What is kept of a call follows what is known of it.
        let is_kept = call["caller"]["number"].is_string();
        (is_kept && call["state"]["customer"]["name"].is_string()).then_some(call)
    })
    .await;
    assert_eq!(call["caller"]["number"], "+13035550117", "{call}");
    assert_eq!(call["state"]["caller"]["number"], "+13035550117");
    assert_eq!(call["state"]["customer"]["name"], "Mara Voss");
    assert_eq!(call["state"]["started_at"], call["started_at"]);
    let other = json!({"message": {"type": "hang", "call": {
        "id": CALL, "customer": {"number": "+15125550199"}}}});
    assert_eq!(post(&server, &org, &other).await.0, StatusCode::OK);
    let events = format!("{path}/events");
    eventually("the message after", || async {
        let list = server.get(&events).await;
        let last = list["items"].as_array()?.last()?.clone();
        (last["event"]["type"] == "warning").then_some(())
    })
    .await;
    assert_eq!(server.get(&path).await["state"]["caller"]["number"], "+13035550117");
}

#[tokio::test]
async fn a_line_that_withholds_the_caller_gives_no_name() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/calls/{CALL}", org.id);
    for (name, shown) in
        [("Anonymous", Value::Null), ("UNKNOWN", Value::Null), ("Mara Voss", json!("Mara Voss"))]
    {
        let body = json!({"message": {"type": "hang", "call": {"id": CALL},
            "customer": {"sipUri": "sip:line@example.invalid", "name": name}}});
        assert_eq!(post(&server, &org, &body).await.0, StatusCode::OK);
        let call = server.get(&path).await;
        assert_eq!(call["state"]["caller"]["name"], shown, "{name}");
    }
}

#[tokio::test]
async fn tools_in_the_history_of_a_conversation_are_not_run() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for name in ["conversation-update", "conversation-update-vapi-turns"] {
        assert_eq!(post(&server, &org, &fixture(name)).await.0, StatusCode::OK, "{name}");
    }
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn a_message_without_a_type_is_refused_unless_it_calls_tools() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for body in [json!({}), json!({"message": {}}), json!({"message": {"call": {"id": CALL}}})] {
        let (status, answer) = post(&server, &org, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("message.type"), "{answer}");
    }
    let empty = json!({"message": {"type": "tool-calls", "toolCallList": []}});
    assert_eq!(post(&server, &org, &empty).await, (StatusCode::OK, json!({"results": []})));
}
