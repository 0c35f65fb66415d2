//! Finding bookings at Square and doing things twice, against the stand-in: what a look-up after a lost
//! answer may rely on, and what two bookings at one time come to.

#![expect(clippy::unwrap_used, reason = "tests")]

use hookswitch_actors::ports::{Allowance, FixedToken, ProviderState, SystemClock};
use hookswitch_storage::Secret;
use serde_json::json;

use super::*;
use crate::player::stand_ins::square::{
    Member, Operation, Rights, Setup, StandIn, Standing, Trouble, Variation,
};
use crate::providers::trials::{self, ELEVEN, NOW, TEN, at, booking, until};

const TOKEN: &str = "square_of_the_tests";

fn setup() -> Setup {
    Setup::new(TOKEN, "America/Chicago", at(NOW))
}

fn with_two() -> Setup {
    let members = vec![Member::new("TM1"), Member::new("TM2")];
    let services = vec![Variation::new("VAR1", "Consultation", 30, &["TM1", "TM2"])];
    Setup { members, services, ..setup() }
}

fn adapter_with(stand_in: &StandIn, options: serde_json::Value) -> Square {
    let wire = Arc::new(Wire::new(stand_in.url(), Duration::from_secs(4)).unwrap());
    let token = Arc::new(FixedToken(Secret::from(TOKEN.to_owned())));
    let options = Options::read(options.as_object().unwrap()).unwrap();
    let limit = SharedLimit::new("test", Allowance::per_second(1, 1));
    Square::new(&wire, token, options, limit, Arc::new(SystemClock))
}

fn adapter(stand_in: &StandIn) -> Square {
    adapter_with(stand_in, json!({"services": {"consultation": "VAR1"}}))
}

async fn open(setup: Setup) -> (StandIn, Square) {
    let stand_in = StandIn::start(setup).await.unwrap();
    let square = adapter(&stand_in);
    (stand_in, square)
}

