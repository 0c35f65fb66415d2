//! Slots that Cal.com keeps while they are booked: seen while they are, given back whatever becomes of the
//! booking, and never in its way.

use std::time::{Duration, Instant};

use super::*;
use crate::support::{eventually, eventually_within};

const TEN: &str = "2026-09-24T15:00:00Z";

/// Waits until ten o'clock is kept.
async fn kept(clinic: &Clinic) {
    let ten: jiff::Timestamp = TEN.parse().unwrap();
    eventually("the slot to be kept", || async { (clinic.stand_in.held() == [ten]).then_some(()) })
        .await;
}

/// Waits until nothing is kept.
async fn given_back(clinic: &Clinic, most: Duration) {
    eventually_within(most, "the slot to be given back", || async {
        clinic.stand_in.held().is_empty().then_some(())
    })
    .await;
    let kept = clinic.stand_in.asked_to(Operation::Reserve).len();
    let released = clinic.stand_in.asked_to(Operation::Release).len();
    assert_eq!(kept, released, "it was given back and did not run out");
}

/// Somebody who wants ten o'clock, while the test goes on.
fn booking(call: &VapiCall) -> tokio::task::JoinHandle<Value> {
    let call = call.clone();
    tokio::spawn(async move { call.tool("create_booking", ten_for("Ann Ruiz")).await })
}

#[tokio::test]
async fn a_slot_is_kept_while_it_is_booked_and_given_back_when_it_is() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    assert!(clinic.stand_in.held().is_empty(), "an offer is held here, not there");
    clinic.stand_in.next(Operation::Create, Trouble::Slow { millis: 400 });
    let booking = booking(&call);
    kept(&clinic).await;
    assert!(clinic.stand_in.standing().is_empty(), "before the booking, not after it");
    let booked = booking.await.unwrap();
    assert_eq!(booked["success"], true, "{booked}");
    given_back(&clinic, Duration::from_secs(5)).await;
    assert_eq!(clinic.stand_in.standing().len(), 1);

    let order: Vec<_> = clinic.stand_in.asked().into_iter().map(|asked| asked.operation).collect();
    let fresh_check = order.iter().rposition(|one| *one == Operation::Slots).unwrap();
    let reserve = order.iter().position(|one| *one == Operation::Reserve).unwrap();
    let create = order.iter().position(|one| *one == Operation::Create).unwrap();
    assert!(fresh_check < reserve && reserve < create, "{order:?}");
    let asked = &clinic.stand_in.asked_to(Operation::Reserve)[0];
    assert_eq!(asked.body, Some(json!({"eventTypeId": PLAIN, "slotStart": TEN})));
    assert_eq!(asked.version.as_deref(), Some("2024-09-04"));
}

#[tokio::test]
async fn a_refused_booking_leaves_the_slot_free_by_the_time_the_caller_hears_of_it() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let body = json!({"status": "error", "error": {"code": "BadRequestException",
        "message": "Missing attendee phone number - it is required by the event type."}});
    clinic.stand_in.next(Operation::Create, Trouble::Answers { status: 400, body });
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "missing_input", "{refused}");
    assert!(clinic.stand_in.held().is_empty());
    // So that the next look, which hides what is kept from everybody, finds it.
    assert_eq!(clinic.book(&call).await["success"], true);
}

