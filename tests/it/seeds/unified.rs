//! Seed 4: the one webhook for all tools, in the field names of Vapi's SDK and in its JSON.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::parsed;
use crate::support::{INSTANCE, TestOrg, TestServer};

const PATH: &str = "/webhook/vapi";

/// Before the day that the example asks for.
const CLOCK: &str = "2023-12-20T15:00:00Z";

async fn dealer(server: &TestServer) -> TestOrg {
    server.org(json!({"vapi_phone_number_ids": ["pn_dealer"], "timezone": "UTC"})).await
}

fn tool_call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

/// A body with the envelope's fields as the SDK names them.
fn body(calls: &[Value]) -> Value {
    json!({"message": {
        "timestamp": 1_678_901_234_567_u64,
        "type": "tool-calls",
        "tool_call_list": calls,
        "tool_with_tool_call_list": [],
        "artifact": {"messages": []},
        "assistant": {"name": "Front desk", "model": {}, "voice": {}},
        "call": {"id": "call-seed-4", "org_id": "vapi-org", "type": "inboundPhoneCall",
                 "phone_number_id": "pn_dealer"},
        "customer": {"number": "+15125550143"},
        "chat": null,
    }})
}

async fn post(server: &TestServer, calls: &[Value]) -> Vec<Value> {
    let (status, answer) = server.post_as(PATH, INSTANCE, &body(calls)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["results"].as_array().unwrap().clone()
}

async fn one(server: &TestServer, id: &str, name: &str, arguments: Value) -> Value {
    let results = post(server, &[tool_call(id, name, &arguments.to_string())]).await;
    assert_eq!(results[0]["toolCallId"], id);
    assert_eq!(results[0]["name"], name);
    parsed(&results[0]["result"])
}

const AVAILABILITY: &str = r#"{"calendar_ids": ["primary"], "start_time": "2024-01-01T09:00:00Z"}"#;

#[tokio::test]
async fn a_single_tool_call_of_the_unified_webhook_is_answered_under_its_id() {
    let server = TestServer::start_shared(CLOCK).await;
    let _org = dealer(&server).await;
    let results =
        post(&server, &[tool_call("toolu_01ABC", "get_availability", AVAILABILITY)]).await;
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["toolCallId"], "toolu_01ABC");
    assert_eq!(results[0]["name"], "get_availability");
    let found = parsed(&results[0]["result"]);
    assert_eq!(found["success"], true);
    assert_eq!(found["date"], "2024-01-01");
    assert_eq!(found["slots"][0]["start"], "2024-01-01T09:00:00+00:00", "{found}");
    assert_eq!(found["slots"].as_array().unwrap().len(), 16, "nine to five by half hours");
}

#[tokio::test]
async fn two_tool_calls_of_one_message_are_both_answered_and_an_unknown_tool_is_an_error_text() {
    let server = TestServer::start_shared(CLOCK).await;
    let _org = dealer(&server).await;
    let stock = tool_call("toolu_02", "check_inventory", r#"{"model": "Roadster"}"#);
    let free = tool_call("toolu_01", "get_availability", AVAILABILITY);
    let results = post(&server, &[free, stock]).await;
    assert_eq!(results.len(), 2);
    assert_eq!(results[0]["toolCallId"], "toolu_01");
    assert_eq!(parsed(&results[0]["result"])["success"], true);
    assert_eq!(results[1]["toolCallId"], "toolu_02");
    assert_eq!(results[1]["name"], "check_inventory");
    assert!(results[1].get("result").is_none(), "{}", results[1]);
    assert!(results[1]["error"].as_str().unwrap().contains("check_inventory"), "{}", results[1]);
}

#[tokio::test]
async fn an_event_is_made_moved_listed_and_deleted_by_the_names_of_the_calendar_tools() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = dealer(&server).await;
    let calendars = one(&server, "t1", "list_calendars", json!({})).await;
    assert_eq!(calendars["calendars"].as_array().unwrap().len(), 1, "{calendars}");
    assert_eq!(calendars["calendars"][0]["primary"], true);

    one(&server, "t2", "get_availability", serde_json::from_str(AVAILABILITY).unwrap()).await;
    let wanted = json!({"start_time": "2024-01-01T10:00:00", "name": "Ann Ruiz"});
    let made = one(&server, "t3", "create_appointment", wanted).await;
    assert_eq!(made["success"], true, "{made}");
    let id = made["data"]["bookingId"].clone();

    let day = json!({"start_time": "2024-01-01", "end_time": "2024-01-01"});
    let events = one(&server, "t4", "get_events", day.clone()).await;
    assert_eq!(events["events"][0]["id"], id, "{events}");
    assert_eq!(events["events"][0]["start"], "2024-01-01T10:00:00+00:00");

    let change = json!({"event_id": id, "start_time": "2024-01-01T15:30:00"});
    let moved = one(&server, "t5", "update_event", change).await;
    assert_eq!(moved["data"]["time"], "15:30", "{moved}");
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1, "moved, not booked twice");
    assert_eq!(bookings[0]["booking_time"], "15:30");

    let deleted = one(&server, "t6", "delete_event", json!({"event_id": id})).await;
    assert_eq!(deleted["success"], true, "{deleted}");
    assert_eq!(org.bookings(&server).await[0]["status"], "cancelled");
    let events = one(&server, "t7", "get_events", day).await;
    assert_eq!(events["events"], json!([]));
}

#[tokio::test]
async fn the_org_is_found_by_assistant_and_by_dialled_number_when_no_number_id_came() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = server
        .org(json!({"assistant_ids": ["asst_9"], "phone_numbers": ["+1 512 555 0100"]}))
        .await;
    for (place, mark) in [
        ("call", json!({"id": "c-1", "assistantId": "asst_9"})),
        ("phoneNumber", json!({"number": "+15125550100"})),
        ("assistant", json!({"id": "asst_9"})),
    ] {
        let calls = [tool_call("toolu_1", "list_calendars", "")];
        let mut message = json!({"type": "tool-calls", "toolCallList": calls});
        message[place] = mark;
        let body = json!({"message": message});
        let (_, answer) = server.post_as(PATH, INSTANCE, &body).await;
        let listed = parsed(&answer["results"][0]["result"]);
        assert_eq!(listed["success"], true, "{place}: {answer}");
    }
    let connections = server.get(&format!("/api/orgs/{}/connections", org.id)).await;
    assert_eq!(connections["items"].as_array().unwrap().len(), 1);
}
