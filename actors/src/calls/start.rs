//! Starting: the door itself at start-up, and the session of a call when its first message comes,
//! when it fell over, or when it was put away. Owns the restart budget of sessions.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use hookswitch_storage::{CallEvent, CallKey, CallRecord, CallWrite, OrgId, StoredEvent};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ractor::{Actor, ActorId};
use tokio::sync::{Mutex as AsyncMutex, mpsc};

use super::{Calls, CallsParts, OpenCallsError, Shared, ask_state, limiter, parts_shared};
use crate::booking::{Reconciler, hurry_all, hurry_org};
use crate::bounds::{
    KEEP_ANSWERS, LOST_CALL_AFTER, MAX_RESTARTS, PASS_ON_EVERY, RESTART_WINDOW, TIDY_EVERY,
};
use crate::jobs::Worker;
use crate::messages::{PlanReminders, Remind, SendMessages, TellOffers};
use crate::orgs::OrgEntry;
use crate::provider::RevokeGrant;
use crate::registration::{SyncAgents, SyncNumbers, leave_behind, look_after};
use crate::session::facts::CallFacts;
use crate::session::state::CallState;
use crate::session::{Session, SessionArgs, SessionMsg, SessionRef};
use crate::supervisor::{Exit, Nursery, RestartBudgets};
use crate::sync::Syncs;

/// How often quiet sessions are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(15);

pub(super) async fn open(parts: CallsParts) -> Result<Calls, OpenCallsError> {
    let worker = Worker::default().with(Reconciler).with(RevokeGrant);
    let worker = worker.with(SendMessages).with(TellOffers).with(SyncAgents).with(SyncNumbers);
    let worker = worker.with(Remind).with(PlanReminders);
    open_with(parts, worker).await
}

/// As [`open`], with these kinds of durable work.
pub(super) async fn open_with(parts: CallsParts, worker: Worker) -> Result<Calls, OpenCallsError> {
    let limiter = Arc::new(limiter(&parts.settings)?);
    let _ = tokio::task::spawn_blocking(crate::booking::people::warm_up).await;
    let failed_to_start = |_| OpenCallsError::Supervisor;
    let provider_nursery = Nursery::start("providers", |_, _| {}).await.map_err(failed_to_start)?;
    let (exits, exited) = mpsc::unbounded_channel();
    // One entry per actor that ended: as bounded as the number of sessions.
    let on_exit = move |actor, exit| {
        let _ = exits.send((actor, exit));
    };
    let nursery = Nursery::start("calls", on_exit).await.map_err(failed_to_start)?;
    // One entry per breaker that closes.
    let (came_back, back) = mpsc::unbounded_channel();
    let shared = Arc::new(parts_shared(&parts, nursery, provider_nursery.clone(), came_back));
    hurry_all(&shared).await?;
    let jobs = worker.start(&shared);
    let calls = Calls {
        shared,
        orgs: parts.orgs,
        toolbox: parts.toolbox,
        settings: Arc::new(parts.settings),
        limiter,
        provider_nursery,
        jobs,
    };
    tokio::spawn(go_on_when_back(Arc::downgrade(&calls.shared), back));
    tokio::spawn(watch_exits(calls.clone(), exited));
    wake_live_calls(&calls).await?;
    Syncs::start(&calls.shared).await?;
    crate::directory::watch_all(&calls.shared);
    tokio::spawn(put_quiet_away(Arc::downgrade(&calls.shared), calls.settings.idle));
    tokio::spawn(forget_old_answers(Arc::downgrade(&calls.shared)));
    tokio::spawn(end_lost_calls(Arc::downgrade(&calls.shared)));
    tokio::spawn(super::watchdog::watch(Arc::downgrade(&calls.shared)));
    tokio::spawn(super::settle::settle_silent(Arc::downgrade(&calls.shared)));
    tokio::spawn(pass_kept_slots_on(Arc::downgrade(&calls.shared)));
    tokio::spawn(look_after(Arc::downgrade(&calls.shared)));
    tokio::spawn(leave_behind(Arc::downgrade(&calls.shared)));
    Ok(calls)
}

/// The session of a call, started if need be; `None` if it will not start.
pub(in crate::calls) async fn session(
    shared: &Arc<Shared>,
    key: &CallKey,
    org: &Arc<OrgEntry>,
    facts: &CallFacts,
) -> Option<SessionRef> {
    /// Calls start in parallel; only starts of the same call wait for each other.
    static STARTING: [AsyncMutex<()>; 64] = [const { AsyncMutex::const_new(()) }; 64];
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(key, &mut hasher);
    let shard = std::hash::Hasher::finish(&hasher) as usize % STARTING.len();
    let _one = STARTING[shard].lock().await;
    if let Some(session) = shared.sessions.get(key) {
        return Some(session);
    }
    let args = SessionArgs {
        key: key.clone(),
        org: Arc::clone(org),
        facts: facts.clone(),
        shared: Arc::clone(shared),
    };
    match Actor::spawn_linked(None, Session, args, shared.nursery.cell()).await {
        Ok((session, _)) => {
            let ended = ask_state(&session).await.is_some_and(|state| state.ended.is_some());
            shared.sessions.insert(key.clone(), session.clone(), ended);
            Some(session)
        }
        Err(error) => {
            tracing::error!(org.id = %key.org, call.id = %key.call, %error, "session did not start");
            None
        }
    }
}

