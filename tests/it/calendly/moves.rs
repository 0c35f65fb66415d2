//! Moving in steps: wherever it breaks off, in the end one booking stands, and the caller never heard of
//! one that does not.

use super::*;
use crate::support::eventually;

/// Waits until our booking has moved to eleven and nothing of it is in doubt; gives it.
async fn settled(clinic: &Clinic) -> Value {
    let look = || async {
        let booking = clinic.bookings().await.swap_remove(0);
        (booking["outcome"] == "confirmed" && booking["booking_time"] == "11:00").then_some(booking)
    };
    eventually("the booking to be moved", look).await
}

#[tokio::test]
async fn the_old_booking_stands_until_the_new_one_does() {
    let clinic = Clinic::open().await;
    let (call, code) = clinic.booked().await;
    call.tool("reschedule_booking", to(&code, "11:00")).await;
    let order: Vec<Operation> = clinic.stand_in.asked().iter().map(|it| it.operation).collect();
    let last = |operation| order.iter().rposition(|asked| *asked == operation).unwrap();
    assert!(last(Operation::Create) < last(Operation::Cancel), "{order:?}");
    assert_eq!(order.iter().filter(|asked| **asked == Operation::Cancel).count(), 1);
}

#[tokio::test]
async fn a_move_that_is_refused_leaves_the_booking_where_it_is() {
    for trouble in [Trouble::SlotTaken, Trouble::LosesRace, Trouble::Forbids] {
        let clinic = Clinic::open().await;
        let (call, code) = clinic.booked().await;
        clinic.stand_in.next(Operation::Create, trouble.clone());
        let moved = call.tool("reschedule_booking", to(&code, "11:00")).await;
        assert_eq!(moved["success"], false, "{trouble:?}: {moved}");
        let standing = clinic.stand_in.standing();
        assert_eq!(standing.len(), 1, "{trouble:?}");
        assert_eq!(standing[0].start.to_string(), "2026-09-24T15:00:00Z");
        assert!(clinic.stand_in.asked_to(Operation::Cancel).is_empty(), "{trouble:?}");
        let ours = clinic.bookings().await;
        assert_eq!(ours[0]["booking_time"], "10:00", "{}", ours[0]);
    }
}

#[tokio::test]
async fn a_move_that_breaks_off_anywhere_ends_with_one_booking() {
    for (operation, trouble) in [
        (Operation::Create, Trouble::DropsAfter),
        (Operation::Create, Trouble::FailsAfter),
        (Operation::Create, Trouble::Garbles),
        (Operation::Cancel, Trouble::DropsAfter),
        (Operation::Cancel, Trouble::DropsBefore),
        (Operation::Cancel, Trouble::FailsBefore),
        (Operation::Cancel, Trouble::TooMany { retry_after: None }),
    ] {
        let clinic = Clinic::open().await;
        let (call, code) = clinic.booked().await;
        clinic.stand_in.next(operation, trouble.clone());
        call.tool("reschedule_booking", to(&code, "11:00")).await;
        let one = || async {
            let standing = clinic.stand_in.standing();
            (standing.len() == 1).then(|| standing[0].clone())
        };
        let kept = eventually("one booking to stand", one).await;
        assert_eq!(kept.start.to_string(), "2026-09-24T16:00:00Z", "{operation:?} {trouble:?}");
        let ours = settled(&clinic).await;
        assert_eq!(ours["external_ids"].as_array().unwrap().last(), Some(&json!(kept.invitee)));
        let creates = clinic.stand_in.asked_to(Operation::Create).len();
        assert_eq!(creates, 2, "nothing is made twice: {operation:?} {trouble:?}");
    }
}

#[tokio::test]
async fn while_the_old_booking_cannot_be_cancelled_the_caller_hears_that_it_is_not_sure() {
    let clinic = Clinic::open().await;
    let (call, code) = clinic.booked().await;
    clinic.stand_in.always(Operation::Cancel, Trouble::FailsBefore);
    let moved = call.tool("reschedule_booking", to(&code, "11:00")).await;
    assert_eq!(moved["success"], false, "{moved}");
    assert!(!message(&moved).contains("I've moved"), "{moved}");
    assert_eq!(clinic.stand_in.standing().len(), 2, "both times are kept for them");
    clinic.stand_in.behave();
    settled(&clinic).await;
    assert_eq!(clinic.stand_in.standing().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_killed_between_the_steps_goes_on_with_the_move_when_it_is_back() {
    let mut clinic = Clinic::open().await;
    let (call, code) = clinic.booked().await;
    clinic.stand_in.always(Operation::Cancel, Trouble::HangsBefore);
    let moving = tokio::spawn({
        let code = code.clone();
        async move {
            call.post(json!({"type": "tool-calls", "toolCallList": [{"id": "move",
            "type": "function", "function": {"name": "reschedule_booking",
            "arguments": to(&code, "11:00")}}]}))
                .await
        }
    });
    let both = || async { (clinic.stand_in.standing().len() == 2).then_some(()) };
    eventually("both bookings to stand", both).await;
    clinic.stand_in.behave();
    moving.abort();
    clinic.server.restart(None).await;
    settled(&clinic).await;
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].start.to_string(), "2026-09-24T16:00:00Z");
}

