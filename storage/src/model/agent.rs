//! A voice agent of an org: which assistant it is, what the operator wants of it, and how far the assistant
//! has followed. Knows nothing of how assistants are changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::Direction;
use super::job::{Job, JobState};
use crate::crypt::Sealed;
use crate::ids::{JobId, OrgId};

/// The kind of job that brings an agent's assistant up to date. One per agent; kept by the operations on
/// agents themselves.
pub const SYNC_AGENT: &str = "sync_agent";

/// What a job of the kind [`SYNC_AGENT`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncAgent {
    /// The agent's name.
    pub agent: String,
    /// Rises with each wish, so that a wish that comes while the job runs is not taken for done.
    pub turn: u64,
}

/// One voice agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// Whose.
    pub org: OrgId,
    /// Its name, unique within the org.
    pub name: String,
    /// Vapi's id of its assistant.
    pub assistant_id: String,
    /// Who calls whom.
    pub direction: Direction,
    /// The operator's own instructions for it, beside those of the org.
    #[serde(default)]
    pub prompt: Option<String>,
    /// When it was saved first.
    pub created_at: Timestamp,
    /// When it was saved last.
    pub updated_at: Timestamp,
    /// Assistants that it had before and that may still carry what was put there for it.
    #[serde(default)]
    pub leaving: Vec<String>,
    /// How far its assistant has followed.
    #[serde(default)]
    pub sync: AgentSync,
}

impl Agent {
    /// The id of the job that brings it up to date.
    #[must_use]
    pub fn job_id(&self) -> JobId {
        JobId::of_agent(&self.org, &self.name)
    }

    pub(crate) fn job(&self, turn: u64, due: Timestamp) -> Job {
        Job {
            id: self.job_id(),
            org: self.org.clone(),
            kind: SYNC_AGENT.to_owned(),
            payload: serde_json::json!({ "agent": self.name, "turn": turn }),
            due,
            attempts: 0,
            state: JobState::Waiting,
            last_error: None,
        }
    }
}

/// How far an assistant has followed what is wanted of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentSync {
    /// Digest of what the assistant was last brought to and seen to have.
    #[serde(default)]
    pub wish: Option<String>,
    /// Digest of what was wanted when it was last tried: what fails for good is not tried again by itself.
    #[serde(default)]
    pub tried: Option<String>,
    /// Digest of what the assistant would not take on: asking for it again is of no use.
    #[serde(default)]
    pub left_over: Option<String>,
    /// When it was last seen to be right.
    #[serde(default)]
    pub synced_at: Option<Timestamp>,
    /// When it was last tried.
    #[serde(default)]
    pub tried_at: Option<Timestamp>,
    /// Why it is not right.
    #[serde(default)]
    pub problem: Option<AgentProblem>,
    /// What an operator should know although it is right: changes by hand that were put back.
    #[serde(default)]
    pub findings: Vec<String>,
    /// The assistant was put back to what it was before; nothing changes it by itself until somebody asks.
    #[serde(default)]
    pub rolled_back: bool,
}

/// Why an assistant has not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProblem {
    /// A short stable name.
    pub code: String,
    /// In words, with what to do.
    pub message: String,
    /// Whether it is tried again by itself.
    pub passes: bool,
}

/// What is kept of before a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotOf {
    /// An assistant.
    #[default]
    Assistant,
    /// A phone number.
    PhoneNumber,
}

/// An assistant, or a phone number, as it was before a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssistantSnapshot {
    /// Whose.
    pub org: OrgId,
    /// Which of them it is.
    #[serde(default)]
    pub of: SnapshotOf,
    /// Vapi's id of it.
    pub assistant_id: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The whole of it, sealed under the field name `assistant.snapshot`.
    pub image: Sealed,
}
