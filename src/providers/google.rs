//! Google Calendar (API v3): a booking's whole life as an event of a calendar, through one connection
//! of one org. Google knows neither services nor hours nor overlaps: the org's hours less what is in the
//! calendar are free, and each write is compared with its surroundings. Owns the order of requests; what
//! answers mean is in `refusal`. Facts: Google's discovery document and guides of 2026, not tried
//! against an account.

mod agenda;
mod changes;
mod channel;
mod client;
mod event;
mod map;
mod refusal;
mod settings;
mod shown;
mod vendor;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::booking::free_around;
use hookswitch_actors::booking::slots::Span;
use hookswitch_actors::ports::{
    AccessTokens, Allowance, BookingProvider, CalendarEntry, CalendarEvent, Changes, DaySlots,
    EventQuery, ProviderAccount, ProviderBooking, ProviderError, ProviderRecord, SharedLimit,
    SlotQuery, Watch, WatchTarget,
};
use hookswitch_storage::{Act, Booking, ConnectionId};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use client::{Client, Wire};
use event::{appointment, occupied, start_of};
use map::Place;
use refusal::{Refusal, unreadable};
use settings::Options;
use wire::EventBody;

pub(super) use vendor::Vendor;

/// After the last day of a question: an appointment that begins then may run on, and need its buffer.
const BEYOND: SignedDuration = SignedDuration::from_hours(24);

/// What Google allows a user of an application, requests a minute.
const OF_A_USER: u32 = 600;
/// What it allows an application, requests a second: 10,000 a minute for all its users.
const OF_AN_APPLICATION: u32 = 166;

/// A Google account.
struct Google {
    client: Client,
    connection: ConnectionId,
    options: Options,
    /// Whose share of the quota is used beside the account's own.
    application: String,
}

impl Google {
    fn new(
        wire: &Arc<Wire>,
        tokens: Arc<dyn AccessTokens>,
        connection: ConnectionId,
        options: Options,
        application: String,
    ) -> Self {
        let client = Client::new(Arc::clone(wire), tokens);
        Self { client, connection, options, application }
    }

    /// An event that stands and that we know to have just written, unless somebody was faster.
    async fn kept_or_taken_back(
        &self,
        place: &Place,
        booking: &Booking,
    ) -> Result<ProviderBooking, ProviderError> {
        if !self.was_overtaken(place, occupied(booking, booking.start)).await {
            return Ok(map::made(place));
        }
        // While ours stands there, nobody may be told that it does not.
        match self.remove(place, booking).await {
            Ok(()) => Err(ProviderError::SlotTaken),
            Err(_) => Err(ProviderError::Unknown),
        }
    }

    /// Moves an event; one that was changed meanwhile is read again once.
    async fn moved(
        &self,
        place: &Place,
        mut event: EventBody,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<EventBody, ProviderError> {
        let span = appointment(booking, start);
        for _ in 0..2 {
            match self.relocate(place, &event, booking, span).await {
                Ok(moved) => return Ok(moved),
                Err(Refusal::Stale) => {
                    let again = self.event(place).await?;
                    let again = again.filter(|event| !event.is_cancelled());
                    event = again.ok_or(ProviderError::StaleVersion)?;
                }
                Err(other) => return Err(other.into_error()),
            }
        }
        Err(ProviderError::StaleVersion)
    }

    /// What became of a booking that Google was asked for and that was found, its answer having been
    /// lost: it has still to be compared with its surroundings.
    async fn judged(
        &self,
        place: Place,
        event: EventBody,
        booking: &Booking,
    ) -> Result<ProviderRecord, ProviderError> {
        let zone = TimeZone::get(&booking.time_zone).unwrap_or(TimeZone::UTC);
        let record = |event: &EventBody| map::record(&place, event, &zone, booking.start);
        let asked = booking.intent.as_ref().filter(|intent| intent.asked_at.is_some());
        let Some(asked) = asked else { return Ok(record(&event)) };
        let wanted = match &asked.act {
            Act::Create => booking.start,
            Act::Move(to) => to.start,
            Act::Cancel { .. } => return Ok(record(&event)),
        };
        let came_true = !event.is_cancelled() && start_of(&event, booking) == Some(wanted);
        if !came_true || !self.is_contested(&place, occupied(booking, wanted)).await? {
            return Ok(record(&event));
        }
        if matches!(asked.act, Act::Create) {
            self.remove(&place, booking).await?;
            let there = self.event(&place).await?;
            Ok(record(there.as_ref().unwrap_or(&event)))
        } else {
            let back = self.moved(&place, event, booking, booking.start).await?;
            Ok(record(&back))
        }
    }
}

#[async_trait]
impl BookingProvider for Google {
    fn allowances(&self) -> Vec<Allowance> {
        vec![Allowance::new(OF_A_USER, Duration::from_secs(60))]
    }

