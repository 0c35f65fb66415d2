//! CalDAV: any calendar server that speaks it, through one user's login. Owns the order of requests; what
//! is sent and read is in `xml`, `ical` and `event`, what answers mean in `refusal`. Facts: RFC 4791, 5545,
//! 6578 and 6764, and what Radicale 3.9 was seen to do.
//!
//! A calendar server knows no services, no opening hours and no conflicts. Hours are the org's own; a
//! booking is an event at a path that is made of its start, put there on the condition that nothing is,
//! and taken back if it turns out not to have its time for itself (`rivals`).

mod busy;
mod changes;
mod client;
mod discover;
mod event;
mod find;
mod ical;
mod refusal;
mod rivals;
mod settings;
mod shown;
mod slot;
mod vendor;
mod write;
mod xml;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hookswitch_actors::booking::free_around;
use hookswitch_actors::booking::slots::Span;
use hookswitch_actors::ports::{
    Allowance, BookingProvider, CalendarEntry, CalendarEvent, Changes, DaySlots, EventQuery,
    ProviderAccount, ProviderBooking, ProviderError, ProviderRecord, SharedLimit, SlotQuery,
};
use hookswitch_storage::{Act, Booking};
use jiff::civil::{Date, Time as ClockTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use busy::Seen;
use client::Client;
use discover::{Chosen, Directory};
use ical::Time;
use settings::Options;

pub(super) use vendor::Vendor;

/// Radicale takes eight connections at once; one is left for people.
const AT_ONCE: u32 = 7;
/// Requests per second; no server is known to count so few, all serve a household.
const PER_SECOND: u32 = 50;

/// The calendars of one user.
struct Caldav {
    client: Client,
    options: Options,
    /// Our connection, which our events carry.
    connection: String,
    directory: Directory,
    /// The org's zone, as last heard: what times without a zone in the calendar are in.
    zone: Mutex<Option<TimeZone>>,
    /// Whether the server was seen to keep the condition that nothing is at a path.
    keeps_conditions: AtomicBool,
}

impl Caldav {
    fn new(client: Client, options: Options, connection: String) -> Self {
        Self {
            client,
            options,
            connection,
            directory: Directory::default(),
            zone: Mutex::new(None),
            keeps_conditions: AtomicBool::new(false),
        }
    }

    async fn chosen(&self) -> Result<Arc<Chosen>, ProviderError> {
        self.directory.get(&self.client, &self.options).await
    }

    /// The zone of times without a zone.
    fn zone(&self, booking: &Booking) -> TimeZone {
        let heard = self.zone.lock().unwrap_or_else(PoisonError::into_inner).clone();
        heard.unwrap_or_else(|| TimeZone::get(&booking.time_zone).unwrap_or(TimeZone::UTC))
    }

    /// The same where there is no booking to tell.
    fn heard_zone(&self) -> TimeZone {
        let heard = self.zone.lock().unwrap_or_else(PoisonError::into_inner).clone();
        heard.unwrap_or(TimeZone::UTC)
    }

    /// Looks for the calendars again after an error that may mean that they are elsewhere.
    async fn look_again<T>(&self, outcome: Result<T, ProviderError>) -> Result<T, ProviderError> {
        if matches!(outcome, Err(ProviderError::NeedsHuman(_) | ProviderError::NotFound)) {
            self.directory.forget().await;
        }
        outcome
    }

    async fn busy(&self, query: &SlotQuery) -> Result<Vec<Span>, ProviderError> {
        let chosen = self.chosen().await?;
        let span = span_of(query)?;
        let mut busy = Vec::new();
        for calendar in chosen.all() {
            let seen = busy::within(&self.client, calendar, span, &query.zone).await?;
            let in_the_way = seen.iter().filter(|one| !self.is_counted(one, query));
            busy.extend(in_the_way.filter_map(Seen::busy));
        }
        // What stands in a calendar takes every place of a service.
        let units = query.service.capacity.max(1);
        Ok(busy.into_iter().map(|time| Span { start: time.start, end: time.end, units }).collect())
    }

    /// Whether something in a calendar is our own, so that our claims count it, or is about to move.
    fn is_counted(&self, seen: &Seen, query: &SlotQuery) -> bool {
        let Seen::Event(url, event) = seen else { return false };
        let moves = query.ignore_external.as_deref() == Some(url.path())
            || query.ignore.as_ref().is_some_and(|booking| {
                event.booking.as_deref() == Some(booking.to_string().as_str())
            });
        moves || event.is_claimed_by(&self.connection)
    }
}

/// The span of a query's days, and the buffer after the last appointment.
fn span_of(query: &SlotQuery) -> Result<Time, ProviderError> {
    let outside = |_| ProviderError::OutsidePolicy("the date is out of range".into());
    let midnight = |date: Date| {
        let zoned = date.to_datetime(ClockTime::midnight()).to_zoned(query.zone.clone());
        zoned.map(|zoned| zoned.timestamp()).map_err(outside)
    };
    let after = midnight(query.to.tomorrow().map_err(outside)?)?;
    let buffer = SignedDuration::from_mins(i64::from(query.service.buffer_minutes));
    let end = after.checked_add(buffer).map_err(outside)?;
    Ok(Time { start: midnight(query.from)?, end })
}

#[async_trait]
impl BookingProvider for Caldav {
    fn shared_limit(&self) -> Option<SharedLimit> {
        Some(SharedLimit {
            key: format!("caldav {}", self.client.url().origin().ascii_serialization()),
            allowance: Allowance::per_second(PER_SECOND, PER_SECOND),
            at_once: Some(AT_ONCE),
            rests_together: false,
        })
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        // Who asks for this wants to know how it is now.
        self.directory.forget().await;
        let chosen = self.chosen().await?;
        let target = chosen.target();
        Ok(Some(ProviderAccount { id: Some(target.url.to_string()), name: target.name.clone() }))
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        *self.zone.lock().unwrap_or_else(PoisonError::into_inner) = Some(query.zone.clone());
        let busy = tokio::time::timeout(self.client.patience(), self.busy(query)).await;
        let busy = busy.unwrap_or_else(|_| Err(refusal::unreadable()));
        free_around(query, &self.look_again(busy).await?)
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let made = self.make(booking).await;
        self.look_again(made).await
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let moved = self.relocate(booking, start).await;
        self.look_again(moved).await
    }

    async fn cancel(&self, booking: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        self.remove(booking).await
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        let chosen = self.chosen().await?;
        let zone = self.zone(booking);
        let found = find::of(&self.client, &chosen, booking, &zone).await?;
        let Some(found) = found else { return Ok(None) };
        // What was written when its answer was lost has not been looked at for rivals.
        match booking.intent.as_ref().map(|intent| &intent.act) {
            Some(Act::Create) if found.stands() && booking.external_ids.is_empty() => {
                let kept = self.keep_or_take_back(booking, &chosen, &found, &zone).await?;
                Ok(kept.then(|| found.record()))
            }
            Some(Act::Move(to)) if found.stands() && found.event.time.start == to.start => {
                self.keep_or_put_back(booking, &chosen, found, &zone).await.map(Some)
            }
            _ => Ok(Some(found.record())),
        }
    }

    async fn calendars(&self) -> Result<Option<Vec<CalendarEntry>>, ProviderError> {
        Ok(Some(shown::calendars(&*self.chosen().await?)))
    }

    async fn events(
        &self,
        query: &EventQuery,
    ) -> Result<Option<Vec<CalendarEvent>>, ProviderError> {
        let chosen = self.chosen().await?;
        let (zone, ours) = (self.heard_zone(), self.connection.as_str());
        let events = shown::events(&self.client, &chosen, query, ours, &zone).await;
        self.look_again(events).await.map(Some)
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        let chosen = self.chosen().await?;
        let zone = self.heard_zone();
        let changes = changes::since(&self.client, &chosen, cursor, &zone).await;
        self.look_again(changes).await
    }
}

#[cfg(test)]
mod tests;
