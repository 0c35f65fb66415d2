//! Requests about bookings and their outcomes. A refusal is an outcome, not an error.

use jiff::Timestamp;

use crate::ids::{
    BookingId, CallId, ConnectionId, CustomerId, OrgId, ResourceId, ServiceId, ToolCallId,
};
use crate::model::{Booking, BookingStatus, CustomerDraft, Outcome, Source};

/// The tool call on whose behalf something is written; makes the write repeatable (R5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCallRef {
    /// The tool call.
    pub id: ToolCallId,
    /// Digest of tool name and validated arguments.
    pub arguments_hash: String,
}

/// A booking to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBooking {
    /// Id of the booking, chosen by the caller.
    pub id: BookingId,
    /// Whose it is.
    pub org: OrgId,
    /// For whom; found or created in the same operation.
    pub customer: CustomerDraft,
    /// What is booked.
    pub service_id: ServiceId,
    /// Through which connection.
    pub connection_id: ConnectionId,
    /// What it occupies.
    pub resource: ResourceId,
    /// How many bookings may overlap on the resource, at least 1.
    pub capacity: u32,
    /// Start.
    pub start: Timestamp,
    /// End, without buffer.
    pub end: Timestamp,
    /// End of what it occupies, not before `end`.
    pub occupied_until: Timestamp,
    /// IANA zone in which it was agreed.
    pub time_zone: String,
    /// Where it stands from the start.
    pub status: BookingStatus,
    /// What is known of the provider's side.
    pub outcome: Outcome,
    /// Free text from the caller.
    pub notes: Option<String>,
    /// How it came to us.
    pub source: Source,
    /// The call in which it is made.
    pub call_id: Option<CallId>,
    /// The tool call that makes it.
    pub tool_call: Option<ToolCallRef>,
    /// What makes two requests the same request; unique among the org's active bookings.
    pub meaning: Option<String>,
    /// Who acts, for the audit chain; an id, never a person's name.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

/// What became of a [`NewBooking`].
#[derive(Debug, Clone, PartialEq)]
pub enum BookOutcome {
    /// It is on disk.
    Booked(Box<Booking>),
    /// The same request was made before; this is what it made, as it stands now.
    Same(Box<Booking>),
    /// The resource is full somewhere in the range.
    Taken,
    /// The tool call's id was used with other arguments.
    KeyReused,
}

/// A booking to be moved.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveBooking {
    /// Whose it is.
    pub org: OrgId,
    /// Which one.
    pub id: BookingId,
    /// New start.
    pub start: Timestamp,
    /// New end, without buffer.
    pub end: Timestamp,
    /// New end of what it occupies.
    pub occupied_until: Timestamp,
    /// How many bookings may overlap on the resource, at least 1.
    pub capacity: u32,
    /// IANA zone in which the move was agreed.
    pub time_zone: String,
    /// Replaces the booking's meaning; the old one ends either way.
    pub meaning: Option<String>,
    /// The tool call that moves it.
    pub tool_call: Option<ToolCallRef>,
    /// The call in which it is moved.
    pub call_id: Option<CallId>,
    /// Who acts, for the audit chain.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

/// What became of a [`MoveBooking`].
#[derive(Debug, Clone, PartialEq)]
pub enum MoveOutcome {
    /// It has moved; the old range is free.
    Moved(Box<Booking>),
    /// It is there already.
    Same(Box<Booking>),
    /// The resource is full somewhere in the new range; the booking stays where it was.
    Taken,
    /// The org has no such booking.
    NotFound,
    /// It is cancelled.
    Cancelled(Box<Booking>),
    /// The tool call's id was used with other arguments.
    KeyReused,
}

/// A booking to be cancelled.
#[derive(Debug, Clone, PartialEq)]
pub struct CancelBooking {
    /// Whose it is.
    pub org: OrgId,
    /// Which one.
    pub id: BookingId,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// The tool call that cancels it.
    pub tool_call: Option<ToolCallRef>,
    /// The call in which it is cancelled.
    pub call_id: Option<CallId>,
    /// Who acts, for the audit chain.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

/// What became of a [`CancelBooking`].
#[derive(Debug, Clone, PartialEq)]
pub enum CancelOutcome {
    /// It is cancelled and its range is free.
    Cancelled(Box<Booking>),
    /// It was cancelled before.
    Already(Box<Booking>),
    /// The org has no such booking.
    NotFound,
    /// The tool call's id was used with other arguments.
    KeyReused,
}

/// What the provider's side of a booking turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The provider has it, under this id if it gave one.
    Confirmed {
        /// The provider's id.
        external_id: Option<String>,
    },
    /// The provider has not decided.
    Pending,
    /// The provider's answer was lost.
    Unknown,
    /// The provider refused: the booking is cancelled and its range freed.
    Failed {
        /// Why, for the booking's history.
        reason: String,
    },
}

/// Which bookings are wanted; every part that is set must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingFilter {
    /// Starting at or after.
    pub from: Option<Timestamp>,
    /// Starting before.
    pub to: Option<Timestamp>,
    /// Standing so.
    pub status: Option<BookingStatus>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Made with this E.164 number.
    pub phone: Option<String>,
    /// Made in this call.
    pub call: Option<CallId>,
}

impl Busy {
    /// How many places it takes from a service of which `capacity` may overlap. One that must be
    /// alone takes all of them: neither may come on top of the other, whichever was first.
    #[must_use]
    pub fn units_for(&self, capacity: u32) -> u32 {
        units_for(self.capacity, capacity)
    }
}

/// See [`Busy::units_for`].
pub(crate) fn units_for(own: u32, capacity: u32) -> u32 {
    capacity.div_ceil(own.max(1)).max(1)
}

/// A range in which a resource is occupied by one booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// Start, inclusive.
    pub start: Timestamp,
    /// End with buffer, exclusive.
    pub end: Timestamp,
    /// How many bookings of its kind may overlap, at least 1.
    pub capacity: u32,
    /// The booking.
    pub booking: BookingId,
}
