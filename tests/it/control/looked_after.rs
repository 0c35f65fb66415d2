//! Calls that nobody speaks for: nearly as long as they may be, or with a tool that does not end.

use std::collections::BTreeMap;
use std::time::Duration;

use hookswitch_actors::tools::{Face, Given, Listing, ToolContext, ToolOutcome};
use serde_json::{Value, json};

use super::{call, org, path, steerable, until};
use crate::support::{ControlStub, FeedClient, MORNING, TestServer, result_of};

#[tokio::test]
async fn an_agent_is_told_once_that_time_is_short_also_across_a_restart() {
    let (stub, mut server) = steerable().await;
    let org = org(&server).await;
    let live = call(&server, &org, &stub);
    live.say("Hello.").await;
    // Nine minutes and twenty seconds: half a minute of the usual 590 seconds is left.
    server.set_clock("2026-09-22T14:39:20Z");
    let told = stub.wait(&path(&live), 1).await[0].body.clone();
    assert_eq!(
        (&told["type"], &told["triggerResponseEnabled"]),
        (&json!("add-message"), &json!(false))
    );
    let words = told["message"]["content"].as_str().unwrap();
    assert!(words.contains("second") && words.contains("time_limit"), "{words}");
    until(&server, &org, &live, json!({"type": "warning", "code": "time_limit_near"})).await;
    until(&server, &org, &live, json!({"type": "control_sent", "action": "inject"})).await;
    server.restart(Some("2026-09-22T14:39:30Z")).await;
    // A second call of the same age is told by the same round of looks.
    let live = live.at(&server, &org);
    live.say("Are you there?").await;
    server.set_clock("2026-09-22T14:30:01Z");
    let other = call(&server, &org, &stub);
    other.say("Hello.").await;
    server.set_clock("2026-09-22T14:39:35Z");
    stub.wait(&path(&other), 1).await;
    assert_eq!(stub.bodies(&path(&live)).len(), 1, "{:?}", stub.bodies(&path(&live)));
}

#[tokio::test]
async fn an_org_may_set_another_limit_or_want_no_word_of_it() {
    let (stub, server) = steerable().await;
    let quiet = server.org(json!({"calls": {"warn_seconds": 0}})).await;
    let short = server.org(json!({"calls": {"limit_seconds": 120, "warn_seconds": 90}})).await;
    let (silent, told) = (call(&server, &quiet, &stub), call(&server, &short, &stub));
    silent.say("Hello.").await;
    told.say("Hello.").await;
    server.set_clock("2026-09-22T14:30:50Z");
    stub.wait(&path(&told), 1).await;
    server.set_clock("2026-09-22T14:39:45Z");
    let third = server.org(json!({"calls": {"limit_seconds": 60, "warn_seconds": 60}})).await;
    let third = call(&server, &third, &stub);
    third.say("Hello.").await;
    stub.wait(&path(&third), 1).await;
    assert_eq!(stub.bodies(&path(&silent)), Vec::<Value>::new());
    assert_eq!(stub.bodies(&path(&told)).len(), 1);
}

/// A tool that takes as long as it is told to.
fn slow_tool() -> Vec<Face> {
    let run = |_: ToolContext, arguments: BTreeMap<String, u64>| async move {
        tokio::time::sleep(Duration::from_millis(arguments["wait_ms"])).await;
        ToolOutcome::answer(Given::text("The stars are well aligned.", true))
    };
    vec![Face::new("ask_the_stars", Listing::Never, "Slow.", run)]
}

#[tokio::test]
async fn a_tool_that_never_ends_is_given_up_and_the_call_goes_on() {
    let stub = ControlStub::start().await;
    let server = TestServer::start_with(MORNING, stub.allow(), slow_tool).await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    call.say("What do the stars say?").await;
    let filler = call.raw_as("orphan", "ask_the_stars", json!({"wait_ms": 30_000})).await;
    assert_eq!(result_of(&filler)["error"], "still_working");
    // By the clock it runs for minutes.
    server.set_clock("2026-09-22T14:33:00Z");
    let finished = feed.until("tool_finished").await;
    assert_eq!(finished["event"]["success"], false, "{finished}");
    assert_eq!(finished["state"]["tools_in_flight"], json!([]), "{finished}");
    let warning = feed.until("warning").await;
    assert_eq!(warning["event"]["code"], "tool_given_up", "{warning}");
    let again = call.tool("ask_the_stars", json!({"wait_ms": 0})).await;
    assert_eq!(again, json!("The stars are well aligned."));
}
