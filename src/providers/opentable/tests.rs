//! OpenTable against the stand-in, through the port alone: what is kept, what is given back, and what a
//! look-up after a lost answer may rely on.

#![expect(clippy::unwrap_used, reason = "tests")]

use hookswitch_actors::ports::FixedToken;
use hookswitch_storage::Secret;
use serde_json::json;

use super::*;
use crate::player::stand_ins::opentable::{Operation, Setup, StandIn, Table as Seats, Trouble};
use crate::providers::trials::{NOW, at, booking_at};

const TOKEN: &str = "opentable_of_the_tests";
const RESTAURANT: u64 = 1_038_007;
/// Seven in the evening in Chicago, two days on.
const SEVEN: &str = "2026-09-25T00:00:00Z";
const NINE: &str = "2026-09-25T02:00:00Z";

pub(super) fn options() -> Options {
    let given = json!({"restaurant_id": RESTAURANT, "time_zone": "America/Chicago"});
    Options::read(given.as_object().unwrap()).unwrap()
}

async fn stand_in(takes_back: bool) -> StandIn {
    let setup = Setup {
        restaurant_id: RESTAURANT,
        partner: ("partner".into(), "secret".into()),
        access_token: TOKEN.into(),
        zone: "America/Chicago".into(),
        now: at(NOW),
        tables: vec![Seats::new(4)],
        hours: (17, 22),
        takes_back,
        longest_window: 720,
    };
    StandIn::start(setup).await.unwrap()
}

fn adapter(stand_in: &StandIn) -> OpenTable {
    let wire = Wire::new(stand_in.url(), Duration::from_secs(4)).unwrap();
    let token = FixedToken(Secret::from(TOKEN.to_owned()));
    OpenTable::new(&Arc::new(wire), Arc::new(token), options())
}

pub(super) fn booking() -> Booking {
    Booking {
        time_zone: "America/New_York".into(),
        service_id: "dinner".parse().unwrap(),
        capacity: 40,
        places: 4,
        party_size: Some(4),
        ..booking_at(SEVEN, 90)
    }
}

#[tokio::test]
async fn a_table_is_kept_then_reserved_under_an_id_that_is_the_same_if_it_is_ever_sent_again() {
    let stand_in = stand_in(true).await;
    let opentable = adapter(&stand_in);
    let booking = booking();
    let made = opentable.book(&booking).await.unwrap();
    let kept = stand_in.standing();
    assert_eq!((kept.len(), kept[0].party, kept[0].start), (1, 4, at(SEVEN)));
    assert_eq!((made.external_id, made.confirmed), (kept[0].id.clone(), true));
    assert_eq!(stand_in.locks(), 0);
    let lock = stand_in.asked_to(Operation::Lock)[0].body.clone().unwrap();
    assert_eq!(lock["date_time"], "2026-09-24T19:00", "the restaurant's clock, not the caller's");
    let reserve = &stand_in.asked_to(Operation::Reserve)[0];
    assert_eq!(reserve.header("x-request-id"), Some(booking.id.to_string().as_str()));
    let search = adapter(&stand_in).find(&booking).await.unwrap().unwrap();
    assert_eq!((search.start, search.reference), (at(SEVEN), Some(booking.id)));
}

#[tokio::test]
async fn a_table_that_could_not_be_reserved_is_given_back_or_left_to_lapse() {
    for takes_back in [true, false] {
        let stand_in = stand_in(takes_back).await;
        let opentable = adapter(&stand_in);
        stand_in.next(Operation::Reserve, Trouble::SlotTaken);
        let booked = opentable.book(&booking()).await;
        assert_eq!(booked, Err(ProviderError::SlotTaken));
        assert_eq!(stand_in.asked_to(Operation::Unlock).len(), 1);
        assert_eq!(stand_in.locks(), usize::from(!takes_back));
    }
    let stand_in = stand_in(true).await;
    let nameless = Booking { customer_name: "Ann".into(), ..booking() };
    let asks = adapter(&stand_in).book(&nameless).await;
    assert!(matches!(asks, Err(ProviderError::MissingInput { .. })), "{asks:?}");
    assert!(stand_in.asked().is_empty(), "nothing is kept for what cannot be reserved");
}

#[tokio::test]
async fn a_lock_that_fails_reserves_nothing_whatever_the_reason() {
    for (trouble, error) in [
        (Trouble::SlotTaken, ProviderError::SlotTaken),
        (Trouble::FailsAfter, refusal::unreadable()),
        (Trouble::DropsAfter, refusal::unreadable()),
        (Trouble::Garbles, refusal::unreadable()),
    ] {
        let stand_in = stand_in(true).await;
        stand_in.next(Operation::Lock, trouble.clone());
        assert_eq!(adapter(&stand_in).book(&booking()).await, Err(error), "{trouble:?}");
        assert!(stand_in.asked_to(Operation::Reserve).is_empty(), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_reservation_whose_answer_was_lost_is_found_and_not_made_twice() {
    let stand_in = stand_in(true).await;
    let opentable = adapter(&stand_in);
    let booking = booking();
    assert_eq!(opentable.find(&booking).await, Ok(None));
    stand_in.next(Operation::Reserve, Trouble::DropsAfter);
    assert_eq!(opentable.book(&booking).await, Err(ProviderError::Unknown));
    let found = opentable.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.external_id, stand_in.standing()[0].id);
    assert_eq!(stand_in.asked_to(Operation::Unlock).len(), 0);
    for trouble in [Trouble::FailsBefore, Trouble::Garbles, Trouble::DropsBefore] {
        stand_in.next(Operation::Search, trouble.clone());
        assert!(opentable.find(&booking).await.is_err(), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_reservation_is_changed_where_it_is_and_cancelled_twice_without_harm() {
    let stand_in = stand_in(true).await;
    let opentable = adapter(&stand_in);
    let mut booking = booking();
    booking.external_ids.push(opentable.book(&booking).await.unwrap().external_id);
    stand_in.next(Operation::Change, Trouble::DropsAfter);
    let lost = opentable.reschedule(&booking, at(NINE)).await;
    assert_eq!(lost, Err(ProviderError::Unknown));
    let found = opentable.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.start, at(NINE));
    assert!(opentable.reschedule(&booking, at(NINE)).await.is_ok(), "again does no harm");
    stand_in.book_elsewhere(at("2026-09-24T22:30:00Z"), 4);
    let taken = opentable.reschedule(&booking, at("2026-09-24T22:00:00Z")).await;
    assert_eq!(taken, Err(ProviderError::SlotTaken));
    stand_in.next(Operation::Cancel, Trouble::Forbids);
    let by_host = opentable.cancel(&booking, None).await.unwrap_err();
    assert!(by_host.to_string().contains("own staff"), "{by_host}");
    assert_eq!(opentable.cancel(&booking, None).await, Ok(()));
    assert_eq!(opentable.cancel(&booking, None).await, Ok(()), "twice does no harm");
    assert_eq!(stand_in.standing().len(), 1, "somebody else's");
    let found = opentable.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.state, ProviderState::Cancelled);
}
