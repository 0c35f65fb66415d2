//! A stand-in for a calendar server that speaks CalDAV: one user with some calendars, which keep events
//! as a server of the plainer kind does, fails on request, and remembers what it was asked. It gives no
//! versions when it takes an event, says when a calendar is busy only if it is told to, and does not lay
//! repetitions out, all of which servers are allowed. Knows nothing of the adapter that it is to try.

mod account;
mod answers;
mod doors;
mod object;
mod operation;
mod question;

use jiff::Timestamp;

use super::handle::Handle;
use account::Account;
pub use object::Kept;
pub use operation::Operation;

pub use super::trouble::Trouble;
use super::{asked, trouble};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

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

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// What `[outbound] allow` needs so that a server on this machine may call it.
    #[must_use]
    pub fn host_port(&self) -> String {
        self.url().trim_start_matches("http://").to_owned()
    }

    /// The events of all calendars, by path.
    #[must_use]
    pub fn events(&self) -> Vec<Kept> {
        self.account().all()
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
        self.account().enter(calendar, name, text)
    }

    /// What a person enters for a span of time.
    pub fn enter_between(&self, calendar: &str, name: &str, start: Timestamp, end: Timestamp) {
        self.enter(calendar, name, &object::plain(name, start, end));
    }

    /// What a person does to an event that is there. False if there is none.
    pub fn edit(&self, path: &str, change: impl FnOnce(&str) -> String) -> bool {
        self.account().edit(path, change)
    }

    /// What a person deletes. False if there is nothing.
    pub fn delete(&self, path: &str) -> bool {
        self.account().delete(path)
    }

    /// Forgets all tokens that were given.
    pub fn forget_tokens(&self) {
        self.account().forget_tokens();
    }

    /// The user has another password from now on.
    pub fn set_password(&self, password: &str) {
        self.account().set_password(password);
    }
}
