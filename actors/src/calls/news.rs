//! News for a call from outside of it: the session is woken if need be, so that what happened to a
//! call's booking is part of its record also when the call is over.

use std::sync::Arc;

use hookswitch_storage::CallKey;

use super::entry::Entry;
use super::{Calls, Shared, start};
use crate::booking::News;
use crate::orgs::OrgEntry;
use crate::session::SessionMsg;
use crate::session::facts::CallFacts;

/// Brings a call news of a booking. A call that nobody knows any more hears nothing.
pub(crate) async fn deliver(shared: &Arc<Shared>, key: &CallKey, news: News) {
    let session = match shared.sessions.get(key) {
        Some(session) if session.get_status() < ractor::ActorStatus::Draining => Some(session),
        _ => wake(shared, key).await,
    };
    if let Some(session) = session {
        // Fails only when the session is ending this very moment; the booking is safe without it.
        let _ = session.cast(SessionMsg::News(Box::new(news)));
    }
}

async fn wake(shared: &Arc<Shared>, key: &CallKey) -> Option<crate::session::SessionRef> {
    let org = shared.orgs.get(&key.org)?;
    match shared.store.call_record(key).await {
        Ok(Some(_)) => {}
        Ok(None) => return None,
        Err(error) => {
            tracing::warn!(org.id = %key.org, call.id = %key.call, %error, "call not read");
            return None;
        }
    }
    let facts = CallFacts { id: Some(key.call.clone()), ..CallFacts::default() };
    start::session(shared, key, &org, &facts).await
}

impl Calls {
    /// Brings a call that has begun what its agent was not told before it spoke.
    pub(crate) async fn brief(&self, org: &Arc<OrgEntry>, facts: &CallFacts, note: String) {
        let Some(call) = facts.id.clone() else { return };
        let key = CallKey { org: org.id().clone(), call };
        if let Entry::Open(session, permit) = self.enter(&key, org, facts).await {
            let _ = session.cast(SessionMsg::Brief { note, permit });
        }
    }
}
