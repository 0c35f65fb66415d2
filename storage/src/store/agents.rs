//! Voice agents of an org, the jobs that bring their assistants up to date, and what those were before.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::{Agent, AssistantSnapshot, SyncAgent};
use crate::ops::agents as ops;
use crate::requests::{AgentOutcome, SaveAgent, SaveAgentOutcome};
use crate::trees::agents;
use crate::writer::Grade::Promised;

impl Store {
    /// Keeps an agent and the job that brings its assistant up to date.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn save_agent(
        &self,
        agent: SaveAgent,
        by: &str,
        now: Timestamp,
    ) -> Result<SaveAgentOutcome, StoreError> {
        let by = by.to_owned();
        self.write(Promised, move |tx| ops::save(tx, &agent, &by, now)).await
    }

    /// Every agent of an org, by name.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn agents(&self, org: &OrgId) -> Result<Vec<Agent>, StoreError> {
        let org = org.clone();
        self.read(move |rows| agents::all(rows, &org)).await
    }

    /// One agent.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn agent(&self, org: &OrgId, name: &str) -> Result<Option<Agent>, StoreError> {
        let (org, name) = (org.clone(), name.to_owned());
        self.read(move |rows| agents::get(rows, &org, &name)).await
    }

    /// Wants an agent's assistant brought up to date, by a job that is due at `now`; false if there is no
    /// such agent.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn want_agent_sync(
        &self,
        org: &OrgId,
        name: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (org, name) = (org.clone(), name.to_owned());
        self.write(Promised, move |tx| ops::want_named(tx, &org, &name, now)).await
    }

    /// Such a job is done: it goes, unless it was wanted again after `done` began.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn end_agent_sync(&self, org: &OrgId, done: SyncAgent) -> Result<(), StoreError> {
        let org = org.clone();
        self.write(Promised, move |tx| ops::end(tx, &org, &done)).await
    }

    /// Keeps what was found out about an agent's assistant; false if it has another one by now, or is gone.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn keep_agent_outcome(
        &self,
        agent: &Agent,
        outcome: AgentOutcome,
    ) -> Result<bool, StoreError> {
        let (org, name, assistant) =
            (agent.org.clone(), agent.name.clone(), agent.assistant_id.clone());
        self.write(Promised, move |tx| ops::keep(tx, (&org, &name, &assistant), outcome)).await
    }

    /// Keeps what an assistant was, before it is changed.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn keep_snapshot(
        &self,
        snapshot: AssistantSnapshot,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let by = by.to_owned();
        self.write(Promised, move |tx| ops::keep_snapshot(tx, snapshot, &by, now)).await
    }

    /// What an assistant was before it was changed last.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn latest_snapshot(
        &self,
        org: &OrgId,
        assistant_id: &str,
    ) -> Result<Option<AssistantSnapshot>, StoreError> {
        let (org, assistant) = (org.clone(), assistant_id.to_owned());
        self.read(move |rows| Ok(agents::snapshots(rows, &org, &assistant)?.pop())).await
    }

    /// Forgets what an assistant was, because it is that again.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn forget_snapshot(
        &self,
        snapshot: AssistantSnapshot,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let by = by.to_owned();
        self.write(Promised, move |tx| ops::forget_snapshot(tx, &snapshot, &by, now)).await
    }
}
