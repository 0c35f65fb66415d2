//! Seed 1: free slots and a booking by `/api/vapi/tools`, and the development endpoint.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::parsed;
use crate::support::{INSTANCE, TestOrg, TestServer};

const TOOLS: &str = "/api/vapi/tools";

/// The Friday before the day of the examples.
const CLOCK: &str = "2024-01-19T15:00:00Z";

const FREE: &str = "On Saturday January 20th, I have availability at 9 AM, 10 AM, 11 AM, and 2 PM. \
                    Which time works best for you?";

/// A business that has exactly the four free hours of the example.
async fn business(server: &TestServer) -> TestOrg {
    let settings = json!({
        "timezone": "America/New_York",
        "business_hours": {"sat": [["09:00", "12:00"], ["14:00", "15:00"]]},
        "services": [{"id": "consultation", "name": "Consultation", "duration_minutes": 60}],
        "vapi_phone_number_ids": ["pn_123", "pn_456"],
    });
    server.org(settings).await
}

/// "Request from VAPI".
const REQUEST: &str = r#"{
  "message": {
    "type": "tool-calls",
    "toolCalls": [{
      "id": "call_abc123",
      "function": {
        "name": "check_availability",
        "arguments": "{\"date\":\"2024-01-20\"}"
      }
    }],
    "call": {
      "id": "call_xyz",
      "customer": { "number": "+1234567890" },
      "assistantId": "asst_123",
      "phoneNumberId": "pn_456"
    }
  }
}"#;

/// "Example 1: Check Availability".
const CHECK: &str = r#"{
  "message": {
    "toolCalls": [{
      "function": {
        "name": "check_availability",
        "arguments": "{\"date\":\"2024-01-20\"}"
      }
    }],
    "call": { "phoneNumberId": "pn_123" }
  }
}"#;

/// "Example 2: Create Booking".
const BOOK: &str = r#"{
  "toolCalls": [{
    "function": {
      "name": "create_booking",
      "arguments": "{\"date\":\"2024-01-20\",\"time\":\"10:00\",\"customer_name\":\"John Smith\"}"
    }
  }],
  "call": {
    "customer": { "number": "+1234567890" }
  }
}"#;

async fn post(server: &TestServer, token: &str, body: &str) -> Value {
    let bearer = format!("Bearer {token}");
    let (status, answer) =
        server.post_raw(TOOLS, &[("authorization", &bearer)], body.to_owned()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["results"].as_array().unwrap().len(), 1, "{answer}");
    answer["results"][0].clone()
}

#[tokio::test]
async fn the_four_free_hours_are_said_in_the_words_of_the_example() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = business(&server).await;
    for (token, body) in
        [(INSTANCE, REQUEST), (INSTANCE, CHECK), (&org.secret, REQUEST), (&org.secret, CHECK)]
    {
        let result = post(&server, token, body).await;
        let text = result["result"].as_str().unwrap();
        let first_fields = format!(r#"{{"success":true,"message":"{FREE}","#);
        assert!(text.starts_with(&first_fields), "{text}");
    }
}

#[tokio::test]
async fn an_answer_carries_the_id_that_came_and_makes_one_up_where_none_did() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = business(&server).await;
    let known = post(&server, &org.secret, REQUEST).await;
    assert_eq!(known["toolCallId"], "call_abc123");
    assert_eq!(known["name"], "check_availability");
    let first = post(&server, &org.secret, CHECK).await;
    let second = post(&server, &org.secret, CHECK).await;
    assert!(!first["toolCallId"].as_str().unwrap().is_empty());
    assert_ne!(first["toolCallId"], second["toolCallId"]);
}

#[tokio::test]
async fn john_smith_is_booked_in_the_words_of_the_example() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = business(&server).await;
    post(&server, &org.secret, CHECK).await;
    let result = post(&server, &org.secret, BOOK).await;
    let text = result["result"].as_str().unwrap();
    let booked = parsed(&result["result"]);
    let code = booked["confirmationNumber"].as_str().unwrap();
    assert_eq!(code.len(), 6, "{code}");
    assert!(code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()), "{code}");
    let message = format!(
        "I've booked your appointment for Saturday January 20th at 10 AM. Your confirmation \
         number is {code}. Is there anything else I can help you with?"
    );
    assert!(text.starts_with(&format!(r#"{{"success":true,"message":"{message}","#)), "{text}");

    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1);
    let booking = &bookings[0];
    for (field, value) in [
        ("status", json!("confirmed")),
        ("booking_date", json!("2024-01-20")),
        ("booking_time", json!("10:00")),
        ("customer_name", json!("John Smith")),
        ("customer_phone", json!("+1234567890")),
        ("confirmation", json!(code)),
        ("source", json!("phone")),
    ] {
        assert_eq!(booking[field], value, "{field} of {booking}");
    }
    assert!(booking["customer_id"].is_string(), "a customer record was made: {booking}");
    let left = parsed(&post(&server, &org.secret, CHECK).await["result"]);
    assert_eq!(left["data"]["slots"], json!(["09:00", "11:00", "14:00"]));
}

#[tokio::test]
async fn the_development_endpoint_runs_the_example_of_the_seed() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = business(&server).await;
    let body = json!({
        "userId": org.id,
        "toolName": "check_availability",
        "toolArgs": {"date": "2024-01-20"},
    });
    let (status, answer) = server.post_as("/api/vapi/tools/test", server.token(), &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["result"]["success"], true);
    assert_eq!(answer["result"]["message"], FREE);
}

#[tokio::test]
async fn the_development_endpoint_is_closed_to_strangers_and_in_production() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = business(&server).await;
    let body = json!({
        "userId": org.id, "toolName": "create_booking",
        "toolArgs": {"date": "2024-01-20", "time": "10:00", "customer_name": "John Smith"},
    });
    for headers in [&[][..], &[("authorization", "Bearer "), ("x-vapi-secret", INSTANCE)][..]] {
        let (status, _) = server.post_raw("/api/vapi/tools/test", headers, body.to_string()).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert!(org.bookings(&server).await.is_empty());
    let closed = |config: &mut hookswitch::config::Config| {
        config.server.dev_endpoints = false;
        config.server.clock = None;
    };
    let production = TestServer::start_with(CLOCK, closed, Vec::new).await;
    let (status, _) = production.post_as("/api/vapi/tools/test", production.token(), &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
