//! Between Cal.com's terms and ours. Pure: what is asked becomes a query or a body, what comes back
//! becomes slots and bookings.

use hookswitch_actors::booking::FreeSlot;
use hookswitch_actors::ports::{
    ProviderAccount, ProviderBooking, ProviderError, ProviderRecord, ProviderState, SlotQuery,
};
use hookswitch_storage::Booking;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::event_type::Details;
use super::settings::{Options, fill};
use super::wire::{self, BookingBody, Field, REFERENCE, SlotBody, Status};
use crate::providers::days;
use crate::providers::http::Answer;

/// Reasons that the business reads in Cal.com where the caller gave none; an event type may demand
/// one.
const MOVED: &str = "Moved at the customer's request";
const CANCELLED: &str = "Cancelled at the customer's request";
/// Longest reason that is passed on, characters.
const LONGEST_REASON: usize = 500;

/// The query for the free slots of a span of time.
pub(super) fn slots_query(
    event_type: u64,
    (from, to): (Timestamp, Timestamp),
    zone: &str,
    minutes: Option<u32>,
    moving: Option<&str>,
) -> Vec<(&'static str, String)> {
    let mut query = vec![
        ("eventTypeId", event_type.to_string()),
        ("start", from.to_string()),
        ("end", to.to_string()),
        ("timeZone", zone.to_owned()),
        ("format", "range".to_owned()),
    ];
    query.extend(minutes.map(|minutes| ("duration", minutes.to_string())));
    query.extend(moving.map(|uid| ("bookingUidToReschedule", uid.to_owned())));
    query
}

/// The span of a query's days, whose last second Cal.com takes for the end.
pub(super) fn span_of(query: &SlotQuery) -> Result<(Timestamp, Timestamp), ProviderError> {
    let outside = |_| ProviderError::OutsidePolicy("the date is out of range".into());
    let (from, to) = days::span_of(query)?;
    Ok((from, to.checked_sub(SignedDuration::from_secs(1)).map_err(outside)?))
}

/// The slots of an answer; those without an end take `length`. `None` if it is not to be read.
pub(super) fn slots(answer: &Answer, length: SignedDuration) -> Option<Vec<FreeSlot>> {
    let days = wire::slots(&answer.body)?;
    let slots = days.into_values().flatten().filter_map(|slot| {
        let (start, end) = match slot {
            SlotBody::Range { start, end } => (start, end),
            SlotBody::Time(start) => (start, None),
        };
        let end = end.or_else(|| start.checked_add(length).ok()).filter(|end| *end >= start)?;
        Some(FreeSlot::new(start, end))
    });
    Some(slots.collect())
}

/// The body that makes a booking.
///
/// # Errors
/// [`ProviderError::MissingInput`] for what the event type demands and nobody gave.
pub(super) fn create(
    booking: &Booking,
    event_type: u64,
    details: Option<&Details>,
    options: &Options,
) -> Result<Value, ProviderError> {
    let missing = |field: &str| ProviderError::MissingInput { field: field.to_owned() };
    let mut attendee = json!({"name": booking.customer_name, "timeZone": booking.time_zone});
    // Without either, nobody could be told of changes, and Cal.com refuses.
    if booking.customer_phone.is_none() && booking.customer_email.is_none() {
        return Err(missing("customer_phone"));
    }
    for (name, value) in
        [("phoneNumber", &booking.customer_phone), ("email", &booking.customer_email)]
    {
        if let Some(value) = value {
            attendee[name] = json!(value);
        }
    }
    if let Some(language) = &options.language {
        attendee["language"] = json!(language);
    }
    let fields = fields(booking, details, options)?;
    let mut body = json!({
        "start": booking.start.to_string(),
        "eventTypeId": event_type,
        "attendee": attendee,
        "metadata": {REFERENCE: booking.id.to_string()},
    });
    if !fields.is_empty() {
        body["bookingFieldsResponses"] = Value::Object(fields);
    }
    let length = booking.end.duration_since(booking.start);
    if let Some(minutes) = details.and_then(|details| details.choice(length)) {
        body["lengthInMinutes"] = json!(minutes);
    }
    Ok(body)
}