#[tokio::test]
async fn a_booking_that_was_moved_by_hand_is_moved_from_where_it_is_and_cancelled_there() {
    let clinic = Clinic::open().await;
    let (call, code) = clinic.booked().await;
    let first = clinic.stand_in.standing()[0].invitee.clone();
    clinic.stand_in.move_by_hand(&first, "2026-09-24T17:00:00Z".parse().unwrap()).unwrap();
    let moved = call.tool("reschedule_booking", to(&code, "14:00")).await;
    assert_eq!(moved["success"], true, "{moved}");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].start.to_string(), "2026-09-24T19:00:00Z");

    let by_hand = "2026-09-24T20:00:00Z".parse().unwrap();
    clinic.stand_in.move_by_hand(&standing[0].invitee, by_hand).unwrap();
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert!(clinic.stand_in.standing().is_empty(), "{:?}", clinic.stand_in.standing());
}

#[tokio::test]
async fn a_booking_that_was_cancelled_by_hand_is_cancelled_here_without_a_fuss() {
    let clinic = Clinic::open().await;
    let (call, code) = clinic.booked().await;
    let invitee = clinic.stand_in.standing()[0].invitee.clone();
    assert!(clinic.stand_in.cancel_by_hand(&invitee, "ill"));
    let moved = call.tool("reschedule_booking", to(&code, "14:00")).await;
    assert_eq!(moved["success"], false, "what is cancelled is not moved: {moved}");
    assert!(clinic.stand_in.standing().is_empty());
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}

/// A clinic whose appointments last an hour and begin every half, and a caller who has ten o'clock.
async fn by_the_hour() -> (Clinic, VapiCall, Value) {
    let services = json!({"services": [{"id": "consultation", "name": "Long",
        "duration_minutes": 60}]});
    let clinic = Clinic::open_with(HOUR, services).await;
    let (call, code) = clinic.booked().await;
    (clinic, call, code)
}

#[tokio::test]
async fn a_booking_moves_to_a_time_that_it_overlaps_itself() {
    let (clinic, call, code) = by_the_hour().await;
    let moved = call.tool("reschedule_booking", to(&code, "10:30")).await;
    hears(&moved, "to Thursday September 24th at 10:30 AM");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].start.to_string(), "2026-09-24T15:30:00Z");
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert!(clinic.stand_in.standing().is_empty());
}

#[tokio::test]
async fn nothing_is_given_up_for_a_move_when_no_bookings_are_left() {
    let (clinic, call, code) = by_the_hour().await;
    // Each is refused first for its own time, and made once that is given up: two of ten a minute.
    for time in ["10:30", "10:00", "10:30", "10:00"] {
        let moved = call.tool("reschedule_booking", to(&code, time)).await;
        assert_eq!(moved["success"], true, "{time}: {moved}");
    }
    let moved = call.tool("reschedule_booking", to(&code, "10:30")).await;
    assert_eq!(moved["success"], false, "{moved}");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].start.to_string(), "2026-09-24T15:00:00Z");
    assert_eq!(clinic.stand_in.asked_to(Operation::Cancel).len(), 4);
    assert_eq!(clinic.bookings().await[0]["booking_time"], "10:00");
}

#[tokio::test]
async fn a_time_that_overlaps_somebody_else_is_not_offered_for_a_move() {
    let (clinic, call, code) = by_the_hour().await;
    clinic.stand_in.book_elsewhere(HOUR, "2026-09-24T16:00:00Z".parse().unwrap());
    let moved = call.tool("reschedule_booking", to(&code, "10:30")).await;
    assert_eq!(moved["success"], false, "{moved}");
    assert_eq!(clinic.stand_in.standing()[0].start.to_string(), "2026-09-24T15:00:00Z");
    assert!(clinic.stand_in.asked_to(Operation::Cancel).is_empty());
}

#[tokio::test]
async fn a_booking_that_had_to_be_given_up_for_a_move_is_made_again_if_that_is_refused() {
    let (clinic, call, code) = by_the_hour().await;
    // Refused first because of the old one, then for another reason.
    clinic.stand_in.next(Operation::Create, Trouble::SlotTaken);
    clinic.stand_in.next(Operation::Create, Trouble::SlotTaken);
    let moved = call.tool("reschedule_booking", to(&code, "10:30")).await;
    assert_eq!(moved["success"], false, "{moved}");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].start.to_string(), "2026-09-24T15:00:00Z");
    let moved = call.tool("reschedule_booking", to(&code, "14:00")).await;
    assert_eq!(moved["success"], true, "it is found under its new id: {moved}");
    assert_eq!(clinic.stand_in.standing().len(), 1);
}

#[tokio::test]
async fn a_move_that_breaks_off_while_nothing_stands_is_gone_on_with() {
    let (clinic, call, code) = by_the_hour().await;
    clinic.stand_in.next(Operation::Create, Trouble::SlotTaken);
    clinic.stand_in.next(Operation::Create, Trouble::TooMany { retry_after: None });
    let moved = call.tool("reschedule_booking", to(&code, "10:30")).await;
    assert!(!message(&moved).contains("I've moved"), "{moved}");
    assert!(clinic.stand_in.standing().is_empty(), "neither time is kept at Calendly");
    let booking = clinic.bookings().await.swap_remove(0);
    assert_eq!(booking["outcome"], "unknown", "{booking}");
    let one = || async { (clinic.stand_in.standing().len() == 1).then_some(()) };
    crate::support::eventually_within(std::time::Duration::from_secs(40), "it to be made", one)
        .await;
    assert_eq!(clinic.stand_in.standing()[0].start.to_string(), "2026-09-24T15:30:00Z");
}
