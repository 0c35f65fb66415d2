//! Who may find, move and cancel what (R10).

use serde_json::{Value, json};

use super::{book, message};
use crate::support::TestServer;

const ANN: &str = "+15125550143";
const BEN: &str = "+15125550144";
const DAY: &str = "2026-09-24";

#[tokio::test]
async fn the_callers_number_alone_tells_that_there_is_an_appointment_and_nothing_of_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let booked = book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let later = org.call(&server, ANN);
    let found = later.tool("lookup_booking", json!({})).await;
    assert_eq!(found["error"], "detail_needed", "{found}");
    let seen = later.tool("get_events", json!({"start_time": DAY})).await;
    assert_eq!(seen["events"][0]["title"], "Busy", "{seen}");
    let id = booked["data"]["bookingId"].as_str().unwrap();
    for answer in [&found, &seen] {
        let text = answer.to_string();
        for secret in [id, booked["confirmationNumber"].as_str().unwrap(), "9 AM", "Ann"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let nobody = org.call(&server, BEN).tool("lookup_booking", json!({})).await;
    assert_eq!(nobody["error"], "booking_not_found", "{nobody}");
}

#[tokio::test]
async fn what_a_caller_has_opened_once_stays_open_for_the_rest_of_the_call() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let later = org.call(&server, ANN);
    let found = later.tool("lookup_booking", json!({"date": "September 24th"})).await;
    assert_eq!(found["success"], true, "{found}");
    let seen = later.tool("get_events", json!({"start_time": DAY})).await;
    assert_eq!(seen["events"][0]["title"], "consultation for Ann Ruiz", "{seen}");
    let again = later.tool("lookup_booking", json!({})).await;
    assert_eq!(again["data"], found["data"]);
    let gone = later.tool("cancel_booking", json!({})).await;
    assert_eq!(gone["success"], true, "{gone}");
}

#[tokio::test]
async fn a_caller_finds_their_own_booking_by_number_and_a_detail_and_nobody_elses() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let booked = book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let code = booked["confirmationNumber"].as_str().unwrap();
    let detail = json!({"customer_name": "ann ruiz"});
    let found = org.call(&server, ANN).tool("lookup_booking", detail).await;
    assert_eq!(
        message(&found),
        format!(
            "I found your appointment for Thursday September 24th at 9 AM. Your confirmation \
             number is {code}. Would you like to make any changes?"
        )
    );
    let ben = org.call(&server, BEN);
    assert_eq!(ben.tool("lookup_booking", json!({})).await["success"], false);
    let claimed = json!({"customer_phone": ANN, "customer_name": "Ann Ruiz", "date": DAY});
    let claimed = ben.tool("lookup_booking", claimed).await;
    assert_eq!(claimed["error"], "confirmation_needed");
    assert!(!claimed.to_string().contains(code));
}

#[tokio::test]
async fn a_full_code_opens_a_booking_from_any_number_and_a_part_of_it_never_does() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let booked = book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let code = booked["confirmationNumber"].as_str().unwrap().to_owned();
    let ben = org.call(&server, BEN);
    for part in [&code[..5], &code[1..], "", &format!("{code}A")] {
        let found = ben.tool("lookup_booking", json!({"booking_reference": part})).await;
        assert_eq!(found["success"], false, "{part}: {found}");
        assert!(!found.to_string().contains("09:00"));
    }
    let spelled: String = code.to_lowercase().chars().map(|c| format!("{c} ")).collect();
    let found = ben.tool("lookup_booking", json!({"booking_reference": spelled})).await;
    assert_eq!(found["success"], true, "{found}");
    let gone = ben.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(
        message(&gone),
        "I've cancelled your appointment for Thursday September 24th at 9 AM. Is there anything \
         else I can help you with?"
    );
    assert_eq!(org.bookings(&server).await[0]["status"], "cancelled");
}

