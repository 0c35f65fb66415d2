//! Seed 3: the clinic's camel-case tools, by their own paths, in every short form shown there.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{content, parsed};
use crate::support::{INSTANCE, TestOrg, TestServer};

/// The Friday before the Sunday of the examples.
const CLOCK: &str = "2026-02-06T15:00:00Z";

const CHECK: &str = "/api/vapi/tools/calendar/check";
const BOOK: &str = "/api/vapi/tools/bookClinicAppointment";

/// A clinic with the three free times of the example on 2026-02-08.
async fn clinic(server: &TestServer) -> TestOrg {
    let settings = json!({
        "business_hours": {"sun": [["09:00", "11:00"], ["14:00", "15:00"]]},
        "services": [{
            "id": "consultation", "name": "Consultation",
            "duration_minutes": 30, "slot_minutes": 60,
        }],
        "phone_numbers": ["+15125550100"],
        "tool_names": "camel",
    });
    server.org(settings).await
}

async fn direct(server: &TestServer, path: &str, token: &str, body: &Value) -> Value {
    let (status, answer) = server.post_as(path, token, body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

fn assert_is_the_example(answer: &Value) {
    let printed = json!({
        "success": true,
        "requestedDate": "2026-02-08",
        "availableSlots": ["09:00", "10:00", "14:00"],
        "slotCount": 3,
        "alternatives": [],
        "message": "Found 3 available times on 2026-02-08",
    });
    let mut answer = answer.as_object().unwrap().clone();
    // The pinned day and its zone are part of every answer about free times.
    assert_eq!(answer.remove("today"), Some(json!("2026-02-06")));
    assert_eq!(answer.remove("timezone"), Some(json!("America/Chicago")));
    assert_eq!(Value::Object(answer), printed);
}

#[tokio::test]
async fn the_three_free_times_come_with_the_fields_and_the_message_of_the_example() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = clinic(&server).await;
    for path in [CHECK, "/api/vapi/tools/checkAvailability"] {
        for (token, body) in [
            (INSTANCE, json!({"tenantId": org.id, "date": "2026-02-08"})),
            (INSTANCE, json!({"inboundPhoneNumber": "+15125550100", "date": "2026-02-08"})),
            (&org.secret, json!({"tenantId": org.id, "date": "2026-02-08"})),
            (&org.secret, json!({"toolCall": {"arguments": {"date": "2026-02-08"}}})),
            (&org.secret, json!({"toolCall": {"arguments": r#"{"date":"2026-02-08"}"#}})),
            (
                INSTANCE,
                json!({"toolCall": {"arguments": {"tenantId": org.id, "date": "2026-02-08"}}}),
            ),
        ] {
            let answer = direct(&server, path, token, &body).await;
            assert_is_the_example(&content(&answer));
            assert!(answer.get("results").is_none(), "{answer}");
            assert_eq!(answer["speech"], "Found 3 available times on 2026-02-08");
        }
    }
}

#[tokio::test]
async fn a_call_with_an_id_is_answered_with_results_on_the_tools_own_path() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = clinic(&server).await;
    let envelope = |list: Value| json!({"message": {"type": "tool-calls", "toolCallList": list}});
    let arguments = json!({"date": "2026-02-08"});
    for body in [
        json!({"toolCall": {"id": "tc_1", "arguments": arguments}}),
        json!({"toolCallId": "tc_1", "toolCall": {"arguments": arguments}}),
        envelope(json!([{"id": "tc_1", "function": {"arguments": arguments}}])),
        envelope(json!([{"id": "tc_1", "name": "checkAvailability", "arguments": arguments}])),
    ] {
        let answer = direct(&server, CHECK, &org.secret, &body).await;
        assert!(answer.get("toolResult").is_none(), "{answer}");
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 1);
        assert_eq!(results[0]["toolCallId"], "tc_1");
        assert_eq!(results[0]["name"], "checkAvailability");
        assert_is_the_example(&parsed(&results[0]["result"]));
    }
}

#[tokio::test]
async fn a_clinic_appointment_is_booked_with_the_fields_and_the_message_of_the_example() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = clinic(&server).await;
    let body = json!({
        "tenantId": org.id,
        "appointmentDate": "2026-02-08",
        "appointmentTime": "14:00",
        "patientName": "John Doe",
        "patientEmail": "john@example.com",
        "patientPhone": "+15551234567",
        "serviceType": "consultation",
        "duration": 30,
    });
    let answer = direct(&server, BOOK, INSTANCE, &body).await;
    let booked = content(&answer);
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(booked["smsStatus"], "skipped");
    assert_eq!(booked["message"], "Appointment booked successfully");
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0]["id"], booked["appointment_id"]);
    assert_eq!(booked["appointment_id"].as_str().unwrap().len(), 36, "a UUID: {booked}");
    assert_eq!(bookings[0]["booking_time"], "14:00");
    assert_eq!(bookings[0]["customer_name"], "John Doe");
    assert_eq!(bookings[0]["customer_email"], "john@example.com");
    assert_eq!(bookings[0]["customer_phone"], "+15551234567");
}

#[tokio::test]
async fn each_required_detail_of_a_clinic_appointment_is_asked_for_by_its_name() {
    let server = TestServer::start_shared(CLOCK).await;
    let org = clinic(&server).await;
    let whole = json!({
        "appointmentDate": "2026-02-08", "appointmentTime": "14:00",
        "patientName": "John Doe", "patientEmail": "john@example.com",
    });
    for missing in ["appointmentDate", "appointmentTime", "patientName", "patientEmail"] {
        let mut arguments = whole.clone();
        arguments.as_object_mut().unwrap().remove(missing);
        let direct_answer = direct(&server, BOOK, &org.secret, &arguments).await;
        let refused = content(&direct_answer);
        assert_eq!(refused["success"], false, "{missing}: {refused}");
        assert!(refused["error"].as_str().unwrap().contains(missing), "{missing}: {refused}");
        let body = json!({"toolCall": {"id": "tc_1", "arguments": arguments}});
        let answer = direct(&server, BOOK, &org.secret, &body).await;
        let error = answer["results"][0]["error"].as_str().unwrap();
        assert!(error.contains(missing), "{missing}: {error}");
    }
    assert!(org.bookings(&server).await.is_empty());
    let (status, _) = org
        .patch(
            &server,
            json!({"booking": {"required_fields": ["customer_name", "customer_phone"]}}),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    let mut arguments = whole.clone();
    arguments.as_object_mut().unwrap().remove("patientEmail");
    let refused = content(&direct(&server, BOOK, &org.secret, &arguments).await);
    assert!(refused["error"].as_str().unwrap().contains("patientPhone"), "{refused}");
    arguments["patientPhone"] = json!("+15551234567");
    let booked = content(&direct(&server, BOOK, &org.secret, &arguments).await);
    assert_eq!(booked["success"], true, "the org's own list replaces the tool's: {booked}");
}
