//! Making, moving and removing the event of a booking. Owns the conditions on which each is done, so that
//! nothing that somebody else wrote meanwhile is written over.

use std::sync::atomic::Ordering;

use hookswitch_actors::ports::{ProviderBooking, ProviderError, ProviderRecord};
use hookswitch_storage::Booking;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::Url;
use reqwest::header::ETAG;

use super::Caldav;
use super::client::If;
use super::discover::Chosen;
use super::event;
use super::find::{self, At, Found};
use super::ical::{Event, Time};
use super::refusal::{self, Asked};
use super::rivals::{self, Ours};
use super::slot::{self, SEATS};
use super::xml;
use crate::providers::http::Answer;

/// How often a change is tried again that somebody else's came before.
const TRIES: usize = 2;

/// What came of wanting a path.
enum Seat {
    /// It is ours now, in this version if the server said so.
    Taken(Option<String>),
    /// It was ours before.
    Ours(Box<Found>),
    /// Something is there that is not in the way.
    Next,
}

impl Caldav {
    /// Makes the event of a booking.
    pub(super) async fn make(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let chosen = self.chosen().await?;
        let zone = self.zone(booking);
        for seat in 0..SEATS {
            let url = slot::path(&chosen.target().url, booking.start, seat);
            let found = match self.take(booking, &chosen, &url, &zone).await? {
                Seat::Next => continue,
                Seat::Ours(found) if !found.stands() => continue,
                Seat::Ours(found) => *found,
                Seat::Taken(version) => written(booking, url, version),
            };
            return if self.keep_or_take_back(booking, &chosen, &found, &zone).await? {
                Ok(confirmed(&found.url))
            } else {
                Err(ProviderError::SlotTaken)
            };
        }
        Err(ProviderError::SlotTaken)
    }

    async fn take(
        &self,
        booking: &Booking,
        chosen: &Chosen,
        url: &Url,
        zone: &TimeZone,
    ) -> Result<Seat, ProviderError> {
        let trusted = self.keeps_conditions.load(Ordering::Relaxed);
        // A server that may not keep the condition would write over what is there.
        if !trusted && let Some(seat) = self.look(booking, url, zone).await? {
            return Ok(seat);
        }
        let text = event::of(booking, Timestamp::now());
        let answer = self.client.put(url, If::Absent, &text).await?;
        let elsewhere =
            xml::names_condition(&answer.body, "no-uid-conflict") && answer.status.as_u16() != 412;
        match answer.status.as_u16() {
            200 | 201 | 204 => {
                let mut version = tag(&answer);
                if !trusted {
                    self.try_condition(url, &text, &mut version).await;
                }
                Ok(Seat::Taken(version))
            }
            // Our UID is in the calendar, so that the booking was made before.
            403 | 409 if elsewhere => {
                let found = find::of(&self.client, chosen, booking, zone).await?;
                found.map(|found| Seat::Ours(Box::new(found))).ok_or(ProviderError::SlotTaken)
            }
            412 => Ok(self.look(booking, url, zone).await?.unwrap_or(Seat::Next)),
            _ => Err(refusal::of(Asked::Write, &answer)),
        }
    }

    /// What is at a path that is wanted for a booking; `None` if nothing is.
    async fn look(
        &self,
        booking: &Booking,
        url: &Url,
        zone: &TimeZone,
    ) -> Result<Option<Seat>, ProviderError> {
        let wanted = event::time(booking);
        let in_the_way = |event: &Event| {
            event.is_busy() && event.time.overlaps(wanted) && !event.is_claimed_by(&self.connection)
        };
        match find::at(&self.client, url, booking, zone).await? {
            At::Nothing => Ok(None),
            At::Ours(found) => Ok(Some(Seat::Ours(found))),
            // What was put at this start and still is there has it.
            At::Other(events) if events.iter().any(in_the_way) => Err(ProviderError::SlotTaken),
            At::Other(_) => Ok(Some(Seat::Next)),
        }
    }

