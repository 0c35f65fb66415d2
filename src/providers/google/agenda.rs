//! What is in a calendar between two times, page by page. Owns which events are somebody else's; what
//! was not read to its end is never "free".

use hookswitch_actors::ports::ProviderError;
use hookswitch_storage::ConnectionId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::Method;
use serde_json::json;

use super::client::{Client, Request};
use super::map;
use super::refusal::{Asked, Refusal, no_calendar, unreadable};
use super::wire::{self, EVENT_FIELDS, EventBody, EventsBody, FreeBusyBody};

/// Events on a page, the most that Google gives.
const PAGE: usize = 2_500;
/// Pages that are read; more than 10,000 events in a month are no calendar of appointments.
const PAGES: usize = 4;

/// From when to when.
pub(super) type Range = (Timestamp, Timestamp);

/// Events of a calendar.
pub(super) struct Events {
    pub(super) events: Vec<EventBody>,
    /// The calendar's zone, in which its whole days are.
    pub(super) zone: TimeZone,
}

/// One page of a calendar's events.
pub(super) async fn page(
    client: &Client,
    calendar: &str,
    query: &[(&str, String)],
) -> Result<EventsBody, Refusal> {
    let path = ["calendars", calendar, "events"];
    let request = Request::new(Asked::Calendar, Method::GET, &path).query(query);
    let answer = client.send(&request).await?;
    wire::read(&answer.body).ok_or_else(|| unreadable().into())
}

/// The events that overlap a range, each occurrence of a series by itself.
pub(super) async fn events(
    client: &Client,
    calendar: &str,
    (from, to): Range,
) -> Result<Events, ProviderError> {
    let mut query = vec![
        ("timeMin", map::stamp(from)),
        ("timeMax", map::stamp(to)),
        ("singleEvents", "true".to_owned()),
        ("maxResults", PAGE.to_string()),
        ("fields", format!("kind,timeZone,nextPageToken,items({EVENT_FIELDS})")),
    ];
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let page = page(client, calendar, &query).await.map_err(Refusal::into_error)?;
        found.extend(page.items);
        let Some(next) = page.next_page_token else {
            return Ok(Events { events: found, zone: zone_of(page.time_zone.as_deref()) });
        };
        query.retain(|(name, _)| *name != "pageToken");
        query.push(("pageToken", next));
    }
    Err(unreadable())
}

/// A zone by its name; UTC for none that is known here.
pub(super) fn zone_of(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// When a calendar is busy with something that none of the connection's own claims stands for.
/// `except` is left out, whatever it is.
pub(super) async fn foreign(
    client: &Client,
    calendar: &str,
    connection: &ConnectionId,
    (from, to): Range,
    except: Option<&str>,
) -> Result<Vec<Range>, ProviderError> {
    let Events { events, zone } = events(client, calendar, (from, to)).await?;
    let mut busy = Vec::new();
    for event in events.iter().filter(|event| event.keeps_busy()) {
        let span = event.span(&zone).ok_or_else(unreadable)?;
        let claimed = map::is_claimed(event, span, connection);
        if !claimed && except != Some(event.id.as_str()) && span.0 < to && from < span.1 {
            busy.push(span);
        }
    }
    Ok(busy)
}

/// When calendars are busy that bookings do not go to.
///
/// # Errors
/// As [`busy_in`].
pub(super) async fn busy(
    client: &Client,
    calendars: &[String],
    range: Range,
) -> Result<Vec<Range>, ProviderError> {
    let busy = busy_in(client, calendars, range).await?;
    Ok(busy.into_iter().map(|(_, range)| range).collect())
}

/// The same, each time with its calendar. Free/busy is all that we need to be shown of them.
///
/// # Errors
/// [`ProviderError::NeedsHuman`] for a calendar that we are not shown; that it says nothing does not
/// mean that it is free.
pub(super) async fn busy_in(
    client: &Client,
    calendars: &[String],
    (from, to): Range,
) -> Result<Vec<(String, Range)>, ProviderError> {
    if calendars.is_empty() {
        return Ok(Vec::new());
    }
    let items: Vec<_> = calendars.iter().map(|id| json!({"id": id})).collect();
    let body = json!({"timeMin": map::stamp(from), "timeMax": map::stamp(to), "items": items});
    let request = Request::new(Asked::Calendar, Method::POST, &["freeBusy"]).body(&body);
    let answer = client.send(&request).await.map_err(Refusal::into_error)?;
    let read: FreeBusyBody = wire::read(&answer.body).ok_or_else(unreadable)?;
    let mut told = read.calendars;
    let mut busy = Vec::new();
    for calendar in calendars {
        let told = told.remove(calendar).ok_or_else(unreadable)?;
        if !told.errors.is_empty() {
            return Err(no_calendar().into_error());
        }
        let periods = told.busy.into_iter().map(|period| (period.start, period.end));
        let here = periods.filter(|(start, end)| *start < to && from < *end);
        busy.extend(here.map(|range| (calendar.clone(), range)));
    }
    Ok(busy)
}
