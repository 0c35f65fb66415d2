//! Looking up, taking back, changes and channels at Google, against the stand-in.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hookswitch_actors::ports::ProviderState;
use hookswitch_storage::{BookingId, Intent, MoveTo, Outcome, ResourceId, Secret};
use serde_json::json;

use super::*;
use crate::player::stand_ins::google::{Calendar, Operation, Setup, StandIn, Trouble};
use crate::providers::trials::{self, ELEVEN, HALF_PAST, NOW, TEN, at};

const TOKEN: &str = "token_of_the_tests";
const DESK: &str = "desk@willow.example";

async fn stand_in() -> StandIn {
    let setup = Setup {
        access_token: TOKEN.into(),
        zone: "America/Chicago".into(),
        now: at(NOW),
        calendars: vec![Calendar::new(DESK, "Desk"), Calendar::new("old@willow.example", "Old")],
        page: 2,
    };
    StandIn::start(setup).await.unwrap()
}

fn with(stand_in: &StandIn, tokens: Arc<dyn AccessTokens>, calendar: &str) -> Google {
    let wire = Wire::new(&stand_in.base_url(), Duration::from_secs(4)).unwrap();
    let options = json!({"calendar_ids": [calendar]});
    let options = Options::read(options.as_object().unwrap()).unwrap();
    let connection = ConnectionId::random();
    Google::new(&Arc::new(wire), tokens, connection, options, "application".into())
}

fn adapter(stand_in: &StandIn) -> Google {
    let token = Secret::from(TOKEN.to_owned());
    with(stand_in, Arc::new(hookswitch_actors::ports::FixedToken(token)), DESK)
}

fn booking(google: &Google) -> Booking {
    Booking {
        resource: ResourceId::of_connection(&google.connection),
        connection_id: google.connection.clone(),
        ..trials::booking()
    }
}

fn asked(act: Act) -> Option<Intent> {
    Some(Intent {
        act,
        asked_at: Some(at(NOW)),
        ended_at: None,
        promised: true,
        outcome_before: Outcome::Pending,
        tool_call: None,
        call_id: None,
    })
}

#[tokio::test]
async fn a_booking_is_found_by_one_request_whether_or_not_its_answer_came() {
    let stand_in = stand_in().await;
    let google = adapter(&stand_in);
    let booking = booking(&google);
    assert_eq!(google.find(&booking).await, Ok(None));
    stand_in.next(Operation::Insert, Trouble::DropsAfter);
    assert_eq!(google.book(&booking).await, Err(ProviderError::Unknown));
    let before = stand_in.asked().len();
    let found = google.find(&booking).await.unwrap().unwrap();
    assert_eq!(stand_in.asked().len(), before + 1);
    assert_eq!((found.start, found.state), (at(TEN), ProviderState::Confirmed));
    assert_eq!((found.end, found.reference), (Some(at(HALF_PAST)), Some(booking.id)));
    // Sent again, it is the same event.
    let made = google.book(&booking).await.unwrap();
    assert_eq!(made.external_id, found.external_id);
    assert_eq!(stand_in.standing().len(), 1);
}

#[tokio::test]
async fn a_booking_is_found_where_it_was_made_after_another_calendar_was_chosen() {
    let stand_in = stand_in().await;
    let token = || Secret::from(TOKEN.to_owned());
    let fixed = || Arc::new(hookswitch_actors::ports::FixedToken(token()));
    let old = with(&stand_in, fixed(), "old@willow.example");
    let mut booking = booking(&old);
    booking.external_ids.push(old.book(&booking).await.unwrap().external_id);
    let new = with(&stand_in, fixed(), DESK);
    assert!(new.find(&booking).await.unwrap().is_some());
    assert!(new.reschedule(&booking, at(ELEVEN)).await.is_ok());
    assert_eq!(new.cancel(&booking, None).await, Ok(()));
    assert!(stand_in.standing().is_empty());
}

