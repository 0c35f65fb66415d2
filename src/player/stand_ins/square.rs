//! A stand-in for Square's Bookings: one seller's account that keeps bookings, customers and services as
//! Square does, fails on request, and remembers what it was asked. Owns the account for as long as the
//! handle lives, so it outlives a server that is killed. What it imitates: searches of at least a day
//! and at most 32, versions of bookings and services, idempotency keys, a customer search that lags,
//! pages, a seller's and a buyer's permissions (with the former, two bookings at one time are taken),
//! provisional acceptance, tokens that expire, and signed posts. Times are those of its own clock,
//! which can be set.

mod account;
mod answers;
mod bookings;
mod calendar;
mod customers;
mod doors;
mod input;
mod operation;
mod posts;

use jiff::Timestamp;

use super::handle::Handle;
use account::Account;
pub use account::{Rights, Setup};
pub use bookings::{Kept, Standing};
pub use calendar::{Member, Variation};
pub use customers::Profile;
pub use operation::Operation;
pub use posts::Post;

pub use super::trouble::Trouble;
use super::{asked, trouble};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// All bookings that it ever made, oldest first.
    #[must_use]
    pub fn bookings(&self) -> Vec<Kept> {
        self.account().bookings().to_vec()
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
        self.account().customers.profiles().to_vec()
    }

    /// A profile that the seller made by hand; its id.
    pub fn add_customer(&self, given: &str, family: &str, phone: &str) -> String {
        self.account().customers.add(given, family, phone)
    }

    /// The seller removes a profile.
    pub fn remove_customer(&self, id: &str) {
        self.account().customers.remove(id);
    }

    /// What the seller does by hand: accepts or declines a request, or cancels a booking. False if
    /// there is no such booking.
    pub fn set_standing(&self, id: &str, standing: Standing) -> bool {
        self.account().set_standing(id, standing)
    }

    /// The seller moves a booking by hand. False if there is no such booking.
    pub fn move_by_hand(&self, id: &str, start: Timestamp) -> bool {
        self.account().move_by_hand(id, start)
    }

    /// What somebody else books there, past us, with this team member.
    pub fn book_elsewhere(&self, variation: &str, member: &str, start: Timestamp) {
        self.account().book_elsewhere(variation, member, start);
    }

    /// At the next create or update, somebody else books the same time a moment before it.
    pub fn race_next(&self) {
        self.account().races = true;
    }

    /// The seller changes a service, so that its version is another.
    pub fn change_service(&self, variation: &str) {
        self.account().change_service(variation);
    }

    /// From now on only this token is good; the one before has expired.
    pub fn set_token(&self, token: &str) {
        self.account().set_token(token);
    }

    /// What the token may do from now on.
    pub fn set_rights(&self, rights: Rights) {
        self.account().set_rights(rights);
    }

    /// What Square would post about a booking now, signed with `key`, to `url`.
    #[must_use]
    pub fn post(&self, kind: &str, booking: &str, url: &str, key: &str) -> Option<Post> {
        let shown = self.account().shown(booking)?;
        Some(Post::about(kind, &shown, url, key))
    }
}
