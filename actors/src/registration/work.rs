//! The durable job that brings an agent's assistant up to date: it survives a restart, and what passes is
//! tried again, later each time. What would fail again is left until something is wanted otherwise.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_storage::{SYNC_AGENT, SyncAgent};

use super::bring::Trouble;
use super::register::Run;
use super::{BY_ITSELF, look};
use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work};

/// How long a job waits for a place when others are at it.
const NO_PLACE: Duration = Duration::from_secs(3);

/// Brings assistants up to date.
pub(crate) struct SyncAgents;

#[async_trait]
impl Work for SyncAgents {
    type Payload = SyncAgent;

    const KIND: &'static str = SYNC_AGENT;

    fn pace(&self) -> Pace {
        let (first, longest) = (Duration::from_secs(10), Duration::from_secs(900));
        Pace { first, longest, most_runs: None }
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<SyncAgent>) -> Ended {
        let (org, done) = (order.org, order.payload);
        let Some(entry) = shared.orgs.get(&org) else { return Ended::Done };
        let Ok(_place) = shared.registrations.places.try_acquire() else {
            return Ended::Again { after: Some(NO_PLACE), why: "it waits for its turn".into() };
        };
        let agent = match shared.store.agent(&org, &done.agent).await {
            Ok(Some(agent)) => agent,
            Ok(None) => return Ended::Done,
            Err(error) => return Ended::Again { after: None, why: error.to_string() },
        };
        let started = Instant::now();
        let problem = if agent.sync.rolled_back {
            None
        } else {
            match Run::begin(shared, BY_ITSELF, false).await {
                Ok(mut run) => run.bring(&entry, agent, false).await.problem,
                Err(error) => {
                    look::not_begun(shared, &entry, &agent, &error, started.elapsed()).await;
                    Some(Trouble::Platform(error).problem())
                }
            }
        };
        match problem {
            Some(problem) if problem.passes => Ended::Again { after: None, why: problem.message },
            _ => match shared.store.end_agent_sync(&org, done).await {
                Ok(()) => Ended::Kept,
                Err(error) => Ended::Again { after: None, why: error.to_string() },
            },
        }
    }
}