#[tokio::test]
async fn what_somebody_put_there_first_wins_and_ours_goes() {
    let stand_in = stand_in().await;
    let google = adapter(&stand_in);
    let mut booking = booking(&google);
    stand_in.next(Operation::Insert, Trouble::SlotTaken);
    assert_eq!(google.book(&booking).await, Err(ProviderError::SlotTaken));
    assert!(stand_in.standing().is_empty());
    // While ours cannot be removed, nobody says that it is gone; the look-up removes it.
    booking.id = BookingId::random();
    stand_in.next(Operation::Delete, Trouble::FailsBefore);
    assert_eq!(google.book(&booking).await, Err(ProviderError::Unknown));
    assert_eq!(stand_in.standing().len(), 1);
    booking.intent = asked(Act::Create);
    let found = google.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.state, ProviderState::Cancelled);
    assert!(stand_in.standing().is_empty());
}

#[tokio::test]
async fn our_own_bookings_beside_it_are_not_in_its_way() {
    let stand_in = stand_in().await;
    let google = adapter(&stand_in);
    for _ in 0..3 {
        // A group: storage counts its places.
        assert!(google.book(&booking(&google)).await.is_ok());
    }
    assert_eq!(stand_in.standing().len(), 3);
    let neighbour = adapter(&stand_in);
    let theirs = neighbour.book(&booking(&neighbour)).await;
    assert_eq!(theirs, Err(ProviderError::SlotTaken), "another connection's bookings are");
}

#[tokio::test]
async fn a_move_whose_answer_was_lost_is_seen_and_undone_if_it_was_overtaken() {
    let stand_in = stand_in().await;
    let google = adapter(&stand_in);
    let mut booking = booking(&google);
    booking.external_ids.push(google.book(&booking).await.unwrap().external_id);
    stand_in.next(Operation::Patch, Trouble::DropsAfter);
    assert_eq!(google.reschedule(&booking, at(ELEVEN)).await, Err(ProviderError::Unknown));
    let end = at("2026-09-24T16:30:00Z");
    let to = MoveTo {
        start: at(ELEVEN),
        end,
        occupied_until: end,
        capacity: 1,
        places: 1,
        party_size: None,
        caller: None,
        time_zone: "America/Chicago".into(),
        meaning: None,
    };
    booking.intent = asked(Act::Move(to));
    assert_eq!(google.find(&booking).await.unwrap().unwrap().start, at(ELEVEN));
    stand_in.book_elsewhere(DESK, at(ELEVEN), end);
    assert_eq!(google.find(&booking).await.unwrap().unwrap().start, at(TEN), "it went back");
    booking.intent = None;
    assert_eq!(google.reschedule(&booking, at(ELEVEN)).await, Err(ProviderError::SlotTaken));
    assert_eq!(stand_in.standing()[0].start, at(TEN));
}

#[tokio::test]
async fn cancelling_twice_or_what_was_removed_by_hand_does_no_harm() {
    let stand_in = stand_in().await;
    let google = adapter(&stand_in);
    let mut booking = booking(&google);
    assert_eq!(google.cancel(&booking, None).await, Err(ProviderError::NotFound));
    booking.external_ids.push(google.book(&booking).await.unwrap().external_id);
    assert_eq!(google.cancel(&booking, None).await, Ok(()));
    assert_eq!(google.cancel(&booking, None).await, Ok(()));
    assert_eq!(google.find(&booking).await.unwrap().unwrap().state, ProviderState::Cancelled);
    assert_eq!(google.reschedule(&booking, at(TEN)).await, Err(ProviderError::StaleVersion));
    // A calendar that is not shown any more has not cancelled anything.
    booking.external_ids = vec!["gone@willow.example/hs0123456789".into()];
    let lost = google.cancel(&booking, None).await;
    assert!(matches!(lost, Err(ProviderError::NeedsHuman(_))), "{lost:?}");
}