#[tokio::test]
async fn changing_needs_the_number_and_one_detail() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let later = org.call(&server, ANN);
    for (tool, arguments) in [
        ("cancel_booking", json!({})),
        ("reschedule_booking", json!({"new_date": DAY, "new_time": "11:00"})),
    ] {
        let refused = later.tool(tool, arguments).await;
        assert_eq!(refused["error"], "detail_needed", "{refused}");
    }
    let wrong = later.tool("cancel_booking", json!({"customer_name": "Tom Ruiz"})).await;
    assert_eq!(wrong["error"], "booking_not_found");
    assert_eq!(org.bookings(&server).await[0]["status"], "confirmed");
    let moved = later
        .tool("reschedule_booking", json!({"date": DAY, "new_date": DAY, "new_time": "11:00"}))
        .await;
    assert_eq!(moved["success"], true, "{moved}");
    let gone = later.tool("cancelAppointment", json!({"patientName": "Ann Ruiz"})).await;
    assert_eq!(gone["success"], true, "{gone}");
    let again = later.tool("lookup_booking", json!({})).await;
    assert_eq!(
        message(&again),
        "I couldn't find any upcoming bookings. Would you like to make a new appointment?"
    );
}

#[tokio::test]
async fn a_cancellation_that_is_said_again_cancels_no_other_appointment() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let call = org.call(&server, ANN);
    book(&call, DAY, "11:00", "Ann Ruiz").await;
    let name = json!({"customer_name": "Ann Ruiz"});
    let gone = call.tool("cancel_booking", name.clone()).await;
    assert_eq!(gone["data"]["cancelledTime"], "11:00", "{gone}");
    for words in [name.clone(), json!({}), json!({"customer_name": "Ann Ruiz", "date": DAY})] {
        let again = call.tool("cancel_booking", words).await;
        assert_eq!(
            message(&again),
            "Your appointment for Thursday September 24th at 11 AM was already cancelled."
        );
    }
    let standing = async || {
        let bookings = org.bookings(&server).await;
        let stands = bookings.iter().filter(|booking| booking["status"] == "confirmed");
        stands.map(|booking| booking["booking_time"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(standing().await, ["09:00"]);
    // What was booked after it is meant by the same words.
    book(&call, DAY, "13:00", "Ann Ruiz").await;
    let gone = call.tool("cancel_booking", name.clone()).await;
    assert_eq!(gone["data"]["cancelledTime"], "13:00", "{gone}");
    // And in another call they mean the one that is left.
    let later = org.call(&server, ANN).tool("cancel_booking", name).await;
    assert_eq!(later["data"]["cancelledTime"], "09:00", "{later}");
    assert!(standing().await.is_empty());
}

#[tokio::test]
async fn of_two_appointments_that_fit_the_second_is_asked_about_before_it_is_cancelled() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let before = org.call(&server, ANN);
    let nine = book(&before, DAY, "09:00", "Ann Ruiz").await;
    let code = nine["confirmationNumber"].as_str().unwrap();
    before.end().await;
    let call = org.call(&server, ANN);
    let eleven = book(&call, DAY, "11:00", "Ann Ruiz").await;
    let seen = call.tool("lookup_booking", json!({"customer_name": "Ann Ruiz"})).await;
    assert_eq!(seen["success"], true, "{seen}");
    let first = json!({"booking_reference": eleven["confirmationNumber"]});
    assert_eq!(call.tool("cancel_booking", first).await["success"], true);
    let other = call.tool("cancel_booking", json!({"customer_name": "Ann Ruiz"})).await;
    assert_eq!(other["error"], "which_booking", "{other}");
    assert!(message(&other).contains("Shall I cancel the one for Thursday September 24th at 9 AM"));
    assert!(other["nextStep"].as_str().unwrap().contains(code), "{other}");
    let gone = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(gone["data"]["cancelledTime"], "09:00", "{gone}");
}

#[tokio::test]
async fn who_booked_in_this_very_call_needs_no_detail() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    book(&call, DAY, "09:00", "Ann Ruiz").await;
    assert_eq!(call.tool("cancel_booking", json!({})).await["success"], true);
}

