//! E-mail by SMTP (RFC 5321), with STARTTLS (RFC 3207), TLS from the first byte (RFC 8314) or neither, as
//! the org's settings say. Owns the time limits and what of a failure means "not sent" and what "nobody
//! knows"; the dialogue is in `talk`, the mail's form in `compose`.
//!
//! A server that takes a mail and whose answer is lost cannot be asked. The mail goes again then, with the
//! same `Message-ID`, by which mail programs know it for the one that they have.

mod compose;
mod invitation;
mod line;
mod markup;
mod refusal;
mod talk;

use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{Mail, MailAccount, Mailer, MessengerError, Taken};
use hookswitch_storage::MessageState;

use crate::config::Config;
use crate::outbound::Outbound;

/// How long everything before the mail itself may take: finding the server, TLS, signing in, addresses.
const BEFORE: Duration = Duration::from_secs(30);

/// How long a server may take to read a mail and answer; some look for viruses meanwhile.
const CONTENT: Duration = Duration::from_secs(60);

/// How long a check may take; an operator waits for it.
const CHECK: Duration = Duration::from_secs(10);

/// Mail servers, whichever the orgs name. Holds no password: each mail brings its org's.
pub(crate) struct Smtp {
    outbound: Outbound,
}

impl Smtp {
    /// Mail servers that the configuration lets orgs name.
    pub(crate) fn new(config: &Config) -> Self {
        Self { outbound: Outbound::new(&config.outbound.allow) }
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, account: &MailAccount, mail: &Mail) -> Result<Taken, MessengerError> {
        let composed = compose::mail(account, mail)?;
        let before = async {
            let mut talk = talk::open(&self.outbound, account).await?;
            talk.from(&composed.from, Some(&composed.to)).await?;
            talk.to(&composed.to).await?;
            talk.data().await?;
            Ok(talk)
        };
        let before = tokio::time::timeout(BEFORE, before).await;
        let mut talk = before.map_err(|_| refusal::too_slow())??;
        let taken = tokio::time::timeout(CONTENT, talk.content(&composed.bytes)).await;
        taken.map_err(|_| MessengerError::Unknown)??;
        talk.end();
        Ok(Taken { external_id: composed.message_id, state: MessageState::Accepted })
    }

    async fn check(&self, account: &MailAccount) -> Result<(), MessengerError> {
        let from = compose::address(&account.from).ok_or_else(|| {
            refusal::by_hand("the sender's address cannot be used; check `smtp.from`")
        })?;
        let checked = tokio::time::timeout(CHECK, async {
            let mut talk = talk::open(&self.outbound, account).await?;
            talk.from(&from, None).await?;
            talk.end();
            Ok(())
        });
        checked.await.map_err(|_| refusal::too_slow())?
    }
}
