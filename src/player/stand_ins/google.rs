//! A stand-in for Google Calendar (API v3): one account with calendars that keep events as Google does,
//! fail on request, and remember what they were asked. Owns the account for as long as the handle lives.
//! What it imitates: ids that the client chooses and that stay taken, versions and `If-Match`, events that
//! are inserted over one another without a word, pages, field masks, sync tokens that grow too old,
//! free/busy that hides an error in a success, channels and what is posted on them.

mod account;
mod answers;
mod channels;
mod doors;
mod event;
mod listing;
mod mask;
mod operation;

use jiff::Timestamp;
use serde_json::Value;

use super::handle::Handle;
use account::Account;
pub use channels::Post;
pub use event::Kept;
pub use operation::Operation;

pub use super::trouble::Trouble;
use super::{asked, trouble};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

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

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// Where it is: what `[providers.google] base_url` is to be.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/calendar/v3", self.url())
    }

    /// All events that there ever were, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Kept> {
        self.account().events().to_vec()
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
        self.account().put_by_hand(calendar, fields)
    }

    /// An event of an hour or so that somebody else puts there, past us.
    pub fn book_elsewhere(&self, calendar: &str, start: Timestamp, end: Timestamp) {
        let fields = event::foreign(start, end);
        self.account().put_by_hand(calendar, fields);
    }

    /// Moves an event by hand. False if there is none.
    pub fn move_by_hand(&self, id: &str, start: Timestamp, end: Timestamp) -> bool {
        self.account().move_by_hand(id, start, end)
    }

    /// Removes an event by hand. False if there is none.
    pub fn remove_by_hand(&self, id: &str) -> bool {
        self.account().remove_by_hand(id)
    }

    /// From now on only this token opens the account.
    pub fn change_token(&self, token: &str) {
        self.account().change_token(token);
    }

    /// Every sync token that was given until now is too old.
    pub fn forget_sync_tokens(&self) {
        self.account().forget_sync_tokens();
    }

    /// What has been posted on the open channels since this was last asked for, oldest first: the
    /// address, the headers and the body, which is empty.
    #[must_use]
    pub fn posts(&self) -> Vec<Post> {
        self.account().posts()
    }
}
