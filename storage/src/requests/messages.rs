//! What is written down about a message that is being sent.

use jiff::Timestamp;

use crate::ids::{MessageId, OrgId};
use crate::model::{Message, MessageState};

/// Whether a message may be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Now; it is written down.
    Begun(Box<Message>),
    /// The org has sent as many as it may within an hour; not before then.
    Later(Timestamp),
    /// Never.
    Over,
}

/// What became of a reminder whose time had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminded {
    /// It is a message, or nobody is to be reminded; what follows is planned.
    Settled,
    /// Nobody knows yet whether its booking stands; it is to be looked at again.
    Unsettled,
}

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
