//! A write was sent and its answer was lost: nothing is sent twice, and what is found is compared with what
//! somebody else put there meanwhile.

use super::*;
use crate::support::eventually;

#[tokio::test]
async fn a_lost_answer_is_settled_by_one_look() {
    for trouble in [Trouble::DropsAfter, Trouble::FailsAfter, Trouble::BreaksOff, Trouble::Garbles]
    {
        let clinic = Clinic::open().await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Insert, trouble.clone());
        let told = clinic.book(&call).await;
        hears(&told, "I don't know yet whether it worked");
        let confirmed = eventually("the look-up", || async {
            let booking = clinic.bookings().await.remove(0);
            (booking["outcome"] == "confirmed").then_some(booking)
        });
        assert_eq!(confirmed.await["status"], "confirmed", "{trouble:?}");
        assert_eq!(clinic.stand_in.asked_to(Operation::Insert).len(), 1, "{trouble:?}");
        assert_eq!(clinic.stand_in.standing().len(), 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_lost_booking_that_somebody_overtook_is_taken_back_when_it_is_found() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Insert, Trouble::DropsAfter);
    clinic.stand_in.next(Operation::Get, Trouble::FailsBefore);
    let told = clinic.book(&call).await;
    hears(&told, "I don't know yet whether it worked");
    clinic.stand_in.book_elsewhere(DESK, at("2026-09-24T15:10:00Z"), at("2026-09-24T15:20:00Z"));
    let settled = eventually("the look-up", || async {
        let booking = clinic.bookings().await.remove(0);
        (booking["status"] == "cancelled").then_some(booking)
    });
    assert_eq!(settled.await["outcome"], "failed");
    assert!(clinic.stand_in.standing().is_empty(), "{:?}", clinic.stand_in.standing());
}

#[tokio::test]
async fn a_move_that_somebody_overtook_is_undone() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    clinic.stand_in.next(Operation::Patch, Trouble::SlotTaken);
    let to_eleven = json!({"booking_reference": booked["confirmationNumber"],
        "new_date": DAY, "new_time": "11:00"});
    let refused = call.tool("reschedule_booking", to_eleven).await;
    assert_eq!(refused["success"], false, "{refused}");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1);
    assert_eq!(standing[0].start, at("2026-09-24T15:00:00Z"), "it is where it was");
    assert_eq!(clinic.bookings().await[0]["status"], "confirmed");
}

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in [
        Trouble::TooMany { retry_after: None },
        Trouble::FailsBefore,
        Trouble::DropsBefore,
        Trouble::Garbles,
        Trouble::Floods,
        Trouble::Bomb,
        Trouble::HangsBefore,
        Trouble::Refuses,
        Trouble::Forbids,
        Trouble::Redirects,
    ] {
        let options = json!({"calendar_ids": [DESK]});
        let clinic = Clinic::open_with(json!({}), options, 3_000).await;
        clinic.stand_in.always(Operation::List, trouble.clone());
        let started = std::time::Instant::now();
        let free = clinic.call().tool("check_availability", json!({"date": DAY})).await;
        assert!(started.elapsed() < std::time::Duration::from_secs(6), "{trouble:?}");
        let words = message(&free);
        assert!(words.contains("I cannot reach the calendar right now"), "{trouble:?}: {free}");
    }
}
