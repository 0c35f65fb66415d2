//! A write was sent and its answer was lost: the caller hears the truth, and nothing is sent twice.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test]
async fn a_lost_answer_is_neither_a_yes_nor_a_no_and_the_request_is_sent_once() {
    for (trouble, made) in clinic::lost_answers() {
        let clinic = Clinic::open_with(PLAIN, json!({}), 3_000).await;
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
async fn the_caller_hears_that_it_is_not_known() {
    for trouble in [Trouble::FailsAfter, Trouble::DropsAfter, Trouble::Garbles] {
        let clinic = Clinic::open().await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble);
        let result = clinic.book(&call).await;
        hears(&result, "whether it worked");
        assert_eq!(result["success"], false, "{result}");
    }
}

#[tokio::test]
async fn a_move_whose_answer_was_lost_leaves_one_booking_and_no_false_words() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    clinic.stand_in.next(Operation::Reschedule, Trouble::DropsAfter);
    let to_eleven = json!({"booking_reference": booked["confirmationNumber"],
        "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    assert!(!message(&moved).contains("I've moved"), "{moved}");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(clinic.stand_in.asked_to(Operation::Reschedule).len(), 1);
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_known_not_to_have_booked() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(PLAIN, policy, 5_500).await;
    let call = clinic.offered().await;
    let Clinic { stand_in, server, org, .. } = clinic;
    drop(stand_in);
    let result = call.tool("create_booking", ten_for("Ann Ruiz")).await;
    assert_eq!(result["error"], "Could not connect to booking provider", "{result}");
    assert!(org.bookings(&server).await.iter().all(|booking| booking["outcome"] != "unknown"));
}
