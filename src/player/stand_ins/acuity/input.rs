//! The bodies and queries that the stand-in takes. Reads; knows no appointments.

use jiff::civil::Date;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::super::asked::Query;
use super::answers::No;

/// A moment as Acuity takes it: with an offset, in either form, or in the business's own zone.
pub(super) fn moment(body: &Value, zone: &TimeZone) -> Result<Timestamp, No> {
    let text = match body.get("datetime") {
        None | Some(Value::Null) => return Err(No::of("required_datetime")),
        Some(given) => given.as_str().unwrap_or_default(),
    };
    let with_offset = text.parse::<Timestamp>().ok().or_else(|| {
        let parsed = strtime::parse("%Y-%m-%dT%H:%M:%S%z", text);
        parsed.and_then(|parsed| parsed.to_timestamp()).ok()
    });
    let local = || {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        local.to_zoned(zone.clone()).ok().map(|zoned: Zoned| zoned.timestamp())
    };
    with_offset.or_else(local).ok_or(No::of("invalid_datetime"))
}

/// A zone that is named, or none.
pub(super) fn zone(name: Option<&str>, otherwise: &TimeZone) -> Result<TimeZone, No> {
    match name {
        None => Ok(otherwise.clone()),
        Some(name) => TimeZone::get(name).map_err(|_| No::of("invalid_timezone")),
    }
}

/// A text of a body that is not empty.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

pub(super) fn numbers(query: &Query, name: &str) -> Vec<u64> {
    query.all(name).filter_map(|value| value.parse().ok()).collect()
}

pub(super) fn date(query: &Query, name: &str) -> Option<Date> {
    query.text(name)?.parse().ok()
}

/// The first day of a month that is written as year and month.
pub(super) fn month(query: &Query) -> Option<Date> {
    format!("{}-01", query.text("month")?).parse().ok()
}
