//! The built-in calendar: a booking provider whose truth is our own storage. Owns nothing itself:
//! the rules are in `slots`, the claims in storage. Every org starts with one.

use async_trait::async_trait;
use hookswitch_storage::{
    Booking, BookingStatus, ConnectionId, OrgId, ResourceId, Store, StoreError,
};
use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::slots::{self, SlotRules, Span};
use crate::ports::{
    BookingProvider, DaySlots, ProviderBooking, ProviderError, ProviderRecord, ProviderState,
    SlotQuery,
};

/// The provider name of the built-in calendar.
pub const BUILTIN: &str = hookswitch_storage::BUILTIN;

/// The built-in calendar of one connection.
pub struct BuiltinCalendar {
    store: Store,
    resource: ResourceId,
}

impl BuiltinCalendar {
    /// The calendar of `connection`.
    #[must_use]
    pub fn new(store: Store, connection: &ConnectionId) -> Self {
        Self { store, resource: ResourceId::of_connection(connection) }
    }
}

/// What our own claims occupy around the days of a query.
pub(super) async fn claimed(
    store: &Store,
    query: &SlotQuery,
    resource: &ResourceId,
) -> Result<Vec<Span>, ProviderError> {
    let from = query.from.yesterday().map_err(out_of_range)?;
    let to = query.to.tomorrow().and_then(Date::tomorrow).map_err(out_of_range)?;
    let midnight = |date: Date| {
        let zoned = date.to_datetime(Time::midnight()).to_zoned(query.zone.clone());
        zoned.map(|zoned| zoned.timestamp()).map_err(out_of_range)
    };
    let busy = store
        .busy(&query.org.id, resource, midnight(from)?, midnight(to)?)
        .await
        .map_err(|error| unreadable(&query.org.id, &error))?;
    let others = busy.iter().filter(|span| Some(span.booking) != query.ignore);
    Ok(others
        .map(|span| Span {
            start: span.start,
            end: span.end,
            units: span.units_for(query.service.capacity),
        })
        .chain(query.kept.iter().copied())
        .collect())
}

/// The free slots of a calendar that knows only when it is busy: the org's hours and grid, less
/// `busy`. For adapters of calendars that have no hours of their own.
///
/// # Errors
/// [`ProviderError::OutsidePolicy`] for dates at the end of time.
pub fn free_around(query: &SlotQuery, busy: &[Span]) -> Result<Vec<DaySlots>, ProviderError> {
    let rules = SlotRules {
        settings: &query.org.settings,
        service: &query.service,
        places: query.places,
        zone: &query.zone,
        now: query.now,
    };
    let mut days = Vec::new();
    let mut date = query.from;
    while date <= query.to {
        let (slots, verdict) = slots::day(&rules, date, busy);
        days.push(DaySlots { date, slots, verdict });
        date = date.tomorrow().map_err(out_of_range)?;
    }
    Ok(days)
}

pub(super) fn out_of_range(_: jiff::Error) -> ProviderError {
    ProviderError::OutsidePolicy("the date is out of range".into())
}

/// Our own storage failed.
pub(super) fn unreadable(org: &OrgId, error: &StoreError) -> ProviderError {
    tracing::error!(org.id = %org, %error, "calendar could not be read");
    ProviderError::Unavailable { retry_after: None }
}

#[async_trait]
impl BookingProvider for BuiltinCalendar {
    fn is_local(&self) -> bool {
        true
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let busy = claimed(&self.store, query, &self.resource).await?;
        free_around(query, &busy)
    }

    // The claim in storage already is the booking, so there is nothing more to ask.

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        Ok(ProviderBooking { external_id: booking.id.to_string(), confirmed: true })
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        _: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        self.book(booking).await
    }

    async fn cancel(&self, _: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        let kept = self.store.booking(&booking.org, &booking.id).await;
        let kept = kept.map_err(|error| unreadable(&booking.org, &error))?;
        Ok(kept.map(|kept| {
            let state = match kept.status {
                BookingStatus::Cancelled => ProviderState::Cancelled,
                BookingStatus::Pending | BookingStatus::Confirmed => ProviderState::Confirmed,
            };
            ProviderRecord::new(kept.id.to_string(), kept.start, state)
        }))
    }
}
