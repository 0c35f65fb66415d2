//! One service in several calendars: chairs, rooms or members of staff side by side.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, TestOrg, TestServer};

const DAY: &str = "2026-09-24";

/// An org whose cleaning can be booked with either of two hygienists; gives their calendars.
async fn practice(server: &TestServer) -> (TestOrg, [String; 2]) {
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/connections", org.id);
    let first = server.read(&path).await["items"][0]["id"].as_str().unwrap().to_owned();
    let new = Some(json!({"provider": "builtin"}));
    let (status, second) = server.request(Method::POST, &path, new).await;
    assert_eq!(status, StatusCode::CREATED, "{second}");
    let calendars = [first, second["id"].as_str().unwrap().to_owned()];
    let (status, answer) = org.patch(server, services(&calendars)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    (org, calendars)
}

fn services(calendars: &[String]) -> Value {
    let cleaning = json!({"id": "cleaning", "name": "Cleaning", "duration_minutes": 60,
        "connections": calendars});
    json!({"services": [cleaning, {"id": "checkup", "name": "Check-up", "duration_minutes": 60}]})
}

fn wish(name: &str, service: &str) -> Value {
    json!({"date": DAY, "time": "10:00", "customer_name": name, "service_type": service})
}

async fn book(server: &TestServer, org: &TestOrg, number: usize, service: &str) -> Value {
    let call = org.call(server, &format!("+1512555{:04}", 1_000 + number));
    let offered = json!({"date": DAY, "serviceType": service});
    call.tool("checkAvailability", offered).await;
    let name = format!("Caller {}", char::from(b'A' + u8::try_from(number % 26).unwrap()));
    let answer = call.tool("create_booking", wish(&name, service)).await;
    call.end().await;
    answer
}

#[tokio::test]
async fn a_time_is_offered_until_the_last_calendar_that_has_it_is_booked() {
    let server = TestServer::start().await;
    let (org, calendars) = practice(&server).await;
    for number in 0..2 {
        let booked = book(&server, &org, number, "cleaning").await;
        assert_eq!(booked["success"], true, "{booked}");
    }
    let third = book(&server, &org, 2, "cleaning").await;
    // It had not been offered any more.
    assert_eq!(third["success"], false, "{third}");
    assert!(!third["alternatives"].as_array().unwrap().is_empty(), "{third}");
    let bookings = org.bookings(&server).await;
    let taken: BTreeSet<_> =
        bookings.iter().map(|one| one["connection_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(taken, calendars.iter().cloned().collect());
    // The most wanted first.
    let by_name = |name: &str| bookings.iter().find(|one| one["customer_name"] == name).unwrap();
    assert_eq!(by_name("Caller A")["connection_id"], calendars[0].as_str());
    // What all bookings go to is as full as its own calendar.
    let other = book(&server, &org, 3, "checkup").await;
    assert_eq!(other["success"], false, "{other}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_callers_for_one_time_in_two_calendars_exactly_two_book() {
    let server = TestServer::start().await;
    let (org, _) = practice(&server).await;
    let calls: Vec<_> =
        (0..20).map(|n| org.call(&server, &format!("+1512555{:04}", 1_000 + n))).collect();
    join_all(calls.iter().map(|call| {
        call.tool("checkAvailability", json!({"date": DAY, "serviceType": "cleaning"}))
    }))
    .await;
    let heard = join_all(calls.iter().enumerate().map(|(number, call)| {
        let name = format!("Caller {}", char::from(b'A' + u8::try_from(number).unwrap()));
        call.tool("create_booking", wish(&name, "cleaning"))
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = heard.iter().partition(|answer| answer["success"] == true);
    assert_eq!(won.len(), 2, "{won:?}");
    assert!(lost.iter().all(|answer| answer["error"] == "slot_unavailable"), "{lost:?}");
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 2);
    assert_ne!(bookings[0]["connection_id"], bookings[1]["connection_id"]);
}

#[tokio::test]
async fn a_calendar_that_is_switched_off_leaves_the_others() {
    let server = TestServer::start().await;
    let (org, calendars) = practice(&server).await;
    let path = format!("/api/orgs/{}/connections/{}", org.id, calendars[0]);
    let off = Some(json!({"status": "disconnected"}));
    let (status, answer) = server.request(Method::PATCH, &path, off).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let booked = book(&server, &org, 0, "cleaning").await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await[0]["connection_id"], calendars[1].as_str());
}

#[tokio::test]
async fn calendars_of_a_service_must_be_the_orgs_own() {
    let server = TestServer::start().await;
    let (org, _) = practice(&server).await;
    let (_, foreign) = practice(&server).await;
    for wrong in [foreign[1].clone(), "none".to_owned()] {
        let (status, answer) = org.patch(&server, services(&[wrong])).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
        let said = answer["error"]["message"].as_str().unwrap();
        assert!(said.contains("services[0].connections"), "{said}");
    }
}

#[tokio::test]
async fn a_time_of_another_calendar_is_had_by_booking_it_before_the_old_one_is_cancelled() {
    let server = TestServer::start().await;
    let (org, calendars) = practice(&server).await;
    let call = org.call(&server, "+15125550142");
    let offered = json!({"date": DAY, "serviceType": "cleaning"});
    call.tool("checkAvailability", offered.clone()).await;
    let booked = call.tool("create_booking", wish("Ann Ruiz", "cleaning")).await;
    let code = booked["confirmationNumber"].as_str().unwrap().to_owned();
    // Somebody else has eleven o'clock there; the other calendar still has it.
    let other = org.call(&server, "+15125550143");
    other.tool("checkAvailability", offered.clone()).await;
    let eleven = |name: &str| json!({"date": DAY, "time": "11:00", "customer_name": name});
    assert_eq!(other.tool("create_booking", eleven("Bob Lee")).await["success"], true);
    other.end().await;

    let free = call.tool("checkAvailability", offered).await;
    assert!(free["availableSlots"].as_array().unwrap().contains(&json!("11:00")), "{free}");
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    for (tool, arguments) in
        [("create_booking", eleven("Ann Ruiz")), ("reschedule_booking", to_eleven)]
    {
        let refused = call.tool(tool, arguments).await;
        assert_eq!(refused["error"], "other_calendar", "{tool}: {refused}");
        assert!(refused["message"].as_str().unwrap().contains("10 AM"), "{refused}");
        assert!(refused["nextStep"].as_str().unwrap().contains(&code), "{refused}");
    }
    // As the agent is told to, by the names of either set.
    let anew = json!({"appointmentDate": DAY, "appointmentTime": "11:00", "patientName": "Ann Ruiz",
        "patientEmail": "ann@example.com", "keep_existing": true});
    let made = call.tool("bookClinicAppointment", anew).await;
    assert_eq!(made["success"], true, "{made}");
    let gone = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(gone["data"]["cancelledTime"], "10:00", "{gone}");
    let bookings = org.bookings(&server).await;
    let of_ann = bookings
        .iter()
        .filter(|one| one["customer_name"] == "Ann Ruiz" && one["status"] == "confirmed");
    let where_to: Vec<_> =
        of_ann.map(|one| (&one["booking_time"], &one["connection_id"])).collect();
    assert_eq!(where_to, [(&json!("11:00"), &json!(calendars[1]))]);
}