#[tokio::test]
async fn a_booking_whose_answer_is_lost_or_never_comes_gives_its_slot_back() {
    for trouble in [Trouble::DropsBefore, Trouble::DropsAfter, Trouble::HangsBefore] {
        let clinic = Clinic::open_with(PLAIN, json!({}), 1_500).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble.clone());
        let told = clinic.book(&call).await;
        assert!(!message(&told).contains("I've booked"), "{trouble:?}: {told}");
        // As long as the booking may yet come about, it is kept: a hanging request is given up after
        // twenty seconds.
        given_back(&clinic, Duration::from_secs(30)).await;
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_in_the_middle_leaves_no_slot_kept() {
    for (trouble, made) in
        [(Trouble::Slow { millis: 700 }, 1), (Trouble::DropsBefore, 0), (Trouble::SlotTaken, 0)]
    {
        let policy = json!({"booking": {"outage_policy": "take_message"}});
        let clinic = Clinic::open_with(PLAIN, policy, 5_500).await;
        let call = clinic.offered().await;
        // Nobody is quicker than the caller's hand.
        clinic.stand_in.next(Operation::Reserve, Trouble::Slow { millis: 500 });
        clinic.stand_in.next(Operation::Create, trouble.clone());
        let booking = booking(&call);
        eventually("the slot to be asked for", || async {
            (!clinic.stand_in.asked_to(Operation::Reserve).is_empty()).then_some(())
        })
        .await;
        call.end().await;
        booking.abort();
        eventually("the booking to be sent all the same", || async {
            (!clinic.stand_in.asked_to(Operation::Create).is_empty()).then_some(())
        })
        .await;
        eventually("the booking to end", || async {
            let bookings = clinic.bookings().await;
            (bookings[0]["outcome"] != "pending").then_some(())
        })
        .await;
        given_back(&clinic, Duration::from_secs(5)).await;
        assert_eq!(clinic.stand_in.standing().len(), made, "{trouble:?}");
    }
}

#[tokio::test]
async fn where_slots_cannot_be_kept_they_are_booked_all_the_same_and_it_is_not_tried_again() {
    let not_found = Trouble::Answers { status: 404, body: json!({"message": "Cannot POST"}) };
    for trouble in [
        Trouble::Forbids,
        Trouble::Refuses,
        not_found,
        Trouble::FailsBefore,
        Trouble::DropsBefore,
        Trouble::HangsBefore,
        Trouble::TooMany { retry_after: None },
    ] {
        let clinic = Clinic::open().await;
        clinic.stand_in.always(Operation::Reserve, trouble.clone());
        let call = clinic.offered().await;
        let started = Instant::now();
        let booked = clinic.book(&call).await;
        assert_eq!(booked["success"], true, "{trouble:?}: {booked}");
        assert!(started.elapsed() < Duration::from_secs(4), "{trouble:?}: {:?}", started.elapsed());
        let code = json!({"booking_reference": booked["confirmationNumber"]});
        assert_eq!(call.tool("cancel_booking", code).await["success"], true);
        let again = clinic.book(&call).await;
        assert_eq!(again["success"], true, "{trouble:?}: {again}");
        assert_eq!(clinic.stand_in.asked_to(Operation::Reserve).len(), 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_slot_that_is_kept_under_an_id_that_nobody_can_read_is_booked_all_the_same() {
    let clinic = Clinic::open().await;
    clinic.stand_in.next(Operation::Reserve, Trouble::Garbles);
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    assert_eq!(clinic.stand_in.held().len(), 1, "it runs out by itself");
}

#[tokio::test]
async fn a_slot_that_somebody_else_keeps_or_has_is_not_available() {
    let kept = json!({"status": "error", "error": {"code": "UnprocessableEntityException",
        "message": "This time slot is already reserved by another user."}});
    for trouble in [Trouble::Answers { status: 422, body: kept }, Trouble::LosesRace] {
        let clinic = Clinic::open().await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Reserve, trouble.clone());
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], "slot_unavailable", "{trouble:?}: {refused}");
        assert!(clinic.stand_in.asked_to(Operation::Create).is_empty(), "{trouble:?}");
        assert_eq!(clinic.bookings().await[0]["outcome"], "failed");
    }
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.hold_elsewhere(PLAIN, TEN.parse().unwrap());
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
    hears(&refused, "The nearest openings are 9 AM, 9:30 AM, and 10:30 AM");
}

#[tokio::test]
async fn a_slot_that_is_kept_after_nobody_waits_any_more_is_given_back() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Reserve, Trouble::Slow { millis: 1_500 });
    clinic.stand_in.next(Operation::Create, Trouble::SlotTaken);
    assert_eq!(clinic.book(&call).await["error"], "slot_unavailable");
    eventually("the late answer to be followed by the release", || async {
        (clinic.stand_in.asked_to(Operation::Release).len() == 1).then_some(())
    })
    .await;
    given_back(&clinic, Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_start_that_several_may_have_is_not_kept_from_the_others_nor_where_it_is_not_wanted() {
    let services = json!({"services": [{"id": "consultation", "name": "Group",
        "duration_minutes": 30, "capacity": 3}]});
    let clinic = Clinic::open_with(GROUP, services, 5_500).await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    assert!(clinic.stand_in.asked_to(Operation::Reserve).is_empty());

    // The event type's seats say so as well.
    let clinic = Clinic::open_with(GROUP, json!({}), 5_500).await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    assert!(clinic.stand_in.asked_to(Operation::Reserve).is_empty());

    let clinic = Clinic::open().await;
    clinic.options(json!({"hold_slots": false})).await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    assert!(clinic.stand_in.asked_to(Operation::Reserve).is_empty());
}
