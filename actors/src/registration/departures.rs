//! Leaves assistants that were given up for good, with the agent or with the org: durably, since what stays on
//! one would go on answering callers. What passes is tried again later and later, what does not, now and then.

use std::sync::{Arc, Weak};
use std::time::Duration;

use hookswitch_storage::{Departure, StoreError};
use jiff::SignedDuration;

use super::BY_ITSELF;
use super::bring::Trouble;
use super::register::Run;
use crate::calls::Shared;

/// Without being told, it is looked this often for what is due.
const AT_LEAST_EVERY: Duration = Duration::from_secs(5);

/// Pause after the first failure; each that follows is twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// Longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// Leaves what is to be left, now and whenever something is, until the server stops.
pub(crate) async fn leave_behind(shared: Weak<Shared>) {
    loop {
        let Some(strong) = shared.upgrade() else { return };
        if let Err(error) = leave_due(&strong).await
            && error != StoreError::Closed
        {
            tracing::error!(%error, "assistants that are to be left could not be read");
        }
        // Held without the server, so that nothing of it stays when it goes.
        let bell = Arc::clone(&strong.registrations.leaving);
        drop(strong);
        let _ = tokio::time::timeout(AT_LEAST_EVERY, bell.notified()).await;
    }
}

async fn leave_due(shared: &Arc<Shared>) -> Result<(), StoreError> {
    let mut due = shared.store.departures().await?;
    due.retain(|departure| departure.due <= shared.clock.now());
    if due.is_empty() || shared.registrations.platform.ready().is_err() {
        return Ok(());
    }
    let run = Run::begin(shared, BY_ITSELF, false).await.map_err(Trouble::Platform);
    for departure in due {
        let left = match &run {
            Ok(run) => leave(run, &departure).await,
            Err(trouble) => Err(trouble.clone()),
        };
        let again = left.err().map(|trouble| {
            let assistant = &departure.assistant_id;
            tracing::warn!(assistant.id = %assistant, %trouble, "an assistant could not be left");
            let twice = 1_i32.checked_shl(departure.attempts.min(7)).unwrap_or(1);
            let pause = FIRST_PAUSE.saturating_mul(twice).min(LONGEST_PAUSE);
            shared.clock.now().saturating_add(pause).unwrap_or(departure.due)
        });
        shared.store.departure_tried(departure, again).await?;
    }
    Ok(())
}

async fn leave(run: &Run<'_>, departure: &Departure) -> Result<(), Trouble> {
    let _alone = run.shared.registrations.alone("assistant", &departure.assistant_id).await;
    let mut unwanted: Vec<String> = run.ours(None).await?.into_keys().collect();
    unwanted.extend(departure.tool_ids.iter().cloned());
    run.leave(&departure.assistant_id, &departure.org, &unwanted).await
}
