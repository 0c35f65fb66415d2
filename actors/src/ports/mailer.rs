//! The mailer port: e-mail to customers and to the business. One adapter implements it outside this
//! package. Owns what a mail says and what it is about; knows no format of mails or calendars.

use async_trait::async_trait;
use hookswitch_storage::{BookingId, MessageId, OrgId, Secret, SmtpSecurity};
use jiff::Timestamp;

use super::messenger::{MessengerError, Taken};

/// What an org sends e-mail with.
#[derive(Clone)]
pub struct MailAccount {
    /// Whose it is.
    pub org: OrgId,
    /// The business's name: the sender's.
    pub name: String,
    /// Host name or address of the server.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// How the connection is kept secret.
    pub security: SmtpSecurity,
    /// Name and password; `None` where nobody signs in.
    pub sign_in: Option<(String, Secret)>,
    /// The sender's address.
    pub from: String,
}

/// A mail to be handed over.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Ours. What is handed over twice has to carry the same one, so that mail programs show it once.
    pub id: MessageId,
    /// To whom: one address.
    pub to: String,
    /// What it says.
    pub letter: Letter,
    /// What it does to the reader's calendar.
    pub appointment: Option<Appointment>,
    /// When it is sent.
    pub at: Timestamp,
}

/// What a mail says: plain text throughout, that may hold anything a caller said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// What comes first, one paragraph each.
    pub lead: Vec<String>,
    /// Details by name.
    pub facts: Vec<(&'static str, String)>,
    /// What comes last, one paragraph each.
    pub close: Vec<String>,
}

impl Letter {
    /// As text without any markup; lines end with a line feed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut parts = self.lead.clone();
        let facts = self.facts.iter().map(|(name, value)| format!("{name}: {value}"));
        let facts: Vec<String> = facts.collect();
        if !facts.is_empty() {
            parts.push(facts.join("\n"));
        }
        parts.extend(self.close.iter().cloned());
        parts.join("\n\n")
    }
}

/// What a mail does to the reader's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The booking; what is written about it is the same entry for as long as it lives.
    pub booking: BookingId,
    /// Whether it is cancelled; otherwise it is to be entered or changed.
    pub cancelled: bool,
    /// Rises with each change of it.
    pub sequence: u32,
    /// Start.
    pub start: Timestamp,
    /// End, exclusive.
    pub end: Timestamp,
    /// The entry's title.
    pub title: String,
    /// More about it.
    pub description: String,
    /// The customer's name.
    pub attendee: String,
}

/// Sends e-mail.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands a mail over.
    ///
    /// # Errors
    /// As [`MessengerError`] says; after [`MessengerError::Unknown`] it may have been sent.
    async fn send(&self, account: &MailAccount, mail: &Mail) -> Result<Taken, MessengerError>;

    /// Does all that sending needs short of a mail: whether the account can be used.
    ///
    /// # Errors
    /// Why not.
    async fn check(&self, account: &MailAccount) -> Result<(), MessengerError>;
}

/// No mail server at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _: &MailAccount, _: &Mail) -> Result<Taken, MessengerError> {
        Err(MessengerError::NotSent)
    }

    async fn check(&self, _: &MailAccount) -> Result<(), MessengerError> {
        Err(MessengerError::NotSent)
    }
}
