//! Between Square's terms and ours. Pure: what is asked becomes a body, what comes back becomes slots and
//! bookings.

use hookswitch_actors::booking::FreeSlot;
use hookswitch_actors::ports::{ProviderBooking, ProviderRecord, ProviderState};
use hookswitch_storage::{Booking, BookingId};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::wire::{self, BookingBody, Opening, Segment, Status};
use crate::providers::template;

/// Begins our reference in the note that the seller reads; the customer does not see it.
const REFERENCE: &str = "hookswitch_booking:";
/// Begins the line of the confirmation code in the note that the customer reads. With a buyer's
/// permissions it may be the only note that comes back.
const CONFIRMATION: &str = "Confirmation ";
/// Longest note, characters (Square's own limit).
const LONGEST_NOTE: usize = 4_096;

/// The openings as slots; those whose parts do not say how long they take, take `length`.
pub(super) fn slots(openings: &[Opening], length: SignedDuration) -> Vec<FreeSlot> {
    let slot = |opening: &Opening| {
        let start = opening.start_at;
        let end = wire::end(start, &opening.appointment_segments);
        Some(FreeSlot::new(start, end.or_else(|| start.checked_add(length).ok())?))
    };
    openings.iter().filter_map(slot).collect()
}

/// What sets one attempt apart from another that was refused.
pub(super) fn create_key(booking: &Booking, attempt: u32) -> String {
    match attempt {
        0 => booking.id.to_string(),
        again => format!("{}-{}", booking.id, again + 1),
    }
}

/// The body that makes a booking.
pub(super) fn create(
    booking: &Booking,
    (location, customer): (&str, &str),
    opening: &Opening,
    seller_note: Option<&str>,
    attempt: u32,
) -> Value {
    let segments: Vec<Value> = opening.appointment_segments.iter().map(segment).collect();
    json!({
        "idempotency_key": create_key(booking, attempt),
        "booking": {
            "start_at": opening.start_at.to_string(),
            "location_id": location,
            "customer_id": customer,
            "customer_note": customer_note(booking),
            "seller_note": self::seller_note(booking, seller_note),
            "appointment_segments": segments,
        },
    })
}

/// A part as it may be sent: Square sets the others itself.
fn segment(segment: &Segment) -> Value {
    let mut sent = json!({"team_member_id": segment.team_member_id});
    for (name, value) in [
        ("service_variation_id", segment.service_variation_id.as_ref().map(|id| json!(id))),
        ("service_variation_version", segment.service_variation_version.map(Value::from)),
        ("duration_minutes", segment.duration_minutes.map(Value::from)),
    ] {
        if let Some(value) = value {
            sent[name] = value;
        }
    }
    sent
}

fn cut(text: &str, room: usize) -> String {
    text.chars().take(room).collect()
}

fn confirmation(booking: &Booking) -> String {
    format!("{CONFIRMATION}{}", booking.confirmation)
}

fn customer_note(booking: &Booking) -> String {
    let last = confirmation(booking);
    match booking.notes.as_deref().map(str::trim).filter(|notes| !notes.is_empty()) {
        None => last,
        Some(notes) => format!("{}\n{last}", cut(notes, LONGEST_NOTE - last.len() - 1)),
    }
}

/// What the seller reads; ends with our reference.
fn seller_note(booking: &Booking, given: Option<&str>) -> String {
    let last = format!("{REFERENCE}{}", booking.id);
    let filled = given.and_then(|given| template::fill(given, booking));
    let words = filled.unwrap_or_else(|| "Booked by phone".to_owned());
    format!("{}\n{last}", cut(&words, LONGEST_NOTE - last.len() - 1))
}

/// Our reference, if a booking carries it.
pub(super) fn reference(body: &BookingBody) -> Option<BookingId> {
    let note = body.seller_note.as_deref()?;
    let rest = &note[note.rfind(REFERENCE)? + REFERENCE.len()..];
    let of_an_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    rest.split(|c| !of_an_id(c)).next()?.parse().ok()
}

/// Whether it is a booking of ours: by our reference, or by its code where that is all that comes
/// back.
pub(super) fn is_of(body: &BookingBody, booking: &Booking) -> bool {
    match reference(body) {
        Some(reference) => reference == booking.id,
        None => {
            let line = confirmation(booking);
            let note = body.customer_note.as_deref().unwrap_or_default();
            note.lines().next_back().is_some_and(|last| last.trim() == line)
        }
    }
}

/// The body that moves a booking of this version. Who does it is named only if it is somebody else
/// than before, so that what the seller chose stays.
pub(super) fn reschedule(
    booking: &Booking,
    body: &BookingBody,
    start: Timestamp,
    by: Option<&Opening>,
) -> Value {
    let version = body.version.unwrap_or_default();
    let mut change = json!({"start_at": start.to_string()});
    if let Some(version) = body.version {
        change["version"] = json!(version);
    }
    let people = |segments: &[Segment]| -> Vec<String> {
        segments.iter().map(|part| part.team_member_id.clone()).collect()
    };
    if let Some(by) = by
        && people(&by.appointment_segments) != people(body.segments())
    {
        let segments: Vec<Value> = by.appointment_segments.iter().map(segment).collect();
        change["appointment_segments"] = json!(segments);
    }
    let key = format!("{}-to-{}-v{version}", booking.id, start.as_second());
    json!({"idempotency_key": key, "booking": change})
}

/// The body that cancels a booking of this version.
pub(super) fn cancel(booking: &Booking, body: &BookingBody) -> Value {
    let version = body.version.unwrap_or_default();
    let mut asked = json!({"idempotency_key": format!("{}-cancel-v{version}", booking.id)});
    if let Some(version) = body.version {
        asked["booking_version"] = json!(version);
    }
    asked
}

/// A booking that Square accepted; `None` for one that it did not.
pub(super) fn made(body: &BookingBody) -> Option<ProviderBooking> {
    body.is_standing().then(|| ProviderBooking {
        external_id: body.id.clone(),
        confirmed: body.status == Status::Accepted,
    })
}

/// What Square says of a booking.
pub(super) fn record(body: &BookingBody) -> ProviderRecord {
    let state = match body.status {
        // Who did not come was expected: the time was kept.
        Status::Accepted | Status::NoShow => ProviderState::Confirmed,
        Status::Pending | Status::Other => ProviderState::Pending,
        Status::Declined | Status::CancelledByCustomer | Status::CancelledBySeller => {
            ProviderState::Cancelled
        }
    };
    let record = ProviderRecord::new(body.id.clone(), body.start_at, state);
    ProviderRecord { end: body.end(), reference: reference(body), ..record }
}

#[cfg(test)]
mod tests;
