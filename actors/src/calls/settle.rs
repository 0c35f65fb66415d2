//! Settles calls of which nothing was heard: those that fell silent while they were live, and those that ended
//! without a report. The voice platform is asked for each, one after another, by the clock; what it says is
//! told to the call's session. Where it cannot be asked, a silent call is given up after half a day as before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use hookswitch_storage::CallKey;
use jiff::{SignedDuration, Timestamp};

use super::{Shared, start};
use crate::bounds::{
    LOOK_FOR_CALLS_EVERY, LOOK_PAUSE, MAX_UNREPORTED, REPORT_COMES_WITHIN, SILENT_AFTER,
};
use crate::ports::CallThere;
use crate::session::SessionMsg;
use crate::session::facts::CallFacts;

/// Calls that ended and have no report yet. Lost with the process: what is missing then is a summary.
#[derive(Default)]
pub(crate) struct Unreported(Mutex<HashMap<CallKey, Timestamp>>);

impl Unreported {
    /// A call has ended at this moment, or its report has come.
    pub(crate) fn note(&self, key: &CallKey, ended_at: Option<Timestamp>) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match ended_at {
            Some(at) if calls.len() < MAX_UNREPORTED => {
                calls.entry(key.clone()).or_insert(at);
            }
            Some(_) => {}
            None => drop(calls.remove(key)),
        }
    }

    /// Those that ended before this moment, and when; each is given once.
    fn take_before(&self, before: Timestamp) -> Vec<(CallKey, Timestamp)> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.extract_if(|_, at| *at < before).collect()
    }

    /// Takes back what could not be asked for.
    fn put_back(&self, left: impl Iterator<Item = (CallKey, Option<Timestamp>)>) {
        for (key, ended_at) in left.filter(|(_, ended_at)| ended_at.is_some()) {
            self.note(&key, ended_at);
        }
    }
}

pub(super) async fn settle_silent(shared: Weak<Shared>) {
    let mut asked: HashMap<CallKey, Timestamp> = HashMap::new();
    loop {
        tokio::time::sleep(LOOK_FOR_CALLS_EVERY).await;
        let Some(shared) = shared.upgrade() else { return };
        if !shared.lookup.is_ready() {
            continue;
        }
        let now = shared.clock.now();
        let before = |ago: Duration| {
            let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
            now.checked_sub(ago).unwrap_or(Timestamp::MIN)
        };
        let silent_before = before(SILENT_AFTER);
        asked.retain(|_, at| *at >= silent_before);
        let mut silent = shared.feed.silent_since(silent_before);
        silent.retain(|key| !asked.contains_key(key));
        let unreported = shared.unreported.take_before(before(REPORT_COMES_WITHIN));
        let silent = silent.into_iter().map(|key| (key, None));
        let unreported = unreported.into_iter().map(|(key, at)| (key, Some(at)));
        let mut left: VecDeque<_> = silent.chain(unreported).collect();
        while let Some((key, ended_at)) = left.pop_front() {
            asked.insert(key.clone(), now);
            if !settle(&shared, &key).await {
                // What is wrong with the platform, or with our key, is so for every call.
                left.push_front((key, ended_at));
                shared.unreported.put_back(left.into_iter());
                drop(shared);
                tokio::time::sleep(LOOK_PAUSE).await;
                break;
            }
        }
    }
}

/// Asks for one call; false if there is no sense in asking for another.
async fn settle(shared: &Arc<Shared>, key: &CallKey) -> bool {
    use crate::ports::PlatformError as Error;
    match shared.lookup.look(&key.call).await {
        // Nothing is to be told of it: its session, if it sleeps, sleeps on.
        Ok(CallThere::Live) => true,
        Ok(there) => {
            let Some(org) = shared.orgs.get(&key.org) else { return true };
            let facts = CallFacts { id: Some(key.call.clone()), ..CallFacts::default() };
            if let Some(session) = start::session(shared, key, &org, &facts).await {
                let _ = session.cast(SessionMsg::LookedUp(Box::new(there)));
            }
            true
        }
        // A call of another account, or none at all: it is given up in its time.
        Err(Error::NotFound | Error::Refused { .. }) => true,
        Err(error) => {
            tracing::warn!(org.id = %key.org, call.id = %key.call, %error, "call not looked up");
            false
        }
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
        let left = taken.into_iter().map(|(key, at)| (key, Some(at)));
        unreported.put_back(left.chain([(key("silent"), None)]));
        let again = unreported.take_before(later);
        assert_eq!(again.len(), 2, "and again if nobody could be asked: {again:?}");
    }
}
