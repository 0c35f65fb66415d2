//! A stand-in for Acuity's API v1: one account that keeps appointments as Acuity does, fails on request,
//! and remembers what it was asked. Owns the account for as long as the handle lives, so it outlives a
//! server that is killed. What it imitates: offsets without a colon, numbers as texts, one day a
//! question, a limit by address, 400 with a code for every refusal, an id that stays through a move,
//! form-encoded posts that name an appointment and are signed, twice where two events apply. Times are
//! those of its own clock, which can be set.

mod account;
mod answers;
mod doors;
mod input;
mod offer;
mod operation;
mod posts;

use jiff::Timestamp;

use super::handle::Handle;
use account::Account;
pub use account::Kept;
pub use offer::{AppointmentType, Field};
pub use operation::Operation;
pub use posts::{Post, Webhook};

pub use super::trouble::Trouble;
use super::{asked, trouble};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

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

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// Where it is: what `[providers.acuity] base_url` is to be.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/api/v1", self.url())
    }

    /// The key changes: what was given to us opens nothing any more.
    pub fn change_key(&self, key: &str) {
        self.account().change_key(key);
    }

    /// All appointments that it ever made, oldest first.
    #[must_use]
    pub fn appointments(&self) -> Vec<Kept> {
        self.account().appointments().to_vec()
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
        self.account().move_by_hand(id, start)
    }

    /// What the business does by hand: cancels an appointment. False if there is none.
    pub fn cancel_by_hand(&self, id: u64) -> bool {
        self.account().cancel_by_hand(id)
    }

    /// What somebody else books there, past us, in one of the type's calendars.
    pub fn book_elsewhere(&self, appointment_type: u64, calendar: u64, start: Timestamp) -> u64 {
        self.account().book_elsewhere(appointment_type, calendar, start)
    }

    /// The promises to post that were asked for.
    #[must_use]
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.account().webhooks().to_vec()
    }

    /// What it posts about an appointment for an action, such as `changed`: to every webhook that was
    /// asked for it, by its dotted name. `None` if there is no such appointment.
    #[must_use]
    pub fn post(&self, id: u64, action: &str) -> Option<Post> {
        self.account().post(id, action)
    }
}
