//! Finding bookings at Calendly, going on with moves, and hearing of changes, against the stand-in: what a
//! look-up after a lost answer may rely on.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use hookswitch_actors::ports::{FixedToken, ProviderState};
use hookswitch_storage::{Intent, MoveTo, Outcome, Secret};
use serde_json::json;

use super::*;
use crate::player::stand_ins::calendly::{EventType, Operation, Setup, StandIn, Trouble};
use crate::providers::trials::{ELEVEN, HALF_PAST, NOW, TEN, at, booking};

const TOKEN: &str = "token_of_the_tests";

pub(super) async fn stand_in() -> StandIn {
    let group = EventType { places: 300, ..EventType::new("GROUP", "Group", 30) };
    let long = EventType { step_minutes: 30, ..EventType::new("LONG", "Long", 60) };
    let setup = Setup {
        token: TOKEN.into(),
        zone: "America/Chicago".into(),
        now: at(NOW),
        event_types: vec![EventType::new("ONE", "Consultation", 30), group, long],
        may_book: true,
        longest_span_days: 31,
    };
    StandIn::start(setup).await.unwrap()
}

pub(super) fn adapter(stand_in: &StandIn, event_type: &str) -> Calendly {
    let wire = Wire::new(stand_in.url(), Duration::from_secs(4)).unwrap();
    let options = json!({"services": {"consultation": event_type}, "email": "a@example.com"});
    let options = Options::read(options.as_object().unwrap()).unwrap();
    let tokens = FixedToken(Secret::from(TOKEN.to_owned()));
    Calendly::new(&Arc::new(wire), Arc::new(tokens), options, "the-user")
}

/// The same booking, which is to move to `start`.
fn moving(booking: &Booking, start: Timestamp) -> Booking {
    let length = booking.end.duration_since(booking.start);
    let end = start.checked_add(length).unwrap();
    let to = MoveTo {
        start,
        end,
        occupied_until: end,
        capacity: 1,
        places: 1,
        party_size: None,
        caller: None,
        time_zone: booking.time_zone.clone(),
        meaning: None,
    };
    let intent = Intent {
        act: Act::Move(to),
        asked_at: Some(at(NOW)),
        ended_at: None,
        promised: true,
        outcome_before: Outcome::Confirmed,
        tool_call: None,
        call_id: None,
    };
    Booking { intent: Some(intent), ..booking.clone() }
}

pub(super) async fn booked(calendly: &Calendly) -> Booking {
    let mut booking = booking();
    let made = calendly.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id);
    booking
}

#[tokio::test]
async fn a_booking_whose_answer_was_lost_is_found_by_our_reference() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let booking = booking();
    assert_eq!(calendly.find(&booking).await, Ok(None));
    stand_in.next(Operation::Create, Trouble::DropsAfter);
    assert_eq!(calendly.book(&booking).await, Err(ProviderError::Unknown));
    let found = calendly.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.external_id, stand_in.standing()[0].invitee);
    assert_eq!((found.start, found.state), (at(TEN), ProviderState::Confirmed));
    assert_eq!((found.reference, found.half_moved), (Some(booking.id), false));
}

#[tokio::test]
async fn what_was_not_done_is_not_found_and_what_is_still_being_done_is_found_later() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let booking = booking();
    stand_in.next(Operation::Create, Trouble::FailsBefore);
    assert_eq!(calendly.book(&booking).await, Err(ProviderError::Unknown));
    assert_eq!(calendly.find(&booking).await, Ok(None));
    stand_in.next(Operation::Create, Trouble::DoesLate { millis: 300 });
    assert_eq!(calendly.book(&booking).await, Err(ProviderError::Unknown));
    let started = Instant::now();
    while calendly.find(&booking).await.unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(10), "never found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_crowd_around_the_same_start_is_looked_through_to_its_end() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "GROUP");
    for _ in 0..230 {
        stand_in.book_elsewhere("GROUP", at(TEN));
    }
    let booking = booking();
    assert_eq!(calendly.find(&booking).await, Ok(None));
    let made = calendly.book(&booking).await.unwrap();
    let found = calendly.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.external_id, made.external_id);
}

