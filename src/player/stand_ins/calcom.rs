//! A stand-in for Cal.com's API v2: one account that keeps bookings as Cal.com does, fails on request,
//! and remembers what it was asked. Owns the account for as long as the handle lives, so it outlives a
//! server that is killed. What it imitates: versions by endpoint, both forms of errors, 400 for taken
//! slots and for wrong input alike, a new id with each move, slots that are kept and not protected,
//! writes that are done although their answer is lost. Times are those of its own clock.
//!
//! Its own routes, beside Cal.com's: `GET /stand-in/bookings`, `GET /stand-in/requests`,
//! `POST /stand-in/trouble` with a [`Plan`], `DELETE /stand-in/trouble`.

mod account;
mod answers;
mod calendar;
mod doors;
mod hooks;
mod input;
mod operation;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::serving::{Serving, serve};
use account::Account;
pub use account::{Kept, Standing};
pub use calendar::EventType;
use hooks::Hooks;
pub use hooks::{Hook, HookPost};
pub use operation::Operation;

pub use super::trouble::Trouble;
use super::trouble::{self, Troubles};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// The account that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its API key.
    pub api_key: String,
    /// IANA zone of its working hours.
    pub zone: String,
    /// What its clock shows when it starts; it runs on from there.
    pub now: Timestamp,
    /// What can be booked.
    pub event_types: Vec<EventType>,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// What it asked for.
    pub operation: Operation,
    /// `GET` or `POST`.
    pub method: String,
    /// Path with query.
    pub uri: String,
    /// The header `cal-api-version`.
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
    hooks: Hooks,
}

impl State {
    /// Posts what happened since this was last called.
    fn post(&mut self) {
        let now = self.account.now();
        for happened in self.account.happened() {
            let Some(kept) = self.account.kept(&happened.uid) else { continue };
            self.hooks.post(&happened, kept, now).into_iter().for_each(hooks::send);
        }
    }
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
            hooks: Hooks::default(),
        };
        let inner = Arc::new(Inner { state: Mutex::new(state) });
        let serving = serve(doors::router(Arc::clone(&inner))).await?;
        Ok(Self { inner, serving })
    }

    /// Where it is: what `[providers.calcom] base_url` is to be.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/v2", self.serving.url())
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

    /// The bookings that stand or wait for the host, oldest first.
    #[must_use]
    pub fn standing(&self) -> Vec<Kept> {
        let mut bookings = self.bookings();
        bookings.retain(Kept::stands);
        bookings
    }

    /// The starts that are kept for somebody at this moment.
    #[must_use]
    pub fn held(&self) -> Vec<Timestamp> {
        self.inner.lock().account.held()
    }

    /// What somebody else keeps there; it comes free by itself after minutes.
    pub fn hold_elsewhere(&self, event_type: u64, start: Timestamp) {
        let body = serde_json::json!({"eventTypeId": event_type, "slotStart": start});
        // Refused where somebody has it already, which is the same to whoever asks.
        let _ = self.inner.lock().account.reserve(&body);
    }

    /// What the host does by hand: confirms or declines a request, or cancels a booking. False if
    /// there is no such booking.
    pub fn set_standing(&self, uid: &str, standing: Standing) -> bool {
        let mut state = self.inner.lock();
        let done = state.account.set_standing(uid, standing);
        state.post();
        done
    }

    /// What the host moves by hand, wherever they like; the new id, or `None` if there is no such booking
    /// that stands.
    pub fn move_by_hand(&self, uid: &str, start: Timestamp, end: Timestamp) -> Option<String> {
        let mut state = self.inner.lock();
        let moved = state.account.move_by_hand(uid, start, end);
        state.post();
        moved
    }

    /// The owner replaces the API key.
    pub fn change_key(&self, key: &str) {
        self.inner.lock().account.change_key(key);
    }

    /// The webhooks that there are.
    #[must_use]
    pub fn hooks(&self) -> Vec<Hook> {
        self.inner.lock().hooks.all().to_vec()
    }

    /// Everything that was posted to webhooks, oldest first. Only what goes to this machine is sent.
    #[must_use]
    pub fn posts(&self) -> Vec<HookPost> {
        self.inner.lock().hooks.posts().to_vec()
    }

    /// What somebody else books there, past us.
    pub fn book_elsewhere(&self, event_type: u64, start: Timestamp) {
        self.inner.lock().account.book_elsewhere(event_type, start);
    }
}
