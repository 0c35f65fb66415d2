//! What the state of a call is made of. Data alone; what changes it is the state's affair.

use hookswitch_storage::{OfferedSlot, Speaker, ToolCallId};
use jiff::Timestamp;

/// A slot that is kept from other callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSlot {
    /// The slot.
    pub slot: OfferedSlot,
    /// Until when.
    pub until: Timestamp,
}

/// A tool that is running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolInFlight {
    /// Its call id.
    pub tool_call_id: ToolCallId,
    /// Its name as called.
    pub name: String,
    /// Since when.
    pub started_at: Timestamp,
}

/// One line of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptLine {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
    /// False while the line may still change.
    pub is_final: bool,
}

/// Something a supervisor should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallWarning {
    /// When.
    pub at: Timestamp,
    /// A short stable name.
    pub code: String,
    /// In words.
    pub message: String,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why, in Vapi's words.
    pub reason: String,
}