#[tokio::test]
async fn a_look_up_that_did_not_see_everything_never_says_that_there_is_none() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    stand_in.book_elsewhere("ONE", at(TEN));
    let booking = booking();
    for operation in [Operation::Events, Operation::Invitees] {
        for trouble in [
            Trouble::Answers { status: 200, body: json!({"collection": [{"uri": "x"}]}) },
            Trouble::Answers { status: 200, body: json!({"resource": {}}) },
            Trouble::FailsBefore,
            Trouble::DropsBefore,
            Trouble::Garbles,
            Trouble::Floods,
            Trouble::Redirects,
            Trouble::Refuses,
            Trouble::TooMany { retry_after: None },
        ] {
            stand_in.next(operation, trouble.clone());
            assert!(calendly.find(&booking).await.is_err(), "{operation:?} {trouble:?}");
        }
    }
    assert_eq!(calendly.find(&booking).await, Ok(None));
}

#[tokio::test]
async fn a_booking_is_followed_through_moves_by_hand() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let booking = booked(&calendly).await;
    let first = booking.external_ids[0].clone();
    let second = stand_in.move_by_hand(&first, at(ELEVEN)).unwrap();
    let third = stand_in.move_by_hand(&second, at(HALF_PAST)).unwrap();
    let found = calendly.find(&booking).await.unwrap().unwrap();
    assert_eq!((&found.external_id, found.start), (&third, at(HALF_PAST)));
    assert_eq!(found.replaces, Some(second));
    assert!(stand_in.cancel_by_hand(&third, "ill"));
    let found = calendly.find(&booking).await.unwrap().unwrap();
    assert_eq!((found.state, found.half_moved), (ProviderState::Cancelled, false));
    let moved = calendly.reschedule(&booking, at(ELEVEN)).await;
    assert_eq!(moved, Err(ProviderError::StaleVersion), "what is cancelled is not moved");
    assert_eq!(calendly.cancel(&booking, None).await, Ok(()), "twice does no harm");
}

#[tokio::test]
async fn a_booking_without_an_id_is_cancelled_by_our_reference() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let booking = booking();
    assert_eq!(calendly.cancel(&booking, None).await, Err(ProviderError::NotFound));
    calendly.book(&booking).await.unwrap();
    assert_eq!(calendly.cancel(&booking, Some("cannot come")).await, Ok(()));
    assert!(stand_in.standing().is_empty());
}

/// Asks for a move and, while it is in doubt, looks and asks again as the saga does. Gives the start that
/// it came to.
async fn carried_through(calendly: &Calendly, booking: &Booking, to: Timestamp) -> Timestamp {
    let booking = moving(booking, to);
    let mut answer = calendly.reschedule(&booking, to).await;
    for _ in 0..12 {
        match answer {
            Ok(_) | Err(ProviderError::Unknown | ProviderError::Unavailable { .. }) => {}
            // Refused for good: it is where it was.
            Err(_) => return booking.start,
        }
        match calendly.find(&booking).await {
            Ok(Some(found)) if found.half_moved => {}
            Ok(Some(found)) if found.start == to => return found.start,
            _ => {}
        }
        answer = calendly.reschedule(&booking, to).await;
    }
    panic!("it never came to an end");
}

#[tokio::test]
async fn wherever_a_move_breaks_off_one_booking_stands_in_the_end() {
    let troubles = || {
        [
            Trouble::DropsBefore,
            Trouble::DropsAfter,
            Trouble::FailsAfter,
            Trouble::Garbles,
            Trouble::TooMany { retry_after: None },
            Trouble::SlotTaken,
        ]
    };
    let mut runs = Vec::new();
    for (event_type, to) in [("ONE", ELEVEN), ("LONG", HALF_PAST)] {
        for first in troubles() {
            for second in troubles() {
                for other in [Operation::Create, Operation::Cancel, Operation::Events] {
                    let (first, second) = (first.clone(), second.clone());
                    runs.push(async move {
                        let stand_in = stand_in().await;
                        let calendly = adapter(&stand_in, event_type);
                        let booking = booked(&calendly).await;
                        stand_in.next(Operation::Create, first.clone());
                        stand_in.next(other, second.clone());
                        let start = carried_through(&calendly, &booking, at(to)).await;
                        let standing = stand_in.standing();
                        let case = format!("{event_type} {first:?}, {other:?} {second:?}");
                        assert_eq!(standing.len(), 1, "{case}: {standing:?}");
                        assert_eq!(standing[0].start, start, "{case}");
                    });
                }
            }
        }
    }
    futures_util::future::join_all(runs).await;
}

