//! Durable work, as stored: one record for every kind of job, one worker that runs them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{JobId, OrgId};

/// One piece of work that survives a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub org: OrgId,
    /// What kind of work; its owner knows the payload.
    pub kind: String,
    /// What the work needs.
    pub payload: serde_json::Value,
    /// Not before.
    pub due: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Where it stands.
    pub state: JobState,
    /// What went wrong last.
    #[serde(default)]
    pub last_error: Option<String>,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits until it is due.
    Waiting,
    /// Ended well.
    Done,
    /// Given up; needs the operator.
    Dead,
}
