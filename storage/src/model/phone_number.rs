//! A phone number that Vapi keeps and an org has named in its settings: how far it has followed them. Knows
//! nothing of how numbers are changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::agent::AgentSync;
use super::job::{Job, JobState};
use crate::ids::{JobId, OrgId};

/// The kind of job that brings a phone number up to date. One per number; kept by the operations on phone
/// numbers themselves.
pub const SYNC_NUMBER: &str = "sync_phone_number";

/// What a job of the kind [`SYNC_NUMBER`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncNumber {
    /// Vapi's id of the number.
    pub number: String,
}

/// One phone number of an org's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneNumber {
    /// Whose.
    pub org: OrgId,
    /// Vapi's id of it.
    pub id: String,
    /// The number itself, if it is known.
    #[serde(default)]
    pub number: Option<String>,
    /// How far it has followed.
    #[serde(default)]
    pub sync: AgentSync,
}

impl PhoneNumber {
    /// One of which nothing is known yet.
    #[must_use]
    pub fn new(org: OrgId, id: String) -> Self {
        Self { org, id, number: None, sync: AgentSync::default() }
    }

    /// The id of the job that brings it up to date.
    #[must_use]
    pub fn job_id(&self) -> JobId {
        JobId::of_phone_number(&self.org, &self.id)
    }

    pub(crate) fn job(&self, due: Timestamp) -> Job {
        Job {
            id: self.job_id(),
            org: self.org.clone(),
            kind: SYNC_NUMBER.to_owned(),
            payload: serde_json::json!({ "number": self.id }),
            due,
            attempts: 0,
            state: JobState::Waiting,
            last_error: None,
        }
    }
}
