//! What a provider is about to be asked, as stored with the booking it is about. Written before the
//! provider is asked, so that a crash leaves a trace; knows no rule for what follows from it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::booking::Outcome;
use crate::ids::{CallId, ToolCallId};

/// The tool call on whose behalf something is written; makes the write repeatable (R5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCallRef {
    /// The tool call.
    pub id: ToolCallId,
    /// Digest of tool name and validated arguments.
    pub arguments_hash: String,
}

/// Something that a provider is to do for a booking and that has not been settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What.
    pub act: Act,
    /// When the provider began to be asked the last time, so that it may have done it; `None` while it
    /// surely has not, so that asking does no harm.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// When that asking ended without an answer: nothing more was sent after it. `None` while it goes
    /// on, and when whoever asked has died.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// Whether the caller was told that it will be done: then it is done when it can be, otherwise
    /// given up as soon as the provider surely has not done it.
    #[serde(default)]
    pub promised: bool,
    /// The booking's outcome before, for an act that comes to nothing.
    pub outcome_before: Outcome,
    /// The tool call that wants it.
    #[serde(default)]
    pub tool_call: Option<ToolCallRef>,
    /// The call in which it was wanted.
    #[serde(default)]
    pub call_id: Option<CallId>,
}

/// What a provider is to do for a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// Make it.
    Create,
    /// Move it; both ranges are claimed until that is settled.
    Move(MoveTo),
    /// Cancel it; its range stays claimed until that is settled. For a booking of ours that is
    /// cancelled already: see to it that the provider has none.
    Cancel {
        /// Why, in the caller's words.
        #[serde(default)]
        reason: Option<String>,
    },
}

fn one() -> u32 {
    1
}

/// Where a booking is to move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveTo {
    /// New start.
    pub start: Timestamp,
    /// New end, without buffer.
    pub end: Timestamp,
    /// New end of what it occupies.
    pub occupied_until: Timestamp,
    /// How many places there are at a time, at least 1.
    pub capacity: u32,
    /// How many of them it takes there, at least 1.
    #[serde(default = "one")]
    pub places: u32,
    /// How many people come, if that was said.
    #[serde(default)]
    pub party_size: Option<u32>,
    /// The number of who moves it, as far as that is certain.
    #[serde(default)]
    pub caller: Option<String>,
    /// IANA zone in which the move was agreed.
    pub time_zone: String,
    /// The booking's new meaning.
    #[serde(default)]
    pub meaning: Option<String>,
}
