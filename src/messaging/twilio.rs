//! Twilio's Messages API (2010-04-01): sends a text message, finds one whose answer was lost, and reads
//! what Twilio reports. Owns the requests; what answers mean is in `refusal`, their JSON in `wire`.
//! Facts: Twilio's published OpenAPI description and documentation as of 2026, not tried against an
//! account.

mod refusal;
mod signature;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{Messenger, MessengerError, Taken, Text, TextAccess, TextAccount};
use hookswitch_storage::TwilioSender;
use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Url};

use crate::config::{Config, OwnTwilio};
use crate::providers::http::{self, Answer, Failure, Http, Limits};

pub(crate) use refusal::in_words;
pub(crate) use signature::is_genuine;
pub(crate) use wire::state;

/// How far requests may go. Nobody waits for a message as one does for a free slot.
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(3), total: Duration::from_secs(15), largest: 4 << 20 };

/// Messages that are looked through for one whose answer was lost: those to one number, newest first, the
/// most that Twilio lists at once.
const LOOKED_THROUGH: usize = 1_000;

/// Twilio at one address. Each message brings its org's key; what is held here is the server's own.
pub(crate) struct Twilio {
    http: Http,
    base: Url,
    /// Under which Twilio reaches this server; `None` if it cannot, so that it reports nothing.
    public_url: Option<String>,
    own: OwnTwilio,
}

/// An account, entered.
struct Entered<'a> {
    account_sid: &'a str,
    user: &'a str,
    secret: &'a str,
    /// Whether its reports would be believed.
    reports: bool,
}

impl Twilio {
    /// Twilio where the configuration says it is.
    ///
    /// # Errors
    /// In words, if outgoing requests cannot be set up.
    pub(crate) fn new(config: &Config) -> Result<Self, String> {
        let base = http::versioned(&config.providers.twilio.base_url, "/2010-04-01")?;
        let public_url = config.server.public_url.clone();
        let own = config.secrets.twilio.clone();
        Ok(Self { http: Http::new(&base, LIMITS)?, base, public_url, own })
    }

    fn enter<'a>(&'a self, account: &'a TextAccount) -> Result<Entered<'a>, MessengerError> {
        match &account.access {
            TextAccess::Given { account_sid, user, secret, reports } => Ok(Entered {
                account_sid,
                user,
                secret: secret.text().unwrap_or_default(),
                reports: *reports,
            }),
            TextAccess::Own => {
                let (sid, token) = self.own.whole().ok_or_else(|| MessengerError::Account {
                    problem: "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set any more; set \
                        them, or give `twilio` an account of its own"
                        .into(),
                    code: None,
                })?;
                Ok(Entered { account_sid: sid, user: sid, secret: token, reports: true })
            }
        }
    }

    fn messages(
        &self,
        method: Method,
        account: &TextAccount,
        query: &[(&str, &str)],
    ) -> Result<RequestBuilder, MessengerError> {
        let entered = self.enter(account)?;
        let path = ["Accounts", entered.account_sid, "Messages.json"];
        let mut url = http::join(&self.base, &path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(self.http.request(method, url).basic_auth(entered.user, Some(entered.secret)))
    }

    fn body(&self, account: &TextAccount, text: &Text) -> Vec<(&'static str, String)> {
        let sender = match &account.from {
            TwilioSender::Number(number) => ("From", number.clone()),
            TwilioSender::Service(sid) => ("MessagingServiceSid", sid.clone()),
        };
        let mut body = vec![
            ("To", text.to.clone()),
            sender,
            ("Body", text.body.clone()),
            ("ValidityPeriod", text.valid_for.as_secs().to_string()),
        ];
        let reports = self.enter(account).is_ok_and(|entered| entered.reports);
        if let Some(url) = self.public_url.as_ref().filter(|_| reports) {
            let (org, id) = (&account.org, &text.id);
            let report = format!("{url}/api/messaging/twilio/{org}/status?message={id}");
            body.push(("StatusCallback", report));
        }
        body
    }
}

#[async_trait]
impl Messenger for Twilio {
    async fn send(&self, account: &TextAccount, text: &Text) -> Result<Taken, MessengerError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.body(account, text))
            .finish();
        let request = self
            .messages(Method::POST, account, &[])?
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|failure| match failure {
            Failure::NotSent => MessengerError::NotSent,
            Failure::Late | Failure::Broken | Failure::TooLarge => MessengerError::Unknown,
        })?;
        match answer.status.as_u16() {
            200..300 => wire::message(&answer.body).map(taken).ok_or(MessengerError::Unknown),
            _ => Err(refusal::of(&answer)),
        }
    }

    async fn find(
        &self,
        account: &TextAccount,
        text: &Text,
        since: Timestamp,
    ) -> Result<Option<Taken>, MessengerError> {
        let size = LOOKED_THROUGH.to_string();
        let query = [("To", text.to.as_str()), ("PageSize", size.as_str())];
        let answer = self.ask(self.messages(Method::GET, account, &query)?).await?;
        let listed = wire::list(&answer.body).ok_or(MessengerError::NotSent)?;
        let is_new =
            |message: &wire::Message| message.created_at().is_none_or(|created| created >= since);
        // Of more than that it could be the one that is not listed; sent again, it might come twice.
        let may_be_cut = listed.len() >= LOOKED_THROUGH && listed.iter().all(is_new);
        let same = |message: &wire::Message| {
            is_new(message) && message.body == text.body && message.to == text.to
        };
        match listed.into_iter().find(same) {
            Some(found) => Ok(Some(taken(found))),
            None if may_be_cut => Err(MessengerError::NotSent),
            None => Ok(None),
        }
    }

    async fn check(&self, account: &TextAccount) -> Result<(), MessengerError> {
        self.ask(self.messages(Method::GET, account, &[("PageSize", "1")])?).await.map(drop)
    }
}

impl Twilio {
    /// Asks something that changes nothing.
    async fn ask(&self, request: RequestBuilder) -> Result<Answer, MessengerError> {
        let answer = self.http.send(request).await.map_err(|_| MessengerError::NotSent)?;
        if answer.status.is_success() { Ok(answer) } else { Err(refusal::of(&answer)) }
    }
}

fn taken(message: wire::Message) -> Taken {
    let state = wire::state(&message.status);
    Taken { external_id: message.sid, state }
}
