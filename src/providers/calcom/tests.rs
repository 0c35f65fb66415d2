//! Finding bookings at Cal.com and doing things twice, against the stand-in: what a look-up after a
//! lost answer may rely on.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use hookswitch_actors::ports::ProviderState;
use serde_json::json;

use super::*;
use crate::player::stand_ins::calcom::{EventType, Operation, Setup, StandIn, Standing, Trouble};
use crate::providers::trials::{ELEVEN, NOW, TEN, at, booking};

const KEY: &str = "cal_of_the_tests";

async fn stand_in() -> StandIn {
    let group = EventType { seats: 300, ..EventType::new(31, "Group", 30) };
    let setup = Setup {
        api_key: KEY.into(),
        zone: "America/Chicago".into(),
        now: at(NOW),
        event_types: vec![EventType::new(30, "Consultation", 30), group],
    };
    StandIn::start(setup).await.unwrap()
}

fn adapter(stand_in: &StandIn, event_type: u64) -> Calcom {
    let wire = Wire::new(&stand_in.base_url(), Duration::from_secs(4)).unwrap();
    let options = json!({"services": {"consultation": event_type}});
    let options = Options::read(options.as_object().unwrap()).unwrap();
    Calcom::new(&Arc::new(wire), KEY.as_bytes(), options).unwrap()
}

#[tokio::test]
async fn a_booking_whose_answer_was_lost_is_found_by_our_reference() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let booking = booking();
    assert_eq!(calcom.find(&booking).await, Ok(None));
    stand_in.next(Operation::Create, Trouble::DropsAfter);
    assert_eq!(calcom.book(&booking).await, Err(ProviderError::Unknown));
    let found = calcom.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.external_id, stand_in.standing()[0].uid);
    assert_eq!((found.start, found.state), (at(TEN), ProviderState::Confirmed));
}

#[tokio::test]
async fn what_was_not_done_is_not_found_and_what_is_still_being_done_is_found_later() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let booking = booking();
    stand_in.next(Operation::Create, Trouble::FailsBefore);
    assert_eq!(calcom.book(&booking).await, Err(ProviderError::Unknown));
    assert_eq!(calcom.find(&booking).await, Ok(None));
    stand_in.next(Operation::Create, Trouble::DoesLate { millis: 300 });
    assert_eq!(calcom.book(&booking).await, Err(ProviderError::Unknown));
    let started = std::time::Instant::now();
    while calcom.find(&booking).await.unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(10), "never found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_booking_is_followed_through_moves_of_ours_and_of_the_host() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let mut booking = booking();
    let made = calcom.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id);
    stand_in.next(Operation::Reschedule, Trouble::DropsAfter);
    let lost = calcom.reschedule(&booking, at(ELEVEN)).await;
    assert_eq!(lost, Err(ProviderError::Unknown));
    let found = calcom.find(&booking).await.unwrap().unwrap();
    assert_eq!((found.start, found.state), (at(ELEVEN), ProviderState::Confirmed));
    let by_reference = Booking { external_ids: Vec::new(), ..booking.clone() };
    assert_eq!(calcom.find(&by_reference).await, Ok(Some(found.clone())));
    // Sent again, it finds that it was done.
    let again = calcom.reschedule(&booking, at(ELEVEN)).await.unwrap();
    assert_eq!(again.external_id, found.external_id);
    assert_eq!(stand_in.standing().len(), 1);
    assert_eq!(calcom.cancel(&booking, None).await, Ok(()), "by the oldest id that we know");
    assert!(stand_in.standing().is_empty());
    let found = calcom.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.state, ProviderState::Cancelled);
    assert_eq!(calcom.cancel(&booking, None).await, Ok(()), "twice does no harm");
    let moved = calcom.reschedule(&booking, at(TEN)).await;
    assert_eq!(moved, Err(ProviderError::StaleVersion), "what is cancelled is not moved");
}

#[tokio::test]
async fn a_request_is_pending_until_the_host_decides() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let mut booking = booking();
    stand_in.next(Operation::Create, Trouble::NeedsConfirmation);
    let made = calcom.book(&booking).await.unwrap();
    assert!(!made.confirmed);
    for known in [None, Some(made.external_id.clone())] {
        booking.external_ids = known.into_iter().collect();
        for (standing, state) in [
            (Standing::Pending, ProviderState::Pending),
            (Standing::Accepted, ProviderState::Confirmed),
            (Standing::Rejected, ProviderState::Cancelled),
        ] {
            assert!(stand_in.set_standing(&made.external_id, standing));
            let found = calcom.find(&booking).await.unwrap().unwrap();
            assert_eq!(found.state, state, "{standing:?}");
        }
    }
}

