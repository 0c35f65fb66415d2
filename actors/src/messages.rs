//! Messages to customers, and to the business about them: durable, sent once as far as anybody can
//! tell, and never more than what is still true. Owns when one is handed over and what follows; what it
//! says is in `phrases`, whom it goes through is behind a port.
//!
//! ```text
//! a booking changes --same operation--> a message for each way (text, mail) queued + job
//! job: still true? wanted? -> marked as being handed over -> carrier -> taken | refused | again
//! crash or lost answer in between: the carrier is asked what it has before it is sent again; a mail
//! server cannot be asked, so that a mail goes again under the id it had, and is one to who reads it
//! ```

mod letter;
mod line;
mod offer;
mod send;
mod status;
mod wording;

use hookswitch_storage::{MessageId, Secret, Settings};
use tokio::sync::broadcast;

pub(crate) use line::MailLine;
pub(crate) use offer::TellOffers;
pub(crate) use send::SendMessages;
pub(crate) use status::sms_status;

use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::{MailAccount, MessengerError, TextAccount};

/// Field name under which the carrier's token is sealed.
pub const TWILIO_TOKEN_FIELD: &str = "twilio.auth_token";

/// Field name under which the mail server's password is sealed.
pub const SMTP_PASSWORD_FIELD: &str = "smtp.password";

/// Ends of messages that somebody may still wait for.
const HEARD_OF: usize = 256;

/// Tells those who wait that a message is no longer on its way to the carrier. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Handovers(broadcast::Sender<MessageId>);

impl Default for Handovers {
    fn default() -> Self {
        Self(broadcast::Sender::new(HEARD_OF))
    }
}

impl Handovers {
    fn ended(&self, message: &MessageId) {
        // Fails only when nobody waits.
        let _ = self.0.send(message.clone());
    }

    fn listen(&self) -> broadcast::Receiver<MessageId> {
        self.0.subscribe()
    }
}

/// What an org sends text messages with; `None` if it has nothing.
///
/// # Errors
/// If its token does not open: the operator has to enter it again.
pub(crate) fn account(
    shared: &Shared,
    org: &OrgEntry,
) -> Result<Option<TextAccount>, MessengerError> {
    let settings: &Settings = org.settings();
    let Some(twilio) = &settings.twilio else { return Ok(None) };
    let opened = shared.store.unseal(org.id(), TWILIO_TOKEN_FIELD, &twilio.auth_token);
    let auth_token: Secret = opened.map_err(|error| {
        tracing::error!(org.id = %org.id(), %error, "the token for messages does not open");
        MessengerError::Account {
            problem: "the token cannot be opened; set `twilio.auth_token` anew".into(),
            code: None,
        }
    })?;
    Ok(Some(TextAccount {
        org: org.id().clone(),
        account_sid: twilio.account_sid.clone(),
        auth_token,
        from: twilio.from.clone(),
    }))
}

/// What an org sends e-mail with; `None` if it has nothing.
///
/// # Errors
/// If its password does not open: the operator has to enter it again.
pub(crate) fn mail_account(
    shared: &Shared,
    org: &OrgEntry,
) -> Result<Option<MailAccount>, MessengerError> {
    let settings: &Settings = org.settings();
    let Some(smtp) = &settings.smtp else { return Ok(None) };
    let sign_in = match (&smtp.username, &smtp.password) {
        (Some(username), Some(password)) => {
            let opened = shared.store.unseal(org.id(), SMTP_PASSWORD_FIELD, password);
            let password = opened.map_err(|error| {
                tracing::error!(org.id = %org.id(), %error, "the mail password does not open");
                let problem = "the password cannot be opened; set `smtp.password` anew".into();
                MessengerError::Account { problem, code: None }
            })?;
            Some((username.clone(), password))
        }
        _ => None,
    };
    Ok(Some(MailAccount {
        org: org.id().clone(),
        name: settings.name.clone(),
        host: smtp.host.clone(),
        port: smtp.port,
        security: smtp.security,
        sign_in,
        from: smtp.from.clone(),
    }))
}