    /// Writes the same again on the condition that nothing is there, which has to be refused. Only a
    /// server that does so is trusted with the condition.
    async fn try_condition(&self, url: &Url, text: &str, version: &mut Option<String>) {
        match self.client.put(url, If::Absent, text).await {
            Ok(answer) if answer.status.as_u16() == 412 => {
                self.keeps_conditions.store(true, Ordering::Relaxed);
            }
            Ok(answer) if answer.status.is_success() => {
                tracing::warn!(
                    connection.id = %self.connection,
                    "the CalDAV server does not keep `If-None-Match`; every path is looked at before"
                );
                *version = tag(&answer);
            }
            // It says nothing; the next booking tries again.
            Ok(_) | Err(_) => {}
        }
    }

    /// Whether an event that was made has its time for itself; if not, it is taken back.
    pub(super) async fn keep_or_take_back(
        &self,
        booking: &Booking,
        chosen: &Chosen,
        found: &Found,
        zone: &TimeZone,
    ) -> Result<bool, ProviderError> {
        if self.is_alone(booking, chosen, found.event.time, zone).await? {
            return Ok(true);
        }
        self.delete(booking, found.clone(), zone).await.map_err(in_doubt)?;
        Ok(false)
    }

    async fn is_alone(
        &self,
        booking: &Booking,
        chosen: &Chosen,
        time: Time,
        zone: &TimeZone,
    ) -> Result<bool, ProviderError> {
        let uid = event::uid(booking);
        let ours = Ours { uid: &uid, connection: &self.connection, time };
        // The event stands, whatever becomes of this question.
        rivals::alone(&self.client, chosen, &ours, zone).await.map_err(in_doubt)
    }

    /// Moves the event of a booking.
    pub(super) async fn relocate(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let chosen = self.chosen().await?;
        let zone = self.zone(booking);
        let length = booking.end.duration_since(booking.start);
        let end = start.checked_add(length);
        let end =
            end.map_err(|_| ProviderError::OutsidePolicy("the date is out of range".into()))?;
        let to = Time { start, end };
        for _ in 0..TRIES {
            let found = find::of(&self.client, &chosen, booking, &zone).await?;
            let found = found.ok_or(ProviderError::NotFound)?;
            if !found.stands() {
                return Err(ProviderError::StaleVersion);
            }
            let before = found.event.time;
            if before != to {
                let text = event::moved(&found.text, booking, to, Timestamp::now());
                let text = text.ok_or_else(refusal::unreadable)?;
                let version = self.version(&found).await?;
                let answer = self.client.put(&found.url, If::Version(&version), &text).await?;
                match answer.status.as_u16() {
                    200 | 201 | 204 => {}
                    404 | 410 | 412 => continue,
                    _ => return Err(refusal::of(Asked::Write, &answer)),
                }
                let event = Event { time: to, written: Some(to), ..found.event.clone() };
                let found = Found { version: tag(&answer), text, event, ..found };
                return if self.is_alone(booking, &chosen, to, &zone).await? {
                    Ok(confirmed(&found.url))
                } else {
                    self.put_back(booking, found, before, &zone).await?;
                    Err(ProviderError::SlotTaken)
                };
            }
            return Ok(confirmed(&found.url));
        }
        Err(ProviderError::StaleVersion)
    }

    /// An event whose move was in doubt and was done: where it is in the end.
    pub(super) async fn keep_or_put_back(
        &self,
        booking: &Booking,
        chosen: &Chosen,
        mut found: Found,
        zone: &TimeZone,
    ) -> Result<ProviderRecord, ProviderError> {
        if !self.is_alone(booking, chosen, found.event.time, zone).await? {
            let before = event::time(booking);
            self.put_back(booking, found.clone(), before, zone).await?;
            found.event.time = before;
        }
        Ok(found.record())
    }

