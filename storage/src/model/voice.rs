//! What an operator sets of the voice agent itself: its time limit, who takes which inbound call and
//! which credential Vapi proves itself with. Knows nothing of Vapi's form of any of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A language that callers are spoken to in (R23).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

/// How long a call may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRules {
    /// After this many seconds the agent says goodbye and ends the call, 60 to 43,000 (K8).
    #[serde(default = "usual_limit")]
    pub limit_seconds: u32,
    /// So many seconds before that the agent is told, 0 to 43,000; never if 0.
    #[serde(default = "usual_warning")]
    pub warn_seconds: u32,
}

fn usual_warning() -> u32 {
    60
}

fn usual_limit() -> u32 {
    590
}

impl Default for CallRules {
    fn default() -> Self {
        Self { limit_seconds: usual_limit(), warn_seconds: usual_warning() }
    }
}

/// Which assistant takes an inbound call. Each condition that is set must hold; a rule without any
/// takes every call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundRule {
    /// Vapi's id of the assistant.
    pub assistant_id: String,
    /// Dialled numbers, E.164; empty for any.
    #[serde(default)]
    pub phone_numbers: BTreeSet<String>,
    /// Whether the business is open.
    #[serde(default)]
    pub when: Option<InboundWhen>,
    /// ISO 639 code of a language that is spoken where the caller's number is from.
    #[serde(default)]
    pub language: Option<String>,
}

/// Who takes the calls of a number that Vapi keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRule {
    /// Vapi's id of the assistant that always does; `None` where Vapi asks for each call.
    #[serde(default)]
    pub assistant_id: Option<String>,
    /// Where callers are sent when nobody takes the call, E.164; `None` leaves what is set there.
    #[serde(default)]
    pub fallback: Option<String>,
}

/// Whether the business is open, by its hours and closed dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundWhen {
    /// It is.
    Open,
    /// It is not.
    Closed,
}
