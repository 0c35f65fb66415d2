//! What of the account's calendars may be shown: their names, and when they are busy. Titles and guests of
//! events are not even asked for.

use futures_util::future::join_all;
use hookswitch_actors::ports::{CalendarEntry, CalendarEvent, EventQuery, ProviderError};
use reqwest::Method;

use super::Google;
use super::agenda::{self, Events, Range};
use super::client::{Client, Request};
use super::map;
use super::refusal::{Asked, Refusal, unreadable};
use super::settings::PRIMARY;
use super::wire::{self, CONNECTION, OwnBody, REFERENCE};

/// Whose account it is: the id of its own calendar, which is the account's address and nobody else's.
/// `primary`, which every account has, stands for it and names nobody. `None` if the access does not
/// reach so far: one that an operator entered may be good for events alone.
///
/// # Errors
/// If Google cannot be asked.
pub(super) async fn owner(client: &Client) -> Result<Option<String>, ProviderError> {
    let path = ["users", "me", "calendarList", "primary"];
    let query = [("fields", "id".to_owned())];
    let request = Request::new(Asked::Calendar, Method::GET, &path).query(&query);
    match client.send(&request).await {
        Ok(answer) => {
            let own: OwnBody = wire::read(&answer.body).ok_or_else(unreadable)?;
            Ok(own.id.filter(|id| !id.is_empty() && id != PRIMARY))
        }
        Err(Refusal::Clear(error)) if error.is_outage() => Err(error),
        Err(_) => Ok(None),
    }
}

/// The calendars of the connection.
///
/// # Errors
/// If Google cannot be asked; a calendar that it does not show has its id for a name.
pub(super) async fn calendars(google: &Google) -> Result<Vec<CalendarEntry>, ProviderError> {
    let ids = &google.options.calendar_ids;
    let asked = ids.iter().enumerate().map(|(place, id)| async move {
        let query =
            [("maxResults", "1".to_owned()), ("fields", "kind,summary,timeZone".to_owned())];
        let (name, time_zone) = match agenda::page(&google.client, id, &query).await {
            Ok(page) => (page.summary, page.time_zone),
            Err(Refusal::Clear(error)) if error.is_outage() => return Err(error),
            // Who may see no more than free/busy is not told the name.
            Err(_) => (None, None),
        };
        let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.clone());
        Ok(CalendarEntry { id: id.clone(), name, takes_bookings: place == 0, time_zone })
    });
    join_all(asked).await.into_iter().collect()
}

/// What keeps the calendars busy.
pub(super) async fn events(
    google: &Google,
    query: &EventQuery,
) -> Result<Vec<CalendarEvent>, ProviderError> {
    let wanted = |id: &&String| query.calendars.is_empty() || query.calendars.contains(*id);
    let (first, others) = google.options.calendar_ids.split_first().ok_or_else(unreadable)?;
    let range = (query.from, query.to);
    let mut found = Vec::new();
    if wanted(&first) {
        found.extend(booked(google, first, range).await?);
    }
    let others: Vec<String> = others.iter().filter(wanted).cloned().collect();
    for (calendar, (start, end)) in agenda::busy_in(&google.client, &others, range).await? {
        found.push(CalendarEvent { calendar, start, end, reference: None });
    }
    found.sort_by_key(|event| (event.start, event.end));
    Ok(found)
}

/// The events of the calendar that bookings go to, ours with the booking that they stand for.
async fn booked(
    google: &Google,
    calendar: &str,
    (from, to): Range,
) -> Result<Vec<CalendarEvent>, ProviderError> {
    let Events { events, zone } = agenda::events(&google.client, calendar, (from, to)).await?;
    let mut found = Vec::new();
    for event in events.iter().filter(|event| event.keeps_busy()) {
        let (start, end) = event.span(&zone).ok_or_else(unreadable)?;
        if start >= to || end <= from {
            continue;
        }
        let ours = event.property(CONNECTION) == Some(google.connection.as_str());
        let reference = event.property(REFERENCE).filter(|_| ours);
        let reference = reference.and_then(|text| text.parse().ok());
        let reference = reference.or_else(|| map::booking_of(&event.id).filter(|_| ours));
        found.push(CalendarEvent { calendar: calendar.to_owned(), start, end, reference });
    }
    Ok(found)
}
