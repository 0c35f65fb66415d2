//! The index of sessions that are awake, by call. Our own, because the framework's registry is
//! process-wide and keyed by text. Also counts what waits in each session's mailbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use hookswitch_storage::{CallId, CallKey, OrgId};
use ractor::ActorId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bounds::{LINGER_AFTER_END, MAX_MAILBOX};
use crate::session::SessionRef;

/// Sessions that are awake.
pub(crate) struct Sessions {
    by_key: DashMap<CallKey, Awake>,
    by_actor: DashMap<ActorId, CallKey>,
    /// Orgs that have an awake call of this id: one, unless someone reuses ids.
    orgs: DashMap<CallId, Vec<OrgId>>,
    epoch: Instant,
}

struct Awake {
    session: SessionRef,
    mailbox: Arc<Semaphore>,
    /// Milliseconds since `epoch` at which the session was last written to.
    last_seen: AtomicU64,
    ended: AtomicBool,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            by_key: DashMap::new(),
            by_actor: DashMap::new(),
            orgs: DashMap::new(),
            epoch: Instant::now(),
        }
    }
}

impl Sessions {
    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn insert(&self, key: CallKey, session: SessionRef, ended: bool) {
        self.by_actor.insert(session.get_id(), key.clone());
        let awake = Awake {
            session,
            mailbox: Arc::new(Semaphore::new(MAX_MAILBOX)),
            last_seen: AtomicU64::new(self.now()),
            ended: AtomicBool::new(ended),
        };
        let mut orgs = self.orgs.entry(key.call.clone()).or_default();
        if !orgs.contains(&key.org) {
            orgs.push(key.org.clone());
        }
        drop(orgs);
        self.by_key.insert(key, awake);
    }

    pub(crate) fn org_of(&self, call: &CallId) -> Option<OrgId> {
        match self.orgs.get(call)?.as_slice() {
            [org] => Some(org.clone()),
            _ => None,
        }
    }

    fn forget_org(&self, key: &CallKey) {
        self.orgs.remove_if_mut(&key.call, |_, orgs| {
            orgs.retain(|org| *org != key.org);
            orgs.is_empty()
        });
    }

    pub(crate) fn get(&self, key: &CallKey) -> Option<SessionRef> {
        self.by_key.get(key).map(|awake| awake.session.clone())
    }

    /// The session of a call, which thereby counts as not quiet, and a place in its mailbox;
    /// `None` in its stead if the mailbox is full. Whoever has a place keeps the session from being
    /// put away.
    pub(crate) fn enter(
        &self,
        key: &CallKey,
    ) -> Option<(SessionRef, Option<OwnedSemaphorePermit>)> {
        let awake = self.by_key.get(key)?;
        awake.last_seen.store(self.now(), Ordering::Relaxed);
        let place = Arc::clone(&awake.mailbox).try_acquire_owned().ok();
        Some((awake.session.clone(), place))
    }

    pub(crate) fn mark_ended(&self, key: &CallKey) {
        if let Some(awake) = self.by_key.get(key) {
            awake.ended.store(true, Ordering::Relaxed);
        }
    }

    /// Forgets a session that wants to be put away; false, and nothing is done, if somebody has
    /// written to it, or is about to. In one step with [`Self::enter`], so that no message reaches
    /// a session on its way out.
    pub(crate) fn retire(&self, key: &CallKey, actor: ActorId) -> bool {
        let is_unwanted = |awake: &Awake| {
            awake.session.get_id() == actor && awake.mailbox.available_permits() == MAX_MAILBOX
        };
        let retired = self.by_key.remove_if(key, |_, awake| is_unwanted(awake)).is_some();
        if retired {
            self.forget_org(key);
        }
        retired
    }

    /// Forgets an actor that ended; gives its call if the index still had it.
    pub(crate) fn remove_actor(&self, actor: ActorId) -> Option<CallKey> {
        let (_, key) = self.by_actor.remove(&actor)?;
        let (key, _) = self.by_key.remove_if(&key, |_, awake| awake.session.get_id() == actor)?;
        self.forget_org(&key);
        Some(key)
    }

    /// Forgets the calls of an org; gives their sessions.
    pub(crate) fn remove_org(&self, org: &OrgId) -> Vec<(CallKey, SessionRef)> {
        let keys: Vec<CallKey> = self
            .by_key
            .iter()
            .filter(|awake| awake.key().org == *org)
            .map(|awake| awake.key().clone())
            .collect();
        keys.into_iter()
            .filter_map(|key| {
                let (key, awake) = self.by_key.remove(&key)?;
                self.forget_org(&key);
                Some((key, awake.session))
            })
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Sessions that nobody wrote to for `idle`, or for a minute after their call ended.
    pub(crate) fn quiet(&self, idle: Duration) -> Vec<SessionRef> {
        let now = self.now();
        let since = |awake: &Awake| {
            Duration::from_millis(now.saturating_sub(awake.last_seen.load(Ordering::Relaxed)))
        };
        self.by_key
            .iter()
            .filter(|awake| {
                let ended = awake.ended.load(Ordering::Relaxed);
                since(awake) >= if ended { LINGER_AFTER_END.min(idle) } else { idle }
            })
            .map(|awake| awake.session.clone())
            .collect()
    }
}
