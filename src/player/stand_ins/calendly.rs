//! A stand-in for Calendly's API v2: one user of one organisation whose events are kept as Calendly keeps
//! them; it fails on request and remembers what it was asked. What it imitates: ids that are URIs, open
//! starts that must lie ahead and span at most a month, bookings by `POST /invitees` with all or none of
//! the tracking fields, codes and texts of refusals, no way to move a booking but two requests, a second
//! cancellation that is forbidden, events that are cancelled for everybody, signed posts. Times are those
//! of its own clock, which runs on from where it is set and dates its answers.

mod account;
mod answers;
mod calendar;
mod doors;
mod input;
mod listing;
mod operation;
mod posts;

use jiff::Timestamp;

use super::handle::Handle;
use account::Account;
pub use account::Kept;
pub use calendar::{EventType, Question};
pub use operation::Operation;
pub use posts::{Post, Subscription};

pub use super::trouble::Trouble;
use super::{asked, trouble};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

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

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// All bookings that were ever made, oldest first.
    #[must_use]
    pub fn bookings(&self) -> Vec<Kept> {
        self.account().bookings().to_vec()
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
        self.account().set_token(token);
    }

    /// From now on its posts are signed with the key of an application, as for accounts that were connected in
    /// a browser, and with no other.
    pub fn sign_as_application(&self, key: &str) {
        self.account().sign_as_application(key);
    }

    /// What the host does in Calendly's own pages: cancels the event of a booking. False if there is no
    /// such booking.
    pub fn cancel_by_hand(&self, invitee: &str, reason: &str) -> bool {
        self.account().cancel_by_hand(invitee, reason)
    }

    /// What an invitee does by the link in their mail: moves a booking; gives its new id.
    pub fn move_by_hand(&self, invitee: &str, start: Timestamp) -> Option<String> {
        self.account().move_by_hand(invitee, start)
    }

    /// What somebody else books there, past us.
    pub fn book_elsewhere(&self, event_type: &str, start: Timestamp) {
        self.account().book_elsewhere(event_type, start);
    }

    /// Who wants its posts.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.account().subscriptions().to_vec()
    }

    /// What it would post about a booking now, to each who wants it: `invitee.created` or
    /// `invitee.canceled`, whichever is true.
    #[must_use]
    pub fn posts_about(&self, invitee: &str) -> Vec<Post> {
        posts::about(&self.account(), invitee)
    }
}
