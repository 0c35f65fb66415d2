//! Cal.com does not answer questions as it should: the caller is answered in time, by the org's policy, and
//! Cal.com is asked no more than it wants to be.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in clinic::bad_answers() {
        let clinic = Clinic::open_with(PLAIN, json!({}), 3_000).await;
        clinic.stand_in.always(Operation::Slots, trouble.clone());
        let call = clinic.call();
        let started = Instant::now();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{trouble:?}");
        hears(&free, "I cannot reach the calendar right now");
        hears(&free, "confirm it with you afterwards");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_never_carries_the_key_along() {
    let clinic = Clinic::open().await;
    clinic.stand_in.always(Operation::Any, Trouble::Redirects);
    let checked = clinic.check().await;
    assert_eq!(checked["ok"], false, "{checked}");
    assert!(checked["problem"].as_str().unwrap().contains("base_url"), "{checked}");
    let asked = clinic.stand_in.asked();
    assert!(asked.iter().all(|asked| !asked.uri.starts_with("/elsewhere")), "{asked:?}");
}

#[tokio::test]
async fn an_account_that_is_told_to_wait_is_left_alone_for_so_long() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(PLAIN, policy, 5_500).await;
    clinic.offered().await;
    clinic.stand_in.next(Operation::Slots, Trouble::TooMany { retry_after: Some(1) });
    let call = clinic.call();
    let ask = || call.tool("check_availability", json!({"date": DAY}));
    let (started, before) = (Instant::now(), clinic.stand_in.asked().len());
    // There is time to wait for it, and so there is an answer.
    assert_eq!(ask().await["available"], true);
    assert!(started.elapsed() >= Duration::from_secs(1), "after {:?}", started.elapsed());
    assert_eq!(clinic.stand_in.asked().len() - before, 2);
    // Nobody waits for as long as this, nor is anything asked meanwhile.
    clinic.stand_in.next(Operation::Slots, Trouble::TooMany { retry_after: Some(20) });
    let before = clinic.stand_in.asked().len();
    for _ in 0..3 {
        assert_eq!(ask().await["success"], false);
    }
    assert_eq!(clinic.stand_in.asked().len() - before, 1);
}

#[tokio::test]
async fn a_slow_answer_within_the_deadline_is_an_answer() {
    let clinic = Clinic::open().await;
    clinic.stand_in.always(Operation::Any, Trouble::Slow { millis: 400 });
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
}

#[tokio::test]
async fn without_the_event_types_details_a_booking_is_made_all_the_same() {
    for trouble in [
        Trouble::FailsBefore,
        Trouble::Forbids,
        Trouble::Garbles,
        Trouble::DropsBefore,
        Trouble::HangsBefore,
    ] {
        let clinic = Clinic::open().await;
        clinic.stand_in.always(Operation::EventType, trouble.clone());
        let call = clinic.offered().await;
        assert_eq!(clinic.book(&call).await["success"], true, "{trouble:?}");
        let asked = clinic.stand_in.asked_to(Operation::EventType).len();
        assert_eq!(asked, 1, "nobody waits for it twice: {trouble:?}");
    }
    let clinic = Clinic::open_with(ASKING, json!({}), 5_500).await;
    clinic.stand_in.always(Operation::EventType, Trouble::Forbids);
    let call = clinic.offered().await;
    hears(&clinic.book(&call).await, "I also need your reason");
}

#[tokio::test]
async fn a_failing_calendar_is_left_alone_after_a_while_and_the_operator_sees_it() {
    let clinic = Clinic::open().await;
    clinic.stand_in.always(Operation::Slots, Trouble::FailsBefore);
    let call = clinic.call();
    for _ in 0..8 {
        call.tool("check_availability", json!({"date": DAY})).await;
    }
    assert_eq!(clinic.stand_in.asked_to(Operation::Slots).len(), 5);
    let health = clinic.server.get("/api/health/calcom").await;
    assert_eq!(health["status"], "unavailable", "{health}");
}
