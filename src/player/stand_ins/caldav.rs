//! A stand-in for a calendar server that speaks CalDAV: one user with some calendars, which keep events
//! as a server of the plainer kind does, fails on request, and remembers what it was asked. It gives no
//! versions when it takes an event, says when a calendar is busy only if it is told to, and does not lay
//! repetitions out, all of which servers are allowed. Knows nothing of the adapter that it is to try.
//!
//! Its own routes, beside CalDAV's: `GET /stand-in/events`, `GET /stand-in/requests`,
//! `POST /stand-in/trouble` with a [`Plan`], `DELETE /stand-in/trouble`.

mod account;
mod answers;
mod doors;
mod object;
mod operation;
mod question;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use super::serving::{Serving, serve};
use account::Account;
pub use object::Kept;
pub use operation::Operation;

pub use super::trouble::Trouble;
use super::trouble::{self, Troubles};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// The server that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its user.
    pub username: String,
    /// The user's password.
    pub password: String,
    /// Names of the user's calendars; the end of a calendar's path is its name in lower case.
    pub calendars: Vec<String>,
    /// Whether it answers with the version of an event that it took.
    pub versions_on_put: bool,
    /// Whether it says when a calendar is busy.
    pub free_busy: bool,
    /// Whether it keeps the condition that nothing is at a path.
    pub keeps_if_none_match: bool,
    /// Whether it keeps tokens to ask for changes with; else it has a tag for a calendar as a whole.
    pub sync_tokens: bool,
    /// Whether others' events are shown, or only that they are busy.
    pub shows_events: bool,
}

impl Setup {
    /// A server without peculiarities but those that the plainer ones have.
    #[must_use]
    pub fn new(username: &str, password: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            calendars: vec!["Work".to_owned()],
            versions_on_put: false,
            free_busy: false,
            keeps_if_none_match: true,
            sync_tokens: true,
            shows_events: true,
        }
    }
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// What it asked for.
    pub operation: Operation,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The header `authorization`.
    pub authorization: Option<String>,
    /// The header `if-match`, or `if-none-match`.
    pub condition: Option<String>,
    /// The body.
    pub body: String,
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
    account: Account,
    troubles: Troubles<Operation>,
    asked: Vec<Asked>,
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
            account: Account::new(setup),
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

    /// What `[outbound] allow` needs so that a server on this machine may call it.
    #[must_use]
    pub fn host_port(&self) -> String {
        self.url().trim_start_matches("http://").to_owned()
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

    /// Everything that it was asked, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.inner.lock().asked.clone()
    }

    /// What it was asked for of one kind, in order.
    #[must_use]
    pub fn asked_to(&self, operation: Operation) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(|asked| asked.operation == operation);
        asked
    }

    /// The events of all calendars, by path.
    #[must_use]
    pub fn events(&self) -> Vec<Kept> {
        self.inner.lock().account.all()
    }

    /// The events that carry a booking of a Hookswitch, by path.
    #[must_use]
    pub fn booked(&self) -> Vec<Kept> {
        let mut events = self.events();
        events.retain(|event| event.text.contains("X-HOOKSWITCH-BOOKING"));
        events
    }

    /// What a person puts into a calendar: an event of an hour or so, or any object. Its path.
    pub fn enter(&self, calendar: &str, name: &str, text: &str) -> String {
        self.inner.lock().account.enter(calendar, name, text)
    }

    /// What a person enters for a span of time.
    pub fn enter_between(&self, calendar: &str, name: &str, start: Timestamp, end: Timestamp) {
        self.enter(calendar, name, &object::plain(name, start, end));
    }

    /// What a person does to an event that is there. False if there is none.
    pub fn edit(&self, path: &str, change: impl FnOnce(&str) -> String) -> bool {
        self.inner.lock().account.edit(path, change)
    }

    /// What a person deletes. False if there is nothing.
    pub fn delete(&self, path: &str) -> bool {
        self.inner.lock().account.delete(path)
    }

    /// Forgets all tokens that were given.
    pub fn forget_tokens(&self) {
        self.inner.lock().account.forget_tokens();
    }

    /// The user has another password from now on.
    pub fn set_password(&self, password: &str) {
        self.inner.lock().account.set_password(password);
    }
}