    fn shared_limit(&self) -> Option<SharedLimit> {
        let allowance = Allowance::per_second(OF_AN_APPLICATION, OF_AN_APPLICATION);
        Some(SharedLimit::new(format!("google:{}", self.application), allowance))
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        let calendar = self.options.calendar();
        let query =
            [("maxResults", "1".to_owned()), ("fields", "kind,summary,accessRole".to_owned())];
        let page = agenda::page(&self.client, calendar, &query).await;
        let page = page.map_err(Refusal::into_error)?;
        match page.access_role.as_deref() {
            None | Some("writer" | "owner") => {}
            Some(_) => {
                return Err(ProviderError::NeedsHuman(
                    "the Google account may only read the calendar; share it with the right to make \
                     changes to events"
                        .into(),
                ));
            }
        }
        let name = page.summary.filter(|name| !name.trim().is_empty());
        let name = name.unwrap_or_else(|| calendar.to_owned());
        let id = shown::owner(&self.client).await?;
        Ok(Some(ProviderAccount { id, name }))
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let (from, to) = crate::providers::days::span_of(query)?;
        let range = (from, to.checked_add(BEYOND).unwrap_or(to));
        let moving = query.ignore_external.as_deref().and_then(Place::read);
        let moving = moving.as_ref().map(|place| place.event.as_str());
        let (first, others) = self.options.calendar_ids.split_first().ok_or_else(unreadable)?;
        let (foreign, busy) = tokio::join!(
            agenda::foreign(&self.client, first, &self.connection, range, moving),
            agenda::busy(&self.client, others, range),
        );
        let units = query.service.capacity;
        let busy: Vec<Span> = foreign?
            .into_iter()
            .chain(busy?)
            .map(|(start, end)| Span { start, end, units })
            .collect();
        free_around(query, &busy)
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let place = Place::of(self.options.calendar(), &booking.id);
        let body = map::create(booking, &place, &self.options)?;
        match self.insert(&place, &body).await {
            Ok(_) => self.kept_or_taken_back(&place, booking).await,
            Err(Refusal::Duplicate) => {
                // An earlier request of ours arrived after all.
                let there = self.event(&place).await.map_err(|_| ProviderError::Unknown)?;
                match there {
                    Some(event) if !event.is_cancelled() => {
                        self.kept_or_taken_back(&place, booking).await
                    }
                    // It was made and removed again: an id is used up by that.
                    Some(_) => Err(ProviderError::SlotTaken),
                    None => Err(ProviderError::Unknown),
                }
            }
            Err(other) => Err(other.into_error()),
        }
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let found = self.located(booking).await?;
        let (place, event) = found.ok_or(ProviderError::NotFound)?;
        if event.is_cancelled() {
            return Err(ProviderError::StaleVersion);
        }
        let was = start_of(&event, booking).unwrap_or(booking.start);
        let there =
            if was == start { event } else { self.moved(&place, event, booking, start).await? };
        if !self.was_overtaken(&place, occupied(booking, start)).await {
            return Ok(map::made(&place));
        }
        let back = if was == start { booking.start } else { was };
        match self.moved(&place, there, booking, back).await {
            Ok(_) => Err(ProviderError::SlotTaken),
            Err(_) => Err(ProviderError::Unknown),
        }
    }

    async fn cancel(&self, booking: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        let known = booking.external_ids.iter().rev().find_map(|id| Place::read(id));
        if let Some(place) = known {
            return self.remove(&place, booking).await;
        }
        match self.located(booking).await? {
            Some((place, event)) if !event.is_cancelled() => self.remove(&place, booking).await,
            Some(_) => Ok(()),
            None => Err(ProviderError::NotFound),
        }
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        match self.located(booking).await? {
            Some((place, event)) => self.judged(place, event, booking).await.map(Some),
            None => Ok(None),
        }
    }

    async fn calendars(&self) -> Result<Option<Vec<CalendarEntry>>, ProviderError> {
        shown::calendars(self).await.map(Some)
    }

    async fn events(
        &self,
        query: &EventQuery,
    ) -> Result<Option<Vec<CalendarEvent>>, ProviderError> {
        shown::events(self, query).await.map(Some)
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        changes::since(self, cursor).await.map(Some)
    }

    async fn watch(&self, target: &WatchTarget) -> Result<Option<Watch>, ProviderError> {
        channel::open(self, target).await.map(Some)
    }

    async fn unwatch(&self, watch: &Watch) -> Result<(), ProviderError> {
        channel::close(self, watch).await
    }
}

#[cfg(test)]
mod tests;
