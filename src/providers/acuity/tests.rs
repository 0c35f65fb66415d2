//! Acuity against the stand-in, through the port alone: what a look-up after a lost answer may rely on,
//! and doing things twice.

#![expect(clippy::unwrap_used, reason = "tests")]

use hookswitch_actors::ports::ProviderState;
use hookswitch_storage::{Connection, ConnectionId, OrgId, Secret};
use serde_json::{Map, json};

use super::*;
use crate::player::stand_ins::acuity::{
    AppointmentType, Field, Operation, Setup, StandIn, Trouble,
};
use crate::providers::trials::{self, ELEVEN, NOW, TEN, at};

pub(super) const KEY: &str = "acuity_of_the_tests";
const USER: u64 = 11;
/// The field that carries our reference, where one does.
const REFERENCE: u64 = 14;

pub(super) async fn stand_in() -> StandIn {
    let two =
        AppointmentType { calendars: vec![7, 8], ..AppointmentType::new(31, "Either", 30, 7) };
    let class = AppointmentType { class_size: 150, ..AppointmentType::new(32, "Group", 30, 9) };
    let fixed = AppointmentType { changeable: false, ..AppointmentType::new(33, "Fixed", 30, 10) };
    let setup = Setup {
        user_id: USER,
        api_key: KEY.into(),
        zone: "America/Chicago".into(),
        now: at(NOW),
        types: vec![AppointmentType::new(30, "Consultation", 30, 7), two, class, fixed],
        fields: vec![Field::text(REFERENCE, "Reference", false)],
        // The line before the adapter keeps the limit; here is none.
        per_second: 10_000,
    };
    StandIn::start(setup).await.unwrap()
}

pub(super) fn account(key: &str) -> Map<String, Value> {
    let given = json!({"user_id": USER, "api_key": key});
    given.as_object().unwrap().clone()
}

/// A connection that nothing is read of.
pub(super) fn connection() -> Connection {
    let made = json!({"id": ConnectionId::random(), "org": OrgId::random(), "provider": "acuity",
        "status": "connected", "sync_enabled": true, "created_at": NOW, "options": {}});
    serde_json::from_value(made).unwrap()
}

fn adapter(stand_in: &StandIn, options: Value) -> Acuity {
    let wire = Wire::new(&stand_in.base_url(), Duration::from_secs(6)).unwrap();
    let options = Options::read(options.as_object().unwrap()).unwrap();
    Acuity::new(&Arc::new(wire), settings::account(&account(KEY)).unwrap(), options).unwrap()
}

fn plain(stand_in: &StandIn) -> Acuity {
    adapter(stand_in, json!({"services": {"consultation": 30}}))
}

fn referring(stand_in: &StandIn) -> Acuity {
    let options = json!({"services": {"consultation": 30}, "reference_field": REFERENCE});
    adapter(stand_in, options)
}

pub(super) fn booking() -> Booking {
    Booking { customer_email: Some("ann@example.com".into()), ..trials::booking() }
}

#[tokio::test]
async fn a_booking_whose_answer_was_lost_is_found_with_and_without_a_field_for_our_reference() {
    for by_field in [true, false] {
        let stand_in = stand_in().await;
        let acuity = if by_field { referring(&stand_in) } else { plain(&stand_in) };
        let booking = booking();
        assert_eq!(acuity.find(&booking).await, Ok(None));
        stand_in.next(Operation::Create, Trouble::DropsAfter);
        assert_eq!(acuity.book(&booking).await, Err(ProviderError::Unknown));
        let found = acuity.find(&booking).await.unwrap().unwrap();
        assert_eq!(found.external_id, stand_in.standing()[0].id.to_string());
        assert_eq!((found.start, found.state), (at(TEN), ProviderState::Confirmed));
        assert_eq!(found.end, Some(booking.end));
        assert_eq!(found.reference, by_field.then_some(booking.id));
    }
}

