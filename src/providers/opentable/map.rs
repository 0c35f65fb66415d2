//! Between OpenTable's terms and ours. Pure: what is asked becomes a query or a body, what comes back
//! becomes tables, slots and records. Its times are the restaurant's wall clock without an offset; one
//! that a clock shows twice or never is not used.

use hookswitch_actors::ports::{ProviderError, ProviderRecord, ProviderState};
use hookswitch_storage::{Act, Booking};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

use super::settings::Options;
use super::wire::{Availability, Reservation, Time};

/// Longest special request that is passed on, characters.
const LONGEST_REQUEST: usize = 400;
/// What stands before our code in a special request; the staff see it and can be told it.
const MARK: &str = "Booking code ";

/// A time as it is written there.
pub(super) fn written(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The restaurant's wall clock at a moment; `None` if it shows the same twice around then.
pub(super) fn wall_clock(at: Timestamp, zone: &TimeZone) -> Option<DateTime> {
    let shown = zone.to_datetime(at);
    moment(shown, zone).is_some().then_some(shown)
}

/// The moment at which the restaurant's clock shows this; `None` if never or twice.
pub(super) fn moment(shown: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(shown).unambiguous().ok()
}

/// The questions that cover a day: a time, and the minutes to either side of it.
pub(super) fn windows(day: Date, reach: u16) -> Vec<DateTime> {
    let (mut at, mut windows) = (i64::from(reach), Vec::new());
    while at - i64::from(reach) < 24 * 60 {
        windows.push(day.at(0, 0, 0, 0).saturating_add(at.minutes()));
        at += 2 * i64::from(reach);
    }
    windows
}

/// The query for the tables around a time.
pub(super) fn query(at: DateTime, reach: u16, party: u32) -> Vec<(&'static str, String)> {
    vec![
        ("party_size", party.to_string()),
        ("start_date_time", written(at)),
        ("forward_minutes", reach.to_string()),
        ("backward_minutes", reach.to_string()),
        ("include_experiences", "false".to_owned()),
    ]
}

/// A table that can be had without a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// When, by the restaurant's clock.
    pub(super) time: DateTime,
    /// Where, if it is said.
    pub(super) area: Option<u64>,
    /// What kind.
    pub(super) kind: String,
}

/// The tables of an answer, one a time. `None` if it is not to be read.
pub(super) fn tables(answer: Availability, options: &Options) -> Option<Vec<Table>> {
    match (answer.times_available, answer.times) {
        (Some(times), _) => Some(times.iter().filter_map(|time| table(time, options)).collect()),
        // Without kinds, keeping the table shows whether it can be had.
        (None, Some(times)) => {
            let kind = options.table_type.as_deref().unwrap_or("default");
            let table = |time: &String| {
                let (time, area) = (time.parse().ok()?, options.dining_area_id);
                Some(Table { time, area, kind: kind.to_owned() })
            };
            Some(times.iter().filter_map(table).collect())
        }
        (None, None) => None,
    }
}

fn table(time: &Time, options: &Options) -> Option<Table> {
    let at = time.time?;
    // Everything else wants a card or is paid before.
    let standard = time.availability_types.iter().filter(|kind| kind.kind == "Standard");
    let areas = standard.flat_map(|kind| &kind.dining_areas);
    let wanted =
        areas.filter(|area| options.dining_area_id.is_none_or(|wanted| area.id == Some(wanted)));
    let mut found: Vec<Table> = wanted
        .flat_map(|area| {
            let kinds = area.table_types.iter();
            kinds.map(|kind| Table { time: at, area: area.id, kind: kind.clone() })
        })
        .filter(|table| options.table_type.as_ref().is_none_or(|wanted| table.kind == *wanted))
        .collect();
    found.sort_by_key(|table| table.kind != "default");
    found.into_iter().next()
}

/// How many come.
pub(super) fn party(booking: &Booking) -> u32 {
    booking.party_size.unwrap_or(booking.places).max(1)
}

/// The body that keeps a table.
pub(super) fn lock(table: &Table, party: u32, options: &Options) -> Value {
    let mut body = json!({
        "restaurant_id": options.restaurant_id.to_string(),
        "party_size": party,
        "date_time": written(table.time),
        "table_type": table.kind,
    });
    if let Some(area) = table.area {
        body["dining_area_id"] = json!(area);
    }
    body
}

/// A phone number as OpenTable wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phone {
    /// Without the country's code.
    number: String,
    /// The country's code for calls.
    code: u16,
    /// The country by its two letters.
    region: String,
}

/// Reads the number of a booking.
///
/// # Errors
/// [`ProviderError::MissingInput`] if there is none that can be read.
pub(super) fn phone(booking: &Booking) -> Result<Phone, ProviderError> {
    let read = booking.customer_phone.as_deref().and_then(|text| {
        let number = phonenumber::parse(None, text).ok()?;
        Some(Phone {
            number: number.national().to_string(),
            code: number.country().code(),
            region: number.country().id()?.as_ref().to_owned(),
        })
    });
    read.ok_or_else(|| missing("customer_phone"))
}

