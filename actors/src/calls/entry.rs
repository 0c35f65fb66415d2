//! The way into a call: finds its session or starts one, and takes a place in its mailbox. Owns
//! what is done when there is no room; knows nothing of what is brought.

use std::sync::Arc;

use hookswitch_storage::CallKey;
use tokio::sync::OwnedSemaphorePermit;

use super::{Calls, start};
use crate::orgs::OrgEntry;
use crate::session::SessionRef;
use crate::session::facts::CallFacts;

/// What a message finds at its call's door.
pub(super) enum Entry {
    /// The session, and a place in its mailbox that is kept until the message is handled.
    Open(SessionRef, OwnedSemaphorePermit),
    /// More is waiting than one call may have waiting.
    Full,
    /// The call is not followed: there are too many, or its session does not start.
    Closed,
}

impl Calls {
    pub(super) async fn enter(
        &self,
        key: &CallKey,
        org: &Arc<OrgEntry>,
        facts: &CallFacts,
    ) -> Entry {
        if let Some(entry) = self.awake_entry(key) {
            return entry;
        }
        if self.shared.sessions.len() >= self.settings.max_live_calls {
            tracing::warn!(org.id = %key.org, call.id = %key.call, "too many live calls");
            return Entry::Closed;
        }
        let started = start::session(&self.shared, key, org, facts).await;
        // The org may have been removed while the session came up.
        if started.is_some() && self.orgs.get(&key.org).is_none() {
            self.end_org(&key.org).await;
            return Entry::Closed;
        }
        started.and_then(|_| self.awake_entry(key)).unwrap_or(Entry::Closed)
    }

    fn awake_entry(&self, key: &CallKey) -> Option<Entry> {
        let (session, place) = self.shared.sessions.enter(key)?;
        if session.get_status() >= ractor::ActorStatus::Draining {
            // It has failed and its supervisor has yet to hear of it: what comes now needs another.
            self.shared.sessions.remove_actor(session.get_id());
            return None;
        }
        Some(place.map_or(Entry::Full, |place| Entry::Open(session, place)))
    }

    /// Whether anything was ever heard of a call; in doubt it was.
    pub(super) async fn is_known(&self, key: &CallKey) -> bool {
        self.is_awake(key) || !matches!(self.shared.store.call_record(key).await, Ok(None))
    }
}