/// The body that keeps a booking's start for so many minutes, or for as long as Cal.com does by itself.
pub(super) fn reserve(
    booking: &Booking,
    event_type: u64,
    details: Option<&Details>,
    minutes: Option<u32>,
) -> Value {
    let mut body = json!({"eventTypeId": event_type, "slotStart": booking.start.to_string()});
    let length = booking.end.duration_since(booking.start);
    if let Some(minutes) = details.and_then(|details| details.choice(length)) {
        body["slotDuration"] = json!(minutes);
    }
    if let Some(minutes) = minutes {
        body["reservationDuration"] = json!(minutes);
    }
    body
}

/// Fields of Cal.com's own that the attendee, or Cal.com itself, fills.
const FILLED: [&str; 6] =
    ["name", "email", "location", "guests", "rescheduleReason", "displayEmail"];
/// Kinds of fields into which a caller's words can go.
const FREE_TEXT: [&str; 2] = ["text", "textarea"];

/// The answers to the event type's questions: those that the options give, and the caller's notes for
/// a demanded text that they do not mention.
fn fields(
    booking: &Booking,
    details: Option<&Details>,
    options: &Options,
) -> Result<Map<String, Value>, ProviderError> {
    let mut filled: Map<String, Value> = options
        .booking_fields
        .iter()
        .filter_map(|(slug, template)| Some((slug.clone(), fill(template, booking)?)))
        .collect();
    let missing = |field: &str| ProviderError::MissingInput { field: field.to_owned() };
    for Field { slug, kind, is_default, .. } in details.iter().flat_map(|details| &details.required)
    {
        if filled.contains_key(slug) || (*is_default && FILLED.contains(&slug.as_str())) {
            continue;
        }
        if ["attendeePhoneNumber", "smsReminderNumber"].contains(&slug.as_str()) {
            if booking.customer_phone.is_none() {
                return Err(missing("customer_phone"));
            }
            continue;
        }
        match &booking.notes {
            Some(notes)
                if FREE_TEXT.contains(&kind.as_str())
                    && !options.booking_fields.contains_key(slug) =>
            {
                filled.insert(slug.clone(), json!(notes));
            }
            _ => return Err(missing(slug)),
        }
    }
    if let Some(notes) = &booking.notes {
        filled.entry("notes").or_insert_with(|| json!(notes));
    }
    Ok(filled)
}

/// The body that moves a booking.
pub(super) fn reschedule(start: Timestamp) -> Value {
    json!({"start": start.to_string(), "reschedulingReason": MOVED})
}

/// The body that cancels one.
pub(super) fn cancel(reason: Option<&str>) -> Value {
    let given = reason.map(str::trim).filter(|reason| !reason.is_empty());
    let reason: String = given.unwrap_or(CANCELLED).chars().take(LONGEST_REASON).collect();
    json!({"cancellationReason": reason})
}

/// A booking that Cal.com accepted; `None` for one that it did not.
pub(super) fn made(body: &BookingBody) -> Option<ProviderBooking> {
    body.is_standing().then(|| ProviderBooking {
        external_id: body.uid.clone(),
        confirmed: body.status == Status::Accepted,
    })
}

/// What Cal.com says of a booking.
pub(super) fn record(body: &BookingBody) -> ProviderRecord {
    let state = match body.status {
        Status::Accepted => ProviderState::Confirmed,
        Status::Pending => ProviderState::Pending,
        Status::Cancelled | Status::Rejected => ProviderState::Cancelled,
    };
    ProviderRecord {
        end: body.end,
        reference: body.reference().and_then(|text| text.parse().ok()),
        replaces: body.rescheduled_from_uid.clone(),
        ..ProviderRecord::new(body.uid.clone(), body.start, state)
    }
}

/// The account of an answer, by the name that its owner knows it by.
pub(super) fn account(body: &[u8]) -> Option<ProviderAccount> {
    let me = wire::me(body)?;
    let named = [me.name, me.username, me.email].into_iter().flatten();
    let name = named.map(|name| name.trim().to_owned()).find(|name| !name.is_empty());
    let id = me.id.to_string();
    Some(ProviderAccount { name: name.unwrap_or_else(|| id.clone()), id: Some(id) })
}

#[cfg(test)]
mod tests;
