//! What an operator sets for an OpenTable connection: who the partner is, and the options, read and
//! checked by the names of their fields. Knows no request.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::providers::Wrong;

/// Minutes to either side of a time that are asked about at once; the whole day around noon. The
/// greatest that OpenTable takes is not public.
const WINDOW: u16 = 720;
/// Longest text of a credential or an option, characters.
const LONGEST: usize = 4_000;

/// The options of a connection.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    /// OpenTable's id of the restaurant.
    pub(super) restaurant_id: u64,
    /// The restaurant's zone: OpenTable's times are its wall clock.
    pub(super) zone: TimeZone,
    /// The only dining area whose tables are offered; all if not set.
    pub(super) dining_area_id: Option<u64>,
    /// The only kind of table that is offered; any, `default` first, if not set.
    pub(super) table_type: Option<String>,
    /// What OpenTable is given for a caller with one name; it asks for two.
    pub(super) fallback_last_name: Option<String>,
    /// Minutes to either side of a time that are asked about at once.
    pub(super) window_minutes: u16,
}

impl Options {
    /// Reads the options.
    ///
    /// # Errors
    /// The first that is wrong or missing, by its name.
    pub(super) fn read(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let (mut restaurant_id, mut zone) = (None, None);
        let mut options = Self {
            restaurant_id: 0,
            zone: TimeZone::UTC,
            dining_area_id: None,
            table_type: None,
            fallback_last_name: None,
            window_minutes: WINDOW,
        };
        for (name, value) in given {
            let field = format!("options.{name}");
            match name.as_str() {
                "restaurant_id" => restaurant_id = Some(number(&field, value)?),
                "time_zone" => {
                    let found = value.as_str().and_then(|name| TimeZone::get(name.trim()).ok());
                    let problem = "must be a zone, such as `America/Chicago`";
                    zone = Some(found.ok_or_else(|| Wrong::new(field, problem))?);
                }
                "dining_area_id" => options.dining_area_id = Some(number(&field, value)?),
                "table_type" => options.table_type = Some(text(&field, value)?.to_owned()),
                "fallback_last_name" => {
                    options.fallback_last_name = Some(text(&field, value)?.to_owned());
                }
                "window_minutes" => {
                    let minutes = value.as_u64().and_then(|minutes| u16::try_from(minutes).ok());
                    let minutes = minutes.filter(|minutes| (30..=WINDOW).contains(minutes));
                    let problem = "must be a number of minutes, 30 to 720";
                    options.window_minutes = minutes.ok_or_else(|| Wrong::new(field, problem))?;
                }
                // Every service is a table there.
                "services" => {}
                _ => {
                    let problem = "is no option of an OpenTable connection; there are \
                        restaurant_id, time_zone, dining_area_id, table_type, fallback_last_name \
                        and window_minutes";
                    return Err(Wrong::new(field, problem));
                }
            }
        }
        let missing = |name: &str, what: &str| {
            Wrong::new(format!("options.{name}"), format!("is missing; set {what}"))
        };
        options.restaurant_id = restaurant_id
            .ok_or_else(|| missing("restaurant_id", "OpenTable's number of the restaurant"))?;
        options.zone = zone.ok_or_else(|| {
            missing("time_zone", "the restaurant's zone, such as `America/Chicago`")
        })?;
        Ok(options)
    }
}

/// A number above zero, maybe as a text.
fn number(field: &str, value: &Value) -> Result<u64, Wrong> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| *number > 0);
    number.ok_or_else(|| Wrong::new(field, "must be a number, as OpenTable gives it"))
}

fn text<'a>(field: &str, value: &'a Value) -> Result<&'a str, Wrong> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    let text = text.filter(|text| text.len() <= LONGEST);
    text.ok_or_else(|| Wrong::new(field, "must be a text, not an empty one"))
}

/// Who the partner is, as given for a connection: id and secret.
///
/// # Errors
/// By the field's name; the value is not repeated.
pub(super) fn partner(given: &Map<String, Value>) -> Result<[&str; 2], Wrong> {
    const KNOWN: [&str; 2] = ["client_id", "client_secret"];
    if given.keys().any(|name| !KNOWN.contains(&name.as_str())) {
        let problem = "has fields beside `client_id` and `client_secret`; remove them";
        return Err(Wrong::new("credentials", problem));
    }
    let read = |name: &str| {
        let field = format!("credentials.{name}");
        let Some(value) = given.get(name) else {
            let problem = "is missing; OpenTable gives id and secret to its partners only";
            return Err(Wrong::new(field, problem));
        };
        let text = text(&field, value)?;
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Wrong::new(field, "must be the value alone, without spaces"));
        }
        Ok(text)
    };
    Ok([read(KNOWN[0])?, read(KNOWN[1])?])
}

#[cfg(test)]
mod tests;
