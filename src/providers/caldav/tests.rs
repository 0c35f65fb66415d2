//! The adapter against the stand-in, where the port is asked for what no caller can ask for yet.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use hookswitch_actors::ports::ProviderState;
use hookswitch_storage::{Intent, MoveTo, Outcome};

use super::client::Wire;

use super::settings::Login;
use super::*;
use crate::outbound::Outbound;
use crate::player::stand_ins::caldav::{Operation, Setup, StandIn, Trouble};
use crate::providers::trials::booking;

async fn stand_in(setup: Setup) -> StandIn {
    StandIn::start(setup).await.unwrap()
}

fn setup() -> Setup {
    Setup::new("ann", "secret")
}

fn adapter(stand_in: &StandIn, booking: &Booking, calendars: &[&str]) -> Caldav {
    let outbound = Outbound::new(&[stand_in.host_port()]);
    let wire = Arc::new(Wire::new(&outbound, Duration::from_secs(5)).unwrap());
    let url = format!("{}/dav/", stand_in.url()).parse().unwrap();
    let login = Login { url, username: "ann".into(), password: "secret".into() };
    let calendars = calendars.iter().map(ToString::to_string).collect();
    let client = Client::new(wire, &login).unwrap();
    Caldav::new(client, Options { calendars }, booking.connection_id.to_string())
}

async fn since(caldav: &Caldav, cursor: &str) -> Changes {
    caldav.changes(Some(cursor)).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_a_person_does_to_our_events_is_told_once_and_nothing_of_their_own() {
    let stand_in = stand_in(setup()).await;
    let mut booking = booking();
    let caldav = adapter(&stand_in, &booking, &[]);
    let first = caldav.changes(None).await.unwrap().unwrap();
    assert_eq!((first.records.len(), first.missed), (0, false), "{first:?}");
    let made = caldav.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id.clone());

    let here = since(&caldav, &first.cursor).await;
    let [record] = here.records.as_slice() else { panic!("{here:?}") };
    assert_eq!(record.external_id, made.external_id);
    assert_eq!(record.reference, Some(booking.id));
    assert_eq!((record.start, record.end), (booking.start, Some(booking.end)));
    assert_eq!(record.state, ProviderState::Confirmed);
    assert!(!here.missed);
    assert_eq!(since(&caldav, &here.cursor).await.records, []);

    let (start, end) = ("2026-09-25T15:00:00Z", "2026-09-25T16:00:00Z");
    stand_in.enter_between("Work", "dentist", start.parse().unwrap(), end.parse().unwrap());
    let foreign = since(&caldav, &here.cursor).await;
    assert_eq!(foreign.records, [], "a person's own");
    assert_ne!(foreign.cursor, here.cursor);

    let path = made.external_id;
    stand_in.edit(&path, |text| text.replace("20260924T15", "20260924T19"));
    let moved = since(&caldav, &foreign.cursor).await;
    assert_eq!(moved.records[0].start.to_string(), "2026-09-24T19:00:00Z");
    stand_in.edit(&path, |text| text.replace("STATUS:CONFIRMED", "STATUS:CANCELLED"));
    let cancelled = since(&caldav, &moved.cursor).await;
    assert_eq!(cancelled.records[0].state, ProviderState::Cancelled);
    stand_in.delete(&path);
    let gone = since(&caldav, &cancelled.cursor).await;
    assert_eq!(gone.records[0].state, ProviderState::Cancelled);
    assert_eq!(gone.records[0].external_id, path);
    assert_eq!(since(&caldav, &gone.cursor).await.records, []);
}

#[tokio::test]
async fn a_place_that_the_server_forgot_means_that_something_was_missed() {
    let stand_in = stand_in(setup()).await;
    let booking = booking();
    let caldav = adapter(&stand_in, &booking, &[]);
    let cursor = caldav.changes(None).await.unwrap().unwrap().cursor;
    caldav.book(&booking).await.unwrap();
    stand_in.forget_tokens();
    for unknown in [cursor.as_str(), "nonsense", "{}", "{\"/other/\":{\"token\":\"x\"}}"] {
        let again = since(&caldav, unknown).await;
        assert!(again.missed, "{unknown}");
        let after = since(&caldav, &again.cursor).await;
        assert!(!after.missed && after.records.is_empty(), "{after:?}");
    }
}

#[tokio::test]
async fn a_server_without_tokens_tells_only_that_something_changed() {
    let stand_in = stand_in(Setup { sync_tokens: false, ..setup() }).await;
    let booking = booking();
    let caldav = adapter(&stand_in, &booking, &[]);
    let cursor = caldav.changes(None).await.unwrap().unwrap().cursor;
    assert!(!since(&caldav, &cursor).await.missed);
    caldav.book(&booking).await.unwrap();
    let changed = since(&caldav, &cursor).await;
    assert!(changed.missed && changed.records.is_empty());
    assert!(!since(&caldav, &changed.cursor).await.missed);
}

#[tokio::test]
async fn an_event_that_a_person_put_into_another_calendar_is_followed() {
    let calendars = vec!["Work".to_owned(), "Home".to_owned()];
    let stand_in = stand_in(Setup { calendars, ..setup() }).await;
    let mut booking = booking();
    let caldav = adapter(&stand_in, &booking, &["Work", "Home"]);
    let made = caldav.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id.clone());
    let cursor = caldav.changes(None).await.unwrap().unwrap().cursor;
    let text = stand_in.booked()[0].text.clone();
    stand_in.delete(&made.external_id);
    let there = stand_in.enter("Home", "slot-20260924T150000Z", &text);
    let changes = since(&caldav, &cursor).await;
    let [record] = changes.records.as_slice() else { panic!("{changes:?}") };
    assert_eq!((&record.external_id, &record.replaces), (&there, &Some(made.external_id)));
    let found = caldav.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.external_id, there);
    caldav.cancel(&booking, None).await.unwrap();
    assert!(stand_in.booked().is_empty());
}

