//! One object of a calendar, as far as the server reads it: by lines, as the simplest of them do. Pure.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// An event that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its path.
    pub path: String,
    /// What it was given, character by character.
    pub text: String,
}

impl Kept {
    /// The value of a property, unfolded, escapes as they are; its parameters are left out.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<String> {
        property(&self.text, name).map(|(_, value)| value)
    }

    /// When it starts, if that is said in UTC.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        utc(&self.property("DTSTART")?)
    }
}

/// An event of a person's.
pub(super) fn plain(name: &str, start: Timestamp, end: Timestamp) -> String {
    let utc = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//A person//A phone//EN",
        "BEGIN:VEVENT",
        &format!("UID:{name}@phone.example"),
        "DTSTAMP:20260901T080000Z",
        &format!("DTSTART:{}", utc(start)),
        &format!("DTEND:{}", utc(end)),
        &format!("SUMMARY:{name}"),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    .join("\r\n")
}

/// The first property of the first event with this name: its parameters and its value.
pub(super) fn property(text: &str, name: &str) -> Option<(String, String)> {
    let unfolded = text.replace("\r\n ", "").replace("\r\n\t", "").replace("\n ", "");
    let within = unfolded.lines().skip_while(|line| *line != "BEGIN:VEVENT");
    let mut event = within.take_while(|line| *line != "END:VEVENT");
    event.find_map(|line| {
        let end = line.find([':', ';'])?;
        if !line[..end].eq_ignore_ascii_case(name) {
            return None;
        }
        let (parameters, value) = line[end..].split_once(':')?;
        Some((parameters.to_owned(), value.trim_end().to_owned()))
    })
}

/// The span of an object; `None` if the server leaves it to the client, as for repetitions.
pub(super) fn span(text: &str) -> Option<(Timestamp, Timestamp)> {
    if property(text, "RRULE").is_some() || property(text, "RDATE").is_some() {
        return None;
    }
    let start = utc(&property(text, "DTSTART")?.1)?;
    let end = property(text, "DTEND").and_then(|(_, value)| utc(&value));
    Some((
        start,
        end.unwrap_or_else(|| start.saturating_add(SignedDuration::from_hours(1)).unwrap_or(start)),
    ))
}

/// A time in UTC, as in `20260924T150000Z`.
pub(super) fn utc(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Whether a text is an object that a calendar takes: an event with a UID and a stamp.
pub(super) fn is_event(text: &str) -> bool {
    text.trim_start().starts_with("BEGIN:VCALENDAR")
        && text.trim_end().ends_with("END:VCALENDAR")
        && ["UID", "DTSTAMP", "DTSTART"].iter().all(|name| property(text, name).is_some())
}
