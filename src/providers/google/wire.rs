//! Google's JSON as it comes. What is not needed may be missing; an entry that cannot be read makes the
//! whole unreadable, since it may be the one that keeps a time busy.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;

/// Names of the private properties that our events carry. Google shows them to nobody.
pub(super) const REFERENCE: &str = "hookswitch_booking";
/// The connection that made the event.
pub(super) const CONNECTION: &str = "hookswitch_connection";
/// The time that we gave it, so that one that was moved by hand is known.
pub(super) const SLOT: &str = "hookswitch_slot";

/// What is asked for of an event.
pub(super) const EVENT_FIELDS: &str = "id,etag,status,transparency,start,end,attendees(self,responseStatus),extendedProperties/private";

/// One event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventBody {
    pub(super) id: String,
    #[serde(default)]
    pub(super) etag: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    transparency: Option<String>,
    #[serde(default)]
    start: Option<Moment>,
    #[serde(default)]
    end: Option<Moment>,
    #[serde(default)]
    attendees: Vec<Attendee>,
    #[serde(default)]
    extended_properties: Properties,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct Properties {
    #[serde(default)]
    private: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attendee {
    #[serde(default, rename = "self")]
    is_self: bool,
    #[serde(default)]
    response_status: Option<String>,
}

/// A moment, or a whole day.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Moment {
    #[serde(default)]
    date_time: Option<Timestamp>,
    #[serde(default)]
    date: Option<Date>,
}

impl Moment {
    fn instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        let midnight = || {
            let zoned = self.date?.to_datetime(Time::midnight()).to_zoned(zone.clone());
            zoned.ok().map(|zoned| zoned.timestamp())
        };
        self.date_time.or_else(midnight)
    }
}

impl EventBody {
    pub(super) fn is_cancelled(&self) -> bool {
        self.status.as_deref() == Some("cancelled")
    }

    pub(super) fn is_tentative(&self) -> bool {
        self.status.as_deref() == Some("tentative")
    }

    /// Whether it keeps the calendar's owner busy, as Google's own free/busy has it: not if it was
    /// declined or is shown as free.
    pub(super) fn keeps_busy(&self) -> bool {
        let declined = self.attendees.iter().any(|attendee| {
            attendee.is_self && attendee.response_status.as_deref() == Some("declined")
        });
        !self.is_cancelled() && !declined && self.transparency.as_deref() != Some("transparent")
    }

    /// From when to when; whole days are those of `zone`.
    pub(super) fn span(&self, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let start = self.start.as_ref()?.instant(zone)?;
        let end = self.end.as_ref().and_then(|end| end.instant(zone)).unwrap_or(start);
        (start <= end).then_some((start, end))
    }

    /// A private property.
    pub(super) fn property(&self, name: &str) -> Option<&str> {
        self.extended_properties.private.get(name).map(String::as_str)
    }
}

/// One page of a calendar's events, with what it says of the calendar.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventsBody {
    /// Google's mark of a list; without it the answer is something else.
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default)]
    pub(super) summary: Option<String>,
    #[serde(default)]
    pub(super) time_zone: Option<String>,
    #[serde(default)]
    pub(super) access_role: Option<String>,
    #[serde(default)]
    pub(super) items: Vec<EventBody>,
    #[serde(default)]
    pub(super) next_page_token: Option<String>,
    #[serde(default)]
    pub(super) next_sync_token: Option<String>,
}

/// The account's own calendar.
#[derive(Debug, Deserialize)]
pub(super) struct OwnBody {
    #[serde(default)]
    pub(super) id: Option<String>,
}

/// Who is busy when.
#[derive(Debug, Deserialize)]
pub(super) struct FreeBusyBody {
    pub(super) calendars: BTreeMap<String, BusyBody>,
}

/// When one calendar is busy, or why that is not told.
#[derive(Debug, Deserialize)]
pub(super) struct BusyBody {
    #[serde(default)]
    pub(super) busy: Vec<Period>,
    #[serde(default)]
    pub(super) errors: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Period {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

/// A channel on which changes are posted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelBody {
    pub(super) resource_id: String,
    /// Milliseconds since 1970, as a text.
    #[serde(default)]
    pub(super) expiration: Option<String>,
}

/// An answer as what it should be.
pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}
