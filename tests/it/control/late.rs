//! Results that are ready after the agent was told to wait.

use std::collections::BTreeMap;
use std::time::Duration;

use hookswitch::config::Config;
use hookswitch_actors::tools::{Face, Given, Listing, ToolContext, ToolOutcome};
use serde_json::json;

use super::{call, org, path, until};
use crate::support::{ControlStub, MORNING, TestServer, result_of};

/// A tool that takes as long as it is told to.
fn slow_tool() -> Vec<Face> {
    let run = |_: ToolContext, arguments: BTreeMap<String, u64>| async move {
        tokio::time::sleep(Duration::from_millis(arguments["wait_ms"])).await;
        ToolOutcome::answer(Given::text("The stars are well aligned.", true))
    };
    vec![Face::new("ask_the_stars", Listing::Never, "Slow.", run)]
}

#[tokio::test]
async fn a_late_result_is_brought_into_the_live_call_once() {
    let stub = ControlStub::start().await;
    let allow = stub.allow();
    let change = |config: &mut Config| {
        allow(config);
        config.sessions.tool_deadline_ms = 1_000;
    };
    let server = TestServer::start_with(MORNING, change, slow_tool).await;
    let org = org(&server).await;
    let live = call(&server, &org, &stub);
    let over = call(&server, &org, &stub);
    let ready = call(&server, &org, &stub);
    assert_eq!(
        ready.tool("ask_the_stars", json!({"wait_ms": 0})).await,
        json!("The stars are well aligned.")
    );
    let answer = over.raw("ask_the_stars", json!({"wait_ms": 4_000})).await;
    assert_eq!(result_of(&answer)["error"], "still_working");
    over.end().await;
    let answer = live.raw_as("call_late_1", "ask_the_stars", json!({"wait_ms": 4_000})).await;
    assert_eq!(result_of(&answer)["error"], "still_working");

    let commands = stub.wait(&path(&live), 1).await;
    let body = &commands[0].body;
    assert_eq!(
        (&body["type"], &body["message"]["role"]),
        (&json!("add-message"), &json!("system"))
    );
    assert_eq!(body["triggerResponseEnabled"], true);
    let note = body["message"]["content"].as_str().unwrap();
    assert!(
        note.contains("ask_the_stars") && note.contains("The stars are well aligned."),
        "{note}"
    );
    until(&server, &org, &live, json!({"type": "control_sent", "action": "inject"})).await;
    // A repeat of the same id is answered, not brought in again.
    let answer = live.raw_as("call_late_1", "ask_the_stars", json!({"wait_ms": 4_000})).await;
    assert_eq!(result_of(&answer), json!("The stars are well aligned."));
    until(&server, &org, &over, json!({"type": "warning", "code": "late_result"})).await;
    assert_eq!(stub.bodies(&path(&live)).len(), 1);
    assert!(stub.bodies(&path(&over)).is_empty(), "the call was over");
    assert!(stub.bodies(&path(&ready)).is_empty(), "it was answered in time");
}
