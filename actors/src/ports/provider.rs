//! The booking provider port. One adapter per vendor implements it outside this package; the
//! built-in calendar implements it inside. Errors say what the caller of the port can do.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{Booking, BookingId, Connection, Org, Secret, Service};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::quota::Allowance;
use super::tokens::{AccessTokens, TokenIssuer};
use crate::booking::slots::Span;
use crate::booking::{DayVerdict, FreeSlot};

/// A question for free slots.
#[derive(Clone)]
pub struct SlotQuery {
    /// For whom; its settings hold hours and rules.
    pub org: Arc<Org>,
    /// What would be booked.
    pub service: Service,
    /// How many places of its capacity are wanted, at least 1.
    pub places: u32,
    /// The org's zone; `from` and `to` are dates in it.
    pub zone: TimeZone,
    /// First day.
    pub from: Date,
    /// Last day, inclusive; at most 31 days after `from`.
    pub to: Date,
    /// A booking that is about to move, and so is not in its own way.
    pub ignore: Option<BookingId>,
    /// The provider's id of that booking; found on the way, so who asks leaves it out.
    pub ignore_external: Option<String>,
    /// What is kept for others in the waitlist, with the places that it takes from the service;
    /// vendors' adapters need not look at it.
    pub kept: Vec<Span>,
    /// Now.
    pub now: Timestamp,
}

/// The free slots of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySlots {
    /// The day, in the org's zone.
    pub date: Date,
    /// Free slots in order of time.
    pub slots: Vec<FreeSlot>,
    /// Why there are none, or that there are.
    pub verdict: DayVerdict,
}

/// What a provider knows of a booking that it accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderBooking {
    /// The provider's id.
    pub external_id: String,
    /// False if the provider has yet to decide (R19).
    pub confirmed: bool,
}

/// What a provider says about a booking of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRecord {
    /// The provider's id.
    pub external_id: String,
    /// When it starts there; a move that was lost shows here.
    pub start: Timestamp,
    /// When it ends there, if the provider says so.
    pub end: Option<Timestamp>,
    /// Where it stands there.
    pub state: ProviderState,
    /// Our reference, if the provider carries it.
    pub reference: Option<BookingId>,
    /// The id under which it was known before it was moved, where a move makes a new one.
    pub replaces: Option<String>,
    /// A move that takes several requests at this provider was begun and not ended: to ask for it
    /// again goes on with it, and makes nothing twice.
    pub half_moved: bool,
}

impl ProviderRecord {
    /// What every provider says.
    #[must_use]
    pub fn new(external_id: impl Into<String>, start: Timestamp, state: ProviderState) -> Self {
        let external_id = external_id.into();
        let (end, reference, replaces) = (None, None, None);
        Self { external_id, start, end, state, reference, replaces, half_moved: false }
    }
}

/// A limit that a provider sets not per connection but per application, partner or address, so that
/// all connections that share it have to share it fairly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLimit {
    /// What it is set for; connections with the same text share one limit.
    pub key: String,
    /// What is allowed to all of them together; where they were told unlike numbers, the least.
    pub allowance: Allowance,
    /// Requests under way at once, if that is limited, at least 1.
    pub at_once: Option<u32>,
    /// Whether all of them are left alone when one is asked to pause.
    pub rests_together: bool,
}

impl SharedLimit {
    /// A limit of requests and nothing else.
    #[must_use]
    pub fn new(key: impl Into<String>, allowance: Allowance) -> Self {
        Self { key: key.into(), allowance, at_once: None, rests_together: false }
    }
}

/// What changed at a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The bookings that changed, as they are now; those that are none of ours may be among them.
    pub records: Vec<ProviderRecord>,
    /// Where the next question begins; kept with the connection.
    pub cursor: String,
    /// The provider no longer knew the cursor: some changes may be in no answer at all, so that every
    /// booking of ours has to be looked at.
    pub missed: bool,
}

