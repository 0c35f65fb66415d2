//! A stand-in for Twilio's Messages API: one account that keeps every message, fails on request, and signs
//! its reports as Twilio does. Owns the messages for as long as the handle lives.

mod doors;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use super::serving::{Serving, serve};
use super::trouble::{self, Kind, Troubles};

pub use super::trouble::Trouble;

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

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

/// The running stand-in; it stops when dropped.
pub struct StandIn {
    inner: Arc<Inner>,
    serving: Serving,
}

struct Inner {
    account: String,
    token: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Vec<Kept>,
    troubles: Troubles<Operation>,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StandIn {
    /// Starts it on a free port of this machine, for one account.
    ///
    /// # Errors
    /// If there is no port.
    pub async fn start(account: &str, token: &str) -> io::Result<Self> {
        let (account, token) = (account.to_owned(), token.to_owned());
        let inner = Arc::new(Inner { account, token, state: Mutex::default() });
        let serving = serve(doors::router(Arc::clone(&inner))).await?;
        Ok(Self { inner, serving })
    }

    /// Where it is: what `[providers.twilio] base_url` is to be.
    #[must_use]
    pub fn url(&self) -> &str {
        self.serving.url()
    }

    /// The next request of this kind fares so.
    pub fn next(&self, operation: Operation, trouble: Trouble) {
        self.plan(Plan { operation, trouble, times: Some(1), percent: 100 });
    }

    /// Every request of this kind fares so until [`Self::behave`].
    pub fn always(&self, operation: Operation, trouble: Trouble) {
        self.plan(Plan { operation, trouble, times: None, percent: 100 });
    }

    /// Adds a plan; of several that apply to a request, the oldest counts.
    pub fn plan(&self, plan: Plan) {
        self.inner.lock().troubles.add(plan);
    }

    /// Forgets all troubles that have not come about.
    pub fn behave(&self) {
        self.inner.lock().troubles.clear();
    }

    /// Every message that it took, oldest first.
    #[must_use]
    pub fn kept(&self) -> Vec<Kept> {
        self.inner.lock().kept.clone()
    }

    /// The header `X-Twilio-Signature` of a post of these fields to `url`.
    #[must_use]
    pub fn signature(&self, url: &str, fields: &[(&str, &str)]) -> String {
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        let signed = sorted.iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
        let Ok(mut mac) = <Hmac<Sha1> as KeyInit>::new_from_slice(self.inner.token.as_bytes())
        else {
            return String::new();
        };
        mac.update(signed.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}
