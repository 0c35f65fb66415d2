//! What Vapi asks about a call beside tool calls. Owns the reading of what the questions name;
//! what is answered is decided elsewhere.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::fields::Message;

/// Deepest member of a handoff's parameters that is looked at.
const NAMES_DEPTH: usize = 3;
/// Most names that are taken from a handoff's parameters.
const MAX_NAMES: usize = 32;

/// A question of Vapi's.
#[derive(Clone, PartialEq, Eq)]
pub enum Question {
    /// `assistant-request`: who takes this inbound call?
    WhoAnswers,
    /// `transfer-destination-request`: to whom is the call handed over?
    WhereToTransfer,
    /// `handoff-destination-request`: which assistant goes on?
    WhichAssistant {
        /// Every text among the model's parameters: one may be an assistant's id.
        named: Vec<String>,
    },
    /// `knowledge-base-request`: which documents fit?
    Documents,
    /// `call.endpointing.request`: how long must a silence be?
    HowLongToWait,
    /// `campaign.predial`: may this contact be called?
    MayDial {
        /// The contact's number, if it has one.
        number: Option<String>,
    },
}

impl fmt::Debug for Question {
    /// Leaves out the contact's number and what the model wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WhoAnswers => "WhoAnswers",
            Self::WhereToTransfer => "WhereToTransfer",
            Self::WhichAssistant { .. } => "WhichAssistant",
            Self::Documents => "Documents",
            Self::HowLongToWait => "HowLongToWait",
            Self::MayDial { .. } => "MayDial",
        })
    }
}

pub(super) fn handoff(message: &Message<'_>) -> Question {
    let mut named = Vec::new();
    // Parameters are an object, or the text of one.
    let object = message.parameters.json().and_then(|json| match serde_json::from_str(json) {
        Ok(Value::String(text)) => serde_json::from_str(&text).ok(),
        Ok(value) => Some(value),
        Err(_) => None,
    });
    if let Some(object) = object {
        texts(&object, NAMES_DEPTH, &mut named);
    }
    Question::WhichAssistant { named }
}

fn texts(value: &Value, depth: usize, found: &mut Vec<String>) {
    match value {
        Value::String(text) if found.len() < MAX_NAMES => found.push(text.trim().to_owned()),
        Value::Object(members) if depth > 0 => {
            // In an order that does not depend on how the text was written.
            let sorted: BTreeMap<_, _> = members.iter().collect();
            sorted.values().for_each(|member| texts(member, depth - 1, found));
        }
        Value::Array(members) if depth > 0 => {
            members.iter().for_each(|member| texts(member, depth - 1, found));
        }
        _ => {}
    }
}

pub(super) fn predial(message: &Message<'_>) -> Question {
    Question::MayDial { number: message.contact.leaf(|contact| contact.number).word() }
}
