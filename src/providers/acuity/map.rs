//! Between Acuity's terms and ours. Pure: what is asked becomes a query or a body, what comes back
//! becomes slots and records.

use std::collections::BTreeMap;

use hookswitch_actors::booking::FreeSlot;
use hookswitch_actors::ports::{
    ProviderAccount, ProviderBooking, ProviderError, ProviderRecord, ProviderState,
};
use hookswitch_storage::{Booking, BookingId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::settings::Options;
use super::wire::{self, Appointment, Field, Time};

/// Longest reason that is passed on, characters.
const LONGEST_REASON: usize = 500;
/// What our reference stands behind in an appointment's notes.
const MARK: &str = "hookswitch_booking: ";
/// Kinds of fields into which a caller's words can go.
const FREE_TEXT: [&str; 2] = ["textbox", "textarea"];

/// What every question for free times begins with.
fn about(appointment_type: u64, options: &Options, zone: &str) -> Vec<(&'static str, String)> {
    let mut query = vec![("appointmentTypeID", appointment_type.to_string())];
    query.extend(options.calendar_id.map(|calendar| ("calendarID", calendar.to_string())));
    query.push(("timezone", zone.to_owned()));
    query
}

/// The query for the days of a month on which there is something.
pub(super) fn days_query(
    month: Date,
    appointment_type: u64,
    options: &Options,
    zone: &str,
) -> Vec<(&'static str, String)> {
    let mut query = about(appointment_type, options, zone);
    query.push(("month", month.strftime("%Y-%m").to_string()));
    query
}

/// The query for the free times of a day; `moving` is an appointment that is not in its own way.
pub(super) fn times_query(
    day: Date,
    appointment_type: u64,
    options: &Options,
    zone: &str,
    moving: Option<&str>,
) -> Vec<(&'static str, String)> {
    let mut query = about(appointment_type, options, zone);
    query.push(("date", day.to_string()));
    query.extend(moving.map(|id| ("ignoreAppointmentIDs[]", id.to_owned())));
    query
}

/// The query for the sessions of a class in a month, within some days.
pub(super) fn classes_query(
    month: Date,
    (from, to): (Date, Date),
    appointment_type: u64,
    options: &Options,
    zone: &str,
) -> Vec<(&'static str, String)> {
    let mut query = days_query(month, appointment_type, options, zone);
    query.push(("minDate", from.to_string()));
    query.push(("maxDate", to.to_string()));
    query
}

/// The first day of each month that some days lie in.
pub(super) fn months((from, to): (Date, Date)) -> Vec<Date> {
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while month <= to {
        months.push(month);
        let Ok(next) = month.last_of_month().tomorrow() else { break };
        month = next;
    }
    months
}

/// The slots of an answer that have room for `places`; those without a length take `length`. `None`
/// if it is not to be read.
pub(super) fn slots(body: &[u8], length: SignedDuration, places: u32) -> Option<Vec<FreeSlot>> {
    let times = wire::list::<Time>(body)?;
    let of_no_series = times.entries.into_iter().filter(|time| !time.is_series);
    let roomy = of_no_series
        .filter(|time| time.slots_available.is_none_or(|left| left >= u64::from(places)));
    let slots = roomy.filter_map(|time| {
        let own = time.duration.and_then(|minutes| i64::try_from(minutes).ok());
        let end = time.time.checked_add(own.map_or(length, SignedDuration::from_mins)).ok()?;
        Some(FreeSlot::new(time.time, end))
    });
    Some(slots.collect())
}

/// A moment as Acuity takes it, in the zone that was agreed on. It reads times without an offset in
/// a zone of its own, so there always is one.
fn moment(at: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The date of a moment in a booking's zone.
pub(super) fn date_of(at: Timestamp, booking: &Booking) -> Date {
    at.to_zoned(TimeZone::get(&booking.time_zone).unwrap_or(TimeZone::UTC)).date()
}

fn missing(field: impl Into<String>) -> ProviderError {
    ProviderError::MissingInput { field: field.into() }
}

/// The body that makes an appointment.
///
/// # Errors
/// [`ProviderError::MissingInput`] for what Acuity demands and nobody gave.
pub(super) fn create(
    booking: &Booking,
    appointment_type: u64,
    required: &[Field],
    options: &Options,
) -> Result<Value, ProviderError> {
    let mut names = booking.customer_name.trim().splitn(2, char::is_whitespace);
    let first = names.next().filter(|name| !name.is_empty());
    let last = names.next().map(str::trim).or(options.fallback_last_name.as_deref());
    let email = booking.customer_email.as_deref().or(options.fallback_email.as_deref());
    let mut body = json!({
        "datetime": moment(booking.start, &booking.time_zone),
        "appointmentTypeID": appointment_type,
        "firstName": first.ok_or_else(|| missing("customer_name"))?,
        "lastName": last.ok_or_else(|| missing("last_name"))?,
        "email": email.ok_or_else(|| missing("customer_email"))?,
        "timezone": booking.time_zone,
    });
    if let Some(phone) = &booking.customer_phone {
        body["phone"] = json!(phone);
    }
    if let Some(calendar) = options.calendar_id {
        body["calendarID"] = json!(calendar);
    }
    let filled = fields(booking, required, options)?;
    if !filled.is_empty() {
        let one = |(id, value): (u64, String)| json!({"id": id, "value": value});
        body["fields"] = filled.into_iter().map(one).collect();
    }
    Ok(body)
}

/// The answers to the intake forms: those that the options give, and the caller's notes for a
/// demanded text that they do not mention.
fn fields(
    booking: &Booking,
    required: &[Field],
    options: &Options,
) -> Result<BTreeMap<u64, String>, ProviderError> {
    let mut filled = options.filled(booking);
    for Field { id, name, kind, .. } in required {
        let Some(id) = id.filter(|id| !filled.contains_key(id)) else { continue };
        match &booking.notes {
            Some(notes)
                if FREE_TEXT.contains(&kind.as_str()) && !options.form_fields.contains_key(&id) =>
            {
                filled.insert(id, notes.clone());
            }
            _ => return Err(missing(question(name))),
        }
    }
    Ok(filled)
}

/// A field's name as a caller may hear it.
pub(super) fn question(name: &str) -> String {
    let name = name.trim().trim_end_matches(['?', ':', '*', '.']).trim();
    if name.is_empty() { "answer".into() } else { name.chars().take(120).collect() }
}

/// The body that moves an appointment. In the calendar that the connection is for, or in the one
/// that it is in, or, with `anywhere`, in one that Acuity chooses.
pub(super) fn reschedule(
    booking: &Booking,
    start: Timestamp,
    options: &Options,
    anywhere: bool,
) -> Value {
    let mut body = json!({
        "datetime": moment(start, &booking.time_zone),
        "timezone": booking.time_zone,
    });
    if let Some(calendar) = options.calendar_id {
        body["calendarID"] = json!(calendar);
    } else if anywhere {
        body["calendarID"] = Value::Null;
    }
    body
}

/// The body that cancels one. The customer reads the note.
pub(super) fn cancel(reason: Option<&str>) -> Value {
    match reason.map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => {
            json!({"cancelNote": reason.chars().take(LONGEST_REASON).collect::<String>()})
        }
        None => json!({}),
    }
}

/// The notes that only the business sees: what the caller said, and our reference.
pub(super) fn notes(booking: &Booking) -> Value {
    let said = booking.notes.as_deref().map(|notes| format!("{}\n", notes.trim()));
    json!({"notes": format!("{}{MARK}{}", said.unwrap_or_default(), booking.id)})
}

/// Our reference, if an appointment carries one.
pub(super) fn reference(appointment: &Appointment, options: &Options) -> Option<BookingId> {
    let values = appointment.forms.iter().flat_map(|form| &form.values);
    let mut carried = values.filter(|value| value.field.is_some());
    let in_field = options.reference_field.and_then(|field| {
        let value = carried.find(|value| value.field == Some(field))?;
        value.value.trim().parse().ok()
    });
    in_field.or_else(|| {
        let after = appointment.notes.split(MARK).nth(1)?;
        after.split_whitespace().next()?.parse().ok()
    })
}

/// Whether an appointment is what a booking asked for, as far as anybody can see: for when no
/// reference of ours is on it.
pub(super) fn is_alike(
    appointment: &Appointment,
    booking: &Booking,
    appointment_type: Option<u64>,
) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let same_email = booking.customer_email.as_deref().is_some_and(|email| {
        !email.is_empty() && email.eq_ignore_ascii_case(appointment.email.trim())
    });
    let same_phone = booking.customer_phone.as_deref().is_some_and(|phone| {
        // With or without the country's code.
        let (ours, theirs) = (digits(phone), digits(&appointment.phone));
        theirs.len() >= 7 && (ours.ends_with(&theirs) || theirs.ends_with(&ours))
    });
    !appointment.canceled
        && appointment.datetime == booking.start
        && (appointment_type.is_none() || appointment.appointment_type == appointment_type)
        && (same_email || same_phone)
}

