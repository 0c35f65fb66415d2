//! What is kept of a call: its record, its events, the answers it was given, and the call log.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crypt::Sealed;
use crate::ids::{BookingId, CallId, OrgId, ToolCallId};
use crate::model::{CallEvent, Caller, Direction};

/// A call of an org. Call ids are the outside's, so only the pair is unique.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallKey {
    /// Whose call it is.
    pub org: OrgId,
    /// Which call.
    pub call: CallId,
}

/// One event of a call, as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Position within the call, from 1 and rising. Not every position is kept: a line that was
    /// still being said is not.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub event: CallEvent,
}

/// A call at a glance; one per call, live or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Which call.
    pub key: CallKey,
    /// Who called whom.
    pub direction: Direction,
    /// Who was on the line.
    pub caller: Caller,
    /// When the first message was seen.
    pub started_at: Timestamp,
    /// When it ended; `None` while it is live.
    pub ended_at: Option<Timestamp>,
    /// Why it ended, in Vapi's words.
    pub ended_reason: Option<String>,
    /// Vapi's report, if one came.
    pub report: Option<CallReport>,
    /// Whether nobody took the call that was handed over, as far as is known, and the wish to be called back is not
    /// kept yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub awaits_callback: bool,
}

/// What Vapi reported after a call. What was reported later, by Vapi's clock, replaces the fields it has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CallReport {
    /// US dollars.
    pub cost: Option<f64>,
    /// Seconds between start and end.
    pub duration_seconds: Option<f64>,
    /// Vapi's summary.
    pub summary: Option<String>,
    /// Where the recording can be asked for.
    pub recording_url: Option<String>,
    /// Vapi's judgement of the call.
    pub success_evaluation: Option<String>,
    /// Which report each field is of.
    #[serde(default)]
    pub made_at: ReportTimes,
}

/// When Vapi made the report that a field is of; `None` if it did not say, or no report has the field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportTimes {
    /// Of the cost.
    pub cost: Option<Timestamp>,
    /// Of the duration.
    pub duration_seconds: Option<Timestamp>,
    /// Of the summary.
    pub summary: Option<Timestamp>,
    /// Of the recording.
    pub recording_url: Option<Timestamp>,
    /// Of the judgement.
    pub success_evaluation: Option<Timestamp>,
    /// Of the reason for the end, if a report gave it.
    pub ended_reason: Option<Timestamp>,
}

/// The answer that a tool call was given, kept so that a repeat gets the same bytes (R5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// The tool call.
    pub tool_call_id: ToolCallId,
    /// SHA-256 of tool name and validated arguments, hexadecimal.
    pub arguments_hash: String,
    /// The booking it made or changed, written with it in one operation.
    pub booking: Option<BookingId>,
    /// The answer, in the form its owner chose; `None` while only the booking is known.
    pub answer: Option<serde_json::Value>,
    /// When it was given; kept for at least 48 hours.
    pub at: Timestamp,
}

/// One line of the call log (R16): what came in, what went out, what a provider said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallLogEntry {
    /// When.
    pub at: Timestamp,
    /// Which direction.
    pub kind: LogKind,
    /// The redacted text, sealed under the field name `call_log`.
    pub body: Sealed,
}

/// What a call log entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    /// A webhook body.
    Inbound,
    /// Our answer.
    Answer,
    /// A provider's result.
    Provider,
}
