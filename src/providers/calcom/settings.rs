//! What an operator sets for a Cal.com connection: the API key and the options, read and checked by
//! the names of their fields. Knows no request.

use std::collections::BTreeMap;

use hookswitch_storage::Booking;
use serde_json::{Map, Value, json};

use crate::providers::{Wrong, template};

/// The version of `/bookings` that every server of 2024 and later speaks.
const BOOKINGS_VERSION: &str = "2024-08-13";
/// What Cal.com allows a key that nothing else was agreed upon for.
const PER_MINUTE: u32 = 120;
/// The most that may be set, per minute; more would be none.
const MOST_PER_MINUTE: u64 = 60_000;
/// Longest key, characters; theirs have some 40.
const LONGEST_KEY: usize = 500;
/// Most services and most fields; more is a mistake.
const MOST: usize = 200;

/// The options of a connection.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    /// Our service ids and the ids of their event types.
    pub(super) services: BTreeMap<String, u64>,
    /// Slugs of booking fields and what goes into them.
    pub(super) booking_fields: BTreeMap<String, Value>,
    /// Language of Cal.com's messages to the attendee.
    pub(super) language: Option<String>,
    /// `cal-api-version` of `/bookings`.
    pub(super) bookings_api_version: String,
    /// Whether a start is kept at Cal.com while it is booked.
    pub(super) hold_slots: bool,
    /// Requests that Cal.com allows the key in any one minute.
    pub(super) requests_per_minute: u32,
}

impl Options {
    /// Reads the options.
    ///
    /// # Errors
    /// The first that is wrong, by its name.
    pub(super) fn read(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut options = Self {
            services: BTreeMap::new(),
            booking_fields: BTreeMap::new(),
            language: None,
            bookings_api_version: BOOKINGS_VERSION.to_owned(),
            hold_slots: true,
            requests_per_minute: PER_MINUTE,
        };
        for (name, value) in given {
            let field = format!("options.{name}");
            match name.as_str() {
                "services" => options.services = services(&field, value)?,
                "booking_fields" => options.booking_fields = booking_fields(&field, value)?,
                "language" => options.language = Some(language(&field, value)?),
                "bookings_api_version" => options.bookings_api_version = version(&field, value)?,
                "hold_slots" => options.hold_slots = yes_or_no(&field, value)?,
                "requests_per_minute" => options.requests_per_minute = rate(&field, value)?,
                _ => {
                    let problem = "is no option of a Cal.com connection; there are services, \
                        booking_fields, language, bookings_api_version, hold_slots and \
                        requests_per_minute";
                    return Err(Wrong::new(field, problem));
                }
            }
        }
        Ok(options)
    }
}

fn entries<'a>(field: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Wrong> {
    match value.as_object() {
        Some(entries) if entries.len() <= MOST => Ok(entries),
        Some(_) => Err(Wrong::new(field, "has too many entries")),
        None => Err(Wrong::new(field, "must be an object")),
    }
}

fn services(field: &str, value: &Value) -> Result<BTreeMap<String, u64>, Wrong> {
    let read = |(service, id): (&String, &Value)| {
        let number = match id {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| *number > 0).ok_or_else(|| {
            let problem = "must be the number of a Cal.com event type, as in its address";
            Wrong::new(format!("{field}.{service}"), problem)
        })?;
        Ok((service.clone(), number))
    };
    entries(field, value)?.iter().map(read).collect()
}

fn booking_fields(field: &str, value: &Value) -> Result<BTreeMap<String, Value>, Wrong> {
    let read = |(slug, template): (&String, &Value)| {
        let wrong = |problem: &str| Wrong::new(format!("{field}.{slug}"), problem);
        match template {
            Value::String(text) => template::check(text).map_err(|problem| wrong(&problem))?,
            Value::Number(_) | Value::Bool(_) | Value::Array(_) => {}
            Value::Null | Value::Object(_) => {
                return Err(wrong("must be a text, a number, true, false or a list"));
            }
        }
        Ok((slug.clone(), template.clone()))
    };
    entries(field, value)?.iter().map(read).collect()
}

/// A field's value for a booking; `None` if it names something that the booking does not have.
pub(super) fn fill(template: &Value, booking: &Booking) -> Option<Value> {
    let Value::String(text) = template else { return Some(template.clone()) };
    template::fill(text, booking).map(|text| json!(text))
}

fn language(field: &str, value: &Value) -> Result<String, Wrong> {
    let looks_right = |text: &&str| {
        let (tongue, region) = text.split_once('-').unwrap_or((text, "XX"));
        tongue.len() == 2
            && tongue.bytes().all(|byte| byte.is_ascii_lowercase())
            && (2..=3).contains(&region.len())
            && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let text = value.as_str().map(str::trim).filter(looks_right);
    text.map(str::to_owned).ok_or_else(|| Wrong::new(field, "must be a language, such as `es`"))
}

fn version(field: &str, value: &Value) -> Result<String, Wrong> {
    let date = value.as_str().and_then(|text| text.trim().parse::<jiff::civil::Date>().ok());
    let date = date.ok_or_else(|| Wrong::new(field, "must be a date, such as `2024-08-13`"))?;
    Ok(date.to_string())
}

fn yes_or_no(field: &str, value: &Value) -> Result<bool, Wrong> {
    value.as_bool().ok_or_else(|| Wrong::new(field, "must be true or false"))
}

fn rate(field: &str, value: &Value) -> Result<u32, Wrong> {
    let number = value.as_u64().filter(|number| (1..=MOST_PER_MINUTE).contains(number));
    let number = number.and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| Wrong::new(field, "must be a number of requests from 1 to 60000"))
}

/// The API key of given credentials.
///
/// # Errors
/// By the field's name; the value is not repeated.
pub(super) fn api_key(given: &Map<String, Value>) -> Result<&str, Wrong> {
    const FIELD: &str = "credentials.api_key";
    if given.keys().any(|name| name != "api_key") {
        return Err(Wrong::new("credentials", "has fields beside `api_key`; remove them"));
    }
    let key = match given.get("api_key") {
        Some(Value::String(key)) => key.trim(),
        Some(_) => return Err(Wrong::new(FIELD, "must be a text")),
        None => return Err(Wrong::new(FIELD, "is missing; Cal.com shows it once when it is made")),
    };
    if key.is_empty() {
        return Err(Wrong::new(FIELD, "must not be empty"));
    }
    if key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "must be the key alone, without spaces and without the word Bearer";
        return Err(Wrong::new(FIELD, problem));
    }
    Ok(key)
}

#[cfg(test)]
mod tests;
