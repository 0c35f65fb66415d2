//! Calendly does not answer as it should, or refuses the token in the middle of a call: the caller is
//! answered in time, by the org's policy, and all goes on when Calendly is back.

use std::time::{Duration, Instant};

use super::*;
use crate::support::eventually;

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in clinic::bad_answers() {
        let clinic = Clinic::open_at(setup(MORNING), PLAIN, json!({}), 1_500).await;
        clinic.stand_in.always(Operation::Open, trouble.clone());
        let call = clinic.call();
        let started = Instant::now();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert!(started.elapsed() < Duration::from_secs(4), "{trouble:?}");
        hears(&free, "I cannot reach the calendar right now");
    }
}

#[tokio::test]
async fn a_token_that_expires_in_the_middle_stops_bookings_until_there_is_another() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(PLAIN, policy).await;
    let call = clinic.offered().await;
    clinic.stand_in.set_token("another");
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    assert!(clinic.stand_in.standing().is_empty());
    assert_eq!(clinic.check().await["status"], "error");
    let path = format!("/api/orgs/{}/connections/{}", clinic.org.id, clinic.connection);
    let body = json!({"credentials": {"token": "another"}});
    let (status, patched) = clinic.server.api(Method::PATCH, &path, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{patched}");
    assert_eq!(clinic.check().await["ok"], true);
    let booked = clinic.book(&call).await;
    assert_eq!(booked["success"], true, "{booked}");
}

#[tokio::test]
async fn what_was_promised_while_calendly_was_down_is_booked_when_it_is_back() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    for operation in [Operation::Open, Operation::EventType] {
        clinic.stand_in.always(operation, Trouble::DropsBefore);
    }
    clinic.stand_in.always(Operation::Create, Trouble::TooMany { retry_after: None });
    let promised = clinic.book(&call).await;
    hears(&promised, "confirm");
    assert_eq!(clinic.bookings().await[0]["status"], "pending");
    assert!(clinic.stand_in.standing().is_empty());
    clinic.stand_in.behave();
    let confirmed = eventually("the promised booking", || async {
        let bookings = clinic.bookings().await;
        (bookings[0]["status"] == "confirmed").then(|| bookings[0].clone())
    });
    assert_eq!(confirmed.await["booking_time"], "10:00");
    assert_eq!(clinic.stand_in.standing().len(), 1);
}

#[tokio::test]
async fn bookings_that_are_too_many_rest_while_questions_go_on() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(PLAIN, policy).await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, Trouble::TooMany { retry_after: Some(60) });
    assert_eq!(clinic.book(&call).await["success"], false);
    assert_eq!(clinic.book(&call).await["success"], false);
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1, "it is left alone");
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(free["available"], true, "{free}");
}

#[tokio::test]
async fn without_the_event_types_details_a_booking_is_made_all_the_same() {
    for trouble in [Trouble::FailsBefore, Trouble::Forbids, Trouble::Garbles, Trouble::HangsBefore]
    {
        let clinic = Clinic::open().await;
        clinic.stand_in.always(Operation::EventType, trouble.clone());
        let call = clinic.offered().await;
        assert_eq!(clinic.book(&call).await["success"], true, "{trouble:?}");
        let asked = clinic.stand_in.asked_to(Operation::EventType).len();
        assert_eq!(asked, 1, "nobody waits for it twice: {trouble:?}");
    }
}
