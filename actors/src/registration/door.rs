//! The registration of tools as the operator's side sees it.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_storage::{
    Agent, Direction, OrgId, RemoveAgentOutcome, SaveAgent, SaveAgentOutcome, StoreError,
};

use super::back::{BackError, roll_back};
use super::bring::Trouble;
use super::prune::prune;
use super::register::Run;
use super::{AgentReport, Pruned, SyncReport, look, numbers};
use crate::calls::Calls;
use crate::orgs::OrgEntry;
use crate::ports::{Plan, PlatformError};
use crate::to_its_end;

/// A run could not begin or not end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SyncError {
    /// The platform cannot be used at all.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// Nothing can be remembered.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Calls {
    /// Whether tools can be registered at all.
    ///
    /// # Errors
    /// What is missing, with the remedy.
    pub fn platform_ready(&self) -> Result<(), PlatformError> {
        self.shared.registrations.platform.ready()
    }

    /// Settings, connections or agents changed: what is wanted of assistants may be another.
    pub fn assistants_may_differ(&self) {
        self.shared.registrations.ring();
    }

    /// Keeps an agent; its assistant follows in the background.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn save_agent(
        &self,
        agent: SaveAgent,
        by: &str,
    ) -> Result<SaveAgentOutcome, StoreError> {
        let outcome = self.shared.store.save_agent(agent, by, self.shared.clock.now()).await?;
        if let SaveAgentOutcome::Saved { org, .. } = &outcome {
            self.orgs().learn((**org).clone())?;
            self.shared.bell.ring();
        }
        Ok(outcome)
    }

    /// Removes an agent; false if there is none. What was put on its assistant is taken off in the background.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remove_agent(
        &self,
        org: &OrgId,
        name: &str,
        by: &str,
    ) -> Result<bool, StoreError> {
        let (calls, org) = (self.clone(), org.clone());
        let (name, by) = (name.to_owned(), by.to_owned());
        // What is on disk is to be known here as well, whether or not anybody waits for it.
        to_its_end(async move {
            let (shared, now) = (&calls.shared, calls.shared.clock.now());
            match shared.store.remove_agent(&org, &name, &by, now).await? {
                RemoveAgentOutcome::Removed(org) => calls.orgs().learn(*org)?,
                RemoveAgentOutcome::NotFound => return Ok(false),
            }
            shared.registrations.leave();
            // A number that led to it leads elsewhere now.
            shared.registrations.ring();
            Ok(true)
        })
        .await
    }

    /// Brings all assistants and phone numbers of an org up to date, or with `dry` tells what would be done.
    /// Assistants of the settings that no agent names become agents. One agent's trouble is in its report.
    ///
    /// # Errors
    /// If it cannot begin.
    pub async fn sync_agents(
        &self,
        org: &Arc<OrgEntry>,
        by: &str,
        dry: bool,
    ) -> Result<SyncReport, SyncError> {
        let shared = &self.shared;
        let agents = self.agents_to_sync(org, by, dry).await?;
        // Saving an agent may have made another org of it.
        let org = &shared.orgs.get(org.id()).unwrap_or_else(|| Arc::clone(org));
        let mut report = SyncReport::default();
        if !agents.is_empty() {
            report = self.bring_agents(org, agents, by, dry).await?;
        }
        // After the assistants that they lead to.
        report.numbers = numbers::bring_all(shared, org, by, dry).await?;
        Ok(report)
    }

    async fn bring_agents(
        &self,
        org: &Arc<OrgEntry>,
        agents: Vec<Agent>,
        by: &str,
        dry: bool,
    ) -> Result<SyncReport, SyncError> {
        let (shared, started) = (&self.shared, Instant::now());
        let begun = Run::begin(shared, by, dry).await;
        let mut run = match begun {
            Ok(run) => run,
            Err(error) => {
                for agent in agents.iter().filter(|_| !dry) {
                    look::not_begun(shared, org, agent, &error, started.elapsed()).await;
                }
                return Err(error.into());
            }
        };
        let mut reports = Vec::new();
        for agent in agents {
            let report: AgentReport = run.bring(org, agent, true).await;
            reports.push(report);
        }
        Ok(SyncReport { tools: run.tools(), agents: reports, numbers: Vec::new() })
    }

    async fn agents_to_sync(
        &self,
        org: &OrgEntry,
        by: &str,
        dry: bool,
    ) -> Result<Vec<Agent>, StoreError> {
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        let mut agents = store.agents(org.id()).await?;
        for id in &org.settings().assistant_ids {
            let is_known = |agent: &Agent| agent.assistant_id == *id || agent.leaving.contains(id);
            if agents.iter().any(is_known) {
                continue;
            }
            let wanted = SaveAgent {
                org: org.id().clone(),
                name: name_for(id, &agents),
                assistant_id: id.clone(),
                direction: None,
                prompt: None,
            };
            if dry {
                agents.push(Agent {
                    org: wanted.org,
                    name: wanted.name,
                    assistant_id: wanted.assistant_id,
                    direction: Direction::Inbound,
                    prompt: None,
                    created_at: now,
                    updated_at: now,
                    leaving: Vec::new(),
                    sync: hookswitch_storage::AgentSync::default(),
                });
            } else if let SaveAgentOutcome::Saved { agent, org } =
                store.save_agent(wanted, by, now).await?
            {
                // This very run brings it up to date, so that nobody is rung for.
                self.orgs().learn(*org)?;
                agents.push(*agent);
            }
        }
        Ok(agents)
    }

    /// Puts an agent's assistant back to what it was before it was changed last, or with `dry` tells what
    /// that would change.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn roll_agent_back(
        &self,
        agent: &Agent,
        by: &str,
        dry: bool,
    ) -> Result<Plan, BackError> {
        roll_back(&self.shared, agent, by, dry).await
    }

    /// Puts a phone number back to where it led before it was changed last, or with `dry` tells what that
    /// would change.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn roll_number_back(
        &self,
        org: &OrgId,
        id: &str,
        by: &str,
        dry: bool,
    ) -> Result<Plan, BackError> {
        numbers::roll_back(&self.shared, org, id, by, dry).await
    }

    /// Asks for the tools of the account; how many there are.
    ///
    /// # Errors
    /// Why it cannot be used, with the remedy.
    pub async fn count_registered_tools(&self) -> Result<usize, PlatformError> {
        let platform = &self.shared.registrations.platform;
        platform.ready()?;
        Ok(platform.tools().await?.len())
    }

    /// Finds leftovers of ours in the account, and removes them if that is confirmed.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn prune_tools(&self, by: &str, confirm: bool) -> Result<Pruned, SyncError> {
        prune(&self.shared, by, confirm).await.map_err(|trouble| match trouble {
            Trouble::Platform(error) | Trouble::NotLinked(error) => error.into(),
            Trouble::Store(error) => error.into(),
            Trouble::SameName { .. }
            | Trouble::Unfit(_)
            | Trouble::NotOurs
            | Trouble::NotKept(_)
            | Trouble::StillThere(_) => PlatformError::Unreadable.into(),
        })
    }
}

/// A name for an assistant that nobody has named: by its id, so that it is the same each time.
fn name_for(assistant_id: &str, agents: &[Agent]) -> String {
    let letters = assistant_id.chars().filter(char::is_ascii_alphanumeric);
    let short: String = letters.clone().take(8).collect();
    let name = format!("assistant-{short}");
    if agents.iter().all(|agent| agent.name != name) {
        return name;
    }
    format!("assistant-{}", letters.take(48).collect::<String>())
}
