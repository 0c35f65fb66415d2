//! Who is calling: `lookupCaller` of seed 3 and `lookup_customer` of seed 0.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{content, parsed};
use crate::support::{INSTANCE, TestOrg, TestServer};

const LOOKUP: &str = "/api/vapi/tools/lookupCaller";

/// A server on 2026-02-08 on which John Doe was booked for 2026-01-15 a day before.
async fn after_a_visit() -> (TestServer, TestOrg) {
    let mut server = TestServer::start_shared("2026-01-14T15:00:00Z").await;
    let org = server.org(json!({})).await;
    let body = json!({
        "appointmentDate": "2026-01-15", "appointmentTime": "10:00", "patientName": "John Doe",
        "patientEmail": "john@example.com", "patientPhone": "+15551234567",
    });
    let (_, answer) =
        server.post_as("/api/vapi/tools/bookClinicAppointment", &org.secret, &body).await;
    assert_eq!(content(&answer)["success"], true, "{answer}");
    server.restart(Some("2026-02-08T15:00:00Z")).await;
    (server, org)
}

#[tokio::test]
async fn john_doe_is_found_by_number_by_name_and_by_address_as_in_the_example() {
    let (server, org) = after_a_visit().await;
    let mut ids = Vec::new();
    for (kind, key) in [
        ("phone", "+15551234567"),
        ("phone", "+1 (555) 123-4567"),
        ("name", "John Doe"),
        ("name", "  john   DOE "),
        ("email", "john@example.com"),
    ] {
        let body = json!({"tenantId": org.id, "searchKey": key, "searchType": kind});
        let (status, answer) = server.post_as(LOOKUP, INSTANCE, &body).await;
        assert_eq!(status, StatusCode::OK);
        let mut found = content(&answer);
        assert_eq!(found["success"], true, "{kind} {key}: {found}");
        assert_eq!(found["found"], true, "{kind} {key}: {found}");
        let customer = found["customerData"].as_object_mut().unwrap();
        ids.push(customer.remove("id").unwrap());
        assert_eq!(
            found["customerData"],
            json!({
                "name": "John Doe",
                "phone": "+15551234567",
                "email": "john@example.com",
                "lastVisit": "2026-01-15",
            }),
            "{kind} {key}"
        );
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "one customer, one id");
}

#[tokio::test]
async fn another_caller_learns_the_name_and_nothing_that_could_be_used() {
    let (server, org) = after_a_visit().await;
    let question = json!({"searchKey": "John Doe", "searchType": "name"});
    let stranger = org.call(&server, "+15125550143");
    let answer = stranger.tool("lookupCaller", question.clone()).await;
    assert_eq!(answer["found"], true);
    let text = answer.to_string();
    for secret in ["15551234567", "5551234567", "john@", "2026-01-15"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let himself = org.call(&server, "+15551234567");
    let answer = himself.tool("lookupCaller", question).await;
    assert_eq!(answer["customerData"]["lastVisit"], "2026-01-15", "{answer}");
    assert_eq!(answer["customerData"]["email"], "john@example.com");
}

#[tokio::test]
async fn who_was_never_here_is_not_found_without_an_error() {
    let (server, org) = after_a_visit().await;
    let call = org.call(&server, "+15125550143");
    let question = json!({"searchKey": "Jane Roe", "searchType": "name"});
    let answer = call.tool("lookupCaller", question).await;
    assert_eq!(answer["success"], true);
    assert_eq!(answer["found"], false);
    assert_eq!(answer.get("customerData"), None);
    let other_org = server.org(json!({"name": "Another clinic"})).await;
    let call = other_org.call(&server, "+15551234567");
    let question = json!({"searchKey": "+15551234567", "searchType": "phone"});
    assert_eq!(call.tool("lookupCaller", question).await["found"], false);
    let wrong = json!({"searchKey": "John Doe", "searchType": "shoe_size"});
    let error = call.raw("lookupCaller", wrong).await;
    assert!(error["results"][0]["error"].as_str().unwrap().contains("searchType"), "{error}");
}

#[tokio::test]
async fn a_customer_look_up_without_a_directory_says_so_in_the_words_of_the_seed() {
    let server = TestServer::start_at("2025-11-28T15:00:00Z").await;
    let org = server.org(json!({})).await;
    let path = format!("/webhook/{}", org.webhook_id);
    let diagram = r#"{
      "message": {
        "type": "tool-calls",
        "toolCalls": [{
          "id": "call_xxx",
          "function": {
            "name": "lookup_customer",
            "arguments": "{\"phone_number\": \"6267888831\"}"
          }
        }]
      }
    }"#;
    let handling = r#"{
      "message": {
        "type": "tool-calls",
        "toolCalls": [
          {
            "id": "call_abc123",
            "type": "function",
            "function": {
              "name": "lookup_customer",
              "arguments": "{\"phone_number\": \"6267888831\"}"
            }
          }
        ],
        "call": { "id": "call_of_the_seed" }
      }
    }"#;
    for (body, id) in [(diagram, "call_xxx"), (handling, "call_abc123")] {
        let body: Value = serde_json::from_str(body).unwrap();
        let (status, answer) = server.post_as(&path, &org.secret, &body).await;
        assert_eq!(status, StatusCode::OK);
        let text = "Customer lookup is not configured. Proceeding without customer history.";
        assert_eq!(
            answer,
            json!({"results": [{"toolCallId": id, "name": "lookup_customer", "result": text}]})
        );
    }
}

#[tokio::test]
async fn the_short_forms_of_the_clinic_seed_reach_the_look_up_too() {
    let (server, org) = after_a_visit().await;
    let arguments = json!({"searchKey": "john@example.com", "searchType": "email"});
    let body = json!({"toolCall": {"id": "tc_9", "arguments": arguments}});
    let (_, answer) = server.post_as(LOOKUP, &org.secret, &body).await;
    assert_eq!(parsed(&answer["results"][0]["result"])["found"], true, "{answer}");
}