/// What a provider's post to us says, once its signature is proven. Nothing else in it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something became of the bookings with these ids of the provider's: look at each.
    Look(Vec<String>),
    /// Something changed: ask for [`BookingProvider::changes`].
    Ask,
    /// Nothing that matters here.
    Nothing,
}

/// Where a provider is to post its changes.
#[derive(Clone)]
pub struct WatchTarget {
    /// The connection's own address, https.
    pub url: String,
    /// What is to sign the posts, where the provider lets us choose it.
    pub secret: Secret,
}

/// A provider's promise to post its changes.
#[derive(Clone)]
pub struct Watch {
    /// The provider's id of it.
    pub id: String,
    /// What signs the posts.
    pub secret: Secret,
    /// When it ends unless it is asked for again; `None` if it does not.
    pub expires_at: Option<Timestamp>,
}

/// Where a booking stands at its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderState {
    /// It stands.
    Confirmed,
    /// The provider has yet to decide (R19).
    Pending,
    /// It was cancelled or refused there.
    Cancelled,
}

/// The account behind a connection, for the operator's eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAccount {
    /// The provider's id of it, the same for nobody else's; `None` if the credentials do not show whose
    /// account they open.
    pub id: Option<String>,
    /// Its name there.
    pub name: String,
}

/// A calendar of an account that a connection uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEntry {
    /// The provider's id of it, as the connection's options have it.
    pub id: String,
    /// Its name there.
    pub name: String,
    /// Whether bookings are written into it; the others only keep their times busy.
    pub takes_bookings: bool,
    /// Its IANA zone, if the provider says so.
    pub time_zone: Option<String>,
}

/// A question for what is in a connection's calendars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// The ids of the calendars that are meant; all that the connection uses if there are none.
    pub calendars: Vec<String>,
    /// From then on.
    pub from: Timestamp,
    /// Up to then, exclusive.
    pub to: Timestamp,
}

/// Something that keeps a calendar busy. What it is, and who it is with, is nobody's business (R10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    /// The provider's id of the calendar.
    pub calendar: String,
    /// Start.
    pub start: Timestamp,
    /// End, exclusive.
    pub end: Timestamp,
    /// Our reference, if it is a booking of this connection.
    pub reference: Option<BookingId>,
}

/// What can go wrong at a provider, by what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Offer another slot.
    #[error("the slot is taken")]
    SlotTaken,
    /// Offer a slot within the provider's rules.
    #[error("the provider's rules do not allow this time: {0}")]
    OutsidePolicy(String),
    /// Ask the caller for the named detail.
    #[error("the provider needs {field}")]
    MissingInput {
        /// The detail that is missing.
        field: String,
    },
    /// The provider does not know the booking.
    #[error("the provider does not know this booking")]
    NotFound,
    /// Nothing was written; trying again later is safe.
    #[error("the provider is out of reach")]
    Unavailable {
        /// When the provider wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The operator must connect again.
    #[error("the provider refuses the credentials")]
    Reconnect,
    /// Something that only the operator can put right.
    #[error("the operator must act: {0}")]
    NeedsHuman(String),
    /// The booking changed at the provider meanwhile; read it again.
    #[error("the booking changed at the provider")]
    StaleVersion,
    /// A write was sent and its answer was lost: look it up, never send it again blindly.
    #[error("the provider's answer was lost")]
    Unknown,
}

impl ProviderError {
    /// Whether the provider itself is in trouble, as opposed to this request.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Unknown | Self::Reconnect)
    }
}

/// A booking provider, through one connection of one org.
#[async_trait]
pub trait BookingProvider: Send + Sync {
    /// Whether our own storage is the provider's truth, so that a claim already is the booking.
    fn is_local(&self) -> bool {
        false
    }

    /// Requests that the provider allows this connection in any one second, and how many of them
    /// at one moment; `None` if it sets no such limit.
    fn rate_limit(&self) -> Option<(u32, u32)> {
        None
    }

