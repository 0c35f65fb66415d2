//! A request was sent and its answer was lost or bad: the caller hears the truth in time, nothing is
//! sent twice, and a look-up settles it.

use std::time::{Duration, Instant};

use super::*;
use crate::support::eventually;

#[tokio::test]
async fn a_lost_answer_is_neither_a_yes_nor_a_no_and_the_request_is_sent_once() {
    for (trouble, made) in clinic::lost_answers() {
        let clinic = Clinic::open_as(Plan { deadline_ms: 3_000, ..Plan::default() }).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble.clone());
        let started = Instant::now();
        let result = clinic.book(&call).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{trouble:?}");
        let words = message(&result);
        assert!(!words.contains("I've booked"), "{trouble:?}: {result}");
        assert!(!words.contains("not available"), "{trouble:?}: {result}");
        assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1, "{trouble:?}");
        assert_eq!(clinic.stand_in.standing().len(), made, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_booking_in_doubt_is_settled_by_look_up_alone() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, Trouble::DropsAfter);
    hears(&clinic.book(&call).await, "I don't know yet whether it worked");
    eventually("the look-up", || async {
        (clinic.bookings().await[0]["outcome"] == "confirmed").then_some(())
    })
    .await;
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);
    let kept = clinic.stand_in.standing();
    let ours = &clinic.bookings().await[0];
    assert_eq!(ours["external_ids"], json!([kept[0].id.to_string()]));
}

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in clinic::bad_answers() {
        let clinic = Clinic::open_as(Plan { deadline_ms: 2_500, ..Plan::default() }).await;
        clinic.stand_in.always(Operation::Times, trouble.clone());
        let started = Instant::now();
        let free = clinic.call().tool("check_availability", json!({"date": DAY})).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{trouble:?}");
        assert!(message(&free).contains("I cannot reach the calendar"), "{trouble:?}: {free}");
    }
}

#[tokio::test]
async fn without_types_and_forms_a_booking_is_made_all_the_same() {
    for trouble in [Trouble::FailsBefore, Trouble::Garbles, Trouble::HangsBefore] {
        let clinic = Clinic::open().await;
        clinic.stand_in.always(Operation::Types, trouble.clone());
        clinic.stand_in.always(Operation::Forms, trouble.clone());
        let call = clinic.offered().await;
        assert_eq!(clinic.book(&call).await["success"], true, "{trouble:?}");
        let asked = clinic.stand_in.asked_to(Operation::Types).len();
        assert_eq!(asked, 1, "nobody waits for it twice: {trouble:?}");
    }
}
