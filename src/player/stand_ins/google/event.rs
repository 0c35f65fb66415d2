//! An event as the account keeps it, and what a body must have to become one. Knows no request.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answers::No;

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// The id of its calendar.
    pub calendar: String,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Everything that it was given, by Google's names.
    pub fields: Map<String, Value>,
    /// Whether it was removed.
    pub removed: bool,
    /// Counts the account's changes; which of them was its last.
    pub changed: u64,
}

impl Kept {
    /// Whether it is still there.
    #[must_use]
    pub fn stands(&self) -> bool {
        !self.removed
    }

    /// A private property.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.fields.get("extendedProperties")?.get("private")?.get(name)?.as_str()
    }

    /// The booking of ours that it was made for.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.property("hookswitch_booking")
    }

    /// A text of its fields.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    pub(super) fn etag(&self) -> String {
        format!("\"{}000\"", 3_400_000_000_u64 + self.changed)
    }

    pub(super) fn keeps_busy(&self) -> bool {
        self.stands() && self.text("transparency") != Some("transparent")
    }

    pub(super) fn overlaps(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
        from.is_none_or(|from| self.end > from) && to.is_none_or(|to| self.start < to)
    }

    /// As Google shows it.
    pub(super) fn show(&self) -> Value {
        let mut shown = self.fields.clone();
        shown.insert("kind".into(), json!("calendar#event"));
        shown.insert("id".into(), json!(self.id));
        shown.insert("etag".into(), json!(self.etag()));
        if self.removed {
            shown.insert("status".into(), json!("cancelled"));
        } else {
            shown.entry("status").or_insert_with(|| json!("confirmed"));
        }
        Value::Object(shown)
    }
}

/// The fields of an event of somebody else's.
pub(super) fn foreign(start: Timestamp, end: Timestamp) -> Value {
    json!({"summary": "Private matters of Jo Quill", "start": {"dateTime": start},
        "end": {"dateTime": end}})
}

fn moment(fields: &Map<String, Value>, name: &str, zone: &TimeZone) -> Option<Timestamp> {
    let moment = fields.get(name)?;
    if let Some(text) = moment.get("dateTime").and_then(Value::as_str) {
        return text.parse().ok();
    }
    let date: Date = moment.get("date")?.as_str()?.parse().ok()?;
    let zoned = date.to_datetime(Time::midnight()).to_zoned(zone.clone()).ok()?;
    Some(zoned.timestamp())
}

/// From when to when, out of an event's fields.
pub(super) fn span(
    fields: &Map<String, Value>,
    zone: &TimeZone,
) -> Result<(Timestamp, Timestamp), No> {
    let start = moment(fields, "start", zone);
    let start = start.ok_or_else(|| No::bad("required", "Missing start time."))?;
    let end = moment(fields, "end", zone);
    let end = end.ok_or_else(|| No::bad("required", "Missing end time."))?;
    if end <= start {
        return Err(No::bad("timeRangeEmpty", "The specified time range is empty."));
    }
    Ok((start, end))
}

/// Whether an id may be chosen by a client.
pub(super) fn is_id(id: &str) -> bool {
    (5..=1024).contains(&id.len())
        && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

/// Guests must have something like an address.
pub(super) fn check_guests(fields: &Map<String, Value>) -> Result<(), No> {
    let guests = fields.get("attendees").and_then(Value::as_array).into_iter().flatten();
    for guest in guests {
        if !guest["email"].as_str().is_some_and(|email| email.contains('@')) {
            return Err(No::bad("invalid", "Invalid attendee email."));
        }
    }
    Ok(())
}

/// Lays one object over another, as `PATCH` does.
pub(super) fn lay_over(fields: &mut Map<String, Value>, change: &Map<String, Value>) {
    for (name, value) in change {
        match (fields.get_mut(name), value) {
            (_, Value::Null) => {
                fields.remove(name);
            }
            (Some(Value::Object(old)), Value::Object(new)) => lay_over(old, new),
            _ => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
}
