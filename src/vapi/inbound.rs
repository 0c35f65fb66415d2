//! What Vapi posts. Owns the reading of a server message into what the rest of the program acts
//! on; called by the webhook handlers with bytes whose sender was verified. Decides nothing, and
//! knows neither orgs nor tools.
//!
//! The body is read once, borrowed, without building what nobody asks for: bodies repeat the
//! whole prompt and history of a call and are mostly skipped.

mod call;
mod events;
mod fields;
mod kind;
mod question;

use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use hookswitch_storage::CallId;
use jiff::Timestamp;

pub use hookswitch_storage::Speaker;

use self::fields::{Message, Root};
use super::lenient::{MAX_DEPTH, Maybe, Members, is_shallow, whole_characters};
use super::tool_call::{Withheld, gather};

pub use kind::{HandedOver, Kind, Line, Report, Target};
pub use question::Question;

/// One server message.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbound {
    /// The message's `type` as sent; empty if there was none.
    pub kind_text: String,
    /// When Vapi says it happened.
    pub timestamp: Option<Timestamp>,
    /// The call it belongs to; all fields absent for chats, sessions and campaigns.
    pub call: CallInfo,
    /// What it says.
    pub kind: Kind,
}

impl Inbound {
    /// The same for a message that is delivered again, different for any other; `None` if the
    /// message does not say when it was made, and for reports, of which a later one may say more.
    /// What is made anew for each delivery, as presigned URLs are, does not count.
    #[must_use]
    pub fn delivery(&self) -> Option<u64> {
        let timestamp = self.timestamp?;
        let mut hasher = DefaultHasher::new();
        (&self.kind_text, timestamp).hash(&mut hasher);
        match &self.kind {
            Kind::EndOfCallReport(_) => return None,
            Kind::Transcript { speaker, text, is_final } => {
                (*speaker == Speaker::Agent, text, is_final).hash(&mut hasher);
            }
            Kind::SpeechUpdate { speaker, started } => {
                (*speaker == Speaker::Agent, started).hash(&mut hasher);
            }
            Kind::ConversationUpdate { lines } => {
                (lines.len(), lines.last().map(|line| &line.text)).hash(&mut hasher);
            }
            Kind::StatusUpdate { status, ended_reason, .. } => {
                (status, ended_reason).hash(&mut hasher);
            }
            Kind::Language { language } => language.hash(&mut hasher),
            Kind::TransferUpdate { target } => {
                target.as_ref().map(|target| (&target.to, &target.summary)).hash(&mut hasher);
            }
            Kind::Uploads { failed } => failed.hash(&mut hasher),
            _ => {}
        }
        Some(hasher.finish())
    }
}

/// Who and what a message is about. Filled by Vapi from signalling and its own configuration,
/// never by the model. A caller's number can still be forged on the telephone network.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallInfo {
    /// Vapi's id of the call.
    pub id: Option<CallId>,
    /// Vapi's id of our number.
    pub phone_number_id: Option<String>,
    /// Vapi's id of the assistant that speaks.
    pub assistant_id: Option<String>,
    /// Our number, as Vapi writes it (E.164).
    pub dialled_number: Option<String>,
    /// The customer's number; absent for withheld numbers, SIP and web calls.
    pub caller_number: Option<String>,
    /// The customer's name, if the line or the caller's record carries one.
    pub caller_name: Option<String>,
    /// `inboundPhoneCall`, `outboundPhoneCall`, `webCall` or `vapi.websocketCall`.
    pub call_type: Option<String>,
    /// Where the live call takes commands. Knowing it is the permission to use it.
    pub control_url: Option<String>,
    /// Where the live call's audio can be heard. Knowing it is the permission to listen.
    pub listen_url: Option<String>,
}

impl fmt::Debug for CallInfo {
    /// Leaves out who is calling and the URLs that give control of the call.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let withheld = |text: &Option<String>| text.as_ref().map(|text| Withheld(text.len()));
        f.debug_struct("CallInfo")
            .field("id", &self.id)
            .field("phone_number_id", &self.phone_number_id)
            .field("assistant_id", &self.assistant_id)
            .field("dialled_number", &withheld(&self.dialled_number))
            .field("caller_number", &withheld(&self.caller_number))
            .field("caller_name", &withheld(&self.caller_name))
            .field("call_type", &self.call_type)
            .field("control_url", &withheld(&self.control_url))
            .field("listen_url", &withheld(&self.listen_url))
            .finish()
    }
}

/// Why a body cannot be read at all (HTTP 400). Says where, never what stands there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not UTF-8 text.
    #[error("the body is not UTF-8 text (wrong at byte {at}); send JSON encoded as UTF-8")]
    NotText {
        /// Offset of the first wrong byte.
        at: usize,
    },
    /// Not JSON, or cut off.
    #[error(
        "the body is not valid JSON (wrong at line {line}, column {column}); send one complete JSON object"
    )]
    NotJson {
        /// Line of the first mistake, from 1.
        line: usize,
        /// Byte in that line, from 1; 0 at the line's start.
        column: usize,
    },
    /// JSON of another kind.
    #[error("the body must be a JSON object, as {{\"message\":{{...}}}}")]
    NotAnObject,
    /// Nested deeper than any message of Vapi's.
    #[error("the body is nested more than {MAX_DEPTH} levels deep; send a Vapi server message")]
    TooDeep,
}

