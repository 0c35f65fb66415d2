//! A stand-in for Cal.com's API v2: one account that keeps bookings as Cal.com does, fails on request,
//! and remembers what it was asked. Owns the account for as long as the handle lives, so it outlives a
//! server that is killed. What it imitates: versions by endpoint, both forms of errors, 400 for taken
//! slots and for wrong input alike, a new id with each move, slots that are kept and not protected,
//! writes that are done although their answer is lost. Times are those of its own clock.

mod account;
mod answers;
mod calendar;
mod doors;
mod hooks;
mod input;
mod operation;

use jiff::{SignedDuration, Timestamp};

use super::handle::Handle;
use account::Account;
pub use account::{Kept, Standing};
pub use calendar::EventType;
pub use hooks::{Hook, HookPost};
pub use operation::Operation;

pub use super::trouble::Trouble;
use super::{asked, trouble};

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

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

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// Where it is: what `[providers.calcom] base_url` is to be.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/v2", self.url())
    }

    /// All bookings that it ever made, oldest first.
    #[must_use]
    pub fn bookings(&self) -> Vec<Kept> {
        self.account().bookings().to_vec()
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
        self.account().held()
    }

    /// Time passes there.
    pub fn let_pass(&self, time: SignedDuration) {
        self.account().let_pass(time);
    }

    /// What somebody else keeps there; it comes free by itself after minutes.
    pub fn hold_elsewhere(&self, event_type: u64, start: Timestamp) {
        let body = serde_json::json!({"eventTypeId": event_type, "slotStart": start});
        // Refused where somebody has it already, which is the same to whoever asks.
        let _ = self.account().reserve(&body);
    }

    /// What the host does by hand: confirms or declines a request, or cancels a booking. False if
    /// there is no such booking.
    pub fn set_standing(&self, uid: &str, standing: Standing) -> bool {
        let mut account = self.account();
        let done = account.set_standing(uid, standing);
        account.post();
        done
    }

    /// What the host moves by hand, wherever they like; the new id, or `None` if there is no such booking
    /// that stands.
    pub fn move_by_hand(&self, uid: &str, start: Timestamp, end: Timestamp) -> Option<String> {
        let mut account = self.account();
        let moved = account.move_by_hand(uid, start, end);
        account.post();
        moved
    }

    /// The owner replaces the API key.
    pub fn change_key(&self, key: &str) {
        self.account().change_key(key);
    }

    /// The webhooks that there are.
    #[must_use]
    pub fn hooks(&self) -> Vec<Hook> {
        self.account().hooks.all().to_vec()
    }

    /// Everything that was posted to webhooks, oldest first. Only what goes to this machine is sent.
    #[must_use]
    pub fn posts(&self) -> Vec<HookPost> {
        self.account().hooks.posts().to_vec()
    }

    /// What somebody else books there, past us.
    pub fn book_elsewhere(&self, event_type: u64, start: Timestamp) {
        self.account().book_elsewhere(event_type, start);
    }
}
