//! Finding the event of a booking: at the path where it was put, else by its UID, else by our own
//! property, since clients have been seen to give events new UIDs. An answer that does not show everything
//! is never "there is none".

use hookswitch_actors::ports::{ProviderError, ProviderRecord, ProviderState};
use hookswitch_storage::{Booking, BookingId};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use reqwest::Url;
use reqwest::header::ETAG;

use super::client::Client;
use super::discover::{Calendar, Chosen};
use super::event;
use super::ical::{self, BOOKING, Event, Time};
use super::refusal::{self, Asked};
use super::xml;

/// How far from its start a booking is looked for on servers that cannot search by our property.
const AROUND: SignedDuration = SignedDuration::from_hours(24 * 7);

/// An object with an event of ours.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) url: Url,
    /// Its version, which a change has to name.
    pub(super) version: Option<String>,
    pub(super) text: String,
    pub(super) event: Event,
}

impl Found {
    /// Whether it takes its time.
    pub(super) fn stands(&self) -> bool {
        !self.event.cancelled
    }

    /// What the port is told of it.
    pub(super) fn record(&self) -> ProviderRecord {
        record(&self.url, &self.event)
    }
}

/// What the port is told of an event of ours.
pub(super) fn record(url: &Url, event: &Event) -> ProviderRecord {
    let state = if event.cancelled { ProviderState::Cancelled } else { ProviderState::Confirmed };
    let mut record = ProviderRecord::new(url.path(), event.time.start, state);
    record.end = Some(event.time.end);
    record.reference = event.booking.as_deref().and_then(|id| id.parse::<BookingId>().ok());
    record
}

/// Whether an event is a booking's.
fn is_of(event: &Event, booking: &Booking) -> bool {
    event.uid == event::uid(booking)
        || event.booking.as_deref() == Some(booking.id.to_string().as_str())
}

/// What stands at a path.
pub(super) enum At {
    Nothing,
    /// An event of this booking.
    Ours(Box<Found>),
    /// Something else, and the times that it takes; without any if it takes none, or none that can be read.
    Other(Vec<Event>),
}

/// Looks at a path.
pub(super) async fn at(
    client: &Client,
    url: &Url,
    booking: &Booking,
    zone: &TimeZone,
) -> Result<At, ProviderError> {
    let answer = client.get(url).await?;
    match answer.status.as_u16() {
        200 => {}
        404 | 410 => return Ok(At::Nothing),
        _ => return Err(refusal::of(Asked::Read, &answer)),
    }
    let text = String::from_utf8(answer.body).map_err(|_| refusal::unreadable())?;
    let events = ical::events(&text, zone).ok_or_else(refusal::unreadable)?;
    let Some(event) = events.iter().find(|event| is_of(event, booking)).cloned() else {
        return Ok(At::Other(events));
    };
    let tag = answer.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let version = match tag.filter(|tag| is_strong(tag)) {
        Some(tag) => Some(tag),
        None => version(client, url).await?,
    };
    Ok(At::Ours(Box::new(Found { url: url.clone(), version, text, event })))
}

/// Only strong versions may stand in a condition (RFC 9110, 13.1.1).
pub(super) fn is_strong(tag: &str) -> bool {
    !tag.starts_with("W/") && !tag.is_empty()
}

/// The version of an object, for servers that do not give it with the object itself.
pub(super) async fn version(client: &Client, url: &Url) -> Result<Option<String>, ProviderError> {
    let (_, answer) = client.propfind(url, "0", &xml::versions()).await?;
    match answer.status.as_u16() {
        207 => {}
        404 | 410 => return Ok(None),
        _ => return Err(refusal::of(Asked::Read, &answer)),
    }
    let read = xml::multistatus(&answer.body).ok_or_else(refusal::unreadable)?;
    Ok(read.resources.into_iter().find_map(|found| found.etag).filter(|tag| is_strong(tag)))
}

/// The event of a booking; one that stands before one that was cancelled.
pub(super) async fn of(
    client: &Client,
    chosen: &Chosen,
    booking: &Booking,
    zone: &TimeZone,
) -> Result<Option<Found>, ProviderError> {
    let mut cancelled = None;
    for id in booking.external_ids.iter().rev() {
        let Some(url) = client.follow(&chosen.target().url, id) else { continue };
        if let At::Ours(found) = at(client, &url, booking, zone).await? {
            if found.stands() {
                return Ok(Some(*found));
            }
            cancelled = cancelled.or(Some(*found));
        }
    }
    let (uid, reference) = (event::uid(booking), booking.id.to_string());
    for (property, text) in [("UID", &uid), (BOOKING, &reference)] {
        for calendar in chosen.all() {
            let found = search(client, calendar, property, text, booking, zone).await?;
            for found in found {
                if found.stands() {
                    return Ok(Some(found));
                }
                cancelled = cancelled.or(Some(found));
            }
        }
    }
    Ok(cancelled)
}

async fn search(
    client: &Client,
    calendar: &Calendar,
    property: &str,
    text: &str,
    booking: &Booking,
    zone: &TimeZone,
) -> Result<Vec<Found>, ProviderError> {
    let body = xml::having(property, text);
    let mut answer = client.report(&calendar.url, "1", &body).await?;
    if matches!(answer.status.as_u16(), 400 | 403 | 415 | 422 | 501) {
        let around = around(booking);
        let body = xml::between_as_kept(around.start, around.end);
        answer = client.report(&calendar.url, "1", &body).await?;
    }
    match answer.status.as_u16() {
        207 => {}
        404 | 410 => return Err(refusal::calendar_gone()),
        // Nothing of ours is where only times are shown.
        403 => return Ok(Vec::new()),
        _ => return Err(refusal::of(Asked::Read, &answer)),
    }
    let read = xml::multistatus(&answer.body).ok_or_else(refusal::unreadable)?;
    let mut all = Vec::new();
    for resource in read.resources {
        let Some(text) = resource.data else { continue };
        // Servers that know no filter answer with everything.
        let Some(events) = ical::events(&text, zone) else { continue };
        let Some(event) = events.into_iter().find(|event| is_of(event, booking)) else { continue };
        let Some(url) = client.follow(&calendar.url, &resource.href) else { continue };
        let version = resource.etag.filter(|tag| is_strong(tag));
        all.push(Found { url, version, text, event });
    }
    Ok(all)
}

fn around(booking: &Booking) -> Time {
    let start = booking.start.checked_sub(AROUND).unwrap_or(booking.start);
    Time { start, end: booking.end.checked_add(AROUND).unwrap_or(booking.end) }
}
