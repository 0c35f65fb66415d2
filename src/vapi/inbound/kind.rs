//! The kinds of server message and what each says, free of Vapi's wire form. Built by the readers
//! beside it, used by the webhook handlers. Debug forms leave out what people said and who they are.

use std::fmt;

use hookswitch_storage::{CallReport, Speaker};
use jiff::Timestamp;

use super::question::Question;
use crate::vapi::tool_call::{ToolCall, Withheld};

/// What a message says.
#[derive(Clone, PartialEq)]
pub enum Kind {
    /// The model calls tools; may be empty. Wants an answer for each.
    ToolCalls(Vec<ToolCall>),
    /// The model calls one function of the old kind. Wants `{"result":"..."}`.
    FunctionCall(ToolCall),
    /// The call changed its state.
    StatusUpdate {
        /// `ringing`, `in-progress`, `forwarding`, `ended` or another text.
        status: String,
        /// Why it ended, one of several hundred texts; only with `ended`.
        ended_reason: Option<String>,
        /// Where the call goes; only with `forwarding`.
        target: Option<Target>,
        /// Why Vapi could not accept an inbound call, mostly what it found wrong with our answer to
        /// `assistant-request`; only with `ended`.
        refusal: Option<String>,
    },
    /// The call is over and summed up. Can come twice, and before `ended`.
    EndOfCallReport(Report),
    /// Somebody says something.
    Transcript {
        /// Who.
        speaker: Speaker,
        /// What was understood.
        text: String,
        /// Whether this text stays as it is; partial texts are repeated as they grow.
        is_final: bool,
    },
    /// The whole conversation so far, without the prompt and without the tools' part.
    ConversationUpdate {
        /// What was said, oldest first.
        lines: Vec<Line>,
    },
    /// Somebody began or stopped speaking.
    SpeechUpdate {
        /// Who.
        speaker: Speaker,
        /// Whether they began.
        started: bool,
    },
    /// The assistant waits for something slow, perhaps for us.
    Hang,
    /// The call is being handed over.
    TransferUpdate {
        /// To whom, if it says.
        target: Option<Target>,
    },
    /// The caller speaks another language than before.
    Language {
        /// Which, mostly as ISO 639 code.
        language: String,
    },
    /// The assistant has taken the call.
    AssistantStarted,
    /// Vapi leaves it to us to hang up or forward at the carrier.
    CarrierControl,
    /// Vapi deleted its record of the call.
    Deleted,
    /// Vapi could not delete its record of the call.
    DeleteFailed,
    /// Vapi copied what it kept of the call to a bucket of the customer's.
    Uploads {
        /// What it could not copy.
        failed: Vec<String>,
    },
    /// Vapi asks something that is not a tool call. Wants an answer.
    Question(Question),
    /// A type of Vapi's that is accepted and not acted on, or one without what it must have.
    Other,
    /// A type that was not in Vapi's catalogue when this was written.
    Unknown,
    /// Neither a type nor a tool call.
    Missing,
}

impl fmt::Debug for Kind {
    /// Leaves out what people said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToolCalls(calls) => f.debug_tuple("ToolCalls").field(calls).finish(),
            Self::FunctionCall(call) => f.debug_tuple("FunctionCall").field(call).finish(),
            Self::StatusUpdate { status, ended_reason, .. } => f
                .debug_struct("StatusUpdate")
                .field("status", status)
                .field("ended_reason", ended_reason)
                .finish_non_exhaustive(),
            Self::EndOfCallReport(report) => {
                f.debug_tuple("EndOfCallReport").field(report).finish()
            }
            Self::Transcript { speaker, text, is_final } => f
                .debug_struct("Transcript")
                .field("speaker", speaker)
                .field("text", &Withheld(text.len()))
                .field("is_final", is_final)
                .finish(),
            Self::ConversationUpdate { lines } => {
                f.debug_struct("ConversationUpdate").field("lines", lines).finish()
            }
            Self::SpeechUpdate { speaker, started } => f
                .debug_struct("SpeechUpdate")
                .field("speaker", speaker)
                .field("started", started)
                .finish(),
            Self::Hang => f.write_str("Hang"),
            Self::TransferUpdate { .. } => f.write_str("TransferUpdate"),
            Self::Language { language } => {
                f.debug_struct("Language").field("language", language).finish()
            }
            Self::AssistantStarted => f.write_str("AssistantStarted"),
            Self::CarrierControl => f.write_str("CarrierControl"),
            Self::Deleted => f.write_str("Deleted"),
            Self::DeleteFailed => f.write_str("DeleteFailed"),
            Self::Uploads { failed } => f.debug_struct("Uploads").field("failed", failed).finish(),
            Self::Question(question) => f.debug_tuple("Question").field(question).finish(),
            Self::Other => f.write_str("Other"),
            Self::Unknown => f.write_str("Unknown"),
            Self::Missing => f.write_str("Missing"),
        }
    }
}

/// One thing that was said.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Who said it.
    pub speaker: Speaker,
    /// What was said; never blank.
    pub text: String,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?}", self.speaker, Withheld(self.text.len()))
    }
}

/// The sum of an ended call. Every field can be absent: calls that were never answered have no
/// start, and analyses can follow in a second report.
#[derive(Clone, Default, PartialEq)]
pub struct Report {
    /// Why the call ended, one of several hundred texts.
    pub ended_reason: Option<String>,
    /// When the call was answered.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// US dollars.
    pub cost: Option<f64>,
    /// Seconds from start to end.
    pub duration_seconds: Option<f64>,
    /// Vapi's summary of the conversation.
    pub summary: Option<String>,
    /// Where the recording lies; not readable without Vapi's key.
    pub recording_url: Option<String>,
    /// Vapi's judgement, a text even where it reads `true`.
    pub success_evaluation: Option<String>,
    /// What became of each hand-over.
    pub transfers: Vec<HandedOver>,
}

impl Report {
    /// What of it is kept with the call. How long it lasted is measured where both its ends are known.
    #[must_use]
    pub fn kept(&self) -> CallReport {
        let between = self.started_at.zip(self.ended_at);
        let measured = between.map(|(from, to)| to.duration_since(from).as_secs_f64());
        CallReport {
            cost: self.cost,
            duration_seconds: measured.or(self.duration_seconds),
            summary: self.summary.clone(),
            recording_url: self.recording_url.clone(),
            success_evaluation: self.success_evaluation.clone(),
            ..CallReport::default()
        }
    }
}

/// A hand-over of an ended call.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// Number or SIP address.
    pub to: Option<String>,
    /// `connected`, `no-answer`, `busy`, `voicemail`, `failed`, `completed`, `cancelled` or another text.
    pub status: String,
}

impl fmt::Debug for HandedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandedOver({})", self.status)
    }
}

impl fmt::Debug for Report {
    /// Leaves out what was said and where it can be heard.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("ended_reason", &self.ended_reason)
            .field("started_at", &self.started_at)
            .field("ended_at", &self.ended_at)
            .field("cost", &self.cost)
            .field("duration_seconds", &self.duration_seconds)
            .field("success_evaluation", &self.success_evaluation)
            .field("transfers", &self.transfers)
            .finish_non_exhaustive()
    }
}

/// To whom a call is handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Number or SIP address; `None` for another assistant.
    pub to: Option<String>,
    /// What the other side is told, else what the target is described as, else an assistant's name.
    pub summary: Option<String>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target(..)")
    }
}
