//! A stand-in for Square's Bookings: one seller's account that keeps bookings, customers and services as
//! Square does, fails on request, and remembers what it was asked. Owns the account for as long as the
//! handle lives, so it outlives a server that is killed. What it imitates: searches of at least a day
//! and at most 32, versions of bookings and services, idempotency keys, a customer search that lags,
//! pages, a seller's and a buyer's permissions (with the former, two bookings at one time are taken),
//! provisional acceptance, tokens that expire, and signed posts. Times are those of its own clock,
//! which can be set.
//!
//! Its own routes, beside Square's: `GET /stand-in/bookings`, `GET /stand-in/requests`,
//! `POST /stand-in/trouble` with a [`Plan`], `DELETE /stand-in/trouble`.

mod account;
mod answers;
mod bookings;
mod calendar;
mod customers;
mod doors;
mod input;
mod operation;
mod posts;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::serving::{Serving, serve};
use account::Account;
pub use account::{Rights, Setup};
pub use bookings::{Kept, Standing};
pub use calendar::{Member, Variation};
pub use customers::Profile;
pub use operation::Operation;
pub use posts::Post;

pub use super::trouble::Trouble;
use super::trouble::{self, Troubles};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// What it asked for.
    pub operation: Operation,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// Path with query.
    pub uri: String,
    /// The header `square-version`.
    pub version: Option<String>,
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

    /// Where it is: what `[providers.square] base_url` is to be.
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

    /// All bookings that it ever made, oldest first.
    #[must_use]
    pub fn bookings(&self) -> Vec<Kept> {
        self.inner.lock().account.bookings().to_vec()
    }

    /// The bookings that stand or wait for the seller, oldest first.
    #[must_use]
    pub fn standing(&self) -> Vec<Kept> {
        let mut bookings = self.bookings();
        bookings.retain(Kept::stands);
        bookings
    }

    /// All customers' profiles, oldest first.
    #[must_use]
    pub fn customers(&self) -> Vec<Profile> {
        self.inner.lock().account.customers.profiles().to_vec()
    }

    /// A profile that the seller made by hand; its id.
    pub fn add_customer(&self, given: &str, family: &str, phone: &str) -> String {
        self.inner.lock().account.customers.add(given, family, phone)
    }

    /// The seller removes a profile.
    pub fn remove_customer(&self, id: &str) {
        self.inner.lock().account.customers.remove(id);
    }

    /// What the seller does by hand: accepts or declines a request, or cancels a booking. False if
    /// there is no such booking.
    pub fn set_standing(&self, id: &str, standing: Standing) -> bool {
        self.inner.lock().account.set_standing(id, standing)
    }

    /// The seller moves a booking by hand. False if there is no such booking.
    pub fn move_by_hand(&self, id: &str, start: Timestamp) -> bool {
        self.inner.lock().account.move_by_hand(id, start)
    }

    /// What somebody else books there, past us, with this team member.
    pub fn book_elsewhere(&self, variation: &str, member: &str, start: Timestamp) {
        self.inner.lock().account.book_elsewhere(variation, member, start);
    }

    /// At the next create or update, somebody else books the same time a moment before it.
    pub fn race_next(&self) {
        self.inner.lock().account.races = true;
    }

    /// The seller changes a service, so that its version is another.
    pub fn change_service(&self, variation: &str) {
        self.inner.lock().account.change_service(variation);
    }

    /// From now on only this token is good; the one before has expired.
    pub fn set_token(&self, token: &str) {
        self.inner.lock().account.set_token(token);
    }

    /// What the token may do from now on.
    pub fn set_rights(&self, rights: Rights) {
        self.inner.lock().account.set_rights(rights);
    }

    /// What Square would post about a booking now, signed with `key`, to `url`.
    #[must_use]
    pub fn post(&self, kind: &str, booking: &str, url: &str, key: &str) -> Option<Post> {
        let shown = self.inner.lock().account.shown(booking)?;
        Some(Post::about(kind, &shown, url, key))
    }
}
