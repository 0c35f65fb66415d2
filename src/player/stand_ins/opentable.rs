//! A stand-in for OpenTable's in-house booking: one restaurant that keeps tables for minutes, reserves
//! them, fails on request, and remembers what it was asked. Owns the restaurant for as long as the
//! handle lives. What it imitates: times of the restaurant's wall clock, a party as the unit, a table
//! that must be kept before it is reserved, a token for who we are, `RedirectToHost`, a cancellation
//! without a body. Times are those of its own clock, which can be set.

mod answers;
mod doors;
mod operation;
mod restaurant;

use jiff::Timestamp;

use super::handle::Handle;
pub use operation::Operation;
use restaurant::Restaurant;
pub use restaurant::{Kept, Table};

pub use super::trouble::Trouble;
use super::{asked, trouble};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

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

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Restaurant>;

impl StandIn {
    /// The partner gets a new secret and a new token; what was given before opens nothing any more.
    pub fn change_credentials(&self, secret: &str, access_token: &str) {
        self.account().change_credentials(secret, access_token);
    }

    /// All reservations that it ever made, oldest first.
    #[must_use]
    pub fn reservations(&self) -> Vec<Kept> {
        self.account().reservations().to_vec()
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
        self.account().locks()
    }

    /// What the staff do by hand: cancel a reservation. False if there is none.
    pub fn cancel_by_hand(&self, id: &str) -> bool {
        self.account().cancel_by_hand(id)
    }

    /// Somebody else who takes a table for so many, past us.
    pub fn book_elsewhere(&self, start: Timestamp, party: u32) {
        self.account().book_elsewhere(start, party);
    }
}
