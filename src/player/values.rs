//! Values for `{{templates}}`: dates, variables, and what was saved of earlier answers. Owns how a template is
//! written and what a working day is. Knows nothing of calls.
//!
//! `{{today}}` is the org's date, `{{date+3}}` and `{{date-1}}` count days, `{{workday+1}}` counts days from
//! Monday to Friday after today (`{{workday}}` is today itself if it is one, else the next). Dates are YYYY-MM-DD.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde_json::Value;

/// Farther dates are slips of the pen.
const MOST_DAYS: i32 = 3_660;

/// What templates can name.
#[derive(Debug, Clone)]
pub struct Values {
    today: Date,
    saved: BTreeMap<String, Value>,
}

impl Values {
    /// No value but dates, counted from `today` (local to the org).
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self { today, saved: BTreeMap::new() }
    }

    /// Keeps a value; it replaces one of the same name.
    pub fn set(&mut self, name: &str, value: Value) {
        self.saved.insert(name.to_owned(), value);
    }

    /// The text with its templates filled in.
    ///
    /// # Errors
    /// What is wrong with the first template that cannot be filled in.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::with_capacity(text.len());
        for piece in pieces(text)? {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Template(name) => match self.value(name)? {
                    Value::String(text) => filled.push_str(&text),
                    other => filled.push_str(&other.to_string()),
                },
            }
        }
        Ok(filled)
    }

    /// The value with the templates in its texts filled in. A text that is one template alone becomes the saved
    /// value with its own type.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub fn fill_json(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match pieces(text)?.as_slice() {
                [Piece::Template(name)] => self.value(name)?,
                _ => Value::String(self.fill(text)?),
            },
            Value::Array(items) => {
                items.iter().map(|item| self.fill_json(item)).collect::<Result<_, _>>()?
            }
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.fill_json(value)?)))
                    .collect::<Result<_, String>>()?,
            ),
            other => other.clone(),
        })
    }

    fn value(&self, name: &str) -> Result<Value, String> {
        if let Some(date) = day(name, self.today)? {
            return Ok(date.to_string().into());
        }
        self.saved.get(name).cloned().ok_or_else(|| {
            format!("`{{{{{name}}}}}` has no value: nothing was saved under this name")
        })
    }
}

enum Piece<'a> {
    Text(&'a str),
    Template(&'a str),
}

fn pieces(mut text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    while let Some((before, rest)) = text.split_once("{{") {
        let (name, after) = rest.split_once("}}").ok_or("`{{` needs a `}}` after it")?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Template(name.trim()));
        text = after;
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// The date that a template names; `None` if it is not a date template.
fn day(name: &str, today: Date) -> Result<Option<Date>, String> {
    let (word, count) = match name.find(['+', '-']) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let word = word.trim();
    if !matches!(word, "today" | "date" | "workday") {
        return Ok(None);
    }
    let days: i32 = match count.replace(' ', "").as_str() {
        "" => 0,
        count => count
            .parse()
            .map_err(|_| format!("`{name}` needs a whole number of days, as {word}+1"))?,
    };
    if days.abs() > MOST_DAYS
        || (word == "workday" && days < 0)
        || (word == "today" && !count.is_empty())
    {
        return Err(format!("`{name}` is not a day: write date-1, date+3, workday+1"));
    }
    let out_of_range = |_| format!("`{name}` is beyond the calendar");
    if word != "workday" {
        return today.checked_add(days.days()).map(Some).map_err(out_of_range);
    }
    let working = |day: Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let mut date = today;
    let mut left = days;
    while left > 0 || !working(date) {
        date = date.tomorrow().map_err(out_of_range)?;
        if working(date) {
            left -= 1;
        }
    }
    Ok(Some(date))
}

/// Whether a value can be saved under this name.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name, "today" | "date" | "workday")
}

/// Checks that every template in `text` is a date or one of the `known` names.
pub(super) fn check(text: &str, known: &BTreeSet<&str>) -> Result<(), String> {
    for piece in pieces(text)? {
        if let Piece::Template(name) = piece
            && !known.contains(name)
            && day(name, Date::constant(2026, 1, 1))?.is_none()
        {
            return Err(format!(
                "`{{{{{name}}}}}` has no value: set it in [variables] or save it in an earlier turn"
            ));
        }
    }
    Ok(())
}

/// Every text inside a value.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The JSON of a TOML value; dates and times become their text, as a voice agent would send them.
pub(super) fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, from_toml(value))).collect())
        }
    }
}
