//! Tools that are not done in time.

use std::cell::Cell;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{DAY, data, runs, server, text};
use crate::support::FeedClient;
use crate::support::VapiCall;

#[tokio::test]
async fn a_tool_that_is_late_gets_a_filler_in_time_and_its_result_is_kept() {
    let server = server(1_000).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let mut watcher = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    call.say("Hello.").await;
    let arguments = json!({"mark": call.id, "millis": 4_000});
    let tools = [
        ("quick", "check_availability", json!({"date": DAY})),
        ("slow", "test_slow", arguments.clone()),
    ];
    let asked = Instant::now();
    let results = call.together(&tools).await;
    let took = asked.elapsed();
    assert!(took >= Duration::from_millis(990), "answered before the deadline: {took:?}");
    assert!(took < Duration::from_millis(4_000), "the filler took {took:?}");
    assert_eq!(data(&results[0])["success"], true);
    let filler = data(&results[1]);
    assert_eq!(filler["error"], "still_working", "{filler}");
    assert_eq!(filler["success"], false);

    // Asked again too early, it is the same run that goes on.
    let early = call.raw_as("slow", "test_slow", arguments.clone()).await;
    assert_eq!(data(&early["results"][0])["error"], "still_working");

    let warning = watcher.until("warning").await;
    assert_eq!(warning["event"]["code"], "late_result", "{warning}");
    assert_eq!(warning["call_id"], call.id);
    assert_eq!(watcher.calls[&call.id]["tools_in_flight"], json!([]));
    let later = call.raw_as("slow", "test_slow", arguments).await;
    assert_eq!(text(&later["results"][0]), "run 1 is done");
    assert_eq!(runs(&call.id), 1);
}

#[tokio::test]
async fn a_late_tool_of_one_call_delays_no_other() {
    let server = server(5_000).await;
    let org = server.org(json!({})).await;
    let (slow, quick) = (org.call(&server, "+15125550143"), org.call(&server, "+15125550144"));
    let arguments = json!({"mark": slow.id, "millis": 10_000});
    let told = Cell::new(false);
    let waiting = async {
        let filler = slow.text_as("slow", "test_slow", arguments).await;
        told.set(true);
        filler
    };
    let meanwhile = async {
        while runs(&slow.id) == 0 {
            tokio::task::yield_now().await;
        }
        let free = quick.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["success"], true);
        // The slow call itself also goes on talking and asking.
        slow.say("Are you there?").await;
        let free = slow.tool("check_availability", json!({"date": "2026-09-25"})).await;
        assert_eq!(free["success"], true);
        assert!(!told.get(), "the others waited until the slow one was told");
    };
    let (filler, ()) = futures_util::future::join(waiting, meanwhile).await;
    assert!(filler.contains("still_working"), "{filler}");
}

#[tokio::test]
async fn a_tool_that_outlives_its_call_finishes_and_does_not_bring_the_call_back() {
    let server = server(1_000).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let mut watcher = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    let arguments = json!({"mark": call.id, "millis": 3_000});
    let filler = call.raw_as("slow", "test_slow", arguments.clone()).await;
    assert_eq!(data(&filler["results"][0])["error"], "still_working");
    call.end().await;
    watcher.until("call_ended").await;
    let finished = watcher.until("tool_finished").await;
    assert_eq!(finished["event"]["tool_call_id"], "slow");
    watcher.until("warning").await;
    assert!(watcher.calls.is_empty());
    let later = call.raw_as("slow", "test_slow", arguments).await;
    assert_eq!(text(&later["results"][0]), "run 1 is done");
}

#[tokio::test]
async fn a_tool_call_is_known_again_however_many_came_after_it() {
    let server = server(5_500).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let arguments = json!({"mark": call.id, "millis": 0});
    let first = call.text_as("first", "test_slow", arguments.clone()).await;
    assert!(first.contains("run 1 is done"), "{first}");
    // More than a session remembers by itself.
    for _ in 0..10 {
        let ids: Vec<String> = (0..30).map(|_| VapiCall::next_id()).collect();
        let tools: Vec<_> =
            ids.iter().map(|id| (id.as_str(), "list_calendars", json!({}))).collect();
        let results = call.together(&tools).await;
        assert!(results.iter().all(|result| data(result)["success"] == true), "{results:?}");
    }
    assert_eq!(call.text_as("first", "test_slow", arguments.clone()).await, first);
    assert_eq!(runs(&call.id), 1);
    let other = call.raw_as("first", "test_slow", json!({"mark": call.id, "millis": 1})).await;
    let error = other["results"][0]["error"].as_str().unwrap();
    assert!(error.contains("already used"), "{error}");
    assert_eq!(runs(&call.id), 1);
}