#[tokio::test]
async fn what_was_booked_in_this_call_is_reached_whatever_number_was_given_for_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"date": DAY, "time": "09:00", "customer_name": "Vic Tim",
        "customer_phone": "+15125550177"});
    assert_eq!(call.tool("create_booking", wish).await["success"], true);
    let found = call.tool("lookup_booking", json!({})).await;
    assert_eq!(found["data"]["customerName"], "Vic Tim", "{found}");
    let moved = call.tool("reschedule_booking", json!({"new_time": "10:00"})).await;
    assert_eq!(moved["success"], true, "{moved}");
    let gone = call.tool("cancel_booking", json!({"customer_name": "Vic Tim"})).await;
    assert_eq!(gone["success"], true, "{gone}");
}

#[tokio::test]
async fn a_model_outside_of_any_call_reads_no_customers_details() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"date": DAY, "time": "09:00", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", wish).await["success"], true);
    // As a chat sends it: a tool call in an envelope, and no call.
    let body = json!({"message": {"type": "tool-calls", "chat": {"id": "chat-1"},
        "toolCallList": [{"id": "t1", "function": {"name": "lookupCaller",
            "arguments": {"searchKey": "Ann Ruiz", "searchType": "name"}}}]}});
    let url = server.url(&format!("/webhook/{}", org.webhook_id));
    let request = server.client().post(url).bearer_auth(&org.secret).json(&body);
    let answer = request.send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("Ann Ruiz"), "{answer}");
    assert!(!answer.contains("5125550143"), "{answer}");
}

#[tokio::test]
async fn a_booking_can_move_by_less_than_its_own_length() {
    let server = TestServer::start().await;
    let services = json!([{"id": "checkup", "name": "Check-up", "duration_minutes": 60,
        "slot_minutes": 30}]);
    let org = server.org(json!({"services": services, "default_service": "checkup"})).await;
    let call = org.call(&server, ANN);
    let booked = book(&call, DAY, "09:00", "Ann Ruiz").await;
    let moved = call
        .tool(
            "reschedule_booking",
            json!({"booking_reference": booked["confirmationNumber"], "new_time": "9:30"}),
        )
        .await;
    assert_eq!(moved["success"], true, "{moved}");
    assert_eq!(moved["data"]["time"], "09:30");
    assert_eq!(moved["data"]["date"], DAY);
}

#[tokio::test]
async fn the_calendar_shows_a_caller_their_own_appointment_and_the_rest_as_busy() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let ben = org.call(&server, BEN);
    book(&ben, DAY, "13:00", "Ben Ode").await;
    let seen = ben.tool("get_events", json!({"start_time": DAY})).await;
    let titles: Vec<&Value> =
        seen["events"].as_array().unwrap().iter().map(|e| &e["title"]).collect();
    assert_eq!(titles, [&json!("Busy"), &json!("consultation for Ben Ode")]);
    assert!(!seen.to_string().contains("Ann"));
}

#[tokio::test]
async fn another_customers_details_are_masked_and_the_callers_own_are_not() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"appointmentDate": DAY, "appointmentTime": "09:00",
        "patientName": "Ann Ruiz", "patientEmail": "ann@example.com"});
    assert_eq!(call.tool("bookClinicAppointment", wish).await["success"], true);
    let wanted = json!({"searchKey": "ann ruiz", "searchType": "name"});
    let own = call.tool("lookupCaller", wanted.clone()).await;
    assert_eq!(own["customerData"]["phone"], ANN);
    assert_eq!(own["customerData"]["email"], "ann@example.com");
    let foreign = org.call(&server, BEN).tool("lookupCaller", wanted).await;
    assert_eq!(foreign["found"], true);
    assert_eq!(foreign["customerData"]["name"], "Ann Ruiz");
    assert!(!foreign.to_string().contains("ann@example.com"), "{foreign}");
    assert!(!foreign.to_string().contains("5125550143"), "{foreign}");
}
