//! What each setting must be. Every refusal names the field and says what would be right.

use std::collections::BTreeSet;

use hookswitch_actors::booking::{is_place, people};
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::http::error::ApiError;

/// A setting that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    field: String,
    problem: String,
}

impl Wrong {
    pub(super) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

impl From<Wrong> for ApiError {
    fn from(wrong: Wrong) -> Self {
        Self::invalid(&wrong.field, &wrong.problem)
    }
}

pub(super) fn name(field: &str, text: &str) -> Result<String, Wrong> {
    people::name(text).ok_or_else(|| Wrong::new(field, "must have 1 to 200 characters"))
}

pub(super) fn time_zone(text: &str) -> Result<String, Wrong> {
    let zone = TimeZone::get(text.trim()).ok().filter(|_| is_place(text.trim()));
    let name = zone.as_ref().and_then(TimeZone::iana_name);
    name.map(str::to_owned).ok_or_else(|| {
        Wrong::new("timezone", "is not an IANA time zone; give one like `America/Chicago`")
    })
}

pub(super) fn country(text: &str) -> Result<String, Wrong> {
    let code = text.trim().to_ascii_uppercase();
    let known = code.len() == 2 && people::is_country(&code);
    known.then_some(code).ok_or_else(|| {
        Wrong::new("country", "is not an ISO 3166 country code; give two letters like `US`")
    })
}

pub(super) fn clock(field: &str, text: &str) -> Result<Time, Wrong> {
    let wrong = || {
        Wrong::new(field, "must be a pair of times as `HH:MM`, for example [\"09:00\",\"17:00\"]")
    };
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    if hour.len() != 2 || minute.len() != 2 {
        return Err(wrong());
    }
    let hour: i8 = hour.parse().map_err(|_| wrong())?;
    let minute: i8 = minute.parse().map_err(|_| wrong())?;
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

pub(super) fn range(
    field: impl Into<String>,
    value: u32,
    least: u32,
    most: u32,
) -> Result<(), Wrong> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Wrong::new(field, format!("must be {least} to {most}")))
}

pub(super) fn phone_number(field: &str, text: &str, country: &str) -> Result<String, Wrong> {
    people::phone(text, country)
        .ok_or_else(|| Wrong::new(field, "is not a phone number; give it as `+15125550143`"))
}

pub(super) fn phone_numbers(
    field: &str,
    texts: Vec<String>,
    country: &str,
) -> Result<BTreeSet<String>, Wrong> {
    let numbered = texts.into_iter().enumerate();
    numbered
        .map(|(place, text)| phone_number(&format!("{field}[{place}]"), &text, country))
        .collect()
}

pub(super) fn ids(field: &str, ids: BTreeSet<String>) -> Result<BTreeSet<String>, Wrong> {
    for id in &ids {
        if id.trim().is_empty() || id.len() > 200 || id.chars().any(char::is_control) {
            return Err(Wrong::new(field, "must be a list of Vapi ids, 1 to 200 characters each"));
        }
    }
    Ok(ids)
}
