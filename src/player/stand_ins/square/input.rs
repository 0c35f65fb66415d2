//! The bodies and queries that the stand-in takes, as strictly as Square's description: what it does not know
//! is refused. Knows no bookings.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::super::asked::Query;
use super::answers::No;

/// Shortest and longest span of a search, hours.
const SEARCH: (i64, i64) = (24, 32 * 24);

/// A body that has none but these properties.
pub(super) fn known<'a>(
    body: &'a Value,
    within: &str,
    properties: &[&str],
) -> Result<&'a Map<String, Value>, No> {
    let body = body.as_object().ok_or_else(|| {
        No::request(400, "EXPECTED_OBJECT", Some(within.trim_end_matches('.')), "Not an object.")
    })?;
    match body.keys().find(|name| !properties.contains(&name.as_str())) {
        Some(name) => {
            let field = format!("{within}{name}");
            Err(No::wrong("UNKNOWN_BODY_PARAMETER", &field, "Unknown parameter."))
        }
        None => Ok(body),
    }
}

pub(super) fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (9..=16).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn required(field: &str) -> No {
    No::wrong("MISSING_REQUIRED_PARAMETER", field, "Missing required parameter.")
}

fn moment(value: Option<&Value>, field: &str) -> Result<Timestamp, No> {
    let text = value.and_then(Value::as_str).ok_or_else(|| required(field))?;
    text.parse().map_err(|_| No::wrong("INVALID_TIME", field, "Not a valid time."))
}

/// A search for free starts.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// The booking that moves.
    pub(super) booking: Option<String>,
    pub(super) location: Option<String>,
    /// The service, and whom it may be by.
    pub(super) segment: Option<(String, Value)>,
}

impl Search {
    pub(super) fn read(body: &Value) -> Result<Self, No> {
        let body = known(body, "", &["query"])?;
        let query = known(body.get("query").unwrap_or(&Value::Null), "query.", &["filter"])?;
        const FILTER: [&str; 4] =
            ["start_at_range", "location_id", "segment_filters", "booking_id"];
        let within = "query.filter.";
        let filter = known(query.get("filter").unwrap_or(&Value::Null), within, &FILTER)?;
        let range = filter.get("start_at_range").unwrap_or(&Value::Null);
        let from = moment(range.get("start_at"), "query.filter.start_at_range.start_at")?;
        let to = moment(range.get("end_at"), "query.filter.start_at_range.end_at")?;
        let length = to.duration_since(from);
        let hours = SignedDuration::from_hours;
        if length < hours(SEARCH.0) || length > hours(SEARCH.1) {
            let field = "query.filter.start_at_range";
            let detail = "The range must be between 24 hours and 32 days.";
            return Err(No::wrong("INVALID_TIME_RANGE", field, detail));
        }
        let text = |name: &str| filter.get(name).and_then(Value::as_str).map(str::to_owned);
        let (booking, location) = (text("booking_id"), text("location_id"));
        let segments = filter.get("segment_filters").and_then(Value::as_array);
        if booking.is_some() {
            if location.is_some() || segments.is_some() {
                let field = "query.filter.booking_id";
                return Err(No::wrong("CONFLICTING_PARAMETERS", field, "Conflicting parameters."));
            }
            return Ok(Self { from, to, booking, location: None, segment: None });
        }
        let segment = segments.and_then(|segments| segments.first());
        let segment = segment.ok_or_else(|| required("query.filter.segment_filters"))?;
        let within = "query.filter.segment_filters[0].";
        let segment = known(segment, within, &["service_variation_id", "team_member_id_filter"])?;
        let variation = segment.get("service_variation_id").and_then(Value::as_str);
        let variation =
            variation.ok_or_else(|| required(&format!("{within}service_variation_id")))?;
        let by = segment.get("team_member_id_filter").cloned().unwrap_or_default();
        if by.get("all").is_some() {
            return Err(No::wrong("BAD_REQUEST", within, "ALL is not supported."));
        }
        let location = location.ok_or_else(|| required("query.filter.location_id"))?;
        let segment = Some((variation.to_owned(), by));
        Ok(Self { from, to, booking: None, location: Some(location), segment })
    }
}

/// A booking as it was sent; parts that Square sets itself are refused.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) start: Option<Timestamp>,
    pub(super) location: Option<String>,
    pub(super) customer: Option<String>,
    pub(super) customer_note: Option<String>,
    pub(super) seller_note: Option<String>,
    pub(super) version: Option<i64>,
    pub(super) segment: Option<SentSegment>,
}

/// Its part.
#[derive(Debug, Clone)]
pub(super) struct SentSegment {
    pub(super) member: String,
    pub(super) variation: String,
    pub(super) version: i64,
}

impl Sent {
    pub(super) fn read(body: &Value) -> Result<Self, No> {
        const KNOWN: [&str; 7] = [
            "start_at",
            "location_id",
            "customer_id",
            "customer_note",
            "seller_note",
            "version",
            "appointment_segments",
        ];
        let body = known(body, "", &["idempotency_key", "booking"])?;
        let booking = known(body.get("booking").unwrap_or(&Value::Null), "booking.", &KNOWN)?;
        let text = |name: &str| booking.get(name).and_then(Value::as_str).map(str::to_owned);
        let start = booking.get("start_at");
        let start = start.map(|start| moment(Some(start), "booking.start_at")).transpose()?;
        for note in ["customer_note", "seller_note"] {
            if text(note).is_some_and(|note| note.chars().count() > 4_096) {
                let field = format!("booking.{note}");
                return Err(No::wrong("VALUE_TOO_LONG", &field, "Too long."));
            }
        }
        let segments = booking.get("appointment_segments").and_then(Value::as_array);
        let segment = segments.and_then(|segments| segments.first()).map(segment).transpose()?;
        Ok(Self {
            start,
            location: text("location_id"),
            customer: text("customer_id"),
            customer_note: text("customer_note"),
            seller_note: text("seller_note"),
            version: booking.get("version").and_then(Value::as_i64),
            segment,
        })
    }
}

fn segment(segment: &Value) -> Result<SentSegment, No> {
    const KNOWN: [&str; 4] =
        ["team_member_id", "service_variation_id", "service_variation_version", "duration_minutes"];
    let within = "booking.appointment_segments[0].";
    let segment = known(segment, within, &KNOWN)?;
    let text = |name: &str| {
        let value = segment.get(name).and_then(Value::as_str);
        value.map(str::to_owned).ok_or_else(|| required(&format!("{within}{name}")))
    };
    let version = segment.get("service_variation_version").and_then(Value::as_i64);
    Ok(SentSegment {
        member: text("team_member_id")?,
        variation: text("service_variation_id")?,
        version: version.ok_or_else(|| required(&format!("{within}service_variation_version")))?,
    })
}

pub(super) fn moment_in(query: &Query, name: &str) -> Result<Option<Timestamp>, No> {
    let parsed = query.text(name).map(str::parse).transpose();
    parsed.map_err(|_| No::wrong("INVALID_TIME", name, "Not a valid time."))
}
