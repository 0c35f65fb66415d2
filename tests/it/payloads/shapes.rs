//! The shapes of a tool call: whichever comes, the tool runs once and its call is answered.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{CALL, fixture, fixture_text, message};
use crate::support::{TestOrg, TestServer, result_of};

/// The fixtures of shapes A to G, each the call `call_Lk7QwT40`, and of their relatives.
const WITH_ID: [&str; 9] = [
    "tool-calls-a-object-arguments",
    "tool-calls-b-string-arguments",
    "tool-calls-c-flat-arguments",
    "tool-calls-d-flat-parameters",
    "tool-calls-e-definition-beside-call",
    "tool-calls-f-definition-around-call",
    "tool-calls-g-undocumented-list-only",
    "tool-calls-snake-case",
    "tool-calls-without-wrapper-or-type",
];

const WITHOUT_ID: &str = "function-call-h-without-id";

/// The fixture as a call of `book_appointment`, which takes the fixtures' arguments.
fn booking(name: &str) -> String {
    fixture_text(name).replace("create_booking", "book_appointment")
}

async fn post(server: &TestServer, org: &TestOrg, body: impl Into<String>) -> (StatusCode, Value) {
    let path = format!("/webhook/{}", org.webhook_id);
    let bearer = format!("Bearer {}", org.secret);
    server.post_raw(&path, &[("authorization", &bearer)], body.into()).await
}

/// Has the fixtures' slot offered, as only offered slots are booked at once.
async fn check_first(server: &TestServer, org: &TestOrg) {
    let call = json!({"id": "call_check", "function": {
        "name": "check_availability", "arguments": {"date": "2026-11-24"}}});
    let body = message("tool-calls", json!({"toolCallList": [call]}));
    let (status, answer) = post(server, org, body.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(result_of(&answer)["success"], true, "{answer}");
}

async fn assert_one_booking(server: &TestServer, org: &TestOrg, shape: &str) {
    let bookings = org.bookings(server).await;
    assert_eq!(bookings.len(), 1, "{shape}");
    assert_eq!(bookings[0]["customer_name"], "Mara Voss", "{shape}");
    assert_eq!(bookings[0]["booking_date"], "2026-11-24", "{shape}");
    assert_eq!(bookings[0]["booking_time"], "10:30", "{shape}");
    assert_eq!(bookings[0]["customer_phone"], "+13035550117", "{shape}");
    assert_eq!(bookings[0]["call_id"], CALL, "{shape}");
}

#[tokio::test]
async fn each_shape_of_a_tool_call_books_once_and_is_answered_under_its_id() {
    let server = TestServer::start().await;
    for shape in WITH_ID {
        let org = server.org(json!({})).await;
        check_first(&server, &org).await;
        let body = booking(shape);
        let (status, answer) = post(&server, &org, body.clone()).await;
        assert_eq!(status, StatusCode::OK, "{shape}: {answer}");
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 1, "{shape}: {answer}");
        assert_eq!(results[0]["toolCallId"], "call_Lk7QwT40", "{shape}");
        assert_eq!(results[0]["name"], "book_appointment", "{shape}");
        let text = results[0]["result"].as_str().unwrap();
        assert!(!text.contains(['\n', '\r']), "{shape}: {text}");
        assert_eq!(result_of(&answer)["success"], true, "{shape}: {text}");
        assert_one_booking(&server, &org, shape).await;
        let (_, repeated) = post(&server, &org, body).await;
        assert_eq!(repeated, answer, "{shape}: the same id gets the same answer");
        assert_one_booking(&server, &org, shape).await;
    }
}

#[tokio::test]
async fn a_call_of_the_old_kind_books_once_and_is_answered_with_a_bare_result() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    check_first(&server, &org).await;
    for _ in 0..2 {
        let (status, answer) = post(&server, &org, booking(WITHOUT_ID)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
        let booked: Value = serde_json::from_str(answer["result"].as_str().unwrap()).unwrap();
        assert_eq!(booked["success"], true, "{booked}");
        assert_one_booking(&server, &org, WITHOUT_ID).await;
    }
}