/// An appointment that Acuity made; `None` for one that it cancelled.
pub(super) fn made(appointment: &Appointment) -> Option<ProviderBooking> {
    let external_id = appointment.id.clone();
    (!appointment.canceled).then_some(ProviderBooking { external_id, confirmed: true })
}

/// What Acuity says of an appointment.
pub(super) fn record(appointment: &Appointment, options: &Options) -> ProviderRecord {
    let state = match appointment.canceled {
        true => ProviderState::Cancelled,
        false => ProviderState::Confirmed,
    };
    let mut record = ProviderRecord::new(appointment.id.clone(), appointment.datetime, state);
    let minutes = appointment.duration.and_then(|minutes| i64::try_from(minutes).ok());
    record.end = minutes.and_then(|minutes| {
        appointment.datetime.checked_add(SignedDuration::from_mins(minutes)).ok()
    });
    record.reference = reference(appointment, options);
    record
}

/// The account of an answer, by the name that its owner knows it by.
pub(super) fn account(body: &[u8]) -> Option<ProviderAccount> {
    let me: wire::Me = wire::read(body)?;
    let named = [me.name, me.email].map(|name| name.trim().to_owned()).into_iter();
    let name = named.into_iter().find(|name| !name.is_empty());
    Some(ProviderAccount { name: name.unwrap_or_else(|| me.id.clone()), id: Some(me.id) })
}

#[cfg(test)]
mod tests;
