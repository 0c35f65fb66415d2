//! A booking as stored: one stable record through every move, with its history.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// How many bookings of its kind may overlap: it takes that part of what it occupies.
    #[serde(default = "one")]
    pub capacity: u32,
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
    /// How it came to us.
    pub source: Source,
    /// The call that made it.
    #[serde(default)]
    pub call_id: Option<CallId>,
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
    /// It was cancelled.
    Cancelled,
    /// What is known of the provider's side changed.
    Settled,
}