/// A failed session is started again from its events, within its budget; beyond it the call goes
/// on without one until its next message.
async fn watch_exits(calls: Calls, mut exited: mpsc::UnboundedReceiver<(ActorId, Exit)>) {
    let mut budgets = RestartBudgets::new(MAX_RESTARTS, RESTART_WINDOW);
    while let Some((actor, exit)) = exited.recv().await {
        let Some(key) = calls.shared.sessions.remove_actor(actor) else { continue };
        if exit == Exit::Ended {
            continue;
        }
        if !budgets.take(&key, Instant::now()) {
            tracing::error!(org.id = %key.org, call.id = %key.call, "session fails again and again");
            continue;
        }
        let Some(org) = calls.orgs.get(&key.org) else { continue };
        let facts = CallFacts { id: Some(key.call.clone()), ..CallFacts::default() };
        session(&calls.shared, &key, &org, &facts).await;
    }
}

/// Wakes the calls that were live when the server stopped, so that watchers see them at once;
/// those that are too old to be live any more are ended.
async fn wake_live_calls(calls: &Calls) -> Result<(), OpenCallsError> {
    let now = calls.shared.clock.now();
    for record in calls.shared.store.live_calls().await? {
        let Some(org) = calls.orgs.get(&record.key.org) else { continue };
        let age = Duration::try_from(now.duration_since(record.started_at)).unwrap_or_default();
        if age >= LOST_CALL_AFTER {
            end_lost(&calls.shared, record).await?;
            continue;
        }
        if calls.shared.sessions.len() >= calls.settings.max_live_calls {
            break;
        }
        let facts = CallFacts { id: Some(record.key.call.clone()), ..CallFacts::default() };
        session(&calls.shared, &record.key, &org, &facts).await;
    }
    Ok(())
}

async fn end_lost(shared: &Shared, mut record: CallRecord) -> Result<(), OpenCallsError> {
    let now = shared.clock.now();
    let reason = "lost".to_owned();
    record.ended_at = Some(now);
    record.ended_reason = Some(reason.clone());
    let history = shared.store.call_history(&record.key).await?;
    let events = history.map(|history| history.events).unwrap_or_default();
    let stored = StoredEvent {
        seq: events.last().map_or(0, |event| event.seq) + 1,
        at: now,
        event: CallEvent::CallEnded { reason },
    };
    let key = record.key.clone();
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut state = CallState::new(key.clone(), record.started_at, today, "UTC").restore(&events);
    let write = CallWrite { events: vec![stored.clone()], answer: None, record: Some(record) };
    shared.store.save_call(&key, write).await?;
    shared.opened.forget(&key);
    // Somebody may have to be called back.
    shared.unreported.note(&key, Some(now));
    let changed = state.apply(&stored);
    shared.feed.publish(&key, now, stored.event, changed, Arc::new(state));
    Ok(())
}

/// Keeps house while the server runs: calls whose end was never reported are ended.
async fn end_lost_calls(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        let Some(shared) = shared.upgrade() else { return };
        let silence = SignedDuration::try_from(LOST_CALL_AFTER).unwrap_or(SignedDuration::MAX);
        let Ok(before) = shared.clock.now().checked_sub(silence) else { continue };
        for key in shared.feed.silent_since(before) {
            if shared.sessions.get(&key).is_some() {
                continue;
            }
            let record = shared.store.call_record(&key).await;
            let Ok(Some(record)) = record else { continue };
            if let Err(error) = end_lost(&shared, record).await {
                tracing::error!(org.id = %key.org, call.id = %key.call, %error, "lost call not ended");
            }
        }
    }
}

/// What waits for a provider goes on as soon as it is back, not only when it is next due.
async fn go_on_when_back(shared: Weak<Shared>, mut back: mpsc::UnboundedReceiver<OrgId>) {
    while let Some(org) = back.recv().await {
        let Some(shared) = shared.upgrade() else { return };
        hurry_org(&shared, &org).await;
    }
}

/// Answers are kept for repeats, and no repeat comes after two days.
async fn forget_old_answers(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        let Some(shared) = shared.upgrade() else { return };
        let keep = SignedDuration::try_from(KEEP_ANSWERS).unwrap_or(SignedDuration::MAX);
        let Ok(before) = shared.clock.now().checked_sub(keep) else { continue };
        while shared.store.forget_answers_before(before).await.is_ok_and(|forgotten| forgotten > 0)
        {
        }
        // A day is over after two days in every zone.
        while shared.store.forget_guesses_before(before).await.is_ok_and(|forgotten| forgotten > 0)
        {
        }
    }
}

/// A slot that nobody came for goes to the next in line; whose window is over waits no more.
async fn pass_kept_slots_on(shared: Weak<Shared>) {
    loop {
        let Some(shared) = shared.upgrade() else { return };
        loop {
            match shared.store.lapse_waitlist(shared.clock.now()).await {
                Ok(0) | Err(hookswitch_storage::StoreError::Closed) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "kept slots could not be passed on");
                    break;
                }
            }
        }
        drop(shared);
        tokio::time::sleep(PASS_ON_EVERY).await;
    }
}

async fn put_quiet_away(shared: Weak<Shared>, idle: Duration) {
    loop {
        tokio::time::sleep(SWEEP_EVERY.min(idle)).await;
        let Some(shared) = shared.upgrade() else { return };
        for session in shared.sessions.quiet(idle) {
            let _ = session.cast(SessionMsg::StopIfQuiet);
        }
    }
}
