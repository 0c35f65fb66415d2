//! Settles calls of which nothing was heard: those that fell silent while they were live, and those that ended
//! without a report, also before the server was started. The voice platform is asked for each, one after another, by
//! the clock; what it says is told to the call's session, and so is that there is no report, since something may wait
//! for it. Where the platform cannot be asked, a silent call is given up after half a day as before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use hookswitch_storage::{CallKey, CallState, Page, StoreError};
use jiff::{SignedDuration, Timestamp};

use super::{Shared, start};
use crate::bounds::{
    CALLBACKS_RECALLED, LOOK_FOR_CALLS_EVERY, LOOK_PAUSE, MAX_UNREPORTED, REPORT_COMES_WITHIN,
    REPORTS_RECALLED, SILENT_AFTER,
};
use crate::orgs::OrgEntry;
use crate::ports::{CallThere, PlatformError};
use crate::session::SessionMsg;
use crate::session::facts::CallFacts;

/// Calls that ended and have no report yet.
#[derive(Default)]
pub(crate) struct Unreported(Mutex<HashMap<CallKey, Ended>>);

/// A call without a report.
#[derive(Debug, Clone, Copy)]
struct Ended {
    at: Timestamp,
    /// Whether its session was told that none has come.
    is_told: bool,
}

impl Unreported {
    /// A call has ended at this moment, or its report has come.
    pub(crate) fn note(&self, key: &CallKey, ended_at: Option<Timestamp>) {
        match ended_at {
            Some(at) => self.put(key, Ended { at, is_told: false }),
            None => {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
            }
        }
    }

    fn put(&self, key: &CallKey, ended: Ended) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() < MAX_UNREPORTED {
            calls.entry(key.clone()).or_insert(ended);
        }
    }

    /// Those that ended before this moment; each is given once.
    fn take_before(&self, before: Timestamp) -> Vec<(CallKey, Ended)> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.extract_if(|_, ended| ended.at < before).collect()
    }
}

pub(super) async fn settle_silent(shared: Weak<Shared>) {
    if let Some(shared) = shared.upgrade() {
        recall(&shared).await;
    }
    let mut asked: HashMap<CallKey, Timestamp> = HashMap::new();
    loop {
        tokio::time::sleep(LOOK_FOR_CALLS_EVERY).await;
        let Some(shared) = shared.upgrade() else { return };
        let now = shared.clock.now();
        let before = |ago: Duration| {
            let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
            now.checked_sub(ago).unwrap_or(Timestamp::MIN)
        };
        let unreported = shared.unreported.take_before(before(REPORT_COMES_WITHIN));
        let unreported = unreported.into_iter().map(|(key, ended)| (key, Some(ended)));
        if !shared.lookup.is_ready() {
            for (key, _) in unreported {
                tell(&shared, &key, SessionMsg::NoReport).await;
            }
            continue;
        }
        let silent_before = before(SILENT_AFTER);
        asked.retain(|_, at| *at >= silent_before);
        let mut silent = shared.feed.silent_since(silent_before);
        silent.retain(|key| !asked.contains_key(key));
        let silent = silent.into_iter().map(|key| (key, None));
        let mut left: VecDeque<_> = silent.chain(unreported).collect();
        while let Some((key, ended)) = left.pop_front() {
            asked.insert(key.clone(), now);
            if !settle(&shared, &key, ended.is_some()).await {
                // What is wrong with the platform, or with our key, is so for every call.
                left.push_front((key, ended));
                put_back(&shared, left).await;
                drop(shared);
                tokio::time::sleep(LOOK_PAUSE).await;
                break;
            }
        }
    }
}

/// Notes the calls whose report was waited for when the server stopped, and sees to callbacks that were not kept yet.
async fn recall(shared: &Arc<Shared>) {
    for org in shared.orgs.all() {
        if let Err(error) = recall_of(shared, &org).await {
            tracing::error!(org.id = %org.id(), %error, "calls without a report could not be looked through");
        }
    }
}

