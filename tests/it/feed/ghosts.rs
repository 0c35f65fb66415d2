//! No watcher ever shows a call that is over, or one that never was, whatever order messages come in.

use serde_json::{Value, json};

use super::fresh;
use crate::support::{FeedClient, TestServer, VapiCall, eventually};

/// Frames of a call, oldest first.
fn of_call<'a>(watcher: &'a FeedClient, call: &VapiCall) -> Vec<&'a Value> {
    watcher.frames.iter().filter(|frame| frame["call_id"] == call.id).collect()
}

#[tokio::test]
async fn a_call_starts_once_and_what_comes_after_its_end_says_that_it_is_over() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut watcher = fresh(&server, &org).await;
    let call = org.call(&server, "+15125550143");
    let post = async |mut message: Value, knows_caller: bool| {
        message["call"] = json!({"id": call.id});
        if knows_caller {
            message["call"]["customer"] = json!({"number": call.number});
        }
        let path = format!("/webhook/{}", org.webhook_id);
        server.post_as(&path, &org.secret, &json!({"message": message})).await;
    };
    let said = |text: &str| {
        json!({"type": "transcript", "role": "user", "transcriptType": "final",
            "transcript": text})
    };
    post(json!({"type": "status-update", "status": "ringing"}), false).await;
    post(said("Hello?"), true).await;
    post(json!({"type": "status-update", "status": "ended"}), false).await;
    post(json!({"type": "status-update", "status": "in-progress"}), true).await;
    post(said("Too late."), true).await;
    post(json!({"type": "hang"}), true).await;
    post(
        json!({"type": "call.artifact.upload", "artifacts": [{"type": "log", "success": false}]}),
        false,
    )
    .await;
    // Only now it becomes known which assistant spoke: the record learns it, and it is no start.
    let late = json!({"type": "end-of-call-report", "endedReason": "customer-ended-call",
        "assistant": {"id": "a-late"}});
    post(late, true).await;
    call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    let newcomer = fresh(&server, &org).await;
    watcher.catch_up(newcomer.seq).await;

    let frames = of_call(&watcher, &call);
    let kinds: Vec<&str> =
        frames.iter().map(|frame| frame["event"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds[0], "call_started", "{kinds:?}");
    let starts = kinds.iter().filter(|kind| **kind == "call_started").count();
    assert_eq!(starts, 1, "{kinds:?}");
    let end = kinds.iter().position(|kind| *kind == "call_ended").unwrap();
    assert!(frames.len() > end + 3, "much came after the end: {kinds:?}");
    for frame in &frames[end..] {
        assert_eq!(frame["state"]["status"], "ended", "{frame}");
    }
    let learned = frames.iter().any(|frame| frame["state"]["caller"]["number"] == call.number);
    assert!(learned, "the caller came with a later message: {frames:?}");
    assert!(watcher.calls.is_empty(), "{:?}", watcher.calls);
    assert!(newcomer.calls.is_empty(), "{:?}", newcomer.calls);
}

#[tokio::test]
async fn what_is_said_of_calls_that_nobody_knew_makes_no_live_call() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let stored = |success: bool| json!({"type": "call.artifact.upload", "artifacts": [{"type": "log", "success": success}]});
    for message in [
        json!({"type": "call.deleted"}),
        json!({"type": "call.delete.failed"}),
        json!({"type": "status-update", "status": "deletion-failed"}),
        json!({"type": "status-update", "status": "not-found"}),
        stored(true),
        stored(false),
    ] {
        org.call(&server, "+15125550143").post(message).await;
    }
    let path = |state: &str| format!("/api/orgs/{}/calls?state={state}", org.id);
    let warned = eventually("the failed upload to be kept", || async {
        let ended = server.get(&path("ended")).await["items"].as_array().unwrap().clone();
        (!ended.is_empty()).then_some(ended)
    })
    .await;
    assert_eq!(warned.len(), 1, "only what an operator should know: {warned:?}");
    assert_eq!(server.get(&path("live")).await["items"], json!([]));
    assert!(fresh(&server, &org).await.calls.is_empty());
}
