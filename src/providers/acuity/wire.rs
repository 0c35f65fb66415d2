//! Acuity's JSON as it comes, read leniently: numbers may be texts, what is not needed may be missing
//! or odd, what is needed makes the whole unreadable when it is not there.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A number, or a text that is one.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A text, or a number as one.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// True, or something that means it.
fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Bool(is) => is,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => matches!(text.as_str(), "true" | "1" | "yes"),
        _ => false,
    })
}

/// A list, whatever cannot be read of it left out.
fn some<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let Value::Array(all) = Value::deserialize(from)? else { return Ok(Vec::new()) };
    Ok(all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect())
}

/// An answer's body; `None` if it is not to be read.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

/// A list, of which each entry is read for itself.
pub(super) struct Listed<T> {
    pub(super) entries: Vec<T>,
    /// How many there were, readable or not.
    pub(super) count: usize,
}

/// The list of an answer. `None` if it is none.
pub(super) fn list<T: DeserializeOwned>(body: &[u8]) -> Option<Listed<T>> {
    let all: Vec<Value> = read(body)?;
    let count = all.len();
    let entries = all.into_iter().filter_map(|entry| serde_json::from_value(entry).ok());
    Some(Listed { entries: entries.collect(), count })
}

/// One appointment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Appointment {
    #[serde(deserialize_with = "text")]
    pub(super) id: String,
    /// With an offset that has no colon.
    pub(super) datetime: Timestamp,
    /// Minutes.
    #[serde(default, deserialize_with = "number")]
    pub(super) duration: Option<u64>,
    #[serde(default, rename = "appointmentTypeID", deserialize_with = "number")]
    pub(super) appointment_type: Option<u64>,
    #[serde(default, deserialize_with = "truth")]
    pub(super) canceled: bool,
    #[serde(default, deserialize_with = "text")]
    pub(super) email: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) phone: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) notes: String,
    #[serde(default, deserialize_with = "some")]
    pub(super) forms: Vec<FilledForm>,
}

/// A form as it was filled in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct FilledForm {
    #[serde(default, deserialize_with = "some")]
    pub(super) values: Vec<FilledField>,
}

/// A field as it was filled in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct FilledField {
    #[serde(default, rename = "fieldID", deserialize_with = "number")]
    pub(super) field: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub(super) value: String,
}

/// A start that can be had.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Time {
    pub(super) time: Timestamp,
    #[serde(default, deserialize_with = "number")]
    pub(super) slots_available: Option<u64>,
    /// Minutes; of classes only.
    #[serde(default, deserialize_with = "number")]
    pub(super) duration: Option<u64>,
    /// Of classes only: all of its sessions are booked together.
    #[serde(default, deserialize_with = "truth")]
    pub(super) is_series: bool,
}

/// A day on which something can be had.
#[derive(Debug, Deserialize)]
pub(super) struct Day {
    pub(super) date: jiff::civil::Date,
}

/// Something that can be booked.
#[derive(Debug, Deserialize)]
pub(super) struct AppointmentType {
    #[serde(deserialize_with = "number")]
    pub(super) id: Option<u64>,
    /// Minutes.
    #[serde(default, deserialize_with = "number")]
    pub(super) duration: Option<u64>,
    /// `service`, `class` or `series`.
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(super) kind: String,
}

/// What is asked of whoever books one of some appointment types.
#[derive(Debug, Deserialize)]
pub(super) struct Form {
    /// Only the business sees it.
    #[serde(default, deserialize_with = "truth")]
    pub(super) hidden: bool,
    #[serde(default, rename = "appointmentTypeIDs")]
    pub(super) appointment_types: Value,
    #[serde(default, deserialize_with = "some")]
    pub(super) fields: Vec<Field>,
}

impl Form {
    /// Whether it goes with an appointment type.
    pub(super) fn is_for(&self, appointment_type: u64) -> bool {
        let is = |value: &Value| match value {
            Value::Number(number) => number.as_u64() == Some(appointment_type),
            Value::String(text) => text.parse() == Ok(appointment_type),
            _ => false,
        };
        self.appointment_types.as_array().is_some_and(|all| all.iter().any(is))
    }
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Field {
    #[serde(deserialize_with = "number")]
    pub(super) id: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "truth")]
    pub(super) required: bool,
    /// `textbox`, `textarea`, `dropdown` and so on.
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(super) kind: String,
}

/// The account of a key.
#[derive(Debug, Deserialize)]
pub(super) struct Me {
    #[serde(deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) email: String,
}

/// A promise to post.
#[derive(Debug, Deserialize)]
pub(super) struct Webhook {
    #[serde(deserialize_with = "text")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) event: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) target: String,
    /// `active`, if it is said at all.
    #[serde(default, deserialize_with = "text")]
    pub(super) status: String,
}

#[derive(Deserialize)]
struct Error {
    error: String,
}

/// The code of an answer that is an error; empty if there is none. Their words beside it are not
/// read: they quote what was sent.
pub(super) fn code(body: &[u8]) -> String {
    read::<Error>(body).map(|error| error.error).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_may_be_texts_and_offsets_lack_their_colon() {
        let as_texts = br#"{"id": "54321", "datetime": "2013-06-17T10:15:00-0700",
            "duration": "60", "appointmentTypeID": "1", "canceled": "false", "email": null,
            "price": "10.00", "forms": [{"id": 1, "values": [{"fieldID": "9", "value": 7}]}]}"#;
        let as_numbers = br#"{"id": 54321, "datetime": "2013-06-17T17:15:00Z", "duration": 60,
            "appointmentTypeID": 1, "canceled": false, "email": "",
            "forms": [{"values": [{"fieldID": 9, "value": "7"}]}]}"#;
        let one: Appointment = read(as_texts).unwrap();
        assert_eq!(one, read(as_numbers).unwrap());
        assert_eq!(one.datetime.to_string(), "2013-06-17T17:15:00Z");
        assert_eq!((one.id.as_str(), one.duration), ("54321", Some(60)));
    }

    #[test]
    fn an_appointment_without_an_id_or_a_time_is_none_and_is_counted() {
        let all = br#"[{"id": 1}, {"datetime": "2013-06-17T10:15:00-0700"}, 7,
            {"id": 2, "datetime": "2013-06-17T10:15:00-0700"}]"#;
        let listed = list::<Appointment>(all).unwrap();
        assert_eq!((listed.entries.len(), listed.count), (1, 4));
        assert!(list::<Appointment>(b"{}").is_none());
    }
}
