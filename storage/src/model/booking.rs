//! A booking as stored: one stable record through every move, with its history.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::intent::{Act, Intent};
use crate::ids::{BookingId, CallId, ConnectionId, CustomerId, OrgId, ResourceId, ServiceId};

/// One booking. Keeps its id and confirmation code when it moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// Whose it is.
    pub org: OrgId,
    /// The customer it was made for.
    pub customer_id: CustomerId,
    /// Where it stands for the business.
    pub status: BookingStatus,
    /// What is known of the provider's side.
    pub outcome: Outcome,
    /// Start, as an instant.
    pub start: Timestamp,
    /// End of the appointment, without buffer.
    pub end: Timestamp,
    /// End of what it occupies: `end` plus the service's buffer.
    pub occupied_until: Timestamp,
    /// IANA zone in which start and end were agreed.
    pub time_zone: String,
    /// What was booked.
    pub service_id: ServiceId,
    /// What it occupies.
    pub resource: ResourceId,
    /// How many places its service had at a time when it was booked, at least 1.
    #[serde(default = "one")]
    pub capacity: u32,
    /// How many of them it takes, at least 1.
    #[serde(default = "one")]
    pub places: u32,
    /// How many people come, if that was said.
    #[serde(default)]
    pub party_size: Option<u32>,
    /// The connection it was booked through.
    pub connection_id: ConnectionId,
    /// The customer's name as given for this booking.
    pub customer_name: String,
    /// E.164 number.
    #[serde(default)]
    pub customer_phone: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub customer_email: Option<String>,
    /// Free text from the caller.
    #[serde(default)]
    pub notes: Option<String>,
    /// Six characters without look-alikes, unique within the org.
    pub confirmation: String,
    /// The provider's ids for it, newest last.
    #[serde(default)]
    pub external_ids: Vec<String>,
    /// What its provider was or is to be asked and that is not settled yet.
    #[serde(default)]
    pub intent: Option<Intent>,
    /// How it came to us.
    pub source: Source,
    /// The call that made it.
    #[serde(default)]
    pub call_id: Option<CallId>,
    /// When its customer said that they will come, at its present time.
    #[serde(default)]
    pub customer_confirmed_at: Option<Timestamp>,
    /// What happened to it, oldest first.
    #[serde(default)]
    pub history: Vec<BookingChange>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

fn one() -> u32 {
    1
}

impl Booking {
    /// Whether it still occupies its resource.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status != BookingStatus::Cancelled
    }

    /// Whether it is agreed with everybody.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.status == BookingStatus::Confirmed && self.outcome == Outcome::Confirmed
    }

    /// Whether the provider accepted it and has yet to decide (R19).
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.status == BookingStatus::Pending
            && self.outcome == Outcome::Pending
            && self.intent.is_none()
            && !self.external_ids.is_empty()
    }

    /// Whether its provider has surely not been asked to make it yet, so that it is ours alone.
    #[must_use]
    pub fn is_unasked(&self) -> bool {
        let intent = self.intent.as_ref();
        intent.is_some_and(|intent| intent.act == Act::Create && intent.asked_at.is_none())
    }

    /// Whether its provider may have done something for it that we have not heard of.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.intent.as_ref().is_some_and(|intent| intent.asked_at.is_some())
    }
}

/// Where a booking stands for the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingStatus {
    /// Agreed with the caller, not yet with the provider.
    Pending,
    /// Stands.
    Confirmed,
    /// Cancelled, or never came about.
    Cancelled,
}

/// What is known of the provider's side of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The provider has it.
    Confirmed,
    /// The provider has not been asked, or has not decided.
    Pending,
    /// The provider was asked and its answer was lost.
    Unknown,
    /// The provider refused.
    Failed,
}

/// How a booking came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A call.
    Phone,
    /// A web page.
    Web,
    /// An operator.
    Manual,
}

/// One change of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingChange {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: ChangeKind,
    /// The start before a move.
    #[serde(default)]
    pub from_start: Option<Timestamp>,
    /// The reason that was given.
    #[serde(default)]
    pub reason: Option<String>,
    /// The call in which it happened.
    #[serde(default)]
    pub call_id: Option<CallId>,
}

/// What kind of change it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was made.
    Made,
    /// Its start changed.
    Moved,
    /// How many people come changed, and nothing else.
    Resized,
    /// For whom it is, or how they are reached, was put right.
    Amended,
    /// It was cancelled.
    Cancelled,
    /// What is known of the provider's side changed.
    Settled,
}
