//! Looks after calls that nobody speaks for: those that are nearly as long as they may be, those with a tool that
//! never ends. Goes by the clock and by what watchers see, so that it wakes nothing without cause; what is done
//! is each session's affair. One round at a time, for all calls.

use std::sync::{Arc, Weak};
use std::time::Duration;

use hookswitch_storage::ToolCallId;
use jiff::{SignedDuration, Timestamp};

use super::{Shared, start};
use crate::bounds::{GIVE_TOOL_UP_AFTER, WATCH_EVERY};
use crate::session::facts::CallFacts;
use crate::session::state::CallState;
use crate::session::{SessionMsg, TIME_IS_SHORT};

pub(super) async fn watch(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(WATCH_EVERY).await;
        let Some(shared) = shared.upgrade() else { return };
        let now = shared.clock.now();
        for call in shared.feed.live() {
            let words = [time_is_short(&shared, &call, now), stuck_tools(&call, now)];
            for word in words.into_iter().flatten() {
                tell(&shared, &call, word).await;
            }
        }
    }
}

/// Whether the call's agent is to be told that time is short, unless it was.
fn time_is_short(shared: &Shared, call: &CallState, now: Timestamp) -> Option<SessionMsg> {
    if call.warnings.iter().any(|warning| warning.code == TIME_IS_SHORT) {
        return None;
    }
    let org = shared.orgs.get(&call.key.org)?;
    let rules = &org.settings().calls;
    let limit = Duration::from_secs(u64::from(rules.limit_seconds));
    let lasted = Duration::try_from(now.duration_since(call.started_at)).ok()?;
    let left = limit.checked_sub(lasted)?;
    let is_short = left <= Duration::from_secs(u64::from(rules.warn_seconds));
    (is_short && rules.warn_seconds > 0).then(|| SessionMsg::TimeIsShort(left.as_secs().max(1)))
}

/// Tools that should have ended long ago.
fn stuck_tools(call: &CallState, now: Timestamp) -> Option<SessionMsg> {
    let after = SignedDuration::try_from(GIVE_TOOL_UP_AFTER).unwrap_or(SignedDuration::MAX);
    let is_stuck = |at: Timestamp| now.duration_since(at) > after;
    let tools = call.tools_in_flight.iter().filter(|tool| is_stuck(tool.started_at));
    let stuck: Vec<ToolCallId> = tools.map(|tool| tool.tool_call_id.clone()).collect();
    (!stuck.is_empty()).then_some(SessionMsg::GiveUp(stuck))
}

/// A session that was put away is woken for it.
async fn tell(shared: &Arc<Shared>, call: &CallState, word: SessionMsg) {
    let session = match shared.sessions.get(&call.key) {
        Some(session) => Some(session),
        None => {
            let Some(org) = shared.orgs.get(&call.key.org) else { return };
            let facts = CallFacts { id: Some(call.key.call.clone()), ..CallFacts::default() };
            start::session(shared, &call.key, &org, &facts).await
        }
    };
    if let Some(session) = session {
        // Fails only when the session is ending this very moment; the next round tells it again.
        let _ = session.cast(word);
    }
}
