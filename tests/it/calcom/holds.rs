//! Slots that Cal.com keeps while they are booked: seen while they are, given back whatever becomes of the
//! booking, and never in its way.

use std::time::{Duration, Instant};

use super::*;
use crate::support::{Process, eventually, eventually_within};

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
    let body = json!({"eventTypeId": PLAIN, "slotStart": TEN, "reservationDuration": 1});
    assert_eq!(asked.body, Some(body));
    assert_eq!(asked.header("cal-api-version"), Some("2024-09-04"));
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
        let clinic = Clinic::open_with(PLAIN, json!({}), 3_000).await;
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
    // What is refused may be only the time for which it is to be kept.
    for (trouble, tries) in [
        (Trouble::Forbids, 2),
        (Trouble::Refuses, 2),
        (not_found, 1),
        (Trouble::FailsBefore, 1),
        (Trouble::DropsBefore, 1),
        (Trouble::HangsBefore, 1),
        (Trouble::TooMany { retry_after: None }, 1),
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
        assert_eq!(clinic.stand_in.asked_to(Operation::Reserve).len(), tries, "{trouble:?}");
    }
}

#[tokio::test]
async fn where_nobody_may_say_for_how_long_a_slot_is_kept_for_as_long_as_calcom_does() {
    let clinic = Clinic::open().await;
    clinic.stand_in.next(Operation::Reserve, Trouble::Forbids);
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    assert_eq!(booked["success"], true, "{booked}");
    let code = json!({"booking_reference": booked["confirmationNumber"]});
    assert_eq!(call.tool("cancel_booking", code).await["success"], true);
    assert_eq!(clinic.book(&call).await["success"], true);
    let asked = clinic.stand_in.asked_to(Operation::Reserve);
    let said: Vec<_> = asked
        .iter()
        .map(|asked| asked.body.as_ref().unwrap().get("reservationDuration").is_some())
        .collect();
    assert_eq!(said, [true, false, false], "it is learnt once");
    let released = clinic.stand_in.asked_to(Operation::Release).len();
    assert_eq!((released, clinic.stand_in.held().len()), (2, 0));
}

#[tokio::test]
async fn what_is_kept_when_the_server_dies_is_free_a_minute_later_and_can_be_booked() {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[providers.calcom]\nbase_url = \"{}\"", stand_in.base_url());
    let server = Process::start_with(folder.path(), "warn", &more).await;
    let org = TestOrg::create(&server, json!({})).await;
    connect(&server, &org, connection(PLAIN)).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    stand_in.always(Operation::Create, Trouble::HangsBefore);
    let booking = booking(&call);
    eventually("the booking to be asked for", || async {
        (!stand_in.asked_to(Operation::Create).is_empty()).then_some(())
    })
    .await;
    booking.abort();
    server.kill();
    let ten: jiff::Timestamp = TEN.parse().unwrap();
    assert_eq!(stand_in.held(), [ten], "nobody is left to give it back");

    let minute = jiff::SignedDuration::from_mins(1);
    stand_in.let_pass(minute);
    assert!(stand_in.held().is_empty(), "it was asked to be kept for no longer");
    stand_in.behave();
    let now: jiff::Timestamp = MORNING.parse().unwrap();
    let server = Process::start_at(folder.path(), now + minute, &more).await;
    let outcome = eventually_within(Duration::from_secs(60), "the end of doubt", || async {
        let outcome = org.bookings(&server).await[0]["outcome"].clone();
        (outcome == "confirmed" || outcome == "failed").then_some(outcome)
    })
    .await;
    // What nobody was promised is given up.
    assert_eq!((outcome, stand_in.standing().len()), (json!("failed"), 0));
    let other = org.call(&server, "+13125550143");
    // The first call goes on after the restart, and what it was offered is not offered to others yet.
    let asked_back = other.tool("create_booking", ten_for("Bo Lee")).await;
    hears(&asked_back, "10 AM is free");
    let booked = other.tool("create_booking", ten_for("Bo Lee")).await;
    assert_eq!(booked["success"], true, "{booked}");
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
