//! The feed's hub: what watchers see of live calls, numbered per org. Publishing never waits for
//! a watcher; one who is too slow is told what was missed. Knows no WebSocket and no JSON.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use dashmap::DashMap;
use hookswitch_storage::{BookingId, CallEvent, CallId, CallKey, ConnectionId, OrgId, StoredEvent};
use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::bounds::{FEED_RECENT, FEED_RECENT_FOR};
use crate::session::state::{CallState, Changed};

/// One event as watchers get it.
#[derive(Debug)]
pub struct FeedItem {
    /// Position in the org's feed, from 1.
    pub seq: u64,
    /// Whose call.
    pub org: OrgId,
    /// Which call.
    pub call_id: CallId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: CallEvent,
    /// The fields of the state that it changed.
    pub changed: Changed,
    /// The state after it.
    pub state: Arc<CallState>,
    /// Where the outside keeps its rendering, one per audience, so that it is made once for all
    /// watchers.
    pub rendered: [OnceLock<Arc<str>>; 2],
}

/// Something that those who watch an org should know and that is no event of a call. Names no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgNotice {
    /// Whose.
    pub org: OrgId,
    /// When.
    pub at: Timestamp,
    /// A short stable name.
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// Whether somebody has to see to it.
    pub warning: bool,
    /// The connection that it is about.
    pub connection: Option<ConnectionId>,
    /// The booking that it is about.
    pub booking: Option<BookingId>,
}

/// All live calls of an org at one position of its feed.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Whose.
    pub org: OrgId,
    /// The position: later events have higher numbers.
    pub seq: u64,
    /// The calls, in no particular order.
    pub calls: Vec<Arc<CallState>>,
}

/// How a watcher starts.
#[derive(Debug)]
pub enum First {
    /// With the state of everything.
    Snapshot(Snapshot),
    /// With what happened since the watcher was last here.
    Missed(Vec<Arc<FeedItem>>),
}

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    inner: Arc<Hub>,
}

struct Hub {
    epoch: String,
    buffer: usize,
    orgs: DashMap<OrgId, Arc<Mutex<OrgFeed>>>,
    everyone: broadcast::Sender<Arc<FeedItem>>,
    notices: broadcast::Sender<Arc<OrgNotice>>,
}

struct OrgFeed {
    seq: u64,
    calls: HashMap<CallId, Arc<CallState>>,
    recent: VecDeque<Arc<FeedItem>>,
    last_watched: Option<Instant>,
    watchers: broadcast::Sender<Arc<FeedItem>>,
}

impl Feed {
    /// A hub whose watchers may fall `buffer` events behind. `epoch` tells this run of the server
    /// from earlier ones, since numbers start again.
    #[must_use]
    pub fn new(epoch: String, buffer: usize) -> Self {
        let buffer = buffer.max(16);
        let (everyone, _) = broadcast::channel(buffer);
        let (notices, _) = broadcast::channel(buffer);
        Self { inner: Arc::new(Hub { epoch, buffer, orgs: DashMap::new(), everyone, notices }) }
    }

