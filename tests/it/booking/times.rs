//! Times as they are said and written, and times that do not exist.

use serde_json::{Value, json};

use super::message;
use crate::support::{TestServer, eventually};

const ANN: &str = "+15125550143";
const DAY: &str = "2026-09-24";

#[tokio::test]
async fn an_offered_slot_is_recognised_in_every_usual_way_of_writing_it() {
    for written in [
        json!({"date": DAY, "time": "14:30"}),
        json!({"date": DAY, "time": "2:30 pm"}),
        json!({"date": DAY, "time": "2:30"}),
        json!({"date": "Thursday", "time": "2:30 PM"}),
        json!({"date": "September 24th", "time": "14:30:00"}),
        json!({"start": "2026-09-24T14:30:00"}),
        json!({"start": "2026-09-24T14:30:00-05:00"}),
        json!({"start": "2026-09-24T19:30:00Z"}),
        // The right local time beside a wrong offset, as models write it.
        json!({"start": "2026-09-24T14:30:00Z"}),
    ] {
        let server = TestServer::start().await;
        let org = server.org(json!({})).await;
        let call = org.call(&server, ANN);
        call.tool("check_availability", json!({"date": DAY})).await;
        let mut arguments = written.clone();
        arguments["customer_name"] = json!("Ann Ruiz");
        let booked = call.tool("create_appointment", arguments).await;
        assert_eq!(booked["success"], true, "{written}: {booked}");
        assert_eq!(org.bookings(&server).await[0]["start"], "2026-09-24T14:30:00-05:00");
    }
}

#[tokio::test]
async fn past_days_and_impossible_dates_are_asked_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let ask = async |date: &str| call.tool("check_availability", json!({"date": date})).await;
    assert_eq!(
        message(&ask("2025-09-24").await),
        "Wednesday September 24th 2025 has already passed; today is Tuesday September 22nd 2026. \
         Which date would you like?"
    );
    let impossible = ask("2026-02-30").await;
    assert_eq!(impossible["success"], false);
    assert!(message(&impossible).contains("2026-02-30"), "{impossible}");
    assert_eq!(ask("2028-01-03").await["error"], "date_too_far");
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn today_offers_only_what_is_still_ahead_and_beyond_the_lead_time() {
    let server = TestServer::start().await;
    let org = server.org(json!({"booking": {"min_lead_minutes": 90}})).await;
    let call = org.call(&server, ANN);
    // It is half past nine.
    let free = call.tool("check_availability", json!({"date": "today"})).await;
    assert_eq!(free["data"]["slots"][0], "11:30", "{free}");
    let wish = json!({"date": "2026-09-22", "time": "10:00", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", wish).await["success"], false);
}

#[tokio::test]
async fn a_local_time_that_the_clocks_skip_or_repeat_is_asked_back() {
    let server = TestServer::start_at("2026-03-06T15:00:00Z").await;
    let hours = json!({"sun": [["00:00", "24:00"]]});
    let org = server.org(json!({"business_hours": hours})).await;
    let call = org.call(&server, ANN);
    let wish =
        |date: &str, time: &str| json!({"date": date, "time": time, "customer_name": "Ann Ruiz"});
    let skipped = call.tool("create_booking", wish("2026-03-08", "02:30")).await;
    assert_eq!(skipped["error"], "no_such_time");
    assert!(message(&skipped).contains("does not exist on Sunday March 8th"), "{skipped}");
    let free = call.tool("check_availability", json!({"date": "2026-03-08"})).await;
    let slots = free["data"]["slots"].as_array().unwrap();
    assert!(slots.contains(&json!("01:30")) && slots.contains(&json!("03:00")));
    assert!(!slots.contains(&json!("02:00")) && !slots.contains(&json!("02:30")));

    let server = TestServer::start_at("2026-10-30T15:00:00Z").await;
    let org = server.org(json!({"business_hours": {"sun": [["00:00", "24:00"]]}})).await;
    let call = org.call(&server, ANN);
    let twice = call.tool("create_booking", wish("2026-11-01", "01:30")).await;
    assert_eq!(twice["error"], "ambiguous_time");
    assert!(message(&twice).contains("comes twice on Sunday November 1st"), "{twice}");
}

#[tokio::test]
async fn the_date_of_a_call_stays_what_it_was_when_the_call_began() {
    // Two seconds before midnight in Chicago.
    let server = TestServer::start_at("2026-09-23T04:59:58Z").await;
    let org = server.org(json!({})).await;
    let before = org.call(&server, ANN);
    let today = async |call: &crate::support::VapiCall| {
        call.tool("check_availability", json!({"date": DAY})).await["today"].clone()
    };
    assert_eq!(today(&before).await, "2026-09-22");
    let midnight = || async {
        let now: Value = server.get("/api/health").await["now"].clone();
        (now.as_str().unwrap() >= "2026-09-23T05:00:00").then_some(())
    };
    eventually("midnight", midnight).await;
    assert_eq!(today(&before).await, "2026-09-22");
    assert_eq!(today(&org.call(&server, "+15125550144")).await, "2026-09-23");
}

#[tokio::test]
async fn a_caller_in_another_zone_hears_and_books_in_their_own_time() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let ask = json!({"date": DAY, "timezone": "America/New_York"});
    let free = call.tool("checkAvailability", ask).await;
    assert_eq!(free["timezone"], "America/New_York");
    assert_eq!(free["availableSlots"][0], "10:00", "nine in Chicago is ten in New York");
    let wish = json!({"appointmentDate": DAY, "appointmentTime": "10:00",
        "patientName": "Ann Ruiz", "patientEmail": "ann@example.com"});
    let booked = call.tool("bookClinicAppointment", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    let booking = &org.bookings(&server).await[0];
    assert_eq!(booking["start"], "2026-09-24T10:00:00-04:00");
    assert_eq!(booking["time_zone"], "America/New_York");
}