#[tokio::test]
async fn a_booking_whose_answer_was_lost_is_found_by_our_reference() {
    for rights in [Rights::Seller, Rights::Buyer] {
        let (stand_in, square) = open(Setup { rights, ..setup() }).await;
        let booking = booking();
        assert_eq!(square.find(&booking).await.unwrap(), None);
        stand_in.next(Operation::Create, Trouble::DropsAfter);
        assert_eq!(square.book(&booking).await, Err(ProviderError::Unknown));
        let found = square.find(&booking).await.unwrap().unwrap();
        assert_eq!(found.external_id, stand_in.standing()[0].id);
        assert_eq!((found.start, found.state), (at(TEN), ProviderState::Confirmed));
        assert_eq!(found.end, Some(at("2026-09-24T15:30:00Z")));
        // A buyer sees the code alone.
        let reference = (rights == Rights::Seller).then_some(booking.id);
        assert_eq!(found.reference, reference, "{rights:?}");
        let other = trials::booking();
        let mut other = Booking { confirmation: "ZZZZZZ".into(), ..other };
        assert_eq!(square.find(&other).await.unwrap(), None, "one's reference is one's own");
        other.external_ids.push("nobody-knows-this".into());
        assert_eq!(square.find(&other).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_booking_is_found_among_many_pages() {
    let (stand_in, square) = open(Setup { page: 2, ..setup() }).await;
    for _ in 0..7 {
        stand_in.book_elsewhere("VAR1", "TM9", at(TEN));
    }
    let booking = booking();
    let made = square.book(&booking).await.unwrap();
    assert_eq!(square.find(&booking).await.unwrap().unwrap().external_id, made.external_id);
    let listed = stand_in.asked_to(Operation::List);
    assert!(listed.iter().any(|asked| asked.uri.contains("cursor=after-6")), "{listed:?}");
}

#[tokio::test]
async fn asking_again_under_the_same_key_makes_no_second_booking() {
    let (stand_in, square) = open(setup()).await;
    let booking = booking();
    stand_in.next(Operation::Create, Trouble::DropsAfter);
    assert_eq!(square.book(&booking).await, Err(ProviderError::Unknown));
    // Whoever asks again after a look that showed nothing gets what was made. The slot is taken by it,
    // so that nothing is even sent.
    assert_eq!(square.book(&booking).await, Err(ProviderError::SlotTaken));
    assert_eq!(stand_in.standing().len(), 1);
    // With another body the key itself says that something was made.
    let mut reworded = booking.clone();
    reworded.notes = Some("other words".into());
    let first = stand_in.standing()[0].id.clone();
    stand_in.move_by_hand(&first, at(ELEVEN));
    let made = square.book(&reworded).await.unwrap();
    assert_eq!(made.external_id, first, "the one that was made, wherever it is now");
    assert_eq!(stand_in.bookings().len(), 1);
}

#[tokio::test]
async fn moving_to_where_it_is_and_cancelling_what_is_off_are_done_already() {
    let (stand_in, square) = open(setup()).await;
    let mut booking = booking();
    let made = square.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id.clone());
    stand_in.next(Operation::Update, Trouble::DropsAfter);
    assert_eq!(square.reschedule(&booking, at(ELEVEN)).await, Err(ProviderError::Unknown));
    let moved = square.reschedule(&booking, at(ELEVEN)).await.unwrap();
    assert_eq!(moved.external_id, made.external_id);
    assert_eq!(stand_in.asked_to(Operation::Update).len(), 1);
    stand_in.next(Operation::Cancel, Trouble::DropsAfter);
    assert_eq!(square.cancel(&booking, None).await, Err(ProviderError::Unknown));
    assert_eq!(square.cancel(&booking, None).await, Ok(()));
    assert_eq!(stand_in.asked_to(Operation::Cancel).len(), 1);
    assert_eq!(square.reschedule(&booking, at(TEN)).await, Err(ProviderError::StaleVersion));
    let found = square.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.state, ProviderState::Cancelled);
    booking.external_ids = vec!["nobody-knows-this".into()];
    booking.confirmation = "ZZZZZZ".into();
    booking.id = hookswitch_storage::BookingId::random();
    assert_eq!(square.cancel(&booking, None).await, Err(ProviderError::NotFound));
}

#[tokio::test]
async fn a_stale_version_is_read_anew_once() {
    let (stand_in, square) = open(setup()).await;
    let mut booking = booking();
    let made = square.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id.clone());
    // The seller writes between our reading and our writing.
    let searches = stand_in.asked_to(Operation::Availability).len();
    stand_in.next(Operation::Availability, Trouble::Slow { millis: 300 });
    let racing = async {
        until(|| stand_in.asked_to(Operation::Availability).len() > searches).await;
        stand_in.set_standing(&made.external_id, Standing::Accepted);
    };
    let (moved, ()) = tokio::join!(square.reschedule(&booking, at(ELEVEN)), racing);
    assert_eq!(moved.unwrap().external_id, made.external_id);
    let versions: Vec<_> = stand_in
        .asked_to(Operation::Update)
        .into_iter()
        .map(|asked| asked.body.unwrap()["booking"]["version"].clone())
        .collect();
    assert_eq!(versions, [0, 1]);
    // One that is called stale without having changed is not asked for again and again.
    let stale = json!({"errors": [{"category": "INVALID_REQUEST_ERROR",
        "code": "VERSION_MISMATCH", "field": "booking_version", "detail": "Ann Ruiz"}]});
    stand_in.always(Operation::Cancel, Trouble::Answers { status: 400, body: stale });
    assert_eq!(square.cancel(&booking, None).await, Err(ProviderError::StaleVersion));
    assert_eq!(stand_in.asked_to(Operation::Cancel).len(), 1);
}

#[tokio::test]
async fn of_two_bookings_at_one_time_the_younger_gives_way() {
    let (stand_in, square) = open(setup()).await;
    stand_in.race_next();
    let mut booking = booking();
    assert_eq!(square.book(&booking).await, Err(ProviderError::SlotTaken));
    let standing = stand_in.standing();
    assert_eq!(standing.len(), 1);
    assert!(!standing[0].by_token, "theirs stands: {standing:?}");
    // A move that ends so goes back to where it was.
    booking = self::booking();
    booking.start = at(ELEVEN);
    booking.end = at("2026-09-24T16:30:00Z");
    let made = square.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id.clone());
    stand_in.race_next();
    let moved = square.reschedule(&booking, at("2026-09-24T17:00:00Z")).await;
    assert_eq!(moved, Err(ProviderError::SlotTaken));
    let ours = stand_in.standing().into_iter().find(|kept| kept.by_token).unwrap();
    assert_eq!((ours.id, ours.start), (made.external_id, at(ELEVEN)));
}

#[tokio::test]
async fn a_buyers_race_is_lost_at_square_and_not_looked_at_again() {
    let (stand_in, square) = open(Setup { rights: Rights::Buyer, ..setup() }).await;
    stand_in.race_next();
    assert_eq!(square.book(&booking()).await, Err(ProviderError::SlotTaken));
    assert!(stand_in.asked_to(Operation::List).is_empty(), "Square looked after it");
    assert_eq!(stand_in.standing().len(), 1);
}

