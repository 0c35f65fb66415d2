//! Puts an assistant back to what it was before it was changed last. From then on nothing changes it by
//! itself, or the next look would undo it; saving the agent or a sync that is asked for does.

use std::sync::Arc;

use hookswitch_storage::{Agent, AgentOutcome, StoreError};

use super::SNAPSHOT_FIELD;
use super::bring::{Trouble, own};
use super::register::Run;
use crate::calls::Shared;
use crate::ports::Plan;

/// Why an assistant could not be put back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BackError {
    /// It was never changed.
    #[error(
        "nothing is kept of an earlier state of this assistant: it was never changed from here"
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
    let registrations = &shared.registrations;
    let _alone = registrations.alone("assistant", &agent.assistant_id).await;
    own(shared, agent)?;
    let found = shared.store.latest_snapshot(&agent.org, &agent.assistant_id).await?;
    let snapshot = found.ok_or(BackError::NothingKept)?;
    let image = shared.store.unseal(&agent.org, SNAPSHOT_FIELD, &snapshot.image);
    let image = image?;
    let image = serde_json::from_slice(image.expose()).map_err(|_| BackError::NothingKept)?;
    let run = Run::begin(shared, by, dry).await.map_err(Trouble::Platform)?;
    let platform = &registrations.platform;
    let kept = platform.assistant(&agent.assistant_id).await.map_err(Trouble::Platform)?;
    let there: Vec<String> = run.account.iter().map(|tool| tool.id.clone()).collect();
    let mut plan = platform.plan_back(&kept, &image, &there);
    if dry {
        return Ok(plan);
    }
    if !plan.is_empty() {
        let changed = platform.change_assistant(&agent.assistant_id, &plan).await;
        changed.map_err(Trouble::Platform)?;
        let after = platform.assistant(&agent.assistant_id).await.map_err(Trouble::Platform)?;
        plan.lines.extend(
            platform
                .plan_back(&after, &image, &there)
                .lines
                .into_iter()
                .map(|line| format!("not kept by Vapi: {line}")),
        );
    }
    let now = shared.clock.now();
    let mut sync = agent.sync.clone();
    sync.rolled_back = true;
    (sync.wish, sync.left_over, sync.problem) = (None, None, None);
    let outcome = AgentOutcome { sync, links: Some(Vec::new()), ..AgentOutcome::default() };
    shared.store.keep_agent_outcome(agent, outcome).await?;
    shared.store.forget_snapshot(snapshot, by, now).await?;
    Ok(plan)
}
