//! The messenger port: text messages to customers. One adapter per carrier implements it outside this
//! package. Errors say what the one who sends can do.

use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{MessageId, MessageState, OrgId, Secret, TwilioSender};
use jiff::Timestamp;

/// What an org sends with.
#[derive(Clone)]
pub struct TextAccount {
    /// Whose it is.
    pub org: OrgId,
    /// The account at the carrier.
    pub access: TextAccess,
    /// The sender.
    pub from: TwilioSender,
}

/// How an account at the carrier is entered.
#[derive(Clone)]
pub enum TextAccess {
    /// The server's own, which the adapter knows.
    Own,
    /// One of the org's.
    Given {
        /// The account.
        account_sid: String,
        /// Who signs in: the account itself or one of its keys.
        user: String,
        /// The token or the key's secret.
        secret: Secret,
        /// Whether reports of the carrier can be told from those of strangers.
        reports: bool,
    },
}

/// A message to be handed over.
#[derive(Clone)]
pub struct Text {
    /// Ours; the carrier brings it along with its reports.
    pub id: MessageId,
    /// To whom, E.164.
    pub to: String,
    /// What it says.
    pub body: String,
    /// How long the carrier may try.
    pub valid_for: Duration,
}

/// What the carrier took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The carrier's id of it.
    pub external_id: String,
    /// Where it stands there.
    pub state: MessageState,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessengerError {
    /// The number wants none from this sender.
    #[error("the number has asked for no more messages")]
    OptedOut {
        /// The carrier's number of it.
        code: Option<u32>,
    },
    /// It will never be taken.
    #[error("{problem}")]
    Refused {
        /// Why, for operators.
        problem: String,
        /// The carrier's number of it.
        code: Option<u32>,
    },
    /// Only the operator can put this right; then it can be sent.
    #[error("{problem}")]
    Account {
        /// What to do.
        problem: String,
        /// The carrier's number of it.
        code: Option<u32>,
    },
    /// Too many at once; nothing was sent.
    #[error("the carrier takes no more messages for now")]
    Busy {
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// Nothing was sent, for this reason; trying again is safe.
    #[error("{problem}")]
    Later {
        /// Why, for operators.
        problem: String,
    },
    /// Nothing was sent; trying again is safe.
    #[error("the carrier is out of reach")]
    NotSent,
    /// It was handed over and the answer was lost.
    #[error("the carrier's answer was lost")]
    Unknown,
}

/// Sends text messages.
#[async_trait]
pub trait Messenger: Send + Sync + 'static {
    /// Hands a message over.
    ///
    /// # Errors
    /// As [`MessengerError`] says; after [`MessengerError::Unknown`] it may have been sent.
    async fn send(&self, account: &TextAccount, text: &Text) -> Result<Taken, MessengerError>;

    /// Finds a message that was handed over at `since` or later and whose answer was lost; `None` if
    /// the carrier has none such.
    ///
    /// # Errors
    /// If it cannot be found out now.
    async fn find(
        &self,
        account: &TextAccount,
        text: &Text,
        since: Timestamp,
    ) -> Result<Option<Taken>, MessengerError>;

    /// Asks something that changes nothing: whether the account can be used.
    ///
    /// # Errors
    /// Why not.
    async fn check(&self, account: &TextAccount) -> Result<(), MessengerError>;
}

/// No carrier at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMessenger;

#[async_trait]
impl Messenger for NoMessenger {
    async fn send(&self, _: &TextAccount, _: &Text) -> Result<Taken, MessengerError> {
        Err(MessengerError::NotSent)
    }

    async fn find(
        &self,
        _: &TextAccount,
        _: &Text,
        _: Timestamp,
    ) -> Result<Option<Taken>, MessengerError> {
        Ok(None)
    }

    async fn check(&self, _: &TextAccount) -> Result<(), MessengerError> {
        Err(MessengerError::NotSent)
    }
}
