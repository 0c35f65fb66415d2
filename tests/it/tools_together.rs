//! Several tools at once: within one message, within one call, and between calls. What one of
//! them does wrong is its own affair.

mod late;
mod races;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hookswitch_actors::tools::{Face, Given, Listing, ToolContext, ToolOutcome};
use reqwest::StatusCode;
use serde_json::{Map, Value, json};

use crate::support::{MORNING, TestServer, VapiCall};

const DAY: &str = "2026-09-24";

/// How often `test_slow` ran, by the `mark` it was called with.
static RUNS: Mutex<Option<HashMap<String, u32>>> = Mutex::new(None);

fn runs(mark: &str) -> u32 {
    let runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
    runs.as_ref().and_then(|runs| runs.get(mark).copied()).unwrap_or(0)
}

/// A tool that panics, and one that takes `millis` to say how often it ran for `mark`.
fn hooks() -> Vec<Face> {
    let panics = |_: ToolContext, arguments: Map<String, Value>| async move {
        assert!(arguments.contains_key("calm"), "test_panic was told to");
        ToolOutcome::answer(Given::text("calm", true))
    };
    let slow = |_: ToolContext, arguments: Map<String, Value>| async move {
        let mark = arguments["mark"].as_str().unwrap().to_owned();
        let run = {
            let mut runs = RUNS.lock().unwrap_or_else(PoisonError::into_inner);
            let run = runs.get_or_insert_default().entry(mark).or_default();
            *run += 1;
            *run
        };
        tokio::time::sleep(Duration::from_millis(arguments["millis"].as_u64().unwrap())).await;
        ToolOutcome::answer(Given::text(&format!("run {run} is done"), true))
    };
    vec![
        Face::new("test_panic", Listing::Never, "Panics.", panics),
        Face::new("test_slow", Listing::Never, "Takes its time.", slow),
    ]
}

async fn server(deadline_ms: u64) -> TestServer {
    let change = |config: &mut hookswitch::config::Config| {
        config.sessions.tool_deadline_ms = deadline_ms;
    };
    TestServer::start_with(MORNING, change, hooks).await
}

fn text(result: &Value) -> &str {
    result["result"].as_str().unwrap_or_else(|| panic!("no result: {result}"))
}

fn data(result: &Value) -> Value {
    serde_json::from_str(text(result)).unwrap()
}

#[tokio::test]
async fn of_five_tools_in_one_message_one_fails_and_one_panics_and_three_are_right() {
    let server = server(5_500).await;
    let org = server.org(json!({})).await;
    let (call, other) = (org.call(&server, "+15125550143"), org.call(&server, "+15125550144"));
    other.tool("check_availability", json!({"date": DAY})).await;
    let path = format!("/api/orgs/{}/calls/{}", org.id, other.id);
    let before = server.get(&path).await;

    let ids: Vec<String> = (0..5).map(|_| VapiCall::next_id()).collect();
    let tools = [
        (ids[0].as_str(), "check_availability", json!({"date": "2026-09-25"})),
        (ids[1].as_str(), "test_panic", json!({})),
        (ids[2].as_str(), "list_calendars", json!({})),
        (ids[3].as_str(), "create_booking", json!({"date": DAY, "time": "10:00"})),
        (ids[4].as_str(), "checkAvailability", json!({"date": "2026-09-28"})),
    ];
    let results = call.together(&tools).await;
    assert_eq!(results.len(), 5);
    for (result, (id, name, _)) in results.iter().zip(&tools) {
        assert_eq!((&result["toolCallId"], &result["name"]), (&json!(id), &json!(name)));
    }
    assert_eq!(data(&results[0])["data"]["date"], "2026-09-25");
    assert!(
        results[1]["error"].as_str().unwrap().contains("Something went wrong"),
        "{}",
        results[1]
    );
    assert_eq!(data(&results[2])["success"], true);
    assert!(results[3]["error"].as_str().unwrap().contains("customer_name"), "{}", results[3]);
    assert_eq!(data(&results[4])["requestedDate"], "2026-09-28");

    // Other calls and this one itself go on as if nothing had happened.
    assert_eq!(server.get(&path).await, before);
    for (call, date) in [(&call, "2026-09-25"), (&other, DAY)] {
        let free = call.tool("check_availability", json!({"date": date})).await;
        let time = &free["data"]["slots"][0];
        let arguments = json!({"date": date, "time": time, "customer_name": "Ann Ruiz"});
        assert_eq!(call.tool("create_booking", arguments).await["success"], true);
    }
    // A panic is no answer for ever: the same call of the tool may be tried again.
    let (status, _) = call
        .post(json!({"type": "tool-calls", "toolCallList": [
        {"id": ids[1], "type": "function", "function": {"name": "test_panic", "arguments": {}}}]}))
        .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn one_id_asked_twice_at_once_runs_once_and_both_get_the_same_bytes() {
    let server = server(5_500).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let arguments = json!({"mark": call.id, "millis": 150});
    let asked = (0..20).map(|_| call.text_as("twice", "test_slow", arguments.clone()));
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers[0].contains("run 1 is done"), "{}", answers[0]);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(call.text_as("twice", "test_slow", arguments.clone()).await, answers[0]);
    assert_eq!(runs(&call.id), 1);

    // In one message as well.
    let twice = [("again", "test_slow", arguments.clone()), ("again", "test_slow", arguments)];
    let results = call.together(&twice).await;
    assert!(results.iter().all(|result| text(result) == "run 2 is done"), "{results:?}");
    assert_eq!(runs(&call.id), 2);
}