    /// This run's name.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.inner.epoch
    }

    fn org(&self, org: &OrgId) -> Arc<Mutex<OrgFeed>> {
        if let Some(known) = self.inner.orgs.get(org) {
            return Arc::clone(&known);
        }
        let fresh = || {
            let (watchers, _) = broadcast::channel(self.inner.buffer);
            Arc::new(Mutex::new(OrgFeed {
                seq: 0,
                calls: HashMap::new(),
                recent: VecDeque::new(),
                last_watched: None,
                watchers,
            }))
        };
        Arc::clone(&self.inner.orgs.entry(org.clone()).or_insert_with(fresh))
    }

    /// Gives an event to all watchers of its org.
    pub fn publish(
        &self,
        key: &CallKey,
        at: Timestamp,
        event: CallEvent,
        changed: Changed,
        state: Arc<CallState>,
    ) {
        let feed = self.org(&key.org);
        let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
        feed.seq += 1;
        if state.ended.is_some() {
            feed.calls.remove(&key.call);
        } else {
            feed.calls.insert(key.call.clone(), Arc::clone(&state));
        }
        let watched = feed.watchers.receiver_count() > 0;
        let everyone = self.inner.everyone.receiver_count() > 0;
        let keep = watched || feed.last_watched.is_some_and(|at| at.elapsed() < FEED_RECENT_FOR);
        if !keep {
            // Otherwise what is kept later would follow it with a hole between.
            feed.recent.clear();
            if !everyone {
                return;
            }
        }
        let item = Arc::new(FeedItem {
            seq: feed.seq,
            org: key.org.clone(),
            call_id: key.call.clone(),
            at,
            event,
            changed,
            state,
            rendered: [const { OnceLock::new() }; 2],
        });
        if keep {
            if feed.recent.len() == FEED_RECENT {
                feed.recent.pop_front();
            }
            feed.recent.push_back(Arc::clone(&item));
        }
        if watched {
            feed.last_watched = Some(Instant::now());
            // Fails only when the last watcher has just left.
            let _ = feed.watchers.send(Arc::clone(&item));
        }
        if everyone {
            let _ = self.inner.everyone.send(item);
        }
    }

    /// Starts watching one org: with what was missed since `seq` if that is still known, else
    /// with a snapshot. Events of the receiver may repeat what was already given.
    #[must_use]
    pub fn watch(
        &self,
        org: &OrgId,
        since: Option<u64>,
    ) -> (First, broadcast::Receiver<Arc<FeedItem>>) {
        let feed = self.org(org);
        let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
        feed.last_watched = Some(Instant::now());
        let receiver = feed.watchers.subscribe();
        let missed = since.and_then(|since| feed.missed(since));
        let first = match missed {
            Some(missed) => First::Missed(missed),
            None => First::Snapshot(feed.snapshot(org)),
        };
        (first, receiver)
    }

    /// The state of an org's live calls.
    #[must_use]
    pub fn snapshot(&self, org: &OrgId) -> Snapshot {
        let Some(feed) = self.inner.orgs.get(org).map(|feed| Arc::clone(&feed)) else {
            return Snapshot { org: org.clone(), seq: 0, calls: Vec::new() };
        };
        let feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
        feed.snapshot(org)
    }

    /// Watches every org; the caller takes each org's snapshot itself.
    #[must_use]
    pub fn watch_everyone(&self) -> broadcast::Receiver<Arc<FeedItem>> {
        self.inner.everyone.subscribe()
    }

    /// Tells those who watch an org. Nobody who comes later hears of it: what lasts is with the booking
    /// or the connection itself.
    pub fn announce(&self, notice: OrgNotice) {
        // Fails only when nobody watches.
        let _ = self.inner.notices.send(Arc::new(notice));
    }

    /// The notices of all orgs from now on; who watches one org leaves the others out.
    #[must_use]
    pub fn notices(&self) -> broadcast::Receiver<Arc<OrgNotice>> {
        self.inner.notices.subscribe()
    }

    /// Live calls of which nothing was heard after `before`.
    #[must_use]
    pub fn silent_since(&self, before: Timestamp) -> Vec<CallKey> {
        let silent = |feed: &Mutex<OrgFeed>| {
            let feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
            let calls = feed.calls.values().filter(|state| state.last_at < before);
            calls.map(|state| state.key.clone()).collect::<Vec<_>>()
        };
        self.inner.orgs.iter().flat_map(|feed| silent(&feed)).collect()
    }

    /// Every live call.
    pub(crate) fn live(&self) -> Vec<Arc<CallState>> {
        let of_org = |feed: &Mutex<OrgFeed>| {
            let feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
            feed.calls.values().map(Arc::clone).collect::<Vec<_>>()
        };
        self.inner.orgs.iter().flat_map(|feed| of_org(&feed)).collect()
    }

    /// Number of live calls over all orgs.
    #[must_use]
    pub fn live_calls(&self) -> usize {
        self.inner
            .orgs
            .iter()
            .map(|feed| feed.lock().unwrap_or_else(PoisonError::into_inner).calls.len())
            .sum()
    }

    /// Number of watchers over all orgs.
    #[must_use]
    pub fn watchers(&self) -> usize {
        let of_org = |feed: &Mutex<OrgFeed>| {
            feed.lock().unwrap_or_else(PoisonError::into_inner).watchers.receiver_count()
        };
        let of_orgs: usize = self.inner.orgs.iter().map(|feed| of_org(&feed)).sum();
        of_orgs + self.inner.everyone.receiver_count()
    }

    /// Forgets an org that was deleted. Those who watch see its live calls end; those who watch
    /// nothing else have nothing left to watch.
    pub fn forget(&self, org: &OrgId, at: Timestamp) {
        let live: Vec<_> = match self.inner.orgs.get(org) {
            Some(feed) => {
                let feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
                feed.calls.values().cloned().collect()
            }
            None => return,
        };
        for state in live {
            let reason = "the organization was deleted".to_owned();
            let event = CallEvent::CallEnded { reason };
            let mut state = (*state).clone();
            let stored = StoredEvent { seq: state.seq + 1, at, event };
            let changed = state.apply(&stored);
            let key = state.key.clone();
            self.publish(&key, at, stored.event, changed, Arc::new(state));
        }
        self.inner.orgs.remove(org);
    }
}

impl OrgFeed {
    fn snapshot(&self, org: &OrgId) -> Snapshot {
        Snapshot { org: org.clone(), seq: self.seq, calls: self.calls.values().cloned().collect() }
    }

    /// Events after `since`, or `None` if some of them are no longer known.
    fn missed(&self, since: u64) -> Option<Vec<Arc<FeedItem>>> {
        if since > self.seq {
            return None;
        }
        if since == self.seq {
            return Some(Vec::new());
        }
        let oldest = self.recent.front()?.seq;
        let complete = oldest <= since + 1 && self.recent.back()?.seq == self.seq;
        complete.then(|| self.recent.iter().filter(|item| item.seq > since).cloned().collect())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
