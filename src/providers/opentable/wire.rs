//! OpenTable's JSON as it comes, read leniently: its public description has samples and no schema.

use jiff::civil::DateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A text, or a number as one.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// A number, or a text that is one.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// The restaurant's wall clock: there is no offset anywhere.
fn wall_clock<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime>, D::Error> {
    let text = Value::deserialize(from)?;
    Ok(text.as_str().and_then(|text| text.parse().ok()))
}

/// An answer's body; `None` if it is not to be read.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

/// What is free around a time.
#[derive(Debug, Deserialize)]
pub(super) struct Availability {
    /// All times, those that want a card among them.
    #[serde(default)]
    pub(super) times: Option<Vec<String>>,
    /// The same with what kind of table there is.
    #[serde(default)]
    pub(super) times_available: Option<Vec<Time>>,
}

/// One time.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Time {
    #[serde(deserialize_with = "wall_clock")]
    pub(super) time: Option<DateTime>,
    #[serde(default)]
    pub(super) availability_types: Vec<Kind>,
}

/// How a table can be had at a time.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Kind {
    /// `Standard`, or something that comes with conditions.
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(super) kind: String,
    #[serde(default, rename = "diningArea")]
    pub(super) dining_areas: Vec<Area>,
}

/// Where.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Area {
    #[serde(default)]
    pub(super) id: Option<u64>,
    #[serde(default, rename = "table_type")]
    pub(super) table_types: Vec<String>,
}

/// A table that is kept for us for minutes.
#[derive(Debug, Deserialize)]
pub(super) struct Lock {
    pub(super) reservation_token: String,
}

/// One reservation, as it was made, changed or found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Reservation {
    #[serde(default, deserialize_with = "text")]
    pub(super) reservation_id: String,
    #[serde(default, deserialize_with = "wall_clock")]
    pub(super) date_time: Option<DateTime>,
    #[serde(default, deserialize_with = "number")]
    pub(super) party_size: Option<u32>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) special_request: String,
}

impl Reservation {
    /// Whether it still stands; the words for one that does are not all known.
    pub(super) fn is_standing(&self) -> bool {
        let status = self.status.to_ascii_lowercase();
        !["cancel", "noshow", "no_show", "declined"].iter().any(|over| status.contains(over))
    }
}

/// The reservations of somebody.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    pub(super) reservations: Vec<Reservation>,
}

#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<Error>,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct Error {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// What an answer that is an error says, in either of its forms, lower case. Only for the code to
/// read: messages quote what was sent.
pub(super) fn said(body: &[u8]) -> String {
    let Some(errors) = read::<Errors>(body) else { return String::new() };
    let each = errors.errors.into_iter().flat_map(|error| [error.code, error.message]);
    let all: Vec<String> = each.chain([errors.error]).collect();
    all.join("\n").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_reservation_is_read_with_numbers_as_either_and_without_what_is_not_needed() {
        let full = br#"{"confirmation_number": 2592, "reservation_id": "a1b2", "party_size": "2",
            "date_time": "2025-07-28T12:45", "status": "Modifiable", "special_request": null}"#;
        let read: Reservation = super::read(full).unwrap();
        assert_eq!((read.reservation_id.as_str(), read.party_size), ("a1b2", Some(2)));
        assert_eq!(read.date_time.unwrap().to_string(), "2025-07-28T12:45:00");
        assert!(read.is_standing());
        for status in ["Cancelled", "CancelledWeb", "canceled"] {
            assert!(!Reservation { status: status.into(), ..read.clone() }.is_standing());
        }
    }

    #[test]
    fn both_forms_of_errors_are_read() {
        let usual =
            br#"{"errors": [{"code": "RedirectToHost", "message": "Call"}], "requestid": "x"}"#;
        assert!(said(usual).contains("redirecttohost"));
        let gateway = br#"{"timestamp": 1, "status": 401, "error": "invalid_token"}"#;
        assert!(said(gateway).contains("invalid_token"));
        assert_eq!(said(b"<html>"), "");
    }
}
