//! A wish to be called back, as stored: what a caller asked for and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{CallId, CallbackId, OrgId};
use crate::model::Source;

/// One wish to be called back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Its id.
    pub id: CallbackId,
    /// Whose caller it was.
    pub org: OrgId,
    /// Where it stands.
    pub state: CallbackState,
    /// Whom to ask for.
    #[serde(default)]
    pub name: Option<String>,
    /// Number to call (E.164).
    pub phone: String,
    /// When, in the caller's words.
    #[serde(default)]
    pub preferred_time: Option<String>,
    /// What about, in the caller's words; a line for each time that they said more.
    #[serde(default)]
    pub about: Option<String>,
    /// How soon it matters.
    #[serde(default)]
    pub urgency: Urgency,
    /// Who takes care of it, as the operators name them.
    #[serde(default)]
    pub assignee: Option<String>,
    /// What operators note on it.
    #[serde(default)]
    pub note: Option<String>,
    /// The call in which it was asked for.
    #[serde(default)]
    pub call_id: Option<CallId>,
    /// How it came to us.
    pub source: Source,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a callback stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Nobody has taken it.
    Open,
    /// Somebody is at it.
    InProgress,
    /// Nothing is left to do.
    Done,
}

/// How soon it matters to the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Whenever there is time.
    Low,
    /// In the usual course.
    #[default]
    Normal,
    /// As soon as possible.
    Urgent,
}
