//! A stand-in for Acuity's API v1: one account that keeps appointments as Acuity does, fails on request,
//! and remembers what it was asked. Owns the account for as long as the handle lives, so it outlives a
//! server that is killed. What it imitates: offsets without a colon, numbers as texts, one day a
//! question, a limit by address, 400 with a code for every refusal, an id that stays through a move,
//! form-encoded posts that name an appointment and are signed, twice where two events apply. Times are
//! those of its own clock, which can be set.
//!
//! Its own routes, beside Acuity's: `GET /stand-in/bookings`, `GET /stand-in/requests`,
//! `POST /stand-in/trouble` with a [`Plan`], `DELETE /stand-in/trouble`.

mod account;
mod answers;
mod doors;
mod input;
mod offer;
mod operation;
mod posts;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::serving::{Serving, serve};
use account::Account;
pub use account::Kept;
pub use offer::{AppointmentType, Field};
pub use operation::Operation;
pub use posts::{Post, Webhook};

pub use super::trouble::Trouble;
use super::trouble::{self, Troubles};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// The account that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The user id.
    pub user_id: u64,
    /// The user's API key.
    pub api_key: String,
    /// IANA zone of the working hours.
    pub zone: String,
    /// What its clock shows when it starts; it runs on from there.
    pub now: Timestamp,
    /// What can be booked.
    pub types: Vec<AppointmentType>,
    /// The questions of the one intake form, which goes with all types.
    pub fields: Vec<Field>,
    /// Requests that are answered within any one second; more are refused.
    pub per_second: usize,
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
    /// The header `authorization`.
    pub authorization: Option<String>,
    /// The body, if it was JSON.
    pub body: Option<Value>,
    /// When, as this machine counts.
    #[serde(skip)]
    pub at: Instant,
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

    /// Where it is: what `[providers.acuity] base_url` is to be.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/api/v1", self.serving.url())
    }

    /// Where it is, without the version.
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

    /// The key changes: what was given to us opens nothing any more.
    pub fn change_key(&self, key: &str) {
        self.inner.lock().account.change_key(key);
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

    /// All appointments that it ever made, oldest first.
    #[must_use]
    pub fn appointments(&self) -> Vec<Kept> {
        self.inner.lock().account.appointments().to_vec()
    }

    /// The appointments that stand, oldest first.
    #[must_use]
    pub fn standing(&self) -> Vec<Kept> {
        let mut appointments = self.appointments();
        appointments.retain(|kept| !kept.canceled);
        appointments
    }

    /// What the business does by hand: moves an appointment, wherever it likes. False if there is
    /// none with this id.
    pub fn move_by_hand(&self, id: u64, start: Timestamp) -> bool {
        self.inner.lock().account.move_by_hand(id, start)
    }

    /// What the business does by hand: cancels an appointment. False if there is none.
    pub fn cancel_by_hand(&self, id: u64) -> bool {
        self.inner.lock().account.cancel_by_hand(id)
    }

    /// What somebody else books there, past us, in one of the type's calendars.
    pub fn book_elsewhere(&self, appointment_type: u64, calendar: u64, start: Timestamp) -> u64 {
        self.inner.lock().account.book_elsewhere(appointment_type, calendar, start)
    }

    /// The promises to post that were asked for.
    #[must_use]
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.inner.lock().account.webhooks().to_vec()
    }

    /// What it posts about an appointment for an action, such as `changed`: to every webhook that was
    /// asked for it, by its dotted name. `None` if there is no such appointment.
    #[must_use]
    pub fn post(&self, id: u64, action: &str) -> Option<Post> {
        self.inner.lock().account.post(id, action)
    }
}
