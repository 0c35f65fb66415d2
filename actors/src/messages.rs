//! Messages to customers, and to the business about them: durable, sent once as far as anybody can
//! tell, and never more than what is still true. Owns when one is handed over and what follows; what it
//! says is in `phrases`, whom it goes through is behind a port.
//!
//! ```text
//! a booking changes --same operation--> a message for each way (text, mail) queued + job
//! a booking is near --its own job--> a reminder queued, and the next planned
//! job: still true? wanted? not at night? -> marked as being handed over -> carrier -> taken | refused | again
//! crash or lost answer in between: the carrier is asked what it has before it is sent again; a mail
//! server cannot be asked, so that a mail goes again under the id it had, and is one to who reads it
//! ```

mod hours;
mod inbox;
mod letter;
mod line;
mod offer;
mod remind;
mod segments;
mod send;
mod status;
mod trouble;
mod wording;

use hookswitch_storage::{MessageId, Secret, Settings, Twilio};
use tokio::sync::broadcast;

pub(crate) use line::MailLine;
pub(crate) use offer::TellOffers;
pub(crate) use remind::{PlanReminders, Remind};
pub use segments::{Encoding, Measured, measure};
pub(crate) use send::SendMessages;
pub(crate) use status::sms_status;

use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::{MailAccount, MessengerError, TextAccess, TextAccount};

/// Field name under which the carrier's token is sealed.
pub const TWILIO_TOKEN_FIELD: &str = "twilio.auth_token";

/// Field name under which the secret of a key of the carrier's is sealed.
pub const TWILIO_KEY_FIELD: &str = "twilio.api_key_secret";

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
    let access = access(shared, org, twilio)?;
    Ok(Some(TextAccount { org: org.id().clone(), access, from: twilio.from.clone() }))
}

fn access(shared: &Shared, org: &OrgEntry, twilio: &Twilio) -> Result<TextAccess, MessengerError> {
    let Some(account_sid) = twilio.account_sid.clone() else { return Ok(TextAccess::Own) };
    let (user, field, sealed) = match (&twilio.api_key, &twilio.auth_token) {
        (Some(key), _) => (key.sid.clone(), TWILIO_KEY_FIELD, &key.secret),
        (None, Some(token)) => (account_sid.clone(), TWILIO_TOKEN_FIELD, token),
        (None, None) => {
            let problem = "there is no token; set `twilio.auth_token`".into();
            return Err(MessengerError::Account { problem, code: None });
        }
    };
    let opened = shared.store.unseal(org.id(), field, sealed);
    let secret: Secret = opened.map_err(|error| {
        tracing::error!(org.id = %org.id(), %error, field, "what messages are sent with does not open");
        let problem = format!("the secret cannot be opened; set `{field}` anew");
        MessengerError::Account { problem, code: None }
    })?;
    let reports = twilio.auth_token.is_some();
    Ok(TextAccess::Given { account_sid, user, secret, reports })
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
