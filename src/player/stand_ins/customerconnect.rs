//! A stand-in for CustomerConnect's contact search: one workspace that finds contacts as CustomerConnect does,
//! fails on request, and remembers what it was asked. Owns the contacts for as long as the handle lives.
//! What it imitates: digits that are searched within the numbers as they are written, 20 contacts an answer
//! unless more are asked for, two forms of errors, an answer without contacts where there are none.

mod doors;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

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
    /// Contacts.
    Search,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}

/// A contact of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// First and last name.
    pub name: String,
    /// The number as somebody once wrote it.
    pub phone_number: String,
    /// Date and time of an appointment, as they are shown.
    pub appointment: Option<(String, String)>,
    /// Who decides in the household.
    pub household: Option<String>,
}

impl Contact {
    /// Somebody of whom no more is known.
    #[must_use]
    pub fn new(name: &str, phone_number: &str) -> Self {
        let (name, phone_number) = (name.to_owned(), phone_number.to_owned());
        Self { name, phone_number, appointment: None, household: None }
    }
}

/// The workspace that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its id, a few digits.
    pub workspace_id: String,
    /// Its key.
    pub api_key: String,
    /// Whom it knows.
    pub contacts: Vec<Contact>,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// What it asked for.
    pub operation: Operation,
    /// Path with query.
    pub uri: String,
    /// The header `x-api-key`.
    pub api_key: Option<String>,
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
    setup: Setup,
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
        let state = State { setup, troubles: Troubles::default(), asked: Vec::new() };
        let inner = Arc::new(Inner { state: Mutex::new(state) });
        let serving = serve(doors::router(Arc::clone(&inner))).await?;
        Ok(Self { inner, serving })
    }

    /// Where it is: what `[providers.customerconnect] base_url` is to be.
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

    /// The workspace gets another key; the one before opens nothing any more.
    pub fn change_key(&self, key: &str) {
        key.clone_into(&mut self.inner.lock().setup.api_key);
    }

    /// Somebody enters a contact.
    pub fn add(&self, contact: Contact) {
        self.inner.lock().setup.contacts.push(contact);
    }

    /// Everything that it was asked, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.inner.lock().asked.clone()
    }
}