async fn recall_of(shared: &Arc<Shared>, org: &Arc<OrgEntry>) -> Result<(), StoreError> {
    let now = shared.clock.now();
    let before = |ago| now.checked_sub(ago).unwrap_or(Timestamp::MIN);
    let (reports, callbacks) = (before(REPORTS_RECALLED), before(CALLBACKS_RECALLED));
    let mut page = Page { limit: 100, cursor: None };
    loop {
        let found = shared.store.calls(org.id(), CallState::Ended, &page).await?;
        let goes_on = found.items.last().is_some_and(|call| call.started_at >= callbacks);
        for call in found.items {
            if call.report.is_none() && call.started_at >= reports {
                shared.unreported.note(&call.key, call.ended_at);
            }
            if call.awaits_callback && call.started_at >= callbacks {
                tell_session(shared, &call.key, org, SessionMsg::NoReport).await;
            }
        }
        page.cursor = found.next;
        if !goes_on || page.cursor.is_none() {
            return Ok(());
        }
    }
}

/// Asks for one call; false if there is no sense in asking for another.
async fn settle(shared: &Arc<Shared>, key: &CallKey, has_ended: bool) -> bool {
    let Some(org) = shared.orgs.get(&key.org) else { return true };
    if has_ended && is_reported(shared, key).await {
        return true;
    }
    let word = match shared.lookup.look(&org, &key.call).await {
        Ok(there @ CallThere::Ended { .. }) => SessionMsg::LookedUp(there),
        // A call of another account, or none at all: it is given up in its time.
        Ok(CallThere::Live) | Err(PlatformError::NotFound | PlatformError::Refused { .. }) => {
            if !has_ended {
                // Nothing is to be told of it: its session, if it sleeps, sleeps on.
                return true;
            }
            SessionMsg::NoReport
        }
        Err(error) => {
            tracing::warn!(org.id = %key.org, call.id = %key.call, %error, "call not looked up");
            return false;
        }
    };
    tell_session(shared, key, &org, word).await;
    true
}

/// Its report may have come just as the call was noted to have none.
async fn is_reported(shared: &Shared, key: &CallKey) -> bool {
    let known = shared.store.call_record(key).await;
    known.is_ok_and(|known| known.is_some_and(|known| known.report.is_some()))
}

/// Takes back what could not be asked for; what waits for a report waits no longer.
async fn put_back(shared: &Arc<Shared>, left: VecDeque<(CallKey, Option<Ended>)>) {
    for (key, ended) in left {
        let Some(ended) = ended else { continue };
        shared.unreported.put(&key, Ended { is_told: true, ..ended });
        if !ended.is_told {
            tell(shared, &key, SessionMsg::NoReport).await;
        }
    }
}

/// Tells the session of a call, woken for it if it was put away.
async fn tell(shared: &Arc<Shared>, key: &CallKey, word: SessionMsg) {
    if let Some(org) = shared.orgs.get(&key.org) {
        tell_session(shared, key, &org, word).await;
    }
}

async fn tell_session(shared: &Arc<Shared>, key: &CallKey, org: &Arc<OrgEntry>, word: SessionMsg) {
    let facts = CallFacts { id: Some(key.call.clone()), ..CallFacts::default() };
    if let Some(session) = start::session(shared, key, org, &facts).await {
        let _ = session.cast(word);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use hookswitch_storage::{CallId, OrgId};

    use super::*;

    #[test]
    fn a_call_that_could_not_be_asked_for_is_asked_for_again() {
        let unreported = Unreported::default();
        let org = OrgId::random();
        let key = |id: &str| CallKey { org: org.clone(), call: id.parse::<CallId>().unwrap() };
        let at = Timestamp::UNIX_EPOCH;
        let later = Timestamp::MAX;
        unreported.note(&key("one"), Some(at));
        unreported.note(&key("two"), Some(at));
        let taken = unreported.take_before(later);
        assert_eq!(taken.len(), 2);
        assert!(unreported.take_before(later).is_empty(), "each is given once");
        for (key, ended) in taken {
            unreported.put(&key, Ended { is_told: true, ..ended });
        }
        // Told of once more, it is the same.
        unreported.note(&key("one"), Some(at));
        unreported.note(&key("two"), None);
        let again = unreported.take_before(later);
        assert_eq!(again.len(), 1, "and again if nobody could be asked: {again:?}");
        assert!(again[0].1.is_told);
    }
}
