//! Requests about bookings and their outcomes. A refusal is an outcome, not an error.

use jiff::Timestamp;

use crate::ids::{BookingId, CallId, ConnectionId, CustomerId, OrgId, ResourceId, ServiceId};
use crate::model::{Booking, BookingStatus, CustomerDraft, Outcome, Source, ToolCallRef};

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
    /// How many places the service has at a time, at least 1.
    pub capacity: u32,
    /// How many of them this takes, 1 to `capacity`.
    pub places: u32,
    /// How many people come, if that was said.
    pub party_size: Option<u32>,
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
    /// Whether an outside provider is to make it: then that intent is written with it, as asked,
    /// and a job that settles it not before this.
    pub ask_provider: Option<Timestamp>,
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
    /// Number of who books (E.164), as signalled or vouched for by an operator: a slot that is kept
    /// for it is free for it, and who waits under it waits no more.
    pub caller: Option<String>,
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
    /// How many places the service has at a time, at least 1.
    pub capacity: u32,
    /// How many of them it takes from now on, and how many people come; as before when not set.
    pub party: Option<(u32, u32)>,
    /// IANA zone in which the move was agreed.
    pub time_zone: String,
    /// Replaces the booking's meaning; the old one ends either way.
    pub meaning: Option<String>,
    /// The tool call that moves it.
    pub tool_call: Option<ToolCallRef>,
    /// The call in which it is moved.
    pub call_id: Option<CallId>,
    /// Number of who moves it, as in [`NewBooking::caller`].
    pub caller: Option<String>,
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
    /// Both ranges are claimed and the intent is written: ask the provider.
    Begun(Box<Booking>),
    /// Something else that its provider was asked for it is not settled yet.
    Unsettled(Box<Booking>),
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

/// Contact details of a booking to be put right; those that are not set stay.
#[derive(Debug, Clone, PartialEq)]
pub struct AmendBooking {
    /// Whose it is.
    pub org: OrgId,
    /// Which one.
    pub id: BookingId,
    /// Full name, not empty.
    pub name: Option<String>,
    /// E.164 number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Replaces the booking's meaning, unless another booking has it.
    pub meaning: Option<String>,
    /// The tool call that puts it right.
    pub tool_call: Option<ToolCallRef>,
    /// The call in which it is put right.
    pub call_id: Option<CallId>,
    /// Who acts, for the audit chain.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

/// What became of an [`AmendBooking`].
#[derive(Debug, Clone, PartialEq)]
pub enum AmendOutcome {
    /// It has these details, now or already.
    Amended(Box<Booking>),
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
    /// The intent is written and the range still claimed: ask the provider.
    Begun(Box<Booking>),
    /// Something else that its provider was asked for it is not settled yet.
    Unsettled(Box<Booking>),
    /// It was cancelled before.
    Already(Box<Booking>),
    /// The org has no such booking.
    NotFound,
    /// The tool call's id was used with other arguments.
    KeyReused,
}

/// What became of what a provider was asked for a booking: to make it, move it or cancel it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// It has done it. If ours was cancelled meanwhile, the provider's is to be cancelled too.
    Confirmed {
        /// The provider's id, if it gave one.
        external_id: Option<String>,
    },
    /// It has done it, but has yet to decide whether the booking stands (R19).
    Accepted {
        /// The provider's id.
        external_id: String,
        /// When to ask how it decided.
        ask_at: Timestamp,
    },
    /// It surely has not done it, and is to be asked again: the caller was told so.
    Pending {
        /// When.
        ask_at: Timestamp,
    },
    /// Its answer was lost. Nothing to what is settled already.
    Unknown {
        /// When to look.
        look_at: Timestamp,
        /// Whether the caller was told that it will be seen to.
        promised: bool,
        /// Whether the asking has ended, so that nothing more is sent; otherwise it may go on.
        ended: bool,
    },
    /// It has not done it and will not be asked again. A booking that was to be made is cancelled
    /// and its range freed; one that was to be moved or cancelled stays as it was.
    Failed {
        /// Why, for the booking's history.
        reason: String,
        /// When to make sure that a request which was thought lost had no late effect.
        look_at: Option<Timestamp>,
        /// Whether it says that it was to be at a time that cannot be had there, so that nobody who
        /// waits for it is offered it.
        taken: bool,
    },
    /// The provider has none any more: the booking is cancelled, whatever was asked.
    Gone {
        /// Why, for the booking's history.
        reason: String,
    },
}

/// What a provider's calendar has of a booking, to be taken over as it is there: the provider's own
/// people decide about their calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct AdoptBooking {
    /// The booking as it stood before the provider was asked; if it stands otherwise by now, nothing
    /// is taken over.
    pub seen: Booking,
    /// What the provider has.
    pub there: AtProvider,
    /// Who acts, for the audit chain.
    pub by: String,
    /// The time of the operation.
    pub now: Timestamp,
}

/// How a booking stands in its provider's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtProvider {
    /// It takes place, or waits for the provider's decision.
    Stands {
        /// The provider's id.
        external_id: String,
        /// Start.
        start: Timestamp,
        /// End, without buffer.
        end: Timestamp,
        /// When to ask how the provider decided, while it has not (R19).
        undecided: Option<Timestamp>,
    },
    /// It does not take place.
    Gone {
        /// Why, for the booking's history.
        reason: String,
    },
}

/// What became of an [`AdoptBooking`].
#[derive(Debug, Clone, PartialEq)]
pub enum AdoptOutcome {
    /// It stands here as it does there.
    Same,
    /// It stands here now as it does there, its claim with it.
    Adopted {
        /// The booking as it stands now.
        booking: Box<Booking>,
        /// Whether its new range was not free: it is claimed all the same, since it is taken there.
        collides: bool,
    },
    /// It changed since it was looked at, is being changed, or is over: look again.
    Stale,
}

/// Which bookings are wanted; every part that is set must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingFilter {
    /// Starting at or after.
    pub from: Option<Timestamp>,
    /// Starting before.
    pub to: Option<Timestamp>,
    /// Made at or after.
    pub made_from: Option<Timestamp>,
    /// Standing so.
    pub status: Option<BookingStatus>,
    /// Whose provider's side stands so.
    pub outcome: Option<Outcome>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Made with this E.164 number.
    pub phone: Option<String>,
    /// Made in this call.
    pub call: Option<CallId>,
    /// In the calendar of this connection.
    pub connection: Option<ConnectionId>,
}

impl Busy {
    /// How many places it takes from a service that has `capacity` of them. One that must be alone
    /// takes all of them: neither may come on top of the other, whichever was first.
    #[must_use]
    pub fn units_for(&self, capacity: u32) -> u32 {
        units_for((self.places, self.capacity), capacity)
    }
}

/// See [`Busy::units_for`].
pub(crate) fn units_for((places, own): (u32, u32), capacity: u32) -> u32 {
    capacity.div_ceil(own.max(1)).max(1).saturating_mul(places.max(1))
}

/// A range in which a resource is occupied by one booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// Start, inclusive.
    pub start: Timestamp,
    /// End with buffer, exclusive.
    pub end: Timestamp,
    /// How many places its kind has, at least 1.
    pub capacity: u32,
    /// How many of them it takes, at least 1.
    pub places: u32,
    /// The booking.
    pub booking: BookingId,
}
