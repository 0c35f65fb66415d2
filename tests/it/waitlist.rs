//! Waiting for a free time: from the caller's words to the slot that is kept, through tools,
//! operators, time and restarts. Who is next is checked against the store in its own tests.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{FeedClient, TestOrg, TestServer, VapiCall, eventually};

const ANN: &str = "+15125550143";
const BEN: &str = "+15125550144";
const CLEO: &str = "+15125550145";
const DAN: &str = "+15125550146";
const DAY: &str = "2026-09-24";

/// An org whose Thursday has one slot, which Ann has booked in a call that is over.
async fn full_day(server: &TestServer) -> (TestOrg, Value) {
    let hours = json!({"mon": [], "tue": [], "wed": [], "fri": [],
        "thu": [["10:00", "10:30"]], "sat": [], "sun": []});
    let org = server.org(json!({"business_hours": hours})).await;
    let call = org.call(server, ANN);
    let booked = take(&call, "Ann Ruiz").await;
    assert_eq!(booked["success"], true, "{booked}");
    call.end().await;
    (org, booked)
}

/// Tries to book the day's only slot as a caller does.
async fn take(call: &VapiCall, name: &str) -> Value {
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"date": DAY, "time": "10:00", "customer_name": name});
    call.tool("create_booking", wish).await
}

async fn wait_for(server: &TestServer, org: &TestOrg, number: &str, name: &str) -> Value {
    let wish = json!({"date": DAY, "customer_name": name});
    let joined = org.call(server, number).tool("join_waitlist", wish).await;
    assert_eq!(joined["success"], true, "{joined}");
    joined
}

async fn places(server: &TestServer, org: &TestOrg) -> Vec<Value> {
    let path = format!("/api/orgs/{}/waitlist", org.id);
    server.get(&path).await["items"].as_array().unwrap().clone()
}

/// Name and state of each place, in line order.
async fn line(server: &TestServer, org: &TestOrg) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let places = places(server, org).await;
    places.iter().map(|place| (text(&place["customer_name"]), text(&place["state"]))).collect()
}

fn line_of(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, state)| ((*name).to_owned(), (*state).to_owned())).collect()
}

