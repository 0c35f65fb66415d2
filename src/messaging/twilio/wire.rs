//! Twilio's JSON, as far as it matters here. Unknown fields and statuses are let be.

use hookswitch_storage::MessageState;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::Deserialize;

/// A message.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) sid: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) to: String,
    #[serde(default)]
    pub(super) body: String,
    #[serde(default)]
    date_created: Option<String>,
}

impl Message {
    /// When it was handed over; `None` if that cannot be read.
    pub(super) fn created_at(&self) -> Option<Timestamp> {
        DateTimeParser::new().parse_timestamp(self.date_created.as_ref()?).ok()
    }
}

pub(super) fn message(body: &[u8]) -> Option<Message> {
    serde_json::from_slice(body).ok()
}

pub(super) fn list(body: &[u8]) -> Option<Vec<Message>> {
    #[derive(Deserialize)]
    struct List {
        messages: Vec<Message>,
    }
    serde_json::from_slice::<List>(body).ok().map(|list| list.messages)
}

/// What an error says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    pub(super) code: Option<u32>,
}

pub(super) fn problem(body: &[u8]) -> Problem {
    serde_json::from_slice(body).unwrap_or_default()
}

/// Where a message stands by Twilio's word for it. A word that nobody knows is at least "accepted".
pub(crate) fn state(status: &str) -> MessageState {
    match status {
        "sent" => MessageState::Sent,
        "delivered" | "read" | "partially_delivered" => MessageState::Delivered,
        "undelivered" | "failed" | "canceled" => MessageState::Failed,
        _ => MessageState::Accepted,
    }
}
