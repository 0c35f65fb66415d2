//! A place in the line for a slot that may become free, as stored.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::ids::{
    BookingId, CallId, ConnectionId, JobId, OrgId, ResourceId, ServiceId, WaitlistId,
};

/// The kind of job that tells somebody that a slot is kept for them. Written in the operation that
/// keeps the slot, gone when the offer is.
pub const WAITLIST_OFFER: &str = "waitlist_offer";

/// What a job of the kind [`WAITLIST_OFFER`] is about. Ids and times only; who it is for is in the
/// entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferNotice {
    /// The place in the line.
    pub entry: WaitlistId,
    /// Start of the slot that is kept.
    pub start: Timestamp,
    /// Until when it is kept.
    pub until: Timestamp,
}

/// One person who waits for one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitlistEntry {
    /// Its id.
    pub id: WaitlistId,
    /// Whose line.
    pub org: OrgId,
    /// Where it stands.
    pub state: WaitlistState,
    /// Who waits.
    #[serde(default)]
    pub name: Option<String>,
    /// Number at which they are told (E.164), as they said or as signalled.
    pub phone: String,
    /// Number from which they asked (E.164), as signalled; `None` if it was withheld.
    #[serde(default)]
    pub caller: Option<String>,
    /// What they wait for.
    pub service_id: ServiceId,
    /// How many people come: what is kept for them has room for so many.
    #[serde(default)]
    pub party_size: Option<u32>,
    /// When it would suit them.
    pub window: WaitlistWindow,
    /// IANA zone in which the window is meant.
    pub time_zone: String,
    /// The slot that is kept for them, while they are offered one.
    #[serde(default)]
    pub offer: Option<KeptSlot>,
    /// Starts of slots that were kept for them and not taken; newest last.
    #[serde(default)]
    pub passed: Vec<Timestamp>,
    /// The booking with which their waiting ended; while they stand in the line, one that is asked for
    /// and does not stand so far.
    #[serde(default)]
    pub booking: Option<BookingId>,
    /// The call in which they asked.
    #[serde(default)]
    pub call_id: Option<CallId>,
    /// When they came into the line: who was first is first.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl WaitlistEntry {
    /// Whether it still stands in the line.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, WaitlistState::Waiting | WaitlistState::Offered)
    }

    /// Whether whoever calls from an E.164 number is the one who waits.
    #[must_use]
    pub fn is_of(&self, number: &str) -> bool {
        self.phone == number || self.caller.as_deref() == Some(number)
    }

    /// When nothing that it waits for can come any more.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        let last = self.window.latest.unwrap_or(time(23, 59, 59, 0));
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        let end = self.window.to.to_datetime(last).to_zoned(zone);
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }

    /// Whether a slot that starts then lies in their window.
    #[must_use]
    pub fn suits(&self, start: Timestamp) -> bool {
        let local = start.in_tz(&self.time_zone).map(|zoned| zoned.datetime());
        local.is_ok_and(|local| self.window.contains(local))
    }

    /// Whether a slot that starts then suits them and was not kept for them in vain before.
    #[must_use]
    pub fn wants(&self, start: Timestamp) -> bool {
        self.suits(start) && !self.passed.contains(&start)
    }
}

/// When a slot may start, in local time; all ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitlistWindow {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Earliest start on each day.
    #[serde(default)]
    pub earliest: Option<Time>,
    /// Latest start on each day.
    #[serde(default)]
    pub latest: Option<Time>,
}

impl WaitlistWindow {
    /// Whether a local start lies in it.
    #[must_use]
    pub fn contains(&self, start: DateTime) -> bool {
        (self.from..=self.to).contains(&start.date())
            && self.earliest.is_none_or(|earliest| start.time() >= earliest)
            && self.latest.is_none_or(|latest| start.time() <= latest)
    }
}

fn one() -> u32 {
    1
}

/// A slot that is kept for somebody in the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSlot {
    /// Start.
    pub start: Timestamp,
    /// End, without buffer.
    pub end: Timestamp,
    /// End of what it occupies.
    pub occupied_until: Timestamp,
    /// How many places its service has at a time, at least 1.
    pub capacity: u32,
    /// How many of them are kept, at least 1.
    #[serde(default = "one")]
    pub places: u32,
    /// What it occupies.
    pub resource: ResourceId,
    /// The connection through which it is booked.
    pub connection_id: ConnectionId,
    /// IANA zone in which it was agreed before.
    pub time_zone: String,
    /// Until when it is kept.
    pub until: Timestamp,
    /// The job that tells them.
    pub job: JobId,
}

/// Where somebody who waits stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitlistState {
    /// In the line.
    Waiting,
    /// In the line, and a slot is kept for them.
    Offered,
    /// They have booked.
    Booked,
    /// Their window is over.
    Expired,
    /// They wait no more.
    Left,
}
