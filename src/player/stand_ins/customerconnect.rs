//! A stand-in for CustomerConnect's contact search: one workspace that finds contacts as CustomerConnect does,
//! fails on request, and remembers what it was asked. Owns the contacts for as long as the handle lives.
//! What it imitates: digits that are searched within the numbers as they are written, 20 contacts an answer
//! unless more are asked for, two forms of errors, an answer without contacts where there are none.

mod doors;

use serde::{Deserialize, Serialize};

use super::handle::Handle;
use super::vendor::Kind;
use super::{asked, trouble};

pub use super::trouble::Trouble;

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

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

/// The workspace behind the routes.
pub struct Workspace {
    setup: Setup,
}

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Workspace>;

impl StandIn {
    /// The workspace gets another key; the one before opens nothing any more.
    pub fn change_key(&self, key: &str) {
        key.clone_into(&mut self.account().setup.api_key);
    }

    /// Somebody enters a contact.
    pub fn add(&self, contact: Contact) {
        self.account().setup.contacts.push(contact);
    }
}