    /// Moves an event back to where it was.
    async fn put_back(
        &self,
        booking: &Booking,
        found: Found,
        to: Time,
        zone: &TimeZone,
    ) -> Result<(), ProviderError> {
        let url = found.url.clone();
        let found = self.with_version(booking, found, zone).await.map_err(in_doubt)?;
        let Some((found, version)) = found else { return Err(ProviderError::Unknown) };
        let text = event::moved(&found.text, booking, to, Timestamp::now());
        let text = text.ok_or(ProviderError::Unknown)?;
        let answer = self.client.put(&url, If::Version(&version), &text).await.map_err(in_doubt)?;
        if answer.status.is_success() { Ok(()) } else { Err(ProviderError::Unknown) }
    }

    /// Removes the event of a booking.
    pub(super) async fn remove(&self, booking: &Booking) -> Result<(), ProviderError> {
        let chosen = self.chosen().await?;
        let zone = self.zone(booking);
        // A person may have copied it into another of the calendars.
        for _ in 0..=chosen.all().len() {
            let found = find::of(&self.client, &chosen, booking, &zone).await?;
            let Some(found) = found.filter(Found::stands) else { return Ok(()) };
            self.delete(booking, found, &zone).await?;
        }
        Ok(())
    }

    async fn delete(
        &self,
        booking: &Booking,
        found: Found,
        zone: &TimeZone,
    ) -> Result<(), ProviderError> {
        let mut next = Some(found);
        for _ in 0..TRIES {
            let Some(found) = next.take() else { return Ok(()) };
            let url = found.url.clone();
            let known = self.with_version(booking, found, zone).await?;
            let Some((_, version)) = known else { return Ok(()) };
            let answer = self.client.delete(&url, &version).await?;
            match answer.status.as_u16() {
                200 | 202 | 204 | 207 | 404 | 410 => return Ok(()),
                412 => match find::at(&self.client, &url, booking, zone).await? {
                    At::Ours(found) => next = Some(*found),
                    At::Nothing | At::Other(_) => return Ok(()),
                },
                _ => return Err(refusal::of(Asked::Write, &answer)),
            }
        }
        Err(ProviderError::StaleVersion)
    }

    /// An event with its version, read again if it is not known; `None` if it is gone.
    async fn with_version(
        &self,
        booking: &Booking,
        mut found: Found,
        zone: &TimeZone,
    ) -> Result<Option<(Found, String)>, ProviderError> {
        if let Some(version) = found.version.take() {
            return Ok(Some((found, version)));
        }
        match find::at(&self.client, &found.url, booking, zone).await? {
            At::Ours(found) => {
                let version = self.version(&found).await?;
                Ok(Some((*found, version)))
            }
            At::Nothing | At::Other(_) => Ok(None),
        }
    }

    async fn version(&self, found: &Found) -> Result<String, ProviderError> {
        let version = match &found.version {
            Some(version) => Some(version.clone()),
            None => find::version(&self.client, &found.url).await?,
        };
        version.ok_or_else(|| {
            ProviderError::NeedsHuman(
                "the CalDAV server gives no versions of events, without which they cannot be \
                 changed safely"
                    .into(),
            )
        })
    }
}

/// An event that was written just now.
fn written(booking: &Booking, url: Url, version: Option<String>) -> Found {
    let time = event::time(booking);
    let event = Event {
        uid: event::uid(booking),
        time,
        cancelled: false,
        transparent: false,
        booking: Some(booking.id.to_string()),
        connection: Some(booking.connection_id.to_string()),
        written: Some(time),
    };
    Found { url, version, text: String::new(), event }
}

/// The version that an answer to a write names. One that is not named is asked for when it is needed.
fn tag(answer: &Answer) -> Option<String> {
    let tag = answer.headers.get(ETAG)?.to_str().ok()?;
    find::is_strong(tag).then(|| tag.to_owned())
}

fn confirmed(url: &Url) -> ProviderBooking {
    ProviderBooking { external_id: url.path().to_owned(), confirmed: true }
}

/// An error after something was written: what stands there has to be looked up.
fn in_doubt(error: ProviderError) -> ProviderError {
    tracing::debug!(%error, "a calendar could not be looked at after a change");
    ProviderError::Unknown
}
