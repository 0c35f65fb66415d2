//! A stand-in for an authorization server (OAuth 2), with something small behind it that its tokens open.
//! One application, any number of people who agree or do not. What it imitates: codes and, where it is
//! told to rotate them, refresh tokens that are good for one use; proof of possession; the ways of
//! Calendly, Square and Google alike, each under its own paths; service accounts and partners.

mod answers;
mod doors;
mod tokens;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::handle::Handle;
pub use super::trouble::Trouble;
use super::vendor::Kind;
use super::{asked, trouble};
use tokens::Tokens;

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// The page on which somebody agrees.
    Authorize,
    /// A code for tokens.
    Exchange,
    /// A refresh token for tokens.
    Refresh,
    /// Tokens for who one is.
    Credentials,
    /// The end of a grant.
    Revoke,
    /// What the tokens open.
    Resource,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}

/// The application that it knows, and how it gives tokens.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The application's id.
    pub client_id: String,
    /// Its secret, if it has one; without one proof of possession is asked for.
    pub client_secret: Option<String>,
    /// The only address to which people are sent back; any if not given.
    pub redirect_uri: Option<String>,
    /// How long an access token lasts, seconds.
    pub life: i64,
    /// Whether refresh tokens are good for one use.
    pub rotates: bool,
    /// Whether there are refresh tokens.
    pub refreshes: bool,
    /// What its clock shows when it starts; it runs on from there.
    pub now: Timestamp,
}

impl Setup {
    /// An application with a secret, whose access tokens last for two hours and whose refresh tokens
    /// are good for one use.
    #[must_use]
    pub fn new(client_id: &str, client_secret: &str, now: Timestamp) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_secret: Some(client_secret.to_owned()),
            redirect_uri: None,
            life: 7_200,
            rotates: true,
            refreshes: true,
            now,
        }
    }
}

/// How somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Agrees to everything.
    Allows,
    /// Agrees to these scopes only.
    AllowsOnly(String),
    /// Does not agree; what the provider then says.
    Refuses(String),
}

/// What is behind the routes.
pub struct Authority {
    tokens: Tokens,
    decision: Decision,
    /// Who is signed in there, and agrees or does not.
    person: String,
}

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Authority>;

impl StandIn {
    /// How the next people decide.
    pub fn decide(&self, decision: Decision) {
        self.account().decision = decision;
    }

    /// From now on somebody else is signed in; `/resource` names them.
    pub fn signs_in(&self, person: &str) {
        person.clone_into(&mut self.account().person);
    }

    /// Ends all access tokens, as their time does; refresh tokens stay good.
    pub fn end_access_tokens(&self) {
        self.account().tokens.end_access();
    }

    /// Ends everything, as the account's owner does on the provider's own page.
    pub fn revoke_all(&self) {
        self.account().tokens.revoke_all();
    }

    /// How many refresh tokens, or access tokens where there are none, are good.
    #[must_use]
    pub fn good(&self) -> usize {
        self.account().tokens.good()
    }

    /// Every secret that it ever gave.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.account().tokens.secrets()
    }

    /// From now on it knows the application by another secret.
    pub fn change_client_secret(&self, secret: &str) {
        self.account().tokens.change_client_secret(secret);
    }
}
