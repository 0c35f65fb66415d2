//! What each setting must be. Every refusal names the field and says what would be right.

use std::collections::BTreeSet;

use hookswitch_actors::booking::{is_place, people};
use hookswitch_storage::ConnectionId;
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

/// Vapi's ids in the operator's order, each once.
pub(super) fn ids(field: &str, ids: Vec<String>) -> Result<Vec<String>, Wrong> {
    let mut kept: Vec<String> = Vec::with_capacity(ids.len());
    for id in ids {
        if id.trim().is_empty() || id.len() > 200 || id.chars().any(char::is_control) {
            return Err(Wrong::new(field, "must be a list of Vapi ids, 1 to 200 characters each"));
        }
        if !kept.contains(&id) {
            kept.push(id);
        }
    }
    Ok(kept)
}

/// Names of tools; one that does not exist is not on any assistant either.
pub(super) fn tools(names: BTreeSet<String>) -> Result<BTreeSet<String>, Wrong> {
    let is_name = |name: &String| {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        (1..=64).contains(&name.len()) && name.chars().all(known)
    };
    match names.len() <= 200 && names.iter().all(is_name) {
        true => Ok(names),
        false => Err(Wrong::new("disabled_tools", "must be a list of tools' names")),
    }
}

/// Most calendars of one service; each is asked whenever slots are.
const MOST_CALENDARS: usize = 20;

/// The calendars of a service, most wanted first.
pub(super) fn connections(field: &str, ids: Vec<String>) -> Result<Vec<ConnectionId>, Wrong> {
    if ids.len() > MOST_CALENDARS {
        return Err(Wrong::new(field, format!("must have at most {MOST_CALENDARS} connections")));
    }
    let mut kept: Vec<ConnectionId> = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let wrong = |_| Wrong::new(format!("{field}[{place}]"), "is not a connection id");
        let id = id.parse().map_err(wrong)?;
        if !kept.contains(&id) {
            kept.push(id);
        }
    }
    Ok(kept)
}

/// Far more than any key or password has, and still a header that servers accept.
const LONGEST_SECRET: usize = 1_000;

/// A secret, if one is given, without what a copy brings along at its ends.
pub(super) fn secret<'a>(field: &str, given: Option<&'a str>) -> Result<Option<&'a str>, Wrong> {
    let Some(secret) = given.map(str::trim) else { return Ok(None) };
    if secret.is_empty() {
        return Err(Wrong::new(field, "must not be empty"));
    }
    if secret.len() > LONGEST_SECRET || !secret.chars().all(|c| c.is_ascii_graphic()) {
        let problem = "must have 1 to 1,000 visible ASCII characters, without spaces";
        return Err(Wrong::new(field, problem));
    }
    Ok(Some(secret))
}

/// `configured` is shown to say that there is something; it cannot be used to take that away.
pub(super) fn still_configured(group: &str, configured: Option<bool>) -> Result<(), Wrong> {
    if configured != Some(false) {
        return Ok(());
    }
    let problem = format!("cannot be set; send `{group}`: null to remove it");
    Err(Wrong::new(format!("{group}.configured"), problem))
}

/// Longest prompt, characters; models take far more, people do not write it.
const LONGEST_PROMPT: usize = 20_000;

/// The operator's part of the prompt; a blank one is none.
pub(super) fn prompt(text: Option<String>) -> Result<Option<String>, Wrong> {
    let text = text.filter(|text| !text.trim().is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_PROMPT) {
        return Err(Wrong::new("prompt", "must have at most 20,000 characters"));
    }
    Ok(text)
}

/// A hundred years, beyond which nobody means a number of days.
const MOST_RETENTION: u32 = 36_500;

/// Days to keep calls; absent for ever.
pub(super) fn retention(days: Option<u32>) -> Result<Option<u32>, Wrong> {
    if days.is_none_or(|days| (1..=MOST_RETENTION).contains(&days)) {
        return Ok(days);
    }
    Err(Wrong::new("retention_days", "must be 1 to 36,500, or absent to keep everything"))
}

/// What a department is called by callers and in the agent's arguments.
pub(super) fn department(name: &str) -> Result<(), Wrong> {
    let fits = (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits && name.trim() == name {
        return Ok(());
    }
    let problem =
        "has a department whose name is not 1 to 60 characters without blanks at its ends";
    Err(Wrong::new("departments", problem))
}