#[tokio::test]
async fn somebody_elses_appointment_or_an_old_one_of_the_same_person_is_not_taken_for_ours() {
    let stand_in = stand_in().await;
    stand_in.book_elsewhere(30, 8, at(TEN));
    let acuity = plain(&stand_in);
    let first = booking();
    let made = acuity.book(&first).await.unwrap();
    let second = booking();
    assert_eq!(acuity.find(&second).await, Ok(None), "the first has a reference of its own");
    let known = Booking { external_ids: vec![made.external_id], ..first };
    assert_eq!(acuity.cancel(&known, None).await, Ok(()));
    stand_in.next(Operation::Create, Trouble::FailsBefore);
    assert_eq!(acuity.book(&second).await, Err(ProviderError::Unknown));
    assert_eq!(acuity.find(&second).await, Ok(None), "what was cancelled is not this one");
}

#[tokio::test]
async fn the_notes_carry_our_reference_where_no_field_does_and_the_booking_stands_without() {
    let stand_in = stand_in().await;
    let acuity = plain(&stand_in);
    let booking = Booking { notes: Some("a tooth".into()), ..booking() };
    acuity.book(&booking).await.unwrap();
    let notes = stand_in.standing()[0].notes.clone();
    assert_eq!(notes, format!("a tooth\nhookswitch_booking: {}", booking.id));
    let found = acuity.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.reference, Some(booking.id));
    stand_in.always(Operation::Update, Trouble::HangsBefore);
    let later = Booking { start: at(ELEVEN), ..self::booking() };
    assert!(acuity.book(&later).await.is_ok());
    assert_eq!(stand_in.standing().len(), 2);
    let quick = referring(&stand_in);
    let asked = stand_in.asked_to(Operation::Update).len();
    let third = Booking { start: at("2026-09-24T17:00:00Z"), ..self::booking() };
    assert!(quick.book(&third).await.is_ok());
    assert_eq!(stand_in.asked_to(Operation::Update).len(), asked, "a field makes notes needless");
}

#[tokio::test]
async fn a_moved_appointment_keeps_its_id_and_a_lost_answer_to_a_move_is_found_out() {
    let stand_in = stand_in().await;
    let acuity = plain(&stand_in);
    let mut booking = booking();
    let made = acuity.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id.clone());
    stand_in.next(Operation::Reschedule, Trouble::DropsAfter);
    let lost = acuity.reschedule(&booking, at(ELEVEN)).await;
    assert_eq!(lost, Err(ProviderError::Unknown));
    let found = acuity.find(&booking).await.unwrap().unwrap();
    assert_eq!((&found.external_id, found.start), (&made.external_id, at(ELEVEN)));
    assert_eq!(acuity.reschedule(&booking, at(ELEVEN)).await, Ok(made), "again does no harm");
    stand_in.next(Operation::Reschedule, Trouble::SlotTaken);
    assert!(acuity.reschedule(&booking, at(ELEVEN)).await.is_ok(), "it is there already");
    stand_in.book_elsewhere(30, 7, at(TEN));
    assert_eq!(acuity.reschedule(&booking, at(TEN)).await, Err(ProviderError::SlotTaken));
    assert_eq!(acuity.cancel(&booking, Some("cannot come")).await, Ok(()));
    assert_eq!(acuity.cancel(&booking, None).await, Ok(()), "twice does no harm");
    let kept = stand_in.appointments()[0].clone();
    assert_eq!((kept.canceled, kept.cancel_note.as_deref()), (true, Some("cannot come")));
    let found = acuity.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.state, ProviderState::Cancelled);
    let moved = acuity.reschedule(&booking, at("2026-09-24T18:00:00Z")).await;
    assert_eq!(moved, Err(ProviderError::StaleVersion), "what is cancelled is not moved");
}

#[tokio::test]
async fn an_appointment_moves_to_another_calendar_only_where_none_is_chosen() {
    for (calendar, moves) in [(None, true), (Some(7), false)] {
        let stand_in = stand_in().await;
        let mut options = json!({"services": {"consultation": 31}});
        if let Some(calendar) = calendar {
            options["calendar_id"] = json!(calendar);
        }
        let acuity = adapter(&stand_in, options);
        let mut booking = booking();
        booking.external_ids.push(acuity.book(&booking).await.unwrap().external_id);
        stand_in.book_elsewhere(31, 7, at(ELEVEN));
        let moved = acuity.reschedule(&booking, at(ELEVEN)).await;
        assert_eq!(moved.is_ok(), moves, "{moved:?}");
        let kept = &stand_in.appointments()[0];
        assert_eq!(kept.calendar, if moves { 8 } else { 7 });
    }
}

