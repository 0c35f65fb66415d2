//! A stand-in for Google Calendar (API v3): one account with calendars that keep events as Google does,
//! fail on request, and remember what they were asked. Owns the account for as long as the handle lives.
//! What it imitates: ids that the client chooses and that stay taken, versions and `If-Match`, events that
//! are inserted over one another without a word, pages, field masks, sync tokens that grow too old,
//! free/busy that hides an error in a success, channels and what is posted on them.
//!
//! Its own routes, beside Google's: `GET /stand-in/events`, `GET /stand-in/requests`,
//! `POST /stand-in/trouble` with a [`Plan`], `DELETE /stand-in/trouble`.

mod account;
mod answers;
mod channels;
mod doors;
mod event;
mod listing;
mod mask;
mod operation;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::serving::{Serving, serve};
use account::Account;
pub use channels::Post;
pub use event::Kept;
pub use operation::Operation;

pub use super::trouble::Trouble;
use super::trouble::{self, Troubles};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// What the account may do with a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    Owner,
    /// Change events.
    Writer,
    /// See events.
    Reader,
    /// See when it is busy.
    FreeBusy,
}

/// A calendar of the account.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its id, like an e-mail address.
    pub id: String,
    /// Its name.
    pub summary: String,
    /// What the account may do with it.
    pub access: Access,
}

impl Calendar {
    /// A calendar of the account's own.
    #[must_use]
    pub fn new(id: &str, summary: &str) -> Self {
        Self { id: id.to_owned(), summary: summary.to_owned(), access: Access::Owner }
    }
}

/// The account that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// A token that opens it.
    pub access_token: String,
    /// IANA zone of its calendars.
    pub zone: String,
    /// What its clock shows when it starts; it runs on from there.
    pub now: Timestamp,
    /// Its calendars; the first is `primary`.
    pub calendars: Vec<Calendar>,
    /// Events on a page at most, whatever is asked for.
    pub page: usize,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// What it asked for.
    pub operation: Operation,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path with query.
    pub uri: String,
    /// The header `authorization`.
    pub authorization: Option<String>,
    /// The header `if-match`.
    pub if_match: Option<String>,
    /// The body, if it was JSON.
    pub body: Option<Value>,
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
        let (troubles, asked) = (Troubles::default(), Vec::new());
        let state = State { account: Account::new(setup), troubles, asked };
        let inner = Arc::new(Inner { state: Mutex::new(state) });
        let serving = serve(doors::router(Arc::clone(&inner))).await?;
        Ok(Self { inner, serving })
    }

    /// Where it is: what `[providers.google] base_url` is to be.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/calendar/v3", self.serving.url())
    }

    /// Where it is, without the path of the API.
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

    /// All events that there ever were, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Kept> {
        self.inner.lock().account.events().to_vec()
    }

    /// The events of bookings of ours that stand, oldest first.
    #[must_use]
    pub fn standing(&self) -> Vec<Kept> {
        let mut events = self.events();
        events.retain(|event| event.stands() && event.reference().is_some());
        events
    }

    /// What somebody puts into a calendar by hand; gives its id. Fields as Google has them; `start` and
    /// `end` as it has them too.
    #[must_use]
    pub fn put_by_hand(&self, calendar: &str, fields: Value) -> String {
        self.inner.lock().account.put_by_hand(calendar, fields)
    }

    /// An event of an hour or so that somebody else puts there, past us.
    pub fn book_elsewhere(&self, calendar: &str, start: Timestamp, end: Timestamp) {
        let fields = event::foreign(start, end);
        self.inner.lock().account.put_by_hand(calendar, fields);
    }

    /// Moves an event by hand. False if there is none.
    pub fn move_by_hand(&self, id: &str, start: Timestamp, end: Timestamp) -> bool {
        self.inner.lock().account.move_by_hand(id, start, end)
    }

    /// Removes an event by hand. False if there is none.
    pub fn remove_by_hand(&self, id: &str) -> bool {
        self.inner.lock().account.remove_by_hand(id)
    }

    /// From now on only this token opens the account.
    pub fn change_token(&self, token: &str) {
        self.inner.lock().account.change_token(token);
    }

    /// Every sync token that was given until now is too old.
    pub fn forget_sync_tokens(&self) {
        self.inner.lock().account.forget_sync_tokens();
    }

    /// What has been posted on the open channels since this was last asked for, oldest first: the
    /// address, the headers and the body, which is empty.
    #[must_use]
    pub fn posts(&self) -> Vec<Post> {
        self.inner.lock().account.posts()
    }
}