#[tokio::test]
async fn the_same_booking_asked_for_twice_is_one_event() {
    let stand_in = stand_in(setup()).await;
    let booking = booking();
    let caldav = adapter(&stand_in, &booking, &[]);
    let first = caldav.book(&booking).await.unwrap();
    assert_eq!(caldav.book(&booking).await.unwrap(), first);
    // Also when a person gave it another path, where its UID is in the way of a second one.
    let text = stand_in.booked()[0].text.clone();
    stand_in.delete(&first.external_id);
    let elsewhere = stand_in.enter("Work", "elsewhere", &text);
    assert_eq!(caldav.book(&booking).await.unwrap().external_id, elsewhere);
    assert_eq!(stand_in.booked().len(), 1);
}

#[tokio::test]
async fn a_booking_is_found_by_its_path_its_uid_or_our_property_or_not_at_all() {
    let stand_in = stand_in(setup()).await;
    let mut booking = booking();
    let caldav = adapter(&stand_in, &booking, &[]);
    assert_eq!(caldav.find(&booking).await.unwrap(), None);
    let made = caldav.book(&booking).await.unwrap();
    let found = caldav.find(&booking).await.unwrap().unwrap();
    assert_eq!(
        (found.external_id.as_str(), found.start),
        (made.external_id.as_str(), booking.start)
    );
    stand_in.edit(&made.external_id, |text| text.replace("@hookswitch", "@phone"));
    assert!(caldav.find(&booking).await.unwrap().is_some(), "by our property");
    // A server that cannot search shows what is around the start.
    let refuses = Trouble::Answers { status: 403, body: serde_json::json!("no such filter") };
    stand_in.always(Operation::Search, refuses);
    assert!(caldav.find(&booking).await.unwrap().is_some());
    stand_in.behave();
    booking.external_ids.push(made.external_id.clone());
    stand_in.always(Operation::Get, Trouble::FailsBefore);
    let failed = caldav.find(&booking).await;
    assert_eq!(failed, Err(ProviderError::Unavailable { retry_after: None }), "never `none`");
}

#[tokio::test]
async fn a_move_in_doubt_gives_way_when_it_is_found_beside_somebody_elses_event() {
    let stand_in = stand_in(setup()).await;
    let mut booking = booking();
    let caldav = adapter(&stand_in, &booking, &[]);
    let made = caldav.book(&booking).await.unwrap();
    booking.external_ids.push(made.external_id);
    let start: Timestamp = "2026-09-24T18:00:00Z".parse().unwrap();
    let end: Timestamp = "2026-09-24T18:30:00Z".parse().unwrap();
    stand_in.next(Operation::Put, Trouble::DropsAfter);
    assert_eq!(caldav.reschedule(&booking, start).await, Err(ProviderError::Unknown));
    stand_in.enter_between("Work", "dentist", start, end);
    let to: MoveTo = serde_json::from_value(serde_json::json!({
        "start": start, "end": end, "occupied_until": end, "capacity": 1, "places": 1,
        "time_zone": "America/Chicago",
    }))
    .unwrap();
    booking.intent = Some(Intent {
        act: Act::Move(to),
        asked_at: Some(booking.start),
        ended_at: None,
        promised: false,
        outcome_before: Outcome::Confirmed,
        tool_call: None,
        call_id: None,
    });
    let found = caldav.find(&booking).await.unwrap().unwrap();
    assert_eq!(found.start, booking.start, "it went back");
    assert_eq!(stand_in.booked()[0].start(), Some(booking.start));
}

#[tokio::test]
async fn each_refusal_is_what_the_caller_can_do_about_it() {
    use serde_json::json;
    let unavailable = ProviderError::Unavailable { retry_after: None };
    let human = ProviderError::NeedsHuman(String::new());
    for (status, on_write, on_read) in [
        (401, ProviderError::Reconnect, ProviderError::Reconnect),
        (403, human.clone(), human.clone()),
        (405, human.clone(), human.clone()),
        (408, ProviderError::Unknown, unavailable.clone()),
        (409, human.clone(), unavailable.clone()),
        (413, human.clone(), human.clone()),
        (423, unavailable.clone(), unavailable.clone()),
        (429, unavailable.clone(), unavailable.clone()),
        (500, ProviderError::Unknown, unavailable.clone()),
        (502, ProviderError::Unknown, unavailable.clone()),
        (503, ProviderError::Unknown, unavailable.clone()),
        (507, human.clone(), human.clone()),
    ] {
        let stand_in = stand_in(setup()).await;
        let booking = booking();
        let caldav = adapter(&stand_in, &booking, &[]);
        let body = json!("ann said secret things");
        stand_in.next(Operation::Put, Trouble::Answers { status, body: body.clone() });
        let refused = caldav.book(&booking).await.unwrap_err();
        assert_eq!(
            std::mem::discriminant(&refused),
            std::mem::discriminant(&on_write),
            "{status}: {refused:?}"
        );
        assert!(!refused.to_string().contains("secret"), "{refused}");
        stand_in.always(Operation::Get, Trouble::Answers { status, body });
        let refused = caldav.book(&booking).await.unwrap_err();
        assert_eq!(
            std::mem::discriminant(&refused),
            std::mem::discriminant(&on_read),
            "{status}: {refused:?}"
        );
    }
}