#[tokio::test]
async fn what_the_business_does_not_let_customers_do_is_left_to_a_person() {
    let stand_in = stand_in().await;
    let acuity = adapter(&stand_in, json!({"services": {"consultation": 33}}));
    let mut booking = booking();
    booking.external_ids.push(acuity.book(&booking).await.unwrap().external_id);
    let moved = acuity.reschedule(&booking, at(ELEVEN)).await.unwrap_err();
    assert!(matches!(moved, ProviderError::NeedsHuman(_)), "{moved:?}");
    let cancelled = acuity.cancel(&booking, None).await.unwrap_err();
    assert!(matches!(cancelled, ProviderError::NeedsHuman(_)), "{cancelled:?}");
}

#[tokio::test]
async fn a_look_up_that_did_not_see_everything_never_says_that_there_is_none() {
    let stand_in = stand_in().await;
    let acuity = plain(&stand_in);
    let booking = booking();
    for trouble in [
        Trouble::Answers { status: 200, body: json!([{"id": 1, "datetime": "soon"}]) },
        Trouble::Answers { status: 200, body: json!({"status": "fine"}) },
        Trouble::FailsBefore,
        Trouble::DropsBefore,
        Trouble::Garbles,
        Trouble::Floods,
        Trouble::Redirects,
        Trouble::Refuses,
    ] {
        stand_in.next(Operation::List, trouble.clone());
        assert!(acuity.find(&booking).await.is_err(), "{trouble:?}");
    }
    stand_in.next(Operation::Get, Trouble::FailsBefore);
    let known = Booking { external_ids: vec!["404".into()], ..booking };
    assert!(acuity.find(&known).await.is_err());
    assert_eq!(acuity.find(&known).await, Ok(None), "neither under its id nor by reference");
}

#[tokio::test]
async fn a_crowd_of_exactly_as_many_as_are_given_unasked_is_looked_at_more_closely() {
    let stand_in = stand_in().await;
    let acuity = plain(&stand_in);
    for _ in 0..100 {
        stand_in.book_elsewhere(32, 9, at(ELEVEN));
    }
    let booking = booking();
    assert_eq!(acuity.find(&booking).await, Ok(None));
    let asked = stand_in.asked_to(Operation::List);
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1].uri.contains("minDate=2026-09-24&maxDate=2026-09-24"), "{}", asked[1].uri);
    assert!(asked[1].uri.contains("appointmentTypeID=30"), "{}", asked[1].uri);
}

#[tokio::test]
async fn the_limit_is_of_the_address_and_so_of_all_accounts_together() {
    let stand_in = stand_in().await;
    let (one, other) = (plain(&stand_in).shared_limit(), plain(&stand_in).shared_limit());
    assert_eq!(one, other);
    let limit = one.unwrap();
    assert_eq!(limit.allowance, Allowance::per_second(10, 10));
    assert_eq!((limit.at_once, limit.rests_together), (Some(20), true));
}

#[tokio::test]
async fn one_promise_to_post_is_asked_for_and_found_again() {
    let stand_in = stand_in().await;
    let acuity = plain(&stand_in);
    let secret = Secret::new(b"unused".to_vec());
    let target = WatchTarget { url: "https://calls.example/api/x".into(), secret };
    let first = acuity.watch(&target).await.unwrap().unwrap();
    let again = acuity.watch(&target).await.unwrap().unwrap();
    assert_eq!(first.id, again.id);
    assert_eq!(first.secret.expose(), KEY.as_bytes(), "it signs with the key of who asked");
    let webhooks = stand_in.webhooks();
    assert_eq!(webhooks.len(), 1);
    assert_eq!(webhooks[0].event, "appointment.changed");
    assert_eq!(acuity.unwatch(&first).await, Ok(()));
    assert_eq!(acuity.unwatch(&first).await, Ok(()), "it is gone already");
    assert!(stand_in.webhooks().is_empty());
    let odd = WatchTarget { url: "https://calls.example:8443/x".into(), ..target };
    let error = acuity.watch(&odd).await.err().unwrap();
    assert!(error.to_string().contains("server.public_url"), "{error}");
}
