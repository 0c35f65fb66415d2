//! What a watcher who comes back is given.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use hookswitch_storage::{CallEvent, CallKey, OrgId, StoredEvent};
use jiff::Timestamp;

use super::{Feed, First};
use crate::bounds::{FEED_RECENT, FEED_RECENT_FOR};
use crate::session::state::CallState;

fn key() -> CallKey {
    CallKey { org: "org_tests1".parse().unwrap(), call: "call-1".parse().unwrap() }
}

fn publish(feed: &Feed, times: usize) {
    let at = Timestamp::UNIX_EPOCH;
    let mut state = CallState::new(key(), at, "2026-09-22".parse().unwrap(), "America/Chicago");
    for seq in 1..=times {
        let event = CallEvent::AttemptCounted { attempts: 1 };
        let stored = StoredEvent { seq: u64::try_from(seq).unwrap(), at, event: event.clone() };
        let changed = state.apply(&stored);
        feed.publish(&key(), at, event, changed, Arc::new(state.clone()));
    }
}

/// The numbers of what was missed; `None` if a snapshot is given instead.
fn missed(feed: &Feed, since: u64) -> Option<Vec<u64>> {
    match feed.watch(&key().org, Some(since)).0 {
        First::Missed(items) => Some(items.iter().map(|item| item.seq).collect()),
        First::Snapshot(_) => None,
    }
}

/// As if the last watcher had left long ago.
fn forget_watchers(feed: &Feed, org: &OrgId) {
    let feed = feed.org(org);
    let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
    feed.last_watched = Instant::now().checked_sub(FEED_RECENT_FOR * 2);
}

#[test]
fn what_was_missed_is_given_without_holes_or_not_at_all() {
    let feed = Feed::new("test".into(), 64);
    drop(feed.watch(&key().org, None));
    publish(&feed, 5);
    assert_eq!(missed(&feed, 3), Some(vec![4, 5]));
    assert_eq!(missed(&feed, 5), Some(vec![]));
    assert_eq!(missed(&feed, 6), None);

    // For a while only those who watch every org are there, and nothing is kept for one org.
    forget_watchers(&feed, &key().org);
    let everyone = feed.watch_everyone();
    publish(&feed, 3);
    assert_eq!(missed(&feed, 4), None);
    publish(&feed, 2);
    assert_eq!(missed(&feed, 4), None, "6, 7 and 8 are not known any more");
    assert_eq!(missed(&feed, 8), Some(vec![9, 10]));
    assert_eq!(everyone.len(), 5);
}

#[test]
fn only_so_much_is_kept_for_those_who_come_back() {
    let feed = Feed::new("test".into(), 64);
    drop(feed.watch(&key().org, None));
    publish(&feed, FEED_RECENT + 10);
    assert_eq!(missed(&feed, 9), None);
    assert_eq!(missed(&feed, 10).unwrap().len(), FEED_RECENT);
}
