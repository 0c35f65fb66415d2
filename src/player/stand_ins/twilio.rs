//! A stand-in for Twilio's Messages API: one account that keeps every message, fails on request, and signs
//! its reports as Twilio does. Owns the messages for as long as the handle lives.

mod doors;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use super::handle::Handle;
use super::vendor::Kind;
use super::{asked, trouble};

pub use super::trouble::Trouble;

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

/// What it can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// A message to be sent.
    Send,
    /// A list of messages.
    List,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}

/// A message that it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its id.
    pub sid: String,
    /// To whom.
    pub to: String,
    /// From whom: a number or a messaging service.
    pub from: String,
    /// What it says.
    pub body: String,
    /// Where it is reported, if that was asked for.
    pub report_to: Option<String>,
    /// When it came, as Twilio writes it.
    pub date_created: String,
}

/// The account that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its id.
    pub account: String,
    /// The token that opens it and signs its reports.
    pub token: String,
    /// A key that opens it as well, with its secret.
    pub key: Option<(String, String)>,
}

impl Setup {
    /// An account without messages.
    #[must_use]
    pub fn new(account: &str, token: &str) -> Self {
        Self { account: account.to_owned(), token: token.to_owned(), key: None }
    }

    /// With a key of the account's.
    #[must_use]
    pub fn with_key(self, sid: &str, secret: &str) -> Self {
        Self { key: Some((sid.to_owned(), secret.to_owned())), ..self }
    }
}

/// The account behind the routes.
pub struct Account {
    setup: Setup,
    kept: Vec<Kept>,
}

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// Every message that it took, oldest first.
    #[must_use]
    pub fn kept(&self) -> Vec<Kept> {
        self.account().kept.clone()
    }

    /// The header `X-Twilio-Signature` of a post of these fields to `url`.
    #[must_use]
    pub fn signature(&self, url: &str, fields: &[(&str, &str)]) -> String {
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        let signed =
            sorted.iter().fold(url.to_owned(), |text, (name, value)| text + *name + *value);
        let token = self.account().setup.token.clone();
        let Ok(mut mac) = <Hmac<Sha1> as KeyInit>::new_from_slice(token.as_bytes()) else {
            return String::new();
        };
        mac.update(signed.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}
