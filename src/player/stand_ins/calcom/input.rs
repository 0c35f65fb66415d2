//! The bodies and queries that the stand-in takes, as strictly as Cal.com: what it does not know is
//! refused. Knows no bookings.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::super::asked::Query;
use super::answers::No;
use super::calendar::EventType;

/// A new booking, as asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) event_type: u64,
    pub(super) start: Timestamp,
    pub(super) minutes: Option<u32>,
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) zone: String,
    pub(super) fields: Map<String, Value>,
    pub(super) metadata: Map<String, Value>,
}

/// Reads the body of `POST /v2/bookings`.
pub(super) fn wanted(body: &Value) -> Result<Wanted, No> {
    const KNOWN: [&str; 8] = [
        "start",
        "eventTypeId",
        "attendee",
        "metadata",
        "bookingFieldsResponses",
        "lengthInMinutes",
        "guests",
        "location",
    ];
    let body = known(body, "", &KNOWN)?;
    let attendee = body.get("attendee").ok_or_else(|| No::invalid("attendee", "is required"))?;
    const OF_ATTENDEE: [&str; 5] = ["name", "timeZone", "phoneNumber", "email", "language"];
    let attendee = known(attendee, "attendee.", &OF_ATTENDEE)?;
    let text = |name: &str| attendee.get(name).and_then(Value::as_str).map(str::to_owned);
    let (email, phone) = (text("email"), text("phoneNumber"));
    if email.is_none() && phone.is_none() {
        return Err(No::bad("attendee.email or attendee.phoneNumber is required"));
    }
    let is_e164 = |phone: &String| {
        phone.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    if phone.as_ref().is_some_and(|phone| !is_e164(phone)) {
        return Err(No::invalid("attendee.phoneNumber", "must be formatted as E.164"));
    }
    let zone = text("timeZone").filter(|zone| TimeZone::get(zone).is_ok());
    let object = |name: &str| body.get(name).and_then(Value::as_object).cloned();
    let number = |name: &str| body.get(name).and_then(Value::as_u64);
    Ok(Wanted {
        event_type: number("eventTypeId")
            .ok_or_else(|| No::invalid("eventTypeId", "must be a number"))?,
        start: start(body)?,
        minutes: number("lengthInMinutes").and_then(|minutes| u32::try_from(minutes).ok()),
        name: text("name")
            .filter(|name| !name.is_empty())
            .ok_or_else(|| No::invalid("attendee.name", "should not be empty"))?,
        email,
        phone,
        zone: zone.ok_or_else(|| No::invalid("attendee.timeZone", "must be a valid IANA zone"))?,
        fields: object("bookingFieldsResponses").unwrap_or_default(),
        metadata: metadata(object("metadata").unwrap_or_default())?,
    })
}

/// Whether everything is filled in that the event type demands.
pub(super) fn complete(wanted: &Wanted, event_type: &EventType) -> Result<(), No> {
    if event_type.requires_phone && wanted.phone.is_none() {
        return Err(No::bad(
            "Missing attendee phone number - it is required by the event type. Pass it as \
             \"attendee.phoneNumber\" string in the request.",
        ));
    }
    match event_type.required_fields.iter().find(|slug| !wanted.fields.contains_key(*slug)) {
        None => Ok(()),
        Some(slug) => Err(No::bad(format!(
            "Missing required booking field response: {slug} - it is required by the event type \
             booking fields, but missing in the bookingFieldsResponses."
        ))),
    }
}

fn metadata(metadata: Map<String, Value>) -> Result<Map<String, Value>, No> {
    let fits = |(key, value): (&String, &Value)| {
        key.len() <= 40 && value.as_str().is_none_or(|text| text.len() <= 500)
    };
    if metadata.len() > 50 || !metadata.iter().all(fits) {
        return Err(No::invalid("metadata", "must have at most 50 keys of 40 characters"));
    }
    Ok(metadata)
}

/// The start of a body.
pub(super) fn start(body: &Map<String, Value>) -> Result<Timestamp, No> {
    let start = body.get("start").and_then(Value::as_str).and_then(|text| text.parse().ok());
    start.ok_or_else(|| No::invalid("start", "must be a valid ISO 8601 date string"))
}

/// A body that has none but these properties.
pub(super) fn known<'a>(
    body: &'a Value,
    within: &str,
    properties: &[&str],
) -> Result<&'a Map<String, Value>, No> {
    let body = body.as_object().ok_or_else(|| No::bad("Expected a JSON object"))?;
    match body.keys().find(|name| !properties.contains(&name.as_str())) {
        Some(name) => Err(No::invalid(&format!("{within}{name}"), "should not exist")),
        None => Ok(body),
    }
}

/// A moment; a date alone is its first or last second in UTC.
pub(super) fn moment(query: &Query, name: &str, end_of_day: bool) -> Result<Timestamp, No> {
    let text = query.text(name).unwrap_or_default();
    let of_date = || {
        let date: Date = text.parse().ok()?;
        let time = if end_of_day { date.at(23, 59, 59, 0) } else { date.at(0, 0, 0, 0) };
        time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    };
    let moment = text.parse().ok().or_else(of_date);
    moment.ok_or_else(|| No::invalid(name, "must be a valid ISO 8601 date string"))
}

pub(super) fn zone(query: &Query) -> Result<TimeZone, No> {
    let name = query.text("timeZone").unwrap_or("UTC");
    TimeZone::get(name).map_err(|_| No::invalid("timeZone", "must be a valid IANA zone"))
}
