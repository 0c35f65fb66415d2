//! What is written down about a message that is being sent.

use jiff::Timestamp;

use crate::ids::{MessageId, OrgId};
use crate::model::MessageState;

/// How handing a message over ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover {
    /// The carrier took it under this id.
    Taken {
        /// The carrier's id.
        external_id: String,
        /// Where it stands there.
        state: MessageState,
    },
    /// It was surely not taken; it may be handed over again.
    NotTaken {
        /// Why, for operators.
        problem: String,
    },
    /// It will never be taken.
    Refused {
        /// Why, for operators.
        problem: String,
        /// The carrier's number of it.
        code: Option<u32>,
    },
    /// There is no point in it any more.
    Skipped {
        /// Why, for operators.
        problem: String,
    },
}

/// What the carrier says became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageNews {
    /// Whose it is.
    pub org: OrgId,
    /// The carrier's id.
    pub external_id: String,
    /// Which message it is, if the carrier's id may not be known here yet.
    pub id: Option<MessageId>,
    /// Where it stands.
    pub state: MessageState,
    /// Why it failed, for operators.
    pub problem: Option<String>,
    /// The carrier's number of what went wrong.
    pub code: Option<u32>,
    /// The time of the operation.
    pub now: Timestamp,
}