impl DecodeError {
    pub(super) fn not_json(error: &serde_json::Error) -> Self {
        Self::NotJson { line: error.line(), column: error.column() }
    }
}

/// Reads a server message: `{"message":{...}}`, or the same fields without the wrapper.
///
/// Only what is not a JSON object fails. A field of an unexpected type reads as absent, an
/// unknown field or type is skipped.
///
/// # Errors
/// [`DecodeError`] if the body is not one JSON object of sane depth.
pub fn decode(body: &[u8]) -> Result<Inbound, DecodeError> {
    decode_text(text(body)?)
}

pub(super) fn decode_text(json: &str) -> Result<Inbound, DecodeError> {
    let understood = |json: &str| {
        let root: Root<'_> = read(json)?;
        Ok(understand(&root.wrapped.0.unwrap_or(root.flat)))
    };
    understood(json).or_else(|error| match whole_characters(json) {
        Cow::Owned(repaired) => understood(&repaired),
        Cow::Borrowed(_) => Err(error),
    })
}

/// The body as text, without a byte order mark.
pub(super) fn text(body: &[u8]) -> Result<&str, DecodeError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| DecodeError::NotText { at: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a body's object into a wire struct.
pub(super) fn read<'a, T: Members<'a>>(json: &'a str) -> Result<T, DecodeError> {
    match serde_json::from_str(json) {
        Ok(Maybe(object)) => object.ok_or(DecodeError::NotAnObject),
        Err(_) if !is_shallow(json) => Err(DecodeError::TooDeep),
        Err(error) => Err(DecodeError::not_json(&error)),
    }
}

fn understand(message: &Message<'_>) -> Inbound {
    let kind_text = message.kind.word().unwrap_or_default();
    Inbound {
        kind: kind(message, &kind_text),
        timestamp: message.timestamp.timestamp(),
        call: call::info(message),
        kind_text,
    }
}

fn kind(message: &Message<'_>, kind_text: &str) -> Kind {
    match kind_text {
        "tool-calls" => tool_calls(message)
            .or_else(|| function_call(message))
            .unwrap_or_else(|| Kind::ToolCalls(Vec::new())),
        "function-call" => {
            function_call(message).or_else(|| tool_calls(message)).unwrap_or(Kind::Other)
        }
        "" => tool_calls(message).or_else(|| function_call(message)).unwrap_or(Kind::Missing),
        "status-update" => events::status_update(message),
        "end-of-call-report" => Kind::EndOfCallReport(events::report(message)),
        "conversation-update" => events::conversation_update(message),
        "speech-update" => events::speech_update(message),
        "hang" => Kind::Hang,
        "transfer-update" => events::transfer_update(message),
        "language-change-detected" | "language-changed" => events::language(message),
        "assistant.started" => Kind::AssistantStarted,
        "phone-call-control" => Kind::CarrierControl,
        "call.deleted" => Kind::Deleted,
        "call.delete.failed" => Kind::DeleteFailed,
        "call.artifact.upload" => events::uploads(message),
        "assistant-request" => Kind::Question(Question::WhoAnswers),
        "transfer-destination-request" => Kind::Question(Question::WhereToTransfer),
        "handoff-destination-request" => Kind::Question(question::handoff(message)),
        "knowledge-base-request" => Kind::Question(Question::Documents),
        "call.endpointing.request" => Kind::Question(Question::HowLongToWait),
        "campaign.predial" => Kind::Question(question::predial(message)),
        // With a filter in the subscription, the filter is part of the name.
        _ if kind_text == "transcript" || kind_text.starts_with("transcript[") => {
            events::transcript(message, kind_text)
        }
        _ if NOT_ACTED_ON.contains(&kind_text) => Kind::Other,
        _ => Kind::Unknown,
    }
}

/// The rest of Vapi's catalogue of server messages (August 2026). `voice-request` wants audio,
/// which nothing here can make.
const NOT_ACTED_ON: [&str; 10] = [
    "assistant.speechStarted",
    "chat.created",
    "chat.deleted",
    "model-output",
    "session.created",
    "session.deleted",
    "session.updated",
    "user-interrupted",
    "voice-input",
    "voice-request",
];

fn tool_calls(message: &Message<'_>) -> Option<Kind> {
    let calls = gather(&message.call_list, &message.calls, &message.with_tools);
    (!calls.is_empty()).then_some(Kind::ToolCalls(calls))
}

fn function_call(message: &Message<'_>) -> Option<Kind> {
    message.function_call.0.as_ref().map(|entry| Kind::FunctionCall(entry.tool_call()))
}