#[tokio::test]
async fn one_tool_call_in_all_shapes_one_after_the_other_is_one_booking() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    check_first(&server, &org).await;
    let (_, first) = post(&server, &org, booking(WITH_ID[0])).await;
    let code = result_of(&first)["confirmationNumber"].clone();
    for shape in &WITH_ID[1..] {
        let (_, answer) = post(&server, &org, booking(shape)).await;
        assert_eq!(answer, first, "{shape}");
    }
    let (_, answer) = post(&server, &org, booking(WITHOUT_ID)).await;
    let booked: Value = serde_json::from_str(answer["result"].as_str().unwrap()).unwrap();
    assert_eq!(booked["confirmationNumber"], code, "known by its meaning: {booked}");
    assert_one_booking(&server, &org, "all").await;
}

#[tokio::test]
async fn the_same_shape_sent_many_times_at_once_is_one_booking_with_one_answer() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    check_first(&server, &org).await;
    let body = booking("tool-calls-a-object-arguments");
    let posts = (0..8).map(|_| post(&server, &org, body.clone()));
    let answers = futures_util::future::join_all(posts).await;
    for (status, answer) in &answers {
        assert_eq!(*status, StatusCode::OK);
        assert_eq!(answer, &answers[0].1);
    }
    assert_eq!(result_of(&answers[0].1)["success"], true, "{}", answers[0].1);
    assert_one_booking(&server, &org, "eight at once").await;
}

#[tokio::test]
async fn five_parallel_calls_are_answered_in_order_and_the_bad_ones_spoil_no_other() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let (status, answer) = post(&server, &org, fixture_text("tool-calls-five-in-parallel")).await;
    assert_eq!(status, StatusCode::OK);
    let results = answer["results"].as_array().unwrap();
    let ids: Vec<_> = results.iter().map(|result| result["toolCallId"].as_str().unwrap()).collect();
    let expected = ["call_five_1", "call_five_2", "call_five_3", "call_five_4", "call_five_5"];
    assert_eq!(ids, expected);
    for (place, date) in [(0, "2026-11-24"), (1, "2026-11-25"), (4, "2026-11-26")] {
        let text = results[place]["result"].as_str().unwrap();
        let free: Value = serde_json::from_str(text).unwrap();
        assert_eq!(free["success"], true, "{place}: {free}");
        assert_eq!(free["data"]["date"], date, "{place}: {free}");
    }
    for (place, word) in [(2, "JSON"), (3, "polish_the_chrome")] {
        let result = results[place].as_object().unwrap();
        assert!(!result.contains_key("result"), "{place}: {result:?}");
        let error = result["error"].as_str().unwrap();
        assert!(error.contains(word) && !error.contains('\n'), "{place}: {error}");
        assert!(!error.contains("Mara"), "an error repeats no argument: {error}");
    }
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn odd_arguments_are_either_understood_or_named_never_guessed() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let body = fixture("tool-calls-odd-arguments");
    let (status, answer) = post(&server, &org, body.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 7);
    assert_eq!(result_of(&answer)["data"]["date"], "2026-11-24", "a string in a string");
    for result in &results[1..] {
        let error = result["error"].as_str().unwrap_or_else(|| panic!("no error: {result}"));
        assert!(error.contains("date") || error.contains("arguments"), "{error}");
    }
}

#[tokio::test]
async fn more_calls_in_one_message_than_anybody_makes_are_all_answered() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let calls: Vec<Value> = (0..200)
        .map(|n| json!({"id": format!("call_many_{n}"), "name": "list_calendars"}))
        .collect();
    let body = message("tool-calls", json!({"toolCallList": calls}));
    let (status, answer) = post(&server, &org, body.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 200);
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result["toolCallId"], format!("call_many_{n}"));
        assert!(result["result"].is_string() || result["error"].is_string(), "{result}");
    }
    server.stop().await;
}
