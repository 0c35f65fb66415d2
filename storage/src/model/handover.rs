//! Handing a call over to a person, as stored: where to, in which way, and what was heard of it. Knows
//! nothing of Vapi's form of any of it.

use serde::{Deserialize, Serialize};

/// Where a call can be handed over to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// E.164 number.
    pub number: String,
    /// What is dialled once the number has answered, 1 to 10 of `0-9*#`.
    #[serde(default)]
    pub extension: Option<String>,
    /// Whether it is there only within the business's hours.
    #[serde(default)]
    pub business_hours_only: bool,
    /// In which way calls are handed over to it.
    #[serde(default)]
    pub transfer: TransferPlan,
}

/// In which way a call is handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferPlan {
    /// The way.
    #[serde(default)]
    pub mode: TransferMode,
    /// What the person hears before the caller is connected; `{summary}` stands for what the agent says
    /// it is about.
    #[serde(default)]
    pub message: Option<String>,
    /// How long it may ring, or how long the person may take to speak first, seconds, 1 to 600; Vapi's 60
    /// by default.
    #[serde(default)]
    pub timeout_seconds: Option<u32>,
    /// How long the making of a summary may take, seconds, 1 to 60; Vapi's 5 by default.
    #[serde(default)]
    pub summary_seconds: Option<u32>,
    /// What the carrier plays to the person, at most 4,096 bytes; `{summary}` as in the message.
    #[serde(default)]
    pub twiml: Option<String>,
    /// What the caller hears while they wait, https.
    #[serde(default)]
    pub hold_audio_url: Option<String>,
}

/// The ways in which Vapi hands calls over. The warm ones but the last work with Twilio numbers only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferMode {
    /// At once.
    #[default]
    BlindTransfer,
    /// At once, with a summary for the person's telephone system.
    BlindTransferAddSummaryToSipHeader,
    /// The person hears a message first.
    WarmTransferSayMessage,
    /// The person hears a summary first.
    WarmTransferSaySummary,
    /// The person says something, and hears the message then.
    WarmTransferWaitForOperatorToSpeakFirstAndThenSayMessage,
    /// The person says something, and hears a summary then.
    WarmTransferWaitForOperatorToSpeakFirstAndThenSaySummary,
    /// The carrier plays something to the person.
    WarmTransferTwiml,
    /// The caller waits while an assistant talks to the person, who may say no.
    WarmTransferExperimental,
}

impl TransferMode {
    /// Whether the person hears something before the caller is connected.
    #[must_use]
    pub fn is_warm(self) -> bool {
        !matches!(self, Self::BlindTransfer | Self::BlindTransferAddSummaryToSipHeader)
    }
}

/// One thing that was heard of a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferSign {
    /// The person's phone is being rung.
    Dialing,
    /// Somebody, or something, has taken the call.
    Accepted,
    /// The person said no, was busy, or could not be reached at all.
    Rejected,
    /// Nobody picked up.
    NoAnswer,
    /// The caller and the person talked.
    Bridged,
    /// The agent has the caller again.
    BackToAgent,
}