fn missing(field: &str) -> ProviderError {
    ProviderError::MissingInput { field: field.to_owned() }
}

/// The guest's wishes, and the code under which we know the reservation.
fn special_request(booking: &Booking) -> String {
    let mark = format!("{MARK}{}", booking.confirmation);
    match booking.notes.as_deref().map(str::trim).filter(|notes| !notes.is_empty()) {
        Some(notes) => {
            let notes: String = notes.chars().take(LONGEST_REQUEST).collect();
            format!("{notes} ({mark})")
        }
        None => mark,
    }
}

/// The body that reserves a table that is kept. Texts to the guest need a consent that nobody has
/// asked for.
///
/// # Errors
/// [`ProviderError::MissingInput`] for what OpenTable demands and nobody gave.
pub(super) fn reserve(
    booking: &Booking,
    token: &str,
    options: &Options,
) -> Result<Value, ProviderError> {
    let (first, last) = names(booking, options)?;
    let phone = phone(booking)?;
    Ok(json!({
        "restaurant_id": options.restaurant_id.to_string(),
        "reservation_token": token,
        "first_name": first,
        "last_name": last,
        "phone": {"number": phone.number, "country_code": phone.region},
        "sms_notifications_opt_in": false,
        "special_request": special_request(booking),
    }))
}

/// First and last name.
///
/// # Errors
/// [`ProviderError::MissingInput`] if there is one name only.
pub(super) fn names<'a>(
    booking: &'a Booking,
    options: &'a Options,
) -> Result<(&'a str, &'a str), ProviderError> {
    let mut names = booking.customer_name.trim().splitn(2, char::is_whitespace);
    let first = names.next().filter(|name| !name.is_empty());
    let last = names.next().map(str::trim).or(options.fallback_last_name.as_deref());
    Ok((first.ok_or_else(|| missing("customer_name"))?, last.ok_or_else(|| missing("last_name"))?))
}

/// The body that finds the reservations of a number; here the country is a number too.
pub(super) fn search(phone: &Phone) -> Value {
    json!({"phone_number": {"number": phone.number, "country_code": phone.code}})
}

/// How many people come to a booking that is about to move, which may be others than before.
pub(super) fn party_to_be(booking: &Booking) -> u32 {
    match booking.intent.as_ref().map(|intent| &intent.act) {
        Some(Act::Move(to)) => to.party_size.unwrap_or(to.places).max(1),
        _ => party(booking),
    }
}

/// The body that changes a reservation; the party is a text in the only sample.
pub(super) fn change(booking: &Booking, time: DateTime) -> Value {
    json!({
        "party_size": party_to_be(booking).to_string(),
        "date_time": written(time),
        "special_request": special_request(booking),
    })
}

/// The reservation that is a booking of ours among those of its number: by its id, by our code, or,
/// where neither is there, by when it is and for how many. Of several the one that stands.
pub(super) fn ours<'a>(
    found: &'a [Reservation],
    booking: &Booking,
    options: &Options,
) -> Option<&'a Reservation> {
    let known = |found: &&Reservation| booking.external_ids.contains(&found.reservation_id);
    let mark = format!("{MARK}{}", booking.confirmation);
    let marked = |found: &&Reservation| found.special_request.contains(&mark);
    let start = wall_clock(booking.start, &options.zone);
    let alike = |found: &&Reservation| {
        booking.external_ids.is_empty()
            && found.is_standing()
            && !found.special_request.contains(MARK)
            && start.is_some()
            && found.date_time == start
            && found.party_size.is_none_or(|size| size == party(booking))
    };
    let named = found.iter().filter(|found| !found.reservation_id.is_empty());
    let mut named: Vec<&Reservation> = named.collect();
    named.sort_by_key(|found| !found.is_standing());
    let first = |is: &dyn Fn(&&Reservation) -> bool| named.iter().copied().find(|found| is(found));
    first(&known).or_else(|| first(&marked)).or_else(|| first(&alike))
}

/// What OpenTable says of a reservation; `None` if it does not say when it is.
pub(super) fn record(
    found: &Reservation,
    booking: &Booking,
    options: &Options,
) -> Option<ProviderRecord> {
    let start = moment(found.date_time?, &options.zone)?;
    let state =
        if found.is_standing() { ProviderState::Confirmed } else { ProviderState::Cancelled };
    let mut record = ProviderRecord::new(found.reservation_id.clone(), start, state);
    let marked = found.special_request.contains(&format!("{MARK}{}", booking.confirmation));
    record.reference = marked.then_some(booking.id);
    Some(record)
}

/// The end of a stay.
pub(super) fn end(start: Timestamp, minutes: u32) -> Option<Timestamp> {
    start.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()
}

#[cfg(test)]
mod tests;
