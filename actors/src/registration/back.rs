//! Puts an assistant back to what it was before it was changed last. From then on nothing changes it by
//! itself, or the next look would undo it; saving the agent or a sync that is asked for does.

use std::sync::Arc;

use hookswitch_storage::{Agent, AgentOutcome, StoreError};

use super::bring::{Trouble, own};
use super::register::Run;
use super::snapshots::earlier;
use crate::calls::Shared;
use crate::ports::Plan;

/// Why an assistant could not be put back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BackError {
    /// It was never changed.
    #[error(
        "nothing is kept of an earlier state: it was never changed from here, or is what it was"
    )]
    NothingKept,
    /// The platform, or storage, did not do it.
    #[error("{message}")]
    Failed {
        /// A short stable name.
        code: String,
        /// In words, with what to do.
        message: String,
    },
}

impl From<Trouble> for BackError {
    fn from(trouble: Trouble) -> Self {
        let problem = trouble.problem();
        Self::Failed { code: problem.code, message: problem.message }
    }
}

impl From<StoreError> for BackError {
    fn from(error: StoreError) -> Self {
        Trouble::Store(error).into()
    }
}

/// Puts it back, or tells what that would change.
pub(super) async fn roll_back(
    shared: &Arc<Shared>,
    agent: &Agent,
    by: &str,
    dry: bool,
) -> Result<Plan, BackError> {
    let (registrations, store) = (&shared.registrations, &shared.store);
    own(shared, agent)?;
    if store.latest_snapshot(&agent.org, &agent.assistant_id).await?.is_none() {
        return Err(BackError::NothingKept);
    }
    let run = Run::begin(shared, by, dry).await.map_err(Trouble::Platform)?;
    let _alone = registrations.alone("assistant", &agent.assistant_id).await;
    // Whoever was at it before may have changed what is known of it.
    let found = store.agent(&agent.org, &agent.name).await?;
    let agent =
        &found.filter(|now| now.assistant_id == agent.assistant_id).ok_or(Trouble::NotOurs)?;
    own(shared, agent)?;
    let found = earlier(shared, &agent.org, &agent.assistant_id).await?;
    let earlier = found.filter(|found| found.image.is_object()).ok_or(BackError::NothingKept)?;
    let image = &earlier.image;
    let platform = &registrations.platform;
    let kept = platform.assistant(&agent.assistant_id).await.map_err(Trouble::Platform)?;
    let there: Vec<String> = run.account.iter().map(|tool| tool.id.clone()).collect();
    let mut plan = platform.plan_back(&kept, image, &there);
    if dry {
        return Ok(plan);
    }
    let mut sync = agent.sync.clone();
    sync.rolled_back = true;
    (sync.wish, sync.left_over, sync.problem) = (None, None, None);
    let held = AgentOutcome { sync, ..AgentOutcome::default() };
    // Before anything is changed: a server that ended in between would undo it.
    store.keep_agent_outcome(agent, held.clone()).await?;
    if !plan.is_empty() {
        if let Err(error) = platform.change_assistant(&agent.assistant_id, &plan).await {
            // What was refused was not done. Of anything else that cannot be said, so that it stays held.
            if !error.passes() {
                let before = AgentOutcome { sync: agent.sync.clone(), ..AgentOutcome::default() };
                store.keep_agent_outcome(agent, before).await?;
            }
            return Err(Trouble::Platform(error).into());
        }
        let after = platform.assistant(&agent.assistant_id).await.map_err(Trouble::Platform)?;
        let left = platform.plan_back(&after, image, &there).lines.into_iter();
        plan.lines.extend(left.map(|line| format!("not kept by Vapi: {line}")));
    }
    let outcome = AgentOutcome { links: Some(Vec::new()), ..held };
    store.keep_agent_outcome(agent, outcome).await?;
    store.forget_snapshot(earlier.snapshot, by, shared.clock.now()).await?;
    Ok(plan)
}
