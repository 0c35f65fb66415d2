//! A calendar outside, with our own rules on top: its free slots are the truth, less what we have
//! claimed ourselves and what the org's limits forbid. What it says can be shared by all who ask the
//! same; what is laid over it is of the moment. Knows no vendor and asks none.

use hookswitch_storage::{ConnectionId, ResourceId, Store};
use jiff::civil::Date;

use super::calendar::{claimed, out_of_range, unreadable};
use super::slots::{self, DayVerdict, FreeSlot, SlotRules, Span};
use crate::ports::{DaySlots, ProviderError, SlotQuery};

/// Our side of an outside calendar.
pub(crate) struct OutsideCalendar {
    store: Store,
    resource: ResourceId,
}

fn rules(query: &SlotQuery) -> SlotRules<'_> {
    SlotRules {
        settings: &query.org.settings,
        service: &query.service,
        places: query.places,
        zone: &query.zone,
        now: query.now,
    }
}

fn dates(query: &SlotQuery) -> Result<Vec<Date>, ProviderError> {
    let mut dates = Vec::new();
    let mut date = query.from;
    while date <= query.to {
        dates.push(date);
        date = date.tomorrow().map_err(out_of_range)?;
    }
    Ok(dates)
}

impl OutsideCalendar {
    /// Our side of the calendar behind `connection`.
    pub(crate) fn new(store: Store, connection: &ConnectionId) -> Self {
        Self { store, resource: ResourceId::of_connection(connection) }
    }

    /// What the vendor has to be asked: about the days that may be booked at all; nothing if there
    /// are none.
    ///
    /// # Errors
    /// If storage cannot be read, or a date is out of range.
    pub(crate) async fn question(
        &self,
        query: &SlotQuery,
    ) -> Result<Option<SlotQuery>, ProviderError> {
        let rules = rules(query);
        let may_open = |date: &Date| {
            let (_, verdict) = slots::outside_day(&rules, *date, &[], &[]);
            verdict == DayVerdict::Full
        };
        let open: Vec<Date> = dates(query)?.into_iter().filter(may_open).collect();
        let (Some(first), Some(last)) = (open.first(), open.last()) else { return Ok(None) };
        let mut query = SlotQuery { from: *first, to: *last, kept: Vec::new(), ..query.clone() };
        if let Some(moving) = &query.ignore {
            let booking = self.store.booking(&query.org.id, moving).await;
            let booking = booking.map_err(|error| unreadable(&query.org.id, &error))?;
            query.ignore_external = booking.and_then(|mut booking| booking.external_ids.pop());
        }
        Ok(Some(query))
    }

    /// The days of the query, with what the vendor named as free less what we know better.
    ///
    /// # Errors
    /// As [`Self::question`].
    pub(crate) async fn lay_over(
        &self,
        query: &SlotQuery,
        named: &[FreeSlot],
    ) -> Result<Vec<DaySlots>, ProviderError> {
        self.days(query, |rules, date, busy| slots::outside_day(rules, date, named, busy)).await
    }

    /// The days of the query while the vendor cannot be asked: nine to five and `named`, what it
    /// named before, less what we know.
    ///
    /// # Errors
    /// As [`Self::question`].
    pub(crate) async fn unasked(
        &self,
        query: &SlotQuery,
        named: &[FreeSlot],
    ) -> Result<Vec<DaySlots>, ProviderError> {
        self.days(query, |rules, date, busy| slots::outage_day(rules, date, named, busy)).await
    }

    /// Each day of the query, by the org's rules and what we have claimed.
    async fn days(
        &self,
        query: &SlotQuery,
        day: impl Fn(&SlotRules<'_>, Date, &[Span]) -> (Vec<FreeSlot>, DayVerdict),
    ) -> Result<Vec<DaySlots>, ProviderError> {
        let busy = claimed(&self.store, query, &self.resource).await?;
        let rules = rules(query);
        let days = dates(query)?.into_iter().map(|date| {
            let (slots, verdict) = day(&rules, date, &busy);
            DaySlots { date, slots, verdict }
        });
        Ok(days.collect())
    }
}