#[tokio::test]
async fn a_half_done_move_shows_as_such_and_names_what_it_replaces() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let booking = booked(&calendly).await;
    stand_in.always(Operation::Cancel, Trouble::FailsBefore);
    let to = moving(&booking, at(ELEVEN));
    assert_eq!(calendly.reschedule(&to, at(ELEVEN)).await, Err(ProviderError::Unknown));
    let found = calendly.find(&to).await.unwrap().unwrap();
    assert_eq!((found.start, found.half_moved), (at(ELEVEN), true));
    assert_eq!(found.replaces, Some(booking.external_ids[0].clone()));
    stand_in.behave();
    let moved = calendly.reschedule(&to, at(ELEVEN)).await.unwrap();
    assert_eq!(moved.external_id, found.external_id, "the one that was made before");
    assert_eq!(stand_in.asked_to(Operation::Create).len(), 2);
}

#[tokio::test]
async fn changes_are_what_was_touched_since() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let start = calendly.changes(None).await.unwrap().unwrap();
    assert_eq!((start.records.len(), start.missed), (0, false));
    assert!(start.cursor.starts_with("2026-09-22T14:3"), "by Calendly's clock: {}", start.cursor);
    let booking = booked(&calendly).await;
    let moved = stand_in.move_by_hand(&booking.external_ids[0], at(ELEVEN)).unwrap();
    let changes = calendly.changes(Some(&start.cursor)).await.unwrap().unwrap();
    let said = |id: &str| changes.records.iter().find(|record| record.external_id == id);
    let old = said(&booking.external_ids[0]).unwrap();
    assert_eq!((old.state, old.reference), (ProviderState::Cancelled, Some(booking.id)));
    let new = said(&moved).unwrap();
    assert_eq!((new.state, new.start), (ProviderState::Confirmed, at(ELEVEN)));
    assert_eq!(new.replaces, Some(booking.external_ids[0].clone()));
    for lost in ["", "soon", "2026-09-01T00:00:00Z"] {
        let changes = calendly.changes(Some(lost)).await.unwrap().unwrap();
        assert!(changes.missed, "{lost}");
    }
    stand_in.next(Operation::Events, Trouble::FailsBefore);
    assert!(calendly.changes(Some(&start.cursor)).await.is_err());
}

#[tokio::test]
async fn calendly_posts_once_it_was_asked_and_again_after_it_was_asked_anew() {
    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let url = "https://clinic.example/api/providers/calendly/webhook/con_1".to_owned();
    let target =
        |secret: &str| WatchTarget { url: url.clone(), secret: Secret::from(secret.to_owned()) };
    let first = calendly.watch(&target("one")).await.unwrap().unwrap();
    let until = first.expires_at.unwrap().duration_since(at(NOW));
    assert!((23..=24).contains(&until.as_hours()), "it is asked for again every day: {until}");
    let second = calendly.watch(&target("two")).await.unwrap().unwrap();
    assert_ne!(first.id, second.id);
    let asked = stand_in.subscriptions();
    assert_eq!(asked.len(), 1);
    assert_eq!((&asked[0].callback_url, asked[0].signing_key.as_deref()), (&url, Some("two")));
    assert_eq!(asked[0].events, ["invitee.created", "invitee.canceled"]);
    let booking = booked(&calendly).await;
    let posts = stand_in.posts_about(&booking.external_ids[0]);
    assert_eq!((posts.len(), &posts[0].url), (1, &url));
    for watch in [&first, &second, &second] {
        assert_eq!(calendly.unwatch(watch).await, Ok(()), "one that is not there has ended");
    }
    assert!(stand_in.subscriptions().is_empty());
    stand_in.next(Operation::Subscribe, Trouble::Forbids);
    let refused = calendly.watch(&target("three")).await.err().unwrap().to_string();
    assert!(refused.contains("paid plan"), "{refused}");
}