#[tokio::test]
async fn of_several_under_one_reference_the_one_that_stands_is_meant() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let booking = booking();
    let first = calcom.book(&booking).await.unwrap();
    assert!(stand_in.set_standing(&first.external_id, Standing::Cancelled));
    let second = calcom.book(&booking).await.unwrap();
    let found = calcom.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.external_id, second.external_id);
}

#[tokio::test]
async fn a_crowd_around_the_same_start_is_looked_through_to_its_end() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 31);
    for _ in 0..230 {
        stand_in.book_elsewhere(31, at(TEN));
    }
    let booking = booking();
    assert_eq!(calcom.find(&booking).await, Ok(None));
    let made = calcom.book(&booking).await.unwrap();
    let found = calcom.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.external_id, made.external_id);
}

#[tokio::test]
async fn a_look_up_that_did_not_see_everything_never_says_that_there_is_none() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let booking = booking();
    let odd = json!({"status": "success", "data": [{"uid": "x", "start": "soon"}]});
    for trouble in [
        Trouble::Answers { status: 200, body: odd },
        Trouble::Answers { status: 200, body: json!({"status": "success"}) },
        Trouble::FailsBefore,
        Trouble::DropsBefore,
        Trouble::Garbles,
        Trouble::Floods,
        Trouble::Redirects,
        Trouble::Refuses,
        Trouble::TooMany { retry_after: None },
    ] {
        stand_in.next(Operation::List, trouble.clone());
        assert!(calcom.find(&booking).await.is_err(), "{trouble:?}");
    }
    let known = Booking { external_ids: vec!["not-there".into()], ..booking };
    stand_in.next(Operation::Get, Trouble::FailsBefore);
    assert!(calcom.find(&known).await.is_err());
    assert_eq!(calcom.find(&known).await, Ok(None), "neither under its id nor by reference");
}

#[tokio::test]
async fn a_booking_without_an_id_is_cancelled_by_our_reference() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let booking = booking();
    assert_eq!(calcom.cancel(&booking, None).await, Err(ProviderError::NotFound));
    calcom.book(&booking).await.unwrap();
    assert_eq!(calcom.cancel(&booking, Some("cannot come")).await, Ok(()));
    assert!(stand_in.standing().is_empty());
}

#[tokio::test]
async fn a_webhook_whose_making_was_not_answered_is_replaced_and_not_doubled() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 30);
    let target = |secret: &str| WatchTarget {
        url: "https://calls.example.com/api/providers/calcom/webhook/con_1".into(),
        secret: hookswitch_storage::Secret::new(secret.as_bytes().to_vec()),
    };
    calcom.watch(&target("lost")).await.unwrap();
    let kept = calcom.watch(&target("kept")).await.unwrap().unwrap();
    let hooks = stand_in.hooks();
    assert_eq!(hooks.len(), 1, "{hooks:?}");
    assert_eq!(hooks[0].secret.as_deref(), Some("kept"));
    assert_eq!(hooks[0].id.to_string(), kept.id);
    calcom.unwatch(&kept).await.unwrap();
    assert_eq!(calcom.unwatch(&kept).await, Ok(()), "that there is none is as good");
    assert!(stand_in.hooks().is_empty());
}

#[tokio::test]
async fn what_changed_is_told_once_by_page_and_from_where_it_was_asked_last() {
    let stand_in = stand_in().await;
    let calcom = adapter(&stand_in, 31);
    let begun = calcom.changes(None).await.unwrap().unwrap();
    assert!(begun.records.is_empty() && !begun.missed);
    let first = booking();
    let made = calcom.book(&first).await.unwrap();
    for _ in 0..240 {
        calcom.book(&booking()).await.unwrap();
    }
    let all = calcom.changes(Some(&begun.cursor)).await.unwrap().unwrap();
    assert_eq!(all.records.len(), 241);
    let end = at(ELEVEN).checked_add(SignedDuration::from_mins(30)).unwrap();
    let moved = stand_in.move_by_hand(&made.external_id, at(ELEVEN), end).unwrap();
    let more = calcom.changes(Some(&all.cursor)).await.unwrap().unwrap();
    let record = more.records.iter().find(|record| record.external_id == moved).unwrap();
    assert_eq!(record.replaces.as_ref(), Some(&made.external_id));
    assert_eq!((record.reference, record.start), (Some(first.id), at(ELEVEN)));
    assert!(more.records.iter().all(|record| record.external_id != made.external_id));
    let garbled = calcom.changes(Some("not a cursor")).await.unwrap().unwrap();
    assert!(garbled.missed, "every booking has to be looked at");
}
