//! A calendar outside, with our own rules on top: its free slots are the truth, less what we have
//! claimed ourselves and what the org's limits forbid. Everything else goes through to the vendor's
//! adapter as it is. Knows no vendor.

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch_storage::{Booking, ConnectionId, ResourceId, Store};
use jiff::Timestamp;
use jiff::civil::Date;

use super::calendar::{claimed, out_of_range, unreadable};
use super::slots::{self, DayVerdict, FreeSlot, SlotRules};
use crate::ports::{
    BookingProvider, Changes, DaySlots, ProviderAccount, ProviderBooking, ProviderError,
    ProviderRecord, SharedLimit, SlotQuery, Watch, WatchTarget,
};

/// An outside calendar of one connection.
pub(crate) struct OutsideCalendar {
    store: Store,
    resource: ResourceId,
    vendor: Arc<dyn BookingProvider>,
}

impl OutsideCalendar {
    /// The calendar behind `connection`, which `vendor` speaks to.
    pub(crate) fn new(
        store: Store,
        connection: &ConnectionId,
        vendor: Arc<dyn BookingProvider>,
    ) -> Self {
        Self { store, resource: ResourceId::of_connection(connection), vendor }
    }

    /// What the vendor says of the days that may be booked at all; nothing if there are none.
    async fn named(
        &self,
        query: &SlotQuery,
        days: &[Date],
    ) -> Result<Vec<FreeSlot>, ProviderError> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
        let mut query = SlotQuery { from: *first, to: *last, ..query.clone() };
        if let Some(moving) = &query.ignore {
            let booking = self.store.booking(&query.org.id, moving).await;
            let booking = booking.map_err(|error| unreadable(&query.org.id, &error))?;
            query.ignore_external = booking.and_then(|mut booking| booking.external_ids.pop());
        }
        let days = self.vendor.availability(&query).await?;
        Ok(days.into_iter().flat_map(|day| day.slots).collect())
    }
}

#[async_trait]
impl BookingProvider for OutsideCalendar {
    fn is_local(&self) -> bool {
        self.vendor.is_local()
    }

    fn rate_limit(&self) -> Option<(u32, u32)> {
        self.vendor.rate_limit()
    }

    fn shared_limit(&self) -> Option<SharedLimit> {
        self.vendor.shared_limit()
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        self.vendor.account().await
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let rules = SlotRules {
            settings: &query.org.settings,
            service: &query.service,
            places: query.places,
            zone: &query.zone,
            now: query.now,
        };
        let mut dates = Vec::new();
        let mut date = query.from;
        while date <= query.to {
            dates.push(date);
            date = date.tomorrow().map_err(out_of_range)?;
        }
        let may_open = |date: &&Date| {
            let (_, verdict) = slots::outside_day(&rules, **date, &[], &[]);
            verdict == DayVerdict::Full
        };
        let open: Vec<Date> = dates.iter().filter(may_open).copied().collect();
        let named = self.named(query, &open).await?;
        let busy = claimed(&self.store, query, &self.resource).await?;
        Ok(dates
            .into_iter()
            .map(|date| {
                let (slots, verdict) = slots::outside_day(&rules, date, &named, &busy);
                DaySlots { date, slots, verdict }
            })
            .collect())
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        self.vendor.book(booking).await
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        self.vendor.reschedule(booking, start).await
    }

    async fn cancel(&self, booking: &Booking, reason: Option<&str>) -> Result<(), ProviderError> {
        self.vendor.cancel(booking, reason).await
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        self.vendor.find(booking).await
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        self.vendor.changes(cursor).await
    }

    async fn watch(&self, target: &WatchTarget) -> Result<Option<Watch>, ProviderError> {
        self.vendor.watch(target).await
    }

    async fn unwatch(&self, watch: &Watch) -> Result<(), ProviderError> {
        self.vendor.unwatch(watch).await
    }
}
