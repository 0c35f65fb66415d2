//! CustomerConnect's JSON, read leniently: of the two documented forms every field may be missing
//! or of another type, and one odd contact must not hide the others.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An answer of either form, good or bad.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    #[serde(deserialize_with = "lenient")]
    pub(super) success: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    pub(super) count: Option<usize>,
    #[serde(deserialize_with = "lenient")]
    pub(super) data: Option<Vec<Value>>,
    /// Present in errors; text or structure.
    pub(super) error: Option<Value>,
    pub(super) details: Option<Value>,
    pub(super) code: Option<Value>,
}

/// One contact.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Contact {
    #[serde(deserialize_with = "text")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) firstname: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) lastname: Option<String>,
    #[serde(deserialize_with = "text", alias = "phone")]
    pub(super) phone_number: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) email: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) appointment_date_display: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(super) appointment_time: Option<String>,
    pub(super) custom_fields: Value,
    pub(super) metadata: Value,
}

/// A value of the wanted type, or nothing.
fn lenient<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = Value::deserialize(from)?;
    Ok(serde_json::from_value(value).ok())
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(shown(&Value::deserialize(from)?))
}

/// Longest text that is taken over, characters: it goes into a model's conversation.
const LONGEST: usize = 200;

/// A text or number on one line; nothing if it is neither, or blank.
pub(super) fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let line: String = line.chars().take(LONGEST).collect();
    (!line.is_empty()).then_some(line)
}
