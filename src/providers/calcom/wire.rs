//! Cal.com's JSON as it comes, read leniently: what is not needed may be missing or odd, what is
//! needed makes the whole unreadable when it is not there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Name of the entry in a booking's metadata that carries our reference.
pub(super) const REFERENCE: &str = "hookswitch_booking";

/// Where a booking stands at Cal.com.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Accepted,
    Pending,
    Cancelled,
    Rejected,
}

/// One booking.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BookingBody {
    pub(super) uid: String,
    pub(super) status: Status,
    pub(super) start: Timestamp,
    #[serde(default)]
    pub(super) end: Option<Timestamp>,
    #[serde(default)]
    pub(super) rescheduled_from_uid: Option<String>,
    #[serde(default)]
    pub(super) rescheduled_to_uid: Option<String>,
    #[serde(default)]
    pub(super) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) metadata: Option<Map<String, Value>>,
}

impl BookingBody {
    /// Whether it still keeps its time, or waits to.
    pub(super) fn is_standing(&self) -> bool {
        matches!(self.status, Status::Accepted | Status::Pending)
    }

    /// Our reference, if it carries one.
    pub(super) fn reference(&self) -> Option<&str> {
        self.metadata.as_ref()?.get(REFERENCE)?.as_str()
    }

    /// Whether it carries this reference.
    pub(super) fn is_of(&self, reference: &str) -> bool {
        self.reference() == Some(reference)
    }
}

#[derive(Deserialize)]
struct Envelope {
    data: Value,
}

fn data(body: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Envelope>(body).ok().map(|envelope| envelope.data)
}

/// The booking of an answer; the first of a series.
pub(super) fn booking(body: &[u8]) -> Option<BookingBody> {
    let one = match data(body)? {
        Value::Array(series) => series.into_iter().next()?,
        one => one,
    };
    serde_json::from_value(one).ok()
}

/// One page of bookings.
pub(super) struct Listed {
    pub(super) bookings: Vec<BookingBody>,
    /// How many entries the page had, readable or not.
    pub(super) entries: usize,
}

/// The bookings of a page. `None` if it is no page.
pub(super) fn bookings(body: &[u8]) -> Option<Listed> {
    let Value::Array(entries) = data(body)? else { return None };
    let count = entries.len();
    let bookings = entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok());
    Some(Listed { bookings: bookings.collect(), entries: count })
}

/// One start, in either of the two documented forms.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum SlotBody {
    Range { start: Timestamp, end: Option<Timestamp> },
    Time(Timestamp),
}

/// The slots of an answer, by day.
pub(super) fn slots(body: &[u8]) -> Option<BTreeMap<String, Vec<SlotBody>>> {
    serde_json::from_value(data(body)?).ok()
}

/// What a booking asks of its attendee.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    pub(super) slug: String,
    #[serde(default)]
    pub(super) required: bool,
    /// One of Cal.com's own fields.
    #[serde(default)]
    pub(super) is_default: bool,
}

/// How many may have one start.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SeatsBody {
    pub(super) seats_per_time_slot: Option<u32>,
}

/// An event type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventTypeBody {
    #[serde(default)]
    pub(super) length_in_minutes: Option<u32>,
    #[serde(default)]
    pub(super) length_in_minutes_options: Option<Vec<u32>>,
    #[serde(default)]
    pub(super) booking_fields: Vec<Value>,
    /// Said in two places; odd in servers of some years.
    #[serde(default)]
    pub(super) seats: Value,
    #[serde(default)]
    pub(super) seats_per_time_slot: Value,
}

/// The event type of an answer.
pub(super) fn event_type(body: &[u8]) -> Option<EventTypeBody> {
    serde_json::from_value(data(body)?).ok()
}

impl EventTypeBody {
    /// How many may have one start.
    pub(super) fn seats(&self) -> u32 {
        let within = serde_json::from_value::<SeatsBody>(self.seats.clone()).unwrap_or_default();
        let beside = self.seats_per_time_slot.as_u64().and_then(|seats| u32::try_from(seats).ok());
        within.seats_per_time_slot.or(beside).unwrap_or(1)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReservationBody {
    reservation_uid: String,
}

/// The id of a start that is kept.
pub(super) fn reservation(body: &[u8]) -> Option<String> {
    let reservation: ReservationBody = serde_json::from_value(data(body)?).ok()?;
    Some(reservation.reservation_uid).filter(|uid| !uid.is_empty())
}

/// The account of a key.
#[derive(Debug, Deserialize)]
pub(super) struct MeBody {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
}

/// The account of an answer.
pub(super) fn me(body: &[u8]) -> Option<MeBody> {
    serde_json::from_value(data(body)?).ok()
}

/// A webhook of an account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HookBody {
    pub(super) id: Value,
    #[serde(default)]
    pub(super) subscriber_url: String,
}

impl HookBody {
    /// Its id, as it stands in paths; the description says a number, a text does as well.
    pub(super) fn id(&self) -> Option<String> {
        match &self.id {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }
}

/// The webhook of an answer.
pub(super) fn hook(body: &[u8]) -> Option<HookBody> {
    serde_json::from_value(data(body)?).ok()
}

/// The webhooks of an answer.
pub(super) fn hooks(body: &[u8]) -> Option<Vec<HookBody>> {
    serde_json::from_value(data(body)?).ok()
}

/// What an answer that is an error says, in any of its forms: their messages, codes and names of
/// fields, one a line. Only for the code to read: vendors quote what they were sent.
pub(super) fn said(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let mut lines = Vec::new();
    let error = body.get("error").filter(|error| error.is_object()).unwrap_or(&body);
    gather(error, &mut lines);
    lines.join("\n")
}

fn gather(value: &Value, lines: &mut Vec<String>) {
    const TELLING: [&str; 6] = ["message", "code", "property", "errors", "details", "children"];
    match value {
        Value::String(text) => lines.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| gather(value, lines)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    // Named after the rule that was broken.
                    Value::Object(rules) if name == "constraints" => {
                        rules.values().for_each(|rule| gather(rule, lines));
                    }
                    value if TELLING.contains(&name.as_str()) => gather(value, lines),
                    _ => {}
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
