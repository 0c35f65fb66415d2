//! A write was sent and its answer was lost: the caller hears the truth, and nothing is there twice.

use super::*;
use crate::support::eventually;

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking_whether_the_event_is_there() {
    for (trouble, made) in [
        (Trouble::FailsBefore, 0),
        (Trouble::FailsAfter, 1),
        (Trouble::DropsBefore, 0),
        (Trouble::DropsAfter, 1),
        (Trouble::BreaksOff, 1),
        (Trouble::Redirects, 0),
    ] {
        let clinic = Clinic::open().await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Put, trouble.clone());
        let told = clinic.book(&call).await;
        assert!(!message(&told).contains("I've booked"), "{trouble:?}: {told}");
        assert!(!message(&told).contains("not available"), "{trouble:?}: {told}");
        assert_eq!(clinic.stand_in.booked().len(), made, "{trouble:?}");
        if made == 1 {
            let settled = eventually("the look-up", || async {
                let bookings = clinic.bookings().await;
                (bookings[0]["outcome"] == "confirmed").then(|| bookings[0].clone())
            });
            let path = clinic.stand_in.booked()[0].path.clone();
            assert_eq!(settled.await["external_ids"], json!([path]), "{trouble:?}");
            assert_eq!(clinic.stand_in.asked_to(Operation::Put).len(), 1, "{trouble:?}");
        } else {
            assert_ne!(clinic.bookings().await[0]["outcome"], "confirmed", "{trouble:?}");
        }
    }
}

#[tokio::test]
async fn what_was_written_unseen_gives_way_all_the_same_when_it_is_found() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Put, Trouble::DropsAfter);
    clinic.stand_in.always(Operation::Search, Trouble::FailsBefore);
    hears(&clinic.book(&call).await, "whether it worked");
    let (start, end) = ("2026-09-24T15:00:00Z", "2026-09-24T16:00:00Z");
    clinic.stand_in.enter_between("Work", "dentist", start.parse().unwrap(), end.parse().unwrap());
    clinic.stand_in.behave();
    eventually("ours to be taken back", || async {
        clinic.stand_in.booked().is_empty().then_some(())
    })
    .await;
    assert_eq!(clinic.stand_in.events().len(), 1, "the person's stays");
}

#[tokio::test]
async fn a_look_that_fails_after_the_write_is_in_doubt_and_not_a_yes() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    // The fresh look before the claim goes well, the one after the write does not.
    clinic.stand_in.next(Operation::Range, Trouble::Slow { millis: 1 });
    clinic.stand_in.next(Operation::Range, Trouble::FailsBefore);
    let told = clinic.book(&call).await;
    assert!(!message(&told).contains("I've booked"), "{told}");
    assert_eq!(clinic.stand_in.booked().len(), 1);
    eventually("the look-up", || async {
        (clinic.bookings().await[0]["outcome"] == "confirmed").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_move_whose_answer_was_lost_is_found_where_it_is() {
    for (trouble, start) in [
        (Trouble::DropsAfter, "2026-09-24T16:00:00Z"),
        (Trouble::DropsBefore, "2026-09-24T15:00:00Z"),
    ] {
        let clinic = Clinic::open().await;
        let call = clinic.offered().await;
        let booked = clinic.book(&call).await;
        clinic.stand_in.next(Operation::Put, trouble.clone());
        let to_eleven = json!({"booking_reference": booked["confirmationNumber"],
            "new_date": DAY, "new_time": "11:00"});
        let moved = call.tool("reschedule_booking", to_eleven).await;
        assert!(!message(&moved).contains("I've moved"), "{trouble:?}: {moved}");
        let kept = clinic.stand_in.booked();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].start(), start.parse().ok(), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_cancellation_is_tried_again_when_somebody_changed_the_event_meanwhile() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    clinic.stand_in.next(Operation::Delete, Trouble::LosesRace);
    let code = json!({"booking_reference": booked["confirmationNumber"]});
    let cancelled = call.tool("cancel_booking", code).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert!(clinic.stand_in.booked().is_empty());
    assert_eq!(clinic.stand_in.asked_to(Operation::Delete).len(), 2);
}