#[tokio::test]
async fn one_id_with_other_arguments_is_refused_and_changes_nothing() {
    let server = server(5_500).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    let slots = free["data"]["slots"].as_array().unwrap();
    let booking = |time: &Value| json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
    let first = call.text_as("reused", "create_booking", booking(&slots[0])).await;
    let other = call.raw_as("reused", "create_booking", booking(&slots[1])).await;
    let error = other["results"][0]["error"].as_str().unwrap();
    assert!(error.contains("already used"), "{error}");
    // Also while the first is still running.
    let slow = json!({"mark": call.id, "millis": 300});
    let running = call.text_as("busy", "test_slow", slow.clone());
    let interfering = async {
        while runs(&call.id) == 0 {
            tokio::task::yield_now().await;
        }
        call.raw_as("busy", "test_slow", json!({"mark": call.id, "millis": 1})).await
    };
    let (done, refused) = futures_util::future::join(running, interfering).await;
    assert!(done.contains("run 1 is done"), "{done}");
    assert!(refused["results"][0]["error"].as_str().unwrap().contains("already used"), "{refused}");

    assert_eq!(call.text_as("reused", "create_booking", booking(&slots[0])).await, first);
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0]["booking_time"], slots[0]);
}

#[tokio::test]
async fn beyond_thirty_two_tools_in_a_message_the_rest_is_asked_to_wait() {
    let server = server(5_500).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let ids: Vec<String> = (0..40).map(|_| VapiCall::next_id()).collect();
    let tools: Vec<_> = ids.iter().map(|id| (id.as_str(), "list_calendars", json!({}))).collect();
    let results = call.together(&tools).await;
    let given: Vec<&str> = results.iter().map(|r| r["toolCallId"].as_str().unwrap()).collect();
    assert_eq!(given, ids);
    for (place, result) in results.iter().enumerate() {
        let waits = data(result)["error"] == "busy";
        assert_eq!(waits, place >= 32, "tool {place}: {result}");
    }
    // Those that had to wait succeed when they are asked again.
    let again = call.together(&tools[32..]).await;
    assert!(again.iter().all(|result| data(result)["success"] == true), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_booking_for_one_person_in_one_message_corrects_the_first() {
    let server = server(5_500).await;
    let org = server.org(json!({})).await;
    for round in 0..12 {
        let call = org.call(&server, &format!("+15125550{:03}", 200 + round));
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        let slots = free["data"]["slots"].as_array().unwrap();
        let booking =
            |time: &Value| json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
        let tools = [
            ("first", "create_booking", booking(&slots[0])),
            ("second", "create_booking", booking(&slots[1])),
        ];
        let results = call.together(&tools).await.iter().map(data).collect::<Vec<_>>();
        assert_eq!(results[0]["data"]["time"], slots[0], "{}", results[0]);
        assert_eq!(results[1]["data"]["time"], slots[1], "{}", results[1]);
        assert_eq!(results[0]["confirmationNumber"], results[1]["confirmationNumber"]);
        let path = format!("/api/orgs/{}/bookings?call_id={}", org.id, call.id);
        let made = server.get(&path).await;
        assert_eq!(made["items"].as_array().unwrap().len(), 1, "{made}");
        assert_eq!(made["items"][0]["booking_time"], slots[1]);
        let cancel = json!({"confirmation_number": results[1]["confirmationNumber"]});
        call.tool("cancel_booking", cancel).await;
        call.end().await;
    }
}
