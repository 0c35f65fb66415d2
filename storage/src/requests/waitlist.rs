//! Requests about the waitlist and their outcomes.

use jiff::Timestamp;

use crate::ids::{CallId, OrgId, ServiceId, WaitlistId};
use crate::model::{KeptSlot, WaitlistEntry, WaitlistState, WaitlistWindow};

/// Somebody wants to wait. One place per person and service: a second request changes the first,
/// which keeps its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinWaitlist {
    /// Id of the place if it is a new one, chosen by the caller.
    pub id: WaitlistId,
    /// Who asks.
    pub who: Waiter,
    /// Number at which they are told (E.164).
    pub phone: String,
    /// What they wait for.
    pub service_id: ServiceId,
    /// How many people come.
    pub party_size: Option<u32>,
    /// When it would suit them.
    pub window: WaitlistWindow,
    /// IANA zone in which the window is meant.
    pub time_zone: String,
    /// Who acts, for the audit chain; an id, never a person's name.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

/// Who asks about a place: only what is certain of them opens one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Whose line.
    pub org: OrgId,
    /// The number that signalling gives (E.164); `None` when it is withheld.
    pub caller: Option<String>,
    /// The call in which they ask.
    pub call_id: Option<CallId>,
    /// Their name, to tell people behind one number apart; `None` means any of them.
    pub name: Option<String>,
}

/// What became of a [`JoinWaitlist`]. It is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinOutcome {
    /// A new place at the end of the line.
    Joined(Box<WaitlistEntry>),
    /// The place they had, with what is new.
    Changed(Box<WaitlistEntry>),
}

/// Somebody wants to wait no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveWaitlist {
    /// Who asks.
    pub who: Waiter,
    /// For what; `None` for everything they wait for.
    pub service_id: Option<ServiceId>,
    /// Who acts, for the audit chain; an id, never a person's name.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

impl KeptSlot {
    /// How many places it takes from a service of which `capacity` may overlap, as
    /// [`Busy::units_for`](crate::Busy::units_for) does of a booking.
    #[must_use]
    pub fn units_for(&self, capacity: u32) -> u32 {
        super::units_for((self.places, self.capacity), capacity)
    }
}

/// Which places are wanted; every part that is set must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaitlistFilter {
    /// Standing so.
    pub state: Option<WaitlistState>,
    /// Waiting for this.
    pub service: Option<ServiceId>,
}
