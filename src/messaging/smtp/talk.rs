//! One conversation with a mail server, step by step, so that it is known at which it failed. Connects only
//! to addresses that an org may name.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_actors::ports::{MailAccount, MessengerError};
use hookswitch_storage::SmtpSecurity;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::compose;
use super::line::Lines;
use super::refusal::{self, Step};
use crate::outbound::Outbound;
use crate::providers::http;

/// How long one address of a server may take to be connected to.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a goodbye may take; nobody waits for it.
const GOODBYE: Duration = Duration::from_secs(5);

/// A server that is ready for a mail.
pub(super) struct Talk {
    connection: AsyncSmtpConnection,
}

/// Connects, agrees on TLS and signs in.
pub(super) async fn open(
    outbound: &Outbound,
    account: &MailAccount,
) -> Result<Talk, MessengerError> {
    let stream = connect(outbound, account).await?;
    let hello = hello(account);
    let peer = stream.peer_addr().map_err(|_| out_of_reach())?;
    let stream: Box<dyn AsyncTokioStream> = match account.security {
        SmtpSecurity::Tls => Box::new(Lines::new(secured(stream, &account.host).await?, peer)),
        SmtpSecurity::Starttls | SmtpSecurity::None => Box::new(Lines::new(stream, peer)),
    };
    let connection = AsyncSmtpConnection::connect_with_transport(stream, &hello).await;
    let mut connection = connection.map_err(|error| refusal::of(Step::Greeting, &error))?;
    if account.security == SmtpSecurity::Starttls {
        let parameters = starttls(account.host.clone()).await?;
        let agreed = connection.starttls(parameters, &hello).await;
        agreed.map_err(|error| refusal::of(Step::Tls, &error))?;
    }
    if let Some((username, password)) = &account.sign_in {
        let password = password.text().unwrap_or_default().to_owned();
        let credentials = Credentials::new(username.clone(), password);
        let signed_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        signed_in.map_err(|error| refusal::of(Step::SignIn, &error))?;
    }
    Ok(Talk { connection })
}

impl Talk {
    /// Names the sender. Who the mail will be for is asked for here already: with the sender it is said
    /// whether any address is not plain ASCII (RFC 6531, 3.4).
    pub(super) async fn from(
        &mut self,
        sender: &Address,
        recipient: Option<&Address>,
    ) -> Result<(), MessengerError> {
        let is_plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        let plain = (is_plain(sender), recipient.is_none_or(is_plain));
        let takes_all = self.connection.server_info().supports_feature(Extension::SmtpUtfEight);
        let parameters = match plain {
            (true, true) => Vec::new(),
            _ if takes_all => vec![MailParameter::SmtpUtfEight],
            (false, _) => {
                let problem =
                    "the mail server takes no addresses with such letters; check `smtp.from`";
                return Err(refusal::by_hand(problem));
            }
            (true, false) => {
                let problem = "the mail server takes no addresses with such letters".to_owned();
                return Err(MessengerError::Refused { problem, code: None });
            }
        };
        let answer = self.connection.command(Mail::new(Some(sender.clone()), parameters)).await;
        answer.map(drop).map_err(|error| refusal::of(Step::Sender, &error))
    }

    /// Names who it is for.
    pub(super) async fn to(&mut self, recipient: &Address) -> Result<(), MessengerError> {
        let answer = self.connection.command(Rcpt::new(recipient.clone(), Vec::new())).await;
        answer.map(drop).map_err(|error| refusal::of(Step::Recipient, &error))
    }

    /// Says that the mail comes.
    pub(super) async fn data(&mut self) -> Result<(), MessengerError> {
        let answer = self.connection.command(Data).await;
        answer.map(drop).map_err(|error| refusal::of(Step::Data, &error))
    }

    /// Hands the mail over.
    pub(super) async fn content(&mut self, mail: &[u8]) -> Result<(), MessengerError> {
        let answer = self.connection.message(mail).await;
        answer.map(drop).map_err(|error| refusal::of(Step::Content, &error))
    }

    /// Says goodbye behind the caller's back.
    pub(super) fn end(mut self) {
        tokio::spawn(async move {
            let _ = tokio::time::timeout(GOODBYE, self.connection.quit()).await;
        });
    }
}

/// The name by which we greet: the sender's domain, as a server of it would.
fn hello(account: &MailAccount) -> ClientId {
    match compose::address(&account.from) {
        Some(from) if from.domain().is_ascii() => ClientId::Domain(from.domain().to_owned()),
        _ => ClientId::default(),
    }
}

async fn connect(outbound: &Outbound, account: &MailAccount) -> Result<TcpStream, MessengerError> {
    let found = outbound.addresses(&account.host, account.port).await;
    let found: Vec<SocketAddr> = found.map_err(|_| {
        let problem = "`smtp.host` leads to a private address; the server's operator can list its \
            host:port in `[outbound] allow`";
        refusal::by_hand(problem)
    })?;
    for address in found {
        let connected = tokio::time::timeout(CONNECT, TcpStream::connect(address)).await;
        if let Ok(Ok(stream)) = connected {
            return Ok(stream);
        }
    }
    Err(out_of_reach())
}

fn out_of_reach() -> MessengerError {
    let problem = "the mail server is out of reach; check `smtp.host` and `smtp.port`".into();
    MessengerError::Later { problem }
}

/// TLS from the first byte.
async fn secured(
    stream: TcpStream,
    host: &str,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, MessengerError> {
    let unusable = || {
        let problem = "TLS cannot be set up on this machine; look at its certificates".into();
        MessengerError::Later { problem }
    };
    let mut config = http::tls().ok_or_else(unusable)?.clone();
    // A mail server speaks no HTTP.
    config.alpn_protocols.clear();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| unusable())?;
    let agreed = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    agreed.map_err(|error| refusal::of_tls(&error, false))
}

/// How TLS is begun later on. Reads the machine's certificates, which takes too long for a thread that
/// others wait for.
async fn starttls(host: String) -> Result<TlsParameters, MessengerError> {
    let made = tokio::task::spawn_blocking(move || TlsParameters::new_rustls(host)).await;
    made.ok().and_then(Result::ok).ok_or_else(|| MessengerError::Later {
        problem: "TLS cannot be set up on this machine; look at its certificates".into(),
    })
}
