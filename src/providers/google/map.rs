//! Between Google's terms and ours. Pure: a booking becomes an event, an event becomes what a provider
//! says of a booking.

use hookswitch_actors::ports::{ProviderBooking, ProviderError, ProviderRecord, ProviderState};
use hookswitch_storage::{Booking, BookingId, ConnectionId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::settings::Options;
use super::wire::{CONNECTION, EventBody, REFERENCE, SLOT};
use crate::providers::template;

/// What our events' ids begin with. Google allows the digits and the letters a to v.
const PREFIX: &str = "hs";
/// Longest title that is made, characters.
const LONGEST_TITLE: usize = 200;

/// Where an event is: the calendar and its id there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) calendar: String,
    pub(super) event: String,
}

impl Place {
    /// Where the event of a booking is that is made in `calendar`. The id is that of the booking, so
    /// that a request that is sent twice makes one event.
    pub(super) fn of(calendar: &str, booking: &BookingId) -> Self {
        let id: String = booking.to_string().chars().filter(|c| *c != '-').collect();
        Self { calendar: calendar.to_owned(), event: format!("{PREFIX}{id}") }
    }

    /// The provider's id of a booking is both, so that a booking is found also after another calendar
    /// was chosen.
    pub(super) fn external_id(&self) -> String {
        format!("{}/{}", self.calendar, self.event)
    }

    pub(super) fn read(external_id: &str) -> Option<Self> {
        let (calendar, event) = external_id.rsplit_once('/')?;
        Some(Self { calendar: calendar.to_owned(), event: event.to_owned() })
    }
}

/// The booking that an event with this id was made for.
pub(super) fn booking_of(event: &str) -> Option<BookingId> {
    event.strip_prefix(PREFIX).filter(|id| id.len() == 32)?.parse().ok()
}

fn moment(at: Timestamp, zone: &str) -> Value {
    let known = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let name = known.iana_name().unwrap_or("UTC").to_owned();
    let text = at.to_zoned(known).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    json!({"dateTime": text, "timeZone": name})
}

/// A time as our events carry it beside Google's own.
pub(super) fn slot((start, end): (Timestamp, Timestamp)) -> String {
    format!("{}/{}", start.as_second(), end.as_second())
}

/// Whether one of our connection's claims stands for this event: it is ours, and where we put it.
pub(super) fn is_claimed(
    event: &EventBody,
    span: (Timestamp, Timestamp),
    connection: &ConnectionId,
) -> bool {
    event.property(CONNECTION) == Some(connection.as_str())
        && event.property(SLOT) == Some(slot(span).as_str())
}

fn marks(booking: &Booking, span: (Timestamp, Timestamp)) -> Value {
    json!({"private": {
        REFERENCE: booking.id.to_string(),
        CONNECTION: booking.connection_id.to_string(),
        SLOT: slot(span),
    }})
}

/// The body that makes the event of a booking.
///
/// # Errors
/// [`ProviderError::MissingInput`] for a field that takes something that nobody gave.
pub(super) fn create(
    booking: &Booking,
    place: &Place,
    options: &Options,
) -> Result<Value, ProviderError> {
    let title = format!("{}: {}", booking.customer_name, booking.service_id);
    let title: String = title.chars().take(LONGEST_TITLE).collect();
    let mut about = vec![booking.customer_name.clone()];
    about.extend(booking.customer_phone.clone());
    about.extend(booking.customer_email.clone());
    about.extend(booking.party_size.map(|size| format!("{size} people")));
    about.extend(booking.notes.clone());
    about.push(booking.confirmation.clone());
    let span = (booking.start, booking.end);
    let mut body = json!({
        "id": place.event,
        "summary": title,
        "description": about.join("\n"),
        "start": moment(booking.start, &booking.time_zone),
        "end": moment(booking.end, &booking.time_zone),
        "status": "confirmed",
        "transparency": "opaque",
        "reminders": {"useDefault": true},
        "extendedProperties": marks(booking, span),
    });
    for (name, text) in &options.event_fields {
        let filled = template::fill(text, booking);
        let missing = || ProviderError::MissingInput { field: missing_in(text, booking) };
        body[name] = json!(filled.ok_or_else(missing)?);
    }
    if options.invite
        && let Some(email) = &booking.customer_email
    {
        body["attendees"] = json!([{"email": email, "displayName": booking.customer_name}]);
    }
    Ok(body)
}

/// The detail of a booking that a text takes and that is not there, by our own name.
fn missing_in(text: &str, booking: &Booking) -> String {
    for (name, is_there) in [
        ("notes", booking.notes.is_some()),
        ("customer_phone", booking.customer_phone.is_some()),
        ("customer_email", booking.customer_email.is_some()),
    ] {
        if !is_there && text.contains(&format!("{{{name}}}")) {
            return name.to_owned();
        }
    }
    "notes".to_owned()
}

/// The body that moves the event of a booking.
pub(super) fn relocate(booking: &Booking, span: (Timestamp, Timestamp)) -> Value {
    json!({
        "start": moment(span.0, &booking.time_zone),
        "end": moment(span.1, &booking.time_zone),
        "extendedProperties": marks(booking, span),
    })
}

/// A time as a query takes it.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A booking that stands at `place`.
pub(super) fn made(place: &Place) -> ProviderBooking {
    ProviderBooking { external_id: place.external_id(), confirmed: true }
}

/// What Google says of a booking whose event is `event`. A time that is not told is that of `otherwise`.
pub(super) fn record(
    place: &Place,
    event: &EventBody,
    zone: &TimeZone,
    otherwise: Timestamp,
) -> ProviderRecord {
    let state = if event.is_cancelled() {
        ProviderState::Cancelled
    } else if event.is_tentative() {
        ProviderState::Pending
    } else {
        ProviderState::Confirmed
    };
    let span = event.span(zone);
    let start = span.map_or(otherwise, |(start, _)| start);
    let reference = event.property(REFERENCE).and_then(|text| text.parse().ok());
    ProviderRecord {
        end: span.map(|(_, end)| end),
        reference: reference.or_else(|| booking_of(&event.id)),
        ..ProviderRecord::new(place.external_id(), start, state)
    }
}

#[cfg(test)]
mod tests;