#[tokio::test]
async fn changes_tell_which_bookings_of_ours_are_where() {
    let stand_in = stand_in().await;
    let google = adapter(&stand_in);
    let before = booking(&google);
    google.book(&before).await.unwrap();
    let begun = google.changes(None).await.unwrap().unwrap();
    assert!(begun.records.is_empty() && !begun.missed, "{begun:?}");
    let bookings: Vec<Booking> = (0..3).map(|_| booking(&google)).collect();
    for booking in &bookings {
        google.book(booking).await.unwrap();
    }
    stand_in.book_elsewhere(DESK, at(ELEVEN), at("2026-09-24T17:00:00Z"));
    let moved = Place::of(DESK, &bookings[0].id).event;
    let removed = Place::of(DESK, &bookings[1].id).event;
    assert!(stand_in.move_by_hand(&moved, at("2026-09-24T18:00:00Z"), at("2026-09-24T18:30:00Z")));
    assert!(stand_in.remove_by_hand(&removed));
    let changed = google.changes(Some(&begun.cursor)).await.unwrap().unwrap();
    assert_eq!(changed.records.len(), 3, "none but ours, over two pages: {changed:?}");
    let of = |booking: &Booking| {
        changed.records.iter().find(|record| record.reference == Some(booking.id)).unwrap()
    };
    assert_eq!(of(&bookings[0]).start, at("2026-09-24T18:00:00Z"));
    assert_eq!(of(&bookings[1]).state, ProviderState::Cancelled);
    assert_eq!(of(&bookings[2]).state, ProviderState::Confirmed);
    let place = Place::of(DESK, &bookings[2].id).external_id();
    assert_eq!(of(&bookings[2]).external_id, place, "by the id that booking it gave");
    let still = google.changes(Some(&changed.cursor)).await.unwrap().unwrap();
    assert!(still.records.is_empty() && !still.missed, "{still:?}");
    stand_in.forget_sync_tokens();
    let lost = google.changes(Some(&still.cursor)).await.unwrap().unwrap();
    assert!(lost.missed && lost.records.is_empty(), "{lost:?}");
    assert!(!google.changes(Some(&lost.cursor)).await.unwrap().unwrap().missed);
    assert!(google.changes(Some("elsewhere\ns1")).await.unwrap().unwrap().missed);
}

#[tokio::test]
async fn a_channel_is_opened_posts_and_is_closed() {
    use axum::http::{HeaderMap, HeaderName};

    let stand_in = stand_in().await;
    let google = adapter(&stand_in);
    let secret = Secret::from("agreed".to_owned());
    let url = "https://calls.example.com/api/providers/google/webhook/c".to_owned();
    let target = WatchTarget { url: url.clone(), secret };
    let watch = google.watch(&target).await.unwrap().unwrap();
    let days = watch.expires_at.unwrap().duration_since(at(NOW)).as_hours() / 24;
    assert!((6..=7).contains(&days), "{days}");
    google.book(&booking(&google)).await.unwrap();
    let posts = stand_in.posts();
    assert_eq!(posts.len(), 2, "one that it is open, one of the change: {posts:?}");
    for post in &posts {
        assert_eq!((&post.url, post.body.len()), (&url, 0));
        let named = |(name, value): &(String, String)| {
            let name: HeaderName = name.to_lowercase().parse().unwrap();
            (name, value.parse().unwrap())
        };
        let headers: HeaderMap = post.headers.iter().map(named).collect();
        assert_eq!(headers["x-goog-channel-token"], "agreed");
    }
    assert_eq!(google.unwatch(&watch).await, Ok(()));
    assert_eq!(google.unwatch(&watch).await, Ok(()), "one that is not known is closed");
    google.book(&booking(&google)).await.unwrap();
    assert!(stand_in.posts().is_empty());
    let target = WatchTarget { url: "http://calls.example.com".into(), ..target };
    let refused = google.watch(&target).await.err();
    assert!(matches!(refused, Some(ProviderError::NeedsHuman(_))), "{refused:?}");
}

/// Gives a token that is good no more, then another.
struct Rotating(AtomicU32);

#[async_trait]
impl AccessTokens for Rotating {
    async fn current(&self) -> Result<Secret, ProviderError> {
        Ok(Secret::from("over".to_owned()))
    }

    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ProviderError> {
        assert_eq!(refused.text(), Some("over"));
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Secret::from(TOKEN.to_owned()))
    }
}

#[tokio::test]
async fn a_request_whose_token_has_run_out_is_repeated_with_another() {
    let stand_in = stand_in().await;
    let tokens = Arc::new(Rotating(AtomicU32::new(0)));
    let google = with(&stand_in, Arc::<Rotating>::clone(&tokens), DESK);
    let booking = booking(&google);
    assert!(google.book(&booking).await.is_ok());
    assert_eq!(stand_in.standing().len(), 1);
    assert_eq!(tokens.0.load(Ordering::Relaxed), 2, "once for each of the two requests");
    stand_in.change_token("yet another");
    assert_eq!(google.find(&booking).await, Err(ProviderError::Reconnect), "and only once");
}