async fn cancel(server: &TestServer, org: &TestOrg, booked: &Value) {
    let id = booked["data"]["bookingId"].as_str().unwrap();
    let path = format!("/api/orgs/{}/bookings/{id}/cancel", org.id);
    assert_eq!(server.api(Method::POST, &path, None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_caller_waits_with_their_own_number_and_a_second_wish_changes_the_first() {
    let server = TestServer::start().await;
    let (org, _) = full_day(&server).await;
    let call = org.call(&server, BEN);
    let wish = json!({"date": DAY, "until_date": "2026-10-08", "earliest_time": "9",
        "latest_time": "12:00", "customer_name": "Ben Ode", "party_size": 2});
    let joined = call.tool("join_waitlist", wish).await;
    assert_eq!(
        joined["message"],
        "You are on the waitlist for Consultation from Thursday September 24th to Thursday October \
         8th between 9 AM and 12 PM. If a time becomes free, it is offered to you in turn and kept \
         for you for 15 minutes. Some times are free right now: Thursday October 1st at 10 AM and \
         Thursday October 8th at 10 AM. Would you rather have one of those?"
    );
    let shorter = json!({"date": DAY, "patientName": "ben ode"});
    let changed = org.call(&server, BEN).tool("joinWaitlist", shorter).await;
    assert_eq!(changed["data"]["waitlistId"], joined["data"]["waitlistId"]);
    assert!(changed.get("alternatives").is_none(), "{changed}");
    let places = places(&server, &org).await;
    assert_eq!(places.len(), 1, "{places:?}");
    let expected = json!({"id": joined["data"]["waitlistId"], "state": "waiting",
        "customer_name": "ben ode", "customer_phone": BEN, "service_id": "consultation",
        "party_size": 2, "from_date": DAY, "until_date": DAY, "earliest_time": null,
        "latest_time": null, "time_zone": "America/Chicago", "offer": null, "booking_id": null,
        "call_id": call.id, "created_at": places[0]["created_at"],
        "updated_at": places[0]["updated_at"]});
    assert_eq!(places[0], expected);
}

#[tokio::test]
async fn a_slot_that_a_caller_gives_up_is_kept_for_the_first_in_line_who_books_it() {
    let mut server = TestServer::start().await;
    let (org, _) = full_day(&server).await;
    wait_for(&server, &org, BEN, "Ben Ode").await;
    wait_for(&server, &org, CLEO, "Cleo Fox").await;
    let ann = org.call(&server, ANN);
    let gone = ann.tool("cancel_booking", json!({"customer_name": "Ann Ruiz"})).await;
    assert_eq!(gone["success"], true, "{gone}");
    let expected = line_of(&[("Ben Ode", "offered"), ("Cleo Fox", "waiting")]);
    assert_eq!(line(&server, &org).await, expected);
    server.restart(None).await;
    // Everybody else hears that the day is full, and cannot have it by asking for it.
    for number in [CLEO, DAN, "anonymous"] {
        let call = org.call(&server, number);
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["available"], false, "{number}: {free}");
        let wish = json!({"date": DAY, "time": "10:00", "customer_name": "Ben Ode",
            "customer_phone": BEN});
        let refused = call.tool("create_booking", wish).await;
        assert_eq!(refused["error"], "slot_unavailable", "{number}: {refused}");
        call.end().await;
    }
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    feed.next().await;
    let ben = org.call(&server, BEN);
    let told = ben.tool("lookup_booking", json!({})).await;
    let kept = "From the waitlist, Consultation on Thursday September 24th at 10 AM is kept for you \
        until 9:45 AM on Tuesday September 22nd. Shall I book it?";
    assert!(told["message"].as_str().unwrap().ends_with(kept), "{told}");
    let held = feed.until("slot_held").await;
    assert_eq!(held["call_id"], ben.id);
    let wish = json!({"date": DAY, "time": "10:00", "customer_name": "Ben Ode"});
    let booked = ben.tool("create_booking", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    let expected = line_of(&[("Cleo Fox", "waiting"), ("Ben Ode", "booked")]);
    assert_eq!(line(&server, &org).await, expected);
    assert_eq!(places(&server, &org).await[1]["booking_id"], booked["data"]["bookingId"]);
}

#[tokio::test]
async fn a_slot_that_nobody_comes_for_goes_to_the_next_in_line_and_at_last_to_all() {
    let mut server = TestServer::start().await;
    let (org, booked) = full_day(&server).await;
    let settings = json!({"booking": {"waitlist_hold_minutes": 60}});
    assert_eq!(org.patch(&server, settings).await.0, StatusCode::OK);
    wait_for(&server, &org, BEN, "Ben Ode").await;
    wait_for(&server, &org, CLEO, "Cleo Fox").await;
    cancel(&server, &org, &booked).await;
    for (clock, expected) in [
        ("2026-09-22T15:40:00Z", [("Ben Ode", "waiting"), ("Cleo Fox", "offered")]),
        ("2026-09-22T16:50:00Z", [("Ben Ode", "waiting"), ("Cleo Fox", "waiting")]),
        ("2026-09-26T16:50:00Z", [("Ben Ode", "expired"), ("Cleo Fox", "expired")]),
    ] {
        server.restart(Some(clock)).await;
        eventually("the line to move on", || async {
            (line(&server, &org).await == line_of(&expected)).then_some(())
        })
        .await;
        if clock == "2026-09-22T16:50:00Z" {
            let free =
                org.call(&server, DAN).tool("check_availability", json!({"date": DAY})).await;
            assert_eq!(free["available"], true, "{free}");
        }
    }
}

#[tokio::test]
async fn a_slot_that_is_moved_away_from_is_kept_and_an_operator_books_it_for_whom_it_is_kept() {
    let server = TestServer::start().await;
    let (org, booked) = full_day(&server).await;
    wait_for(&server, &org, BEN, "Ben Ode").await;
    let id = booked["data"]["bookingId"].as_str().unwrap();
    let bookings = format!("/api/orgs/{}/bookings", org.id);
    let away = json!({"start": "2026-10-01T10:00:00"});
    let (status, moved) =
        server.api(Method::POST, &format!("{bookings}/{id}/reschedule"), Some(away)).await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    assert_eq!(line(&server, &org).await, line_of(&[("Ben Ode", "offered")]));
    let offer = places(&server, &org).await[0]["offer"].clone();
    assert_eq!(offer["start"], "2026-09-24T10:00:00-05:00", "{offer}");
    let by = |number: &str, name: &str| json!({"start": format!("{DAY}T10:00:00"), "customer_name": name, "customer_phone": number});
    let (status, refused) = server.api(Method::POST, &bookings, Some(by(DAN, "Dan Day"))).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    let (status, made) = server.api(Method::POST, &bookings, Some(by(BEN, "Ben Ode"))).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(line(&server, &org).await, line_of(&[("Ben Ode", "booked")]));
}

#[tokio::test]
async fn who_leaves_passes_the_slot_on_and_nobody_is_taken_out_by_another() {
    let server = TestServer::start().await;
    let (org, booked) = full_day(&server).await;
    wait_for(&server, &org, BEN, "Ben Ode").await;
    wait_for(&server, &org, CLEO, "Cleo Fox").await;
    cancel(&server, &org, &booked).await;
    for number in [DAN, "anonymous"] {
        let claim = json!({"leave": true, "customer_name": "Ben Ode", "customer_phone": BEN});
        let refused = org.call(&server, number).tool("join_waitlist", claim).await;
        assert_eq!(refused["error"], "not_on_waitlist", "{refused}");
    }
    let left = org.call(&server, BEN).tool("joinWaitlist", json!({"leave": true})).await;
    assert_eq!(
        left["message"],
        "You are no longer on the waitlist. Is there anything else I can help you with?"
    );
    let expected = line_of(&[("Cleo Fox", "offered"), ("Ben Ode", "left")]);
    assert_eq!(line(&server, &org).await, expected);
    let told = org.call(&server, BEN).tool("lookup_booking", json!({})).await;
    assert!(!told.to_string().contains("waitlist"), "{told}");
}

#[tokio::test]
async fn the_assistant_is_told_of_a_kept_slot_before_it_speaks() {
    let server = TestServer::start().await;
    let (org, booked) = full_day(&server).await;
    let assistant = json!({"assistant_ids": ["a1"]});
    assert_eq!(org.patch(&server, assistant).await.0, StatusCode::OK);
    wait_for(&server, &org, BEN, "Ben Ode").await;
    cancel(&server, &org, &booked).await;
    for (number, is_told) in [(BEN, true), (CLEO, false)] {
        let call = org.call(&server, number);
        let (_, answer) = call.post(json!({"type": "assistant-request"})).await;
        let told = &answer["assistantOverrides"]["variableValues"]["kept_slot"];
        assert_eq!(told.as_str().is_some_and(|text| text.contains("10 AM")), is_told, "{answer}");
    }
}

#[tokio::test]
async fn a_wish_that_makes_no_sense_is_asked_back_and_gives_no_place() {
    let server = TestServer::start().await;
    let (org, _) = full_day(&server).await;
    let call = org.call(&server, BEN);
    for (wish, error) in [
        (json!({"date": "2026-09-01"}), "date_in_past"),
        (json!({"date": "2028-09-01"}), "date_too_far"),
        (json!({"date": "someday"}), "invalid_date"),
        (json!({"date": DAY, "until_date": "2026-09-23"}), "invalid_date"),
        (json!({"earliest_time": "15:00", "latest_time": "11:00"}), "invalid_date"),
        (json!({"date": "today", "latest_time": "09:00"}), "date_in_past"),
    ] {
        let refused = call.tool("join_waitlist", wish.clone()).await;
        assert_eq!(refused["error"], error, "{wish}: {refused}");
    }
    let withheld = org.call(&server, "anonymous").raw("join_waitlist", json!({"date": DAY})).await;
    let problem = withheld["results"][0]["error"].as_str().unwrap();
    assert!(problem.contains("customer_phone"), "{problem}");
    assert!(places(&server, &org).await.is_empty());
}

#[tokio::test]
async fn a_viewer_sees_masked_numbers_and_another_org_sees_nothing() {
    let server = TestServer::start().await;
    let (org, _) = full_day(&server).await;
    wait_for(&server, &org, BEN, "Ben Ode").await;
    let other = server.org(json!({"name": "Other"})).await;
    for (owner, status) in [(&org, StatusCode::OK), (&other, StatusCode::NOT_FOUND)] {
        let token = json!({"role": "viewer", "org": owner.id});
        let (_, token) = server.api(Method::POST, "/api/tokens", Some(token)).await;
        let url = server.url(&format!("/api/orgs/{}/waitlist", org.id));
        let request = server.client().get(url).bearer_auth(token["token"].as_str().unwrap());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        let text = answer.text().await.unwrap();
        assert!(!text.contains(BEN), "{text}");
    }
    let waiting = server.get(&format!("/api/orgs/{}/waitlist?state=waiting", org.id)).await;
    assert_eq!(waiting["items"][0]["customer_phone"], BEN);
    let offered = server.get(&format!("/api/orgs/{}/waitlist?state=offered", org.id)).await;
    assert!(offered["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_slot_that_is_kept_for_somebody_whom_nothing_tells_is_shown_to_those_who_can() {
    let server = TestServer::start().await;
    let (org, booked) = full_day(&server).await;
    wait_for(&server, &org, BEN, "Ben Ode").await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    cancel(&server, &org, &booked).await;
    let told = feed.notice("waitlist_untold").await;
    assert_eq!(told["warning"], true, "{told}");
}