    /// All that the provider allows this connection, where seconds do not say it; each is kept in
    /// every window.
    fn allowances(&self) -> Vec<Allowance> {
        let per_second = |(requests, burst)| Allowance::per_second(requests, burst);
        self.rate_limit().map(per_second).into_iter().collect()
    }

    /// What the provider allows of new bookings, where it counts those by themselves; for adapters that
    /// call [`before_booking`](super::before_booking). What goes beyond is told at once.
    fn booking_allowances(&self) -> Vec<Allowance> {
        Vec::new()
    }

    /// A limit that this connection shares with others; `None` if there is none.
    fn shared_limit(&self) -> Option<SharedLimit> {
        None
    }

    /// The account that the credentials open; asks something that changes nothing. `None` where
    /// there are no accounts.
    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        Ok(None)
    }

    /// Most days that may be asked about before anybody needs them, 0 to 31; few where each day costs a
    /// request.
    fn days_ahead(&self) -> u32 {
        31
    }

    /// The free slots of each day of the query. What we have claimed ourselves, the org's closed
    /// dates and its limits of time are seen to by who asks.
    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError>;

    /// Whether [`Self::reschedule`] also tells the provider for how many people the booking is from then
    /// on. Otherwise no move changes that.
    fn moves_with_party(&self) -> bool {
        false
    }

    /// Books; `booking` is already claimed in storage and carries our reference, its id.
    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError>;

    /// Moves a booking to `start`; for how many people is in its intent.
    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError>;

    /// Cancels a booking. A booking that is already cancelled is success.
    async fn cancel(&self, booking: &Booking, reason: Option<&str>) -> Result<(), ProviderError>;

    /// Finds a booking by our reference (`booking.id`, carried with every create), or by its
    /// external id when known. `None`: the provider answered and has none. Where the provider has
    /// several under one reference, the one that stands is meant.
    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError>;

    /// The calendars that the connection uses; `None` where there are no calendars behind it.
    async fn calendars(&self) -> Result<Option<Vec<CalendarEntry>>, ProviderError> {
        Ok(None)
    }

    /// What keeps the connection's calendars busy, in order of time; `None` where the provider does
    /// not tell, so that our own claims are all that can be shown.
    async fn events(
        &self,
        _query: &EventQuery,
    ) -> Result<Option<Vec<CalendarEvent>>, ProviderError> {
        Ok(None)
    }

    /// What changed since `cursor`; without one, the cursor of this moment and nothing else. `None`
    /// where the provider cannot be asked.
    async fn changes(&self, _cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        Ok(None)
    }

    /// Asks the provider to post its changes to `target`. `None` where it does not post, or only
    /// after an operator has set it up there.
    async fn watch(&self, _target: &WatchTarget) -> Result<Option<Watch>, ProviderError> {
        Ok(None)
    }

    /// Asks the provider to post no more. One that does not know the watch has done so already.
    async fn unwatch(&self, _watch: &Watch) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// Finds the adapter of a connection; implemented where the vendors are known.
pub trait Adapters: Send + Sync + 'static {
    /// The adapter for a connection, or `None` for a provider that nobody knows.
    fn adapter(&self, connection: &Connection) -> Option<Arc<dyn BookingProvider>>;

    /// The adapter for a connection whose tokens are kept fresh by somebody else, or `None` for a
    /// provider that has none.
    fn adapter_with(
        &self,
        _connection: &Connection,
        _tokens: Arc<dyn AccessTokens>,
    ) -> Option<Arc<dyn BookingProvider>> {
        None
    }

    /// The authorization server behind a connection; `None` where its credentials need none.
    fn issuer(&self, _connection: &Connection) -> Option<Arc<dyn TokenIssuer>> {
        None
    }
}

/// No vendors beside the built-in calendar.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAdapters;

impl Adapters for NoAdapters {
    fn adapter(&self, _: &Connection) -> Option<Arc<dyn BookingProvider>> {
        None
    }
}
