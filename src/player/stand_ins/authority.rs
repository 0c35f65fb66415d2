//! A stand-in for an authorization server (OAuth 2), with something small behind it that its tokens open.
//! One application, any number of people who agree or do not. What it imitates: codes and, where it is
//! told to rotate them, refresh tokens that are good for one use; proof of possession; the ways of
//! Calendly, Square and Google alike, each under its own paths; service accounts and partners.

mod answers;
mod doors;
mod tokens;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::serving::{Serving, serve};
pub use super::trouble::Trouble;
use super::trouble::{self, Kind, Troubles};
use tokens::Tokens;

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

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

/// The running stand-in; it stops when dropped.
pub struct StandIn {
    inner: Arc<Inner>,
    serving: Serving,
}

struct Inner {
    state: Mutex<State>,
}

struct State {
    tokens: Tokens,
    decision: Decision,
    troubles: Troubles<Operation>,
    asked: Vec<Operation>,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StandIn {
    /// Starts it on a free port of this machine.
    ///
    /// # Errors
    /// If there is no port.
    pub async fn start(setup: Setup) -> io::Result<Self> {
        let state = State {
            tokens: Tokens::new(setup),
            decision: Decision::Allows,
            troubles: Troubles::default(),
            asked: Vec::new(),
        };
        let inner = Arc::new(Inner { state: Mutex::new(state) });
        let serving = serve(doors::router(Arc::clone(&inner))).await?;
        Ok(Self { inner, serving })
    }

    /// Where it is, without a final slash.
    #[must_use]
    pub fn url(&self) -> &str {
        self.serving.url()
    }

    /// How the next people decide.
    pub fn decide(&self, decision: Decision) {
        self.inner.lock().decision = decision;
    }

    /// The next request of this kind fares so.
    pub fn next(&self, operation: Operation, trouble: Trouble) {
        let plan = Plan { operation, trouble, times: Some(1), percent: 100 };
        self.inner.lock().troubles.add(plan);
    }

    /// Every request of this kind fares so until [`Self::behave`].
    pub fn always(&self, operation: Operation, trouble: Trouble) {
        let plan = Plan { operation, trouble, times: None, percent: 100 };
        self.inner.lock().troubles.add(plan);
    }

    /// Forgets all troubles that have not come about.
    pub fn behave(&self) {
        self.inner.lock().troubles.clear();
    }

    /// How often it was asked for this.
    #[must_use]
    pub fn asked_to(&self, operation: Operation) -> usize {
        self.inner.lock().asked.iter().filter(|asked| **asked == operation).count()
    }

    /// Ends all access tokens, as their time does; refresh tokens stay good.
    pub fn end_access_tokens(&self) {
        self.inner.lock().tokens.end_access();
    }

    /// Ends everything, as the account's owner does on the provider's own page.
    pub fn revoke_all(&self) {
        self.inner.lock().tokens.revoke_all();
    }

    /// How many refresh tokens, or access tokens where there are none, are good.
    #[must_use]
    pub fn good(&self) -> usize {
        self.inner.lock().tokens.good()
    }

    /// Every secret that it ever gave.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        self.inner.lock().tokens.secrets()
    }

    /// From now on it knows the application by another secret.
    pub fn change_client_secret(&self, secret: &str) {
        self.inner.lock().tokens.change_client_secret(secret);
    }
}