#[tokio::test]
async fn bookings_made_side_by_side_go_to_different_people_and_never_twice_to_one() {
    let (stand_in, square) = open(with_two()).await;
    stand_in.always(Operation::Create, Trouble::Slow { millis: 200 });
    let bookings: Vec<Booking> = (0..4)
        .map(|caller| {
            let phone = format!("+1312555010{caller}");
            Booking { customer_phone: Some(phone), ..booking() }
        })
        .collect();
    let made = futures_util::future::join_all(bookings.iter().map(|one| square.book(one))).await;
    let taken = made.iter().filter(|made| **made == Err(ProviderError::SlotTaken)).count();
    assert_eq!(taken, 2, "{made:?}");
    let mut members: Vec<String> =
        stand_in.standing().into_iter().map(|kept| kept.member).collect();
    members.sort();
    assert_eq!(members, ["TM1", "TM2"]);
    assert_eq!(stand_in.asked_to(Operation::Create).len(), 2, "nobody was asked for in vain");
}

#[tokio::test]
async fn only_chosen_team_members_are_booked() {
    let stand_in = StandIn::start(with_two()).await.unwrap();
    let options = json!({"services": {"consultation": "VAR1"}, "team_members": ["TM2"]});
    let square = adapter_with(&stand_in, options);
    assert!(square.book(&booking()).await.is_ok());
    assert_eq!(stand_in.standing()[0].member, "TM2");
    let other = Booking { customer_phone: Some("+13125550199".into()), ..booking() };
    assert_eq!(square.book(&other).await, Err(ProviderError::SlotTaken), "although TM1 is free");
}

#[tokio::test]
async fn a_customer_is_made_once_although_the_search_does_not_show_it_yet() {
    let (stand_in, square) = open(Setup { search_lag: 1_000, ..setup() }).await;
    for start in [TEN, ELEVEN] {
        let start = at(start);
        let end = start.checked_add(SignedDuration::from_mins(30)).unwrap();
        assert!(square.book(&Booking { start, end, ..booking() }).await.is_ok());
    }
    let customers = stand_in.customers();
    assert_eq!(customers.len(), 1, "{customers:?}");
    assert_eq!((customers[0].given.as_str(), customers[0].family.as_str()), ("Ann", "Ruiz"));
    assert!(stand_in.standing().iter().all(|kept| kept.customer == Some(customers[0].id.clone())));
}

#[tokio::test]
async fn a_known_customer_is_used_a_namesake_of_the_number_is_not_and_a_removed_one_is_made_anew() {
    let (stand_in, square) = open(setup()).await;
    let husband = stand_in.add_customer("Omar", "Ruiz", "+13125550142");
    let ann = stand_in.add_customer("Ann", "Ruiz", "+13125550142");
    assert!(square.book(&booking()).await.is_ok());
    assert_eq!(stand_in.standing()[0].customer, Some(ann.clone()), "not {husband}");
    stand_in.remove_customer(&ann);
    let start = at(ELEVEN);
    let end = at("2026-09-24T16:30:00Z");
    assert!(square.book(&Booking { start, end, ..booking() }).await.is_ok());
    let anew = stand_in.customers().last().unwrap().clone();
    assert_ne!(anew.id, husband);
    assert_eq!(stand_in.standing()[1].customer, Some(anew.id));
}

#[tokio::test]
async fn a_service_that_changes_in_between_is_read_anew() {
    let (stand_in, square) = open(setup()).await;
    // The search answers late, so that what it says is old when the booking is made.
    let old = json!({"availabilities": [{"start_at": TEN, "location_id": "LWILLOW1",
        "appointment_segments": [{"duration_minutes": 30, "service_variation_id": "VAR1",
            "service_variation_version": 1, "team_member_id": "TM1"}]}]});
    stand_in.next(Operation::Availability, Trouble::Answers { status: 200, body: old });
    assert!(square.book(&booking()).await.is_ok());
    let keys: Vec<_> = stand_in
        .asked_to(Operation::Create)
        .into_iter()
        .map(|asked| asked.body.unwrap()["idempotency_key"].clone())
        .collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1], "what was refused is another request");
    assert_eq!(stand_in.standing().len(), 1);
}

#[tokio::test]
async fn the_only_location_is_taken_and_of_several_one_is_to_be_chosen() {
    let (stand_in, square) = open(setup()).await;
    assert_eq!(square.account().await.unwrap().unwrap().name, "Willow Street Dental");
    assert_eq!(stand_in.asked_to(Operation::Locations).len(), 1);
    let locations = vec!["LWILLOW1".to_owned(), "LWILLOW2".to_owned()];
    let (_stand_in, square) = open(Setup { locations, ..setup() }).await;
    let Err(ProviderError::NeedsHuman(problem)) = square.account().await else { panic!("no") };
    assert!(problem.contains("options.location_id"), "{problem}");
    assert!(problem.contains("(LWILLOW1)") && problem.contains("(LWILLOW2)"), "{problem}");
}

