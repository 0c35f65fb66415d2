//! One event: read, made, moved, removed, and looked for by the booking that it stands for. Google checks
//! no overlap, so an event that was just written is compared with what is around it: what somebody
//! else put there meanwhile wins.

use hookswitch_actors::ports::ProviderError;
use hookswitch_storage::Booking;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::Method;
use serde_json::Value;

use super::Google;
use super::agenda;
use super::client::Request;
use super::map::{self, Place};
use super::refusal::{Asked, Refusal, unreadable};
use super::wire::{self, EVENT_FIELDS, EventBody, REFERENCE};

/// Events under one reference; there is one, or a few that the business copied.
const COPIES: usize = 10;

fn parameters(google: &Google) -> [(&'static str, String); 2] {
    [
        ("sendUpdates", google.options.send_updates.word().to_owned()),
        ("fields", EVENT_FIELDS.to_owned()),
    ]
}

impl Google {
    /// The event at a place; `None` if there is none, or never was.
    pub(super) async fn event(&self, place: &Place) -> Result<Option<EventBody>, ProviderError> {
        let path = ["calendars", &place.calendar, "events", &place.event];
        let query = [("fields", EVENT_FIELDS.to_owned())];
        let request = Request::new(Asked::Event, Method::GET, &path).query(&query);
        match self.client.send(&request).await {
            Ok(answer) => wire::read(&answer.body).map(Some).ok_or_else(unreadable),
            Err(Refusal::Absent | Refusal::Gone) => Ok(None),
            Err(other) => Err(other.into_error()),
        }
    }

    /// The event that carries a booking's reference in a calendar, one that stands before one that does
    /// not. Says too that the calendar is shown to us, which a missing event does not.
    pub(super) async fn by_reference(
        &self,
        calendar: &str,
        booking: &Booking,
    ) -> Result<Option<EventBody>, ProviderError> {
        let query = [
            ("privateExtendedProperty", format!("{REFERENCE}={}", booking.id)),
            ("showDeleted", "true".to_owned()),
            ("maxResults", COPIES.to_string()),
            ("fields", format!("kind,nextPageToken,items({EVENT_FIELDS})")),
        ];
        let page = agenda::page(&self.client, calendar, &query).await;
        let page = page.map_err(Refusal::into_error)?;
        if page.items.is_empty() && page.next_page_token.is_some() {
            return Err(unreadable());
        }
        let mut found = page.items;
        found.sort_by_key(EventBody::is_cancelled);
        Ok(found.into_iter().next())
    }

    /// Where a booking's event is, and the event: at the newest of its known places, else by reference.
    pub(super) async fn located(
        &self,
        booking: &Booking,
    ) -> Result<Option<(Place, EventBody)>, ProviderError> {
        let known = booking.external_ids.iter().rev().filter_map(|id| Place::read(id));
        let ours = Place::of(self.options.calendar(), &booking.id);
        let mut places: Vec<Place> = Vec::new();
        for place in known.chain([ours]) {
            if places.contains(&place) {
                continue;
            }
            if let Some(event) = self.event(&place).await? {
                return Ok(Some((place, event)));
            }
            places.push(place);
        }
        for calendar in places.iter().map(|place| &place.calendar) {
            if let Some(event) = self.by_reference(calendar, booking).await? {
                let place = Place { calendar: calendar.clone(), event: event.id.clone() };
                return Ok(Some((place, event)));
            }
        }
        Ok(None)
    }

    /// Makes an event.
    pub(super) async fn insert(&self, place: &Place, body: &Value) -> Result<EventBody, Refusal> {
        let path = ["calendars", &place.calendar, "events"];
        let query = parameters(self);
        let request = Request::new(Asked::Insert, Method::POST, &path).query(&query).body(body);
        let answer = self.client.send(&request).await?;
        // A success that cannot be read may have done anything.
        wire::read(&answer.body).ok_or_else(|| ProviderError::Unknown.into())
    }

    /// Moves an event that is still as it was read.
    pub(super) async fn relocate(
        &self,
        place: &Place,
        event: &EventBody,
        booking: &Booking,
        span: agenda::Range,
    ) -> Result<EventBody, Refusal> {
        let path = ["calendars", &place.calendar, "events", &place.event];
        let (query, body) = (parameters(self), map::relocate(booking, span));
        let request = Request::new(Asked::Patch, Method::PATCH, &path).query(&query).body(&body);
        let answer = self.client.send(&request.if_match(event.etag.as_deref())).await?;
        wire::read(&answer.body).ok_or_else(|| ProviderError::Unknown.into())
    }

    /// Removes an event. One that is not there is removed, if its calendar is.
    pub(super) async fn remove(
        &self,
        place: &Place,
        booking: &Booking,
    ) -> Result<(), ProviderError> {
        let path = ["calendars", &place.calendar, "events", &place.event];
        let query = [("sendUpdates", self.options.send_updates.word().to_owned())];
        let request = Request::new(Asked::Delete, Method::DELETE, &path).query(&query);
        match self.client.send(&request).await {
            Ok(_) | Err(Refusal::Gone) => Ok(()),
            Err(Refusal::Absent) => self.by_reference(&place.calendar, booking).await.map(|_| ()),
            Err(other) => Err(other.into_error()),
        }
    }

    /// Whether somebody else has put something there.
    pub(super) async fn is_contested(
        &self,
        place: &Place,
        (start, until): agenda::Range,
    ) -> Result<bool, ProviderError> {
        let (calendar, connection) = (&place.calendar, &self.connection);
        let range = (start, until);
        let (foreign, busy) = tokio::join!(
            agenda::foreign(&self.client, calendar, connection, range, Some(&place.event)),
            agenda::busy(&self.client, &self.options.calendar_ids[1..], range),
        );
        Ok(!foreign?.is_empty() || !busy?.is_empty())
    }

    /// The same for a booking that was just written and is known to be there. That nobody can be asked
    /// does not undo it: its time was seen free just before.
    pub(super) async fn was_overtaken(&self, place: &Place, range: agenda::Range) -> bool {
        match self.is_contested(place, range).await {
            Ok(contested) => contested,
            Err(error) => {
                tracing::warn!(connection.id = %self.connection, %error,
                    "an event was made and not compared with what is around it");
                false
            }
        }
    }
}

/// What a booking occupies when it starts at `start`.
pub(super) fn occupied(booking: &Booking, start: Timestamp) -> agenda::Range {
    let length = booking.occupied_until.duration_since(booking.start);
    (start, start.checked_add(length).unwrap_or(start))
}

/// A booking's own time when it starts at `start`.
pub(super) fn appointment(booking: &Booking, start: Timestamp) -> agenda::Range {
    let length = booking.end.duration_since(booking.start);
    (start, start.checked_add(length).unwrap_or(start))
}

/// When an event of ours starts; whole days, which we never write, are those of the booking's zone.
pub(super) fn start_of(event: &EventBody, booking: &Booking) -> Option<Timestamp> {
    let zone = TimeZone::get(&booking.time_zone).unwrap_or(TimeZone::UTC);
    event.span(&zone).map(|(start, _)| start)
}
