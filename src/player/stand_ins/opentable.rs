//! A stand-in for OpenTable's in-house booking: one restaurant that keeps tables for minutes, reserves
//! them, fails on request, and remembers what it was asked. Owns the restaurant for as long as the
//! handle lives. What it imitates: times of the restaurant's wall clock, a party as the unit, a table
//! that must be kept before it is reserved, a token for who we are, `RedirectToHost`, a cancellation
//! without a body. Times are those of its own clock, which can be set.
//!
//! Its own routes, beside OpenTable's: `GET /stand-in/bookings`, `GET /stand-in/requests`,
//! `POST /stand-in/trouble` with a [`Plan`], `DELETE /stand-in/trouble`.

mod answers;
mod doors;
mod operation;
mod restaurant;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::serving::{Serving, serve};
pub use operation::Operation;
use restaurant::Restaurant;
pub use restaurant::{Kept, Table};

pub use super::trouble::Trouble;
use super::trouble::{self, Troubles};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// The restaurant that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its number.
    pub restaurant_id: u64,
    /// Who the partner is: id and secret, exchanged for the token.
    pub partner: (String, String),
    /// The token that opens the restaurant.
    pub access_token: String,
    /// Its zone.
    pub zone: String,
    /// What its clock shows when it starts; it runs on from there.
    pub now: Timestamp,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Opening and last start, hours of the day.
    pub hours: (i8, i8),
    /// Whether it takes a table back that was kept; what OpenTable does is not public.
    pub takes_back: bool,
    /// Longest reach of a question to either side, minutes.
    pub longest_window: u32,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// What it asked for.
    pub operation: Operation,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// Path with query.
    pub uri: String,
    /// The header `x-request-id`.
    pub request_id: Option<String>,
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
    restaurant: Restaurant,
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
            restaurant: Restaurant::new(setup),
            troubles: Troubles::default(),
            asked: Vec::new(),
        };
        let inner = Arc::new(Inner { state: Mutex::new(state) });
        let serving = serve(doors::router(Arc::clone(&inner))).await?;
        Ok(Self { inner, serving })
    }

    /// Where it is: what `[providers.opentable] base_url` is to be.
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

    /// The partner gets a new secret and a new token; what was given before opens nothing any more.
    pub fn change_credentials(&self, secret: &str, access_token: &str) {
        self.inner.lock().restaurant.change_credentials(secret, access_token);
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

    /// All reservations that it ever made, oldest first.
    #[must_use]
    pub fn reservations(&self) -> Vec<Kept> {
        self.inner.lock().restaurant.reservations().to_vec()
    }

    /// The reservations that stand, oldest first.
    #[must_use]
    pub fn standing(&self) -> Vec<Kept> {
        let mut reservations = self.reservations();
        reservations.retain(|kept| !kept.cancelled);
        reservations
    }

    /// How many tables are kept for somebody right now.
    #[must_use]
    pub fn locks(&self) -> usize {
        self.inner.lock().restaurant.locks()
    }

    /// What the staff do by hand: cancel a reservation. False if there is none.
    pub fn cancel_by_hand(&self, id: &str) -> bool {
        self.inner.lock().restaurant.cancel_by_hand(id)
    }

    /// Somebody else who takes a table for so many, past us.
    pub fn book_elsewhere(&self, start: Timestamp, party: u32) {
        self.inner.lock().restaurant.book_elsewhere(start, party);
    }
}
