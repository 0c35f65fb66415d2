//! The built-in calendar: a booking provider whose truth is our own storage. Owns nothing itself:
//! the rules are in `slots`, the claims in storage. Every org starts with one.

use async_trait::async_trait;
use hookswitch_storage::{Booking, ConnectionId, ResourceId, Store};
use jiff::Timestamp;
use jiff::civil::Time;

use super::slots::{self, SlotRules, Span};
use crate::ports::{BookingProvider, DaySlots, ProviderBooking, ProviderError, SlotQuery};

/// The provider name of the built-in calendar.
pub const BUILTIN: &str = "builtin";

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

#[async_trait]
impl BookingProvider for BuiltinCalendar {
    fn is_local(&self) -> bool {
        true
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let outside = |_| ProviderError::OutsidePolicy("the date is out of range".into());
        let from = query.from.yesterday().map_err(outside)?;
        let to = query.to.tomorrow().map_err(outside)?.tomorrow().map_err(outside)?;
        let midnight = |date: jiff::civil::Date| {
            date.to_datetime(Time::midnight())
                .to_zoned(query.zone.clone())
                .map(|zoned| zoned.timestamp())
                .map_err(outside)
        };
        let busy = self
            .store
            .busy(&query.org.id, &self.resource, midnight(from)?, midnight(to)?)
            .await
            .map_err(|error| {
                tracing::error!(org.id = %query.org.id, %error, "calendar could not be read");
                ProviderError::Unavailable { retry_after: None }
            })?;
        let busy: Vec<Span> = busy
            .iter()
            .filter(|span| Some(span.booking) != query.ignore)
            .map(|span| Span {
                start: span.start,
                end: span.end,
                units: span.units_for(query.service.capacity),
            })
            .collect();
        let rules = SlotRules {
            settings: &query.org.settings,
            service: &query.service,
            zone: &query.zone,
            now: query.now,
        };
        let mut days = Vec::new();
        let mut date = query.from;
        while date <= query.to {
            let (slots, verdict) = slots::day(&rules, date, &busy);
            days.push(DaySlots { date, slots, verdict });
            date = date.tomorrow().map_err(outside)?;
        }
        Ok(days)
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
}