#[tokio::test]
async fn what_stands_in_the_way_of_booking_is_told_by_the_account() {
    for (change, words) in [
        (Setup { has_plan: false, ..setup() }, "Appointments Plus"),
        (Setup { rights: Rights::Without("CUSTOMERS_WRITE"), ..setup() }, "CUSTOMERS_WRITE"),
        (Setup { rights: Rights::Without("APPOINTMENTS_WRITE"), ..setup() }, "APPOINTMENTS_WRITE"),
    ] {
        let (_stand_in, square) = open(change).await;
        let Err(ProviderError::NeedsHuman(problem)) = square.account().await else {
            panic!("{words}")
        };
        assert!(problem.contains(words), "{problem}");
        let Err(ProviderError::NeedsHuman(problem)) = square.book(&booking()).await else {
            panic!("{words}")
        };
        assert!(problem.contains(words), "{problem}");
    }
    let buyers = Setup { has_plan: false, rights: Rights::Buyer, ..setup() };
    let (_stand_in, square) = open(buyers).await;
    assert!(square.account().await.is_ok(), "a buyer's permissions need no plan");
}

#[tokio::test]
async fn a_buyer_may_change_only_what_the_seller_lets_them() {
    let buyer = Setup { rights: Rights::Buyer, ..setup() };
    let (_stand_in, square) = open(Setup { allows_changes: false, ..buyer.clone() }).await;
    let mut booking = booking();
    booking.external_ids = vec![square.book(&booking).await.unwrap().external_id];
    for refused in [
        square.cancel(&booking, None).await.map(|()| None),
        square.reschedule(&booking, at(ELEVEN)).await.map(Some),
    ] {
        let Err(ProviderError::NeedsHuman(problem)) = refused else { panic!("{refused:?}") };
        assert!(problem.contains("does not let customers change"), "{problem}");
    }
    // Our clock is that of the machine: whatever it shows, the start is nearer than this.
    let cancellation_window = SignedDuration::from_hours(200_000);
    let (_stand_in, square) = open(Setup { cancellation_window, ..buyer }).await;
    booking.external_ids = vec![square.book(&booking).await.unwrap().external_id];
    let late = square.cancel(&booking, None).await;
    assert!(matches!(late, Err(ProviderError::OutsidePolicy(_))), "{late:?}");
}

#[tokio::test]
async fn what_changed_there_is_named_once_by_asking() {
    let (stand_in, mut square) = open(setup()).await;
    square.clock = Arc::new(hookswitch_actors::ports::SetClock::starting_at(at(NOW)));
    let mut booking = booking();
    booking.external_ids = vec![square.book(&booking).await.unwrap().external_id];
    let first = square.changes(None).await.unwrap().unwrap();
    assert!(first.records.is_empty() && !first.missed);
    stand_in.move_by_hand(&booking.external_ids[0], at(ELEVEN));
    let second = square.changes(Some(&first.cursor)).await.unwrap().unwrap();
    let moved = second.records.iter().find(|record| record.reference == Some(booking.id)).unwrap();
    assert_eq!((moved.start, moved.state), (at(ELEVEN), ProviderState::Confirmed));
    stand_in.set_standing(&booking.external_ids[0], Standing::CancelledBySeller);
    let third = square.changes(Some(&second.cursor)).await.unwrap().unwrap();
    assert_eq!(third.records.last().unwrap().state, ProviderState::Cancelled);
}

#[tokio::test]
async fn posts_are_asked_for_at_the_connections_own_address_and_given_up_again() {
    let (stand_in, square) = open(setup()).await;
    let url = "https://hooks.example/api/providers/square/webhook/con_1".to_owned();
    let target = WatchTarget { url: url.clone(), secret: Secret::new(Vec::new()) };
    let watch = square.watch(&target).await.unwrap().unwrap();
    assert!(!watch.secret.expose().is_empty());
    let asked = stand_in.asked_to(Operation::Subscribe).pop().unwrap().body.unwrap();
    assert_eq!(asked["subscription"]["notification_url"], url);
    assert_eq!(square.unwatch(&watch).await, Ok(()));
    assert_eq!(square.unwatch(&watch).await, Ok(()), "what is gone is given up");
    stand_in.next(Operation::Subscribe, Trouble::Forbids);
    assert!(square.watch(&target).await.unwrap().is_none(), "not every token may");
    stand_in.next(Operation::Subscribe, Trouble::FailsBefore);
    assert!(square.watch(&target).await.is_err(), "to be tried again");
}
