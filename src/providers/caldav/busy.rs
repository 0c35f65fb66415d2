//! What is in the way of a booking: the events of a calendar in a span of time. Owns the ways to ask, from
//! the one that tells most to the one that every server should know.

use hookswitch_actors::ports::ProviderError;
use jiff::tz::TimeZone;
use reqwest::Url;

use super::client::Client;
use super::discover::Calendar;
use super::ical::{self, Event, Time};
use super::refusal::{self, Asked};
use super::xml;
use crate::providers::http::Answer;

/// What is in a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// An event, and where it is kept.
    Event(Url, Box<Event>),
    /// Something, the server does not say what.
    Busy(Time),
}

impl Seen {
    /// The time that it takes from others, if it does.
    pub(super) fn busy(&self) -> Option<Time> {
        match self {
            Self::Event(_, event) => event.is_busy().then_some(event.time),
            Self::Busy(time) => Some(*time),
        }
    }
}

/// What a calendar has in a span of time; times without a zone are in `zone`.
pub(super) async fn within(
    client: &Client,
    calendar: &Calendar,
    span: Time,
    zone: &TimeZone,
) -> Result<Vec<Seen>, ProviderError> {
    let body = xml::between(span.start, span.end);
    let answer = client.report(&calendar.url, "1", &body).await?;
    let answer = match answer.status.as_u16() {
        // It does not lay repetitions out; we do.
        400 | 415 | 422 | 501 => {
            let body = xml::between_as_kept(span.start, span.end);
            client.report(&calendar.url, "1", &body).await?
        }
        // Calendars may be shared so that others see only when they are busy.
        403 => return busy_times(client, calendar, span).await,
        _ => answer,
    };
    match events(client, calendar, &answer, zone)? {
        Some(events) => Ok(events
            .into_iter()
            .filter(|(_, event)| event.time.overlaps(span))
            .map(|(url, event)| Seen::Event(url, Box::new(event)))
            .collect()),
        None => {
            // The server's own program may read what ours cannot.
            busy_times(client, calendar, span).await.map_err(|error| match error {
                ProviderError::NeedsHuman(_) | ProviderError::NotFound => {
                    ProviderError::NeedsHuman(format!(
                        "an event in the calendar {} cannot be read; correct or delete what was \
                         imported there last",
                        calendar.name
                    ))
                }
                other => other,
            })
        }
    }
}

/// The events of an answer; `None` if there is one that cannot be read.
fn events(
    client: &Client,
    calendar: &Calendar,
    answer: &Answer,
    zone: &TimeZone,
) -> Result<Option<Vec<(Url, Event)>>, ProviderError> {
    match answer.status.as_u16() {
        207 => {}
        404 | 410 => return Err(refusal::calendar_gone()),
        _ => return Err(refusal::of(Asked::Read, answer)),
    }
    let read = xml::multistatus(&answer.body).ok_or_else(refusal::unreadable)?;
    let mut all = Vec::new();
    for found in read.resources {
        let Some(data) = &found.data else { continue };
        let Some(url) = client.follow(&calendar.url, &found.href) else { continue };
        match ical::events(data, zone) {
            Some(events) => all.extend(events.into_iter().map(|event| (url.clone(), event))),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

async fn busy_times(
    client: &Client,
    calendar: &Calendar,
    span: Time,
) -> Result<Vec<Seen>, ProviderError> {
    let body = xml::free_busy(span.start, span.end);
    let answer = client.report(&calendar.url, "1", &body).await?;
    if !answer.status.is_success() {
        return Err(refusal::of(Asked::Read, &answer));
    }
    let text = std::str::from_utf8(&answer.body).map_err(|_| refusal::unreadable())?;
    let busy = ical::busy(text).ok_or_else(refusal::unreadable)?;
    Ok(busy.into_iter().filter(|time| time.overlaps(span)).map(Seen::Busy).collect())
}
