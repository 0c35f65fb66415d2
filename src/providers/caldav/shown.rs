//! What the calendar tools show of a connection: its calendars, and when they are busy. Pure of writing.

use hookswitch_actors::ports::{CalendarEntry, CalendarEvent, EventQuery, ProviderError};
use hookswitch_storage::BookingId;
use jiff::tz::TimeZone;

use super::busy::{self, Seen};
use super::client::Client;
use super::discover::{Calendar, Chosen};
use super::ical::Time;

/// The calendars of a connection.
pub(super) fn calendars(chosen: &Chosen) -> Vec<CalendarEntry> {
    let all = chosen.all().iter().enumerate();
    all.map(|(at, calendar)| CalendarEntry {
        id: calendar.url.path().to_owned(),
        name: calendar.name.clone(),
        takes_bookings: at == 0,
        time_zone: None,
    })
    .collect()
}

/// What keeps them busy, in order of time.
pub(super) async fn events(
    client: &Client,
    chosen: &Chosen,
    query: &EventQuery,
    connection: &str,
    zone: &TimeZone,
) -> Result<Vec<CalendarEvent>, ProviderError> {
    let span = Time { start: query.from, end: query.to };
    let mut events = Vec::new();
    for calendar in chosen.all().iter().filter(|calendar| is_meant(calendar, query)) {
        let seen = busy::within(client, calendar, span, zone).await?;
        events.extend(seen.iter().filter_map(|seen| event(calendar, seen, connection)));
    }
    events.sort_by_key(|event| (event.start, event.end));
    Ok(events)
}

fn is_meant(calendar: &Calendar, query: &EventQuery) -> bool {
    let path = calendar.url.path().trim_end_matches('/');
    query.calendars.is_empty()
        || query.calendars.iter().any(|id| id.trim_end_matches('/') == path || *id == calendar.name)
}

fn event(calendar: &Calendar, seen: &Seen, connection: &str) -> Option<CalendarEvent> {
    let time = seen.busy()?;
    let reference = match seen {
        Seen::Event(_, event) if event.connection.as_deref() == Some(connection) => {
            event.booking.as_deref().and_then(|id| id.parse::<BookingId>().ok())
        }
        Seen::Event(..) | Seen::Busy(_) => None,
    };
    let calendar = calendar.url.path().to_owned();
    Some(CalendarEvent { calendar, start: time.start, end: time.end, reference })
}
