//! Requests about calls.

use crate::model::{AnswerRecord, CallRecord, StoredEvent};

/// Everything that one step of a call wants kept, written as one operation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallWrite {
    /// New events; an event replaces an earlier one of the same `seq`.
    pub events: Vec<StoredEvent>,
    /// The answer that a tool call got.
    pub answer: Option<AnswerRecord>,
    /// The call at a glance, replacing the previous record.
    pub record: Option<CallRecord>,
}

/// All that is kept of a call, enough to rebuild its session.
#[derive(Debug, Clone, PartialEq)]
pub struct CallHistory {
    /// The call at a glance; `None` when only events were written.
    pub record: Option<CallRecord>,
    /// Its events by `seq`.
    pub events: Vec<StoredEvent>,
    /// The answers its tool calls got, by tool call id.
    pub answers: Vec<AnswerRecord>,
}

/// Which calls are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallState {
    /// Without an end.
    Live,
    /// With an end.
    Ended,
    /// All.
    #[default]
    Any,
}
