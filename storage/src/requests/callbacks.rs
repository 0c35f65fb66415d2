//! Requests about callbacks and their outcomes.

use jiff::Timestamp;

use crate::ids::{CallId, CallbackId, OrgId};
use crate::model::{Callback, CallbackState, Source, Urgency};

/// A wish to be called back. Within one call a second wish completes the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCallback {
    /// Id of the callback if it is a new one, chosen by the caller.
    pub id: CallbackId,
    /// Whose caller it is.
    pub org: OrgId,
    /// Whom to ask for.
    pub name: Option<String>,
    /// Number to call (E.164).
    pub phone: String,
    /// When, in the caller's words.
    pub preferred_time: Option<String>,
    /// What about, in the caller's words.
    pub about: Option<String>,
    /// How soon it matters; normal, or what was said before, by default.
    pub urgency: Option<Urgency>,
    /// The call in which it is asked for.
    pub call_id: Option<CallId>,
    /// How it comes to us.
    pub source: Source,
    /// Who acts, for the audit chain; an id, never a person's name.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

/// What became of a [`RequestCallback`]. It is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallbackOutcome {
    /// It is a new one.
    Kept(Box<Callback>),
    /// One of the same call that is not done was completed with what is new.
    Completed(Box<Callback>),
}

/// A change by an operator; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeCallback {
    /// Whose it is.
    pub org: OrgId,
    /// Which one.
    pub id: CallbackId,
    /// Where it stands.
    pub state: Option<CallbackState>,
    /// Who takes care of it; `Some(None)` for nobody.
    pub assignee: Option<Option<String>>,
    /// What is noted on it; `Some(None)` for nothing.
    pub note: Option<Option<String>>,
    /// Who acts, for the audit chain; an id, never a person's name.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}
