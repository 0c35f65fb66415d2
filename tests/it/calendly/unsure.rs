//! A write was sent and its answer was lost: the caller hears the truth, nothing is sent twice, and it is
//! settled by looking it up.

use std::time::{Duration, Instant};

use super::*;
use crate::support::eventually;

#[tokio::test]
async fn a_lost_answer_is_neither_a_yes_nor_a_no_and_the_request_is_sent_once() {
    for (trouble, made) in clinic::lost_answers() {
        let clinic = Clinic::open_at(setup(MORNING), PLAIN, json!({}), 3_000).await;
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
        assert_ne!(clinic.outcome().await, "failed", "{trouble:?}: nobody said that it failed");
    }
}

#[tokio::test]
async fn a_booking_in_doubt_is_settled_by_look_up_alone() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, Trouble::DropsAfter);
    let told = clinic.book(&call).await;
    hears(&told, "I don't know yet whether it worked");
    let confirmed = eventually("the look-up", || async {
        let bookings = clinic.bookings().await;
        (bookings[0]["outcome"] == "confirmed").then(|| bookings[0].clone())
    });
    let confirmed = confirmed.await;
    let standing = clinic.stand_in.standing();
    assert_eq!(confirmed["external_ids"], json!([standing[0].invitee]));
    assert_eq!((standing.len(), clinic.stand_in.asked_to(Operation::Create).len()), (1, 1));
}

#[tokio::test]
async fn a_cancellation_whose_answer_was_lost_is_settled_too() {
    for trouble in [Trouble::DropsAfter, Trouble::FailsBefore] {
        let clinic = Clinic::open().await;
        let (call, code) = clinic.booked().await;
        clinic.stand_in.next(Operation::Cancel, trouble.clone());
        call.tool("cancel_booking", json!({"booking_reference": code})).await;
        eventually("the cancellation", || async {
            let bookings = clinic.bookings().await;
            (bookings[0]["status"] == "cancelled").then_some(())
        })
        .await;
        assert!(clinic.stand_in.standing().is_empty(), "{trouble:?}");
    }
}
