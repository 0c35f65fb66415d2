//! A stand-in for Calendly's API v2: one user of one organisation whose events are kept as Calendly keeps
//! them; it fails on request and remembers what it was asked. What it imitates: ids that are URIs, open
//! starts that must lie ahead and span at most a month, bookings by `POST /invitees` with all or none of
//! the tracking fields, codes and texts of refusals, no way to move a booking but two requests, a second
//! cancellation that is forbidden, events that are cancelled for everybody, signed posts. Times are those
//! of its own clock, which runs on from where it is set and dates its answers.
//!
//! Its own routes, beside Calendly's: `GET /stand-in/bookings`, `GET /stand-in/requests`,
//! `POST /stand-in/trouble` with a [`Plan`], `DELETE /stand-in/trouble`.

mod account;
mod answers;
mod calendar;
mod doors;
mod input;
mod listing;
mod operation;
mod posts;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::serving::{Serving, serve};
use account::Account;
pub use account::Kept;
pub use calendar::{EventType, Question};
pub use operation::Operation;
pub use posts::{Post, Subscription};

pub use super::trouble::Trouble;
use super::trouble::{self, Troubles};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// The account that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The token that opens it.
    pub token: String,
    /// IANA zone of its working hours.
    pub zone: String,
    /// What its clock shows when it starts; it runs on from there.
    pub now: Timestamp,
    /// What can be booked.
    pub event_types: Vec<EventType>,
    /// Whether its plan allows bookings by API.
    pub may_book: bool,
    /// The longest span of open starts, days: 31, or 7 as before July 2026.
    pub longest_span_days: u16,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// What it asked for.
    pub operation: Operation,
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// Path with query.
    pub uri: String,
    /// The header `authorization`.
    pub authorization: Option<String>,
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
        let state = State {
            account: Account::new(setup),
            troubles: Troubles::default(),
            asked: Vec::new(),
        };
        let inner = Arc::new(Inner { state: Mutex::new(state) });
        let serving = serve(doors::router(Arc::clone(&inner))).await?;
        Ok(Self { inner, serving })
    }

    /// Where it is: what `[providers.calendly] base_url` is to be.
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

    /// All bookings that were ever made, oldest first.
    #[must_use]
    pub fn bookings(&self) -> Vec<Kept> {
        self.inner.lock().account.bookings().to_vec()
    }

    /// The bookings that stand, oldest first.
    #[must_use]
    pub fn standing(&self) -> Vec<Kept> {
        let mut bookings = self.bookings();
        bookings.retain(|kept| kept.active);
        bookings
    }

    /// From now on this token opens it, and no other.
    pub fn set_token(&self, token: &str) {
        self.inner.lock().account.set_token(token);
    }

    /// What the host does in Calendly's own pages: cancels the event of a booking. False if there is no
    /// such booking.
    pub fn cancel_by_hand(&self, invitee: &str, reason: &str) -> bool {
        self.inner.lock().account.cancel_by_hand(invitee, reason)
    }

    /// What an invitee does by the link in their mail: moves a booking; gives its new id.
    pub fn move_by_hand(&self, invitee: &str, start: Timestamp) -> Option<String> {
        self.inner.lock().account.move_by_hand(invitee, start)
    }

    /// What somebody else books there, past us.
    pub fn book_elsewhere(&self, event_type: &str, start: Timestamp) {
        self.inner.lock().account.book_elsewhere(event_type, start);
    }

    /// Who wants its posts.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.inner.lock().account.subscriptions().to_vec()
    }

    /// What it would post about a booking now, to each who wants it: `invitee.created` or
    /// `invitee.canceled`, whichever is true.
    #[must_use]
    pub fn posts_about(&self, invitee: &str) -> Vec<Post> {
        let state = self.inner.lock();
        posts::about(&state.account, invitee)
    }
}
