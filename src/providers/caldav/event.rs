//! iCalendar, written: the event of a booking, and the same one moved. Pure. What a person added to our
//! event (notes, an alarm, a colour) stays when it is moved.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarProperty,
    ICalendarStatus, ICalendarTransparency, ICalendarValue,
};
use hookswitch_storage::Booking;
use jiff::Timestamp;

use super::ical::{self, BOOKING, CONNECTION, Time, WRITTEN, stamp};

/// Who writes.
const PRODID: &str = "-//Hookswitch//Hookswitch//EN";
/// Longest text of one property, characters.
const LONGEST: usize = 4_000;

/// The UID of a booking's event.
pub(super) fn uid(booking: &Booking) -> String {
    format!("{}@hookswitch", booking.id)
}

/// The times of a booking.
pub(super) fn time(booking: &Booking) -> Time {
    Time { start: booking.start, end: booking.end }
}

/// The event of a booking as it is sent.
pub(super) fn of(booking: &Booking, now: Timestamp) -> String {
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    event.add_uid(&uid(booking));
    event.add_dtstamp(utc(now));
    event.add_sequence(0);
    let title = format!("{} ({})", booking.customer_name, booking.service_id);
    event.add_property(ICalendarProperty::Summary, plain(&title));
    event.add_property(ICalendarProperty::Description, plain(&description(booking)));
    event.add_property(
        ICalendarProperty::Status,
        ICalendarValue::Status(ICalendarStatus::Confirmed),
    );
    event.add_property(
        ICalendarProperty::Transp,
        ICalendarValue::Transparency(ICalendarTransparency::Opaque),
    );
    put(&mut event, own(BOOKING), ICalendarValue::Text(booking.id.to_string()));
    put(&mut event, own(CONNECTION), ICalendarValue::Text(booking.connection_id.to_string()));
    set_time(&mut event, time(booking));
    let mut whole = ICalendarComponent::new(ICalendarComponentType::VCalendar);
    whole.add_property(ICalendarProperty::Version, plain("2.0"));
    whole.add_property(ICalendarProperty::Prodid, plain(PRODID));
    whole.component_ids = vec![1];
    ICalendar { components: vec![whole, event] }.to_string()
}

/// The same object with its event at another time; `None` if there is no such event in it.
pub(super) fn moved(text: &str, booking: &Booking, to: Time, now: Timestamp) -> Option<String> {
    let mut calendar = ical::parse(text)?;
    let uid = uid(booking);
    let reference = booking.id.to_string();
    let event = calendar.components.iter_mut().find(|part| {
        part.component_type == ICalendarComponentType::VEvent
            && (part.uid() == Some(&uid) || has(part, BOOKING, &reference))
    })?;
    let sequence = event.property(&ICalendarProperty::Sequence);
    let sequence = sequence.and_then(|entry| entry.values.first()?.as_integer()).unwrap_or(0);
    put(event, ICalendarProperty::Sequence, ICalendarValue::Integer(sequence.saturating_add(1)));
    put(event, ICalendarProperty::Dtstamp, moment(now));
    // Somebody's client may have taken our properties away.
    put(event, own(BOOKING), ICalendarValue::Text(reference));
    put(event, own(CONNECTION), ICalendarValue::Text(booking.connection_id.to_string()));
    set_time(event, to);
    Some(calendar.to_string())
}

fn has(part: &ICalendarComponent, name: &str, value: &str) -> bool {
    part.entries.iter().any(|entry| {
        entry.name.as_str().eq_ignore_ascii_case(name)
            && entry.values.first().and_then(ICalendarValue::as_text) == Some(value)
    })
}

/// What the business reads in its calendar.
fn description(booking: &Booking) -> String {
    let lines = [
        ("Phone", booking.customer_phone.as_deref()),
        ("E-mail", booking.customer_email.as_deref()),
        ("Notes", booking.notes.as_deref()),
        ("Confirmation", Some(booking.confirmation.as_str())),
    ];
    let lines = lines.into_iter().filter_map(|(name, text)| Some(format!("{name}: {}", text?)));
    lines.collect::<Vec<_>>().join("\n")
}

/// A text that fits into a property: no control characters but line breaks.
fn plain(text: &str) -> String {
    text.chars().filter(|char| *char == '\n' || !char.is_control()).take(LONGEST).collect()
}

fn own(name: &str) -> ICalendarProperty {
    ICalendarProperty::Other(name.to_owned())
}

fn set_time(event: &mut ICalendarComponent, time: Time) {
    // The end may have been written as a length.
    event.entries.retain(|entry| entry.name != ICalendarProperty::Duration);
    put(event, ICalendarProperty::Dtstart, moment(time.start));
    put(event, ICalendarProperty::Dtend, moment(time.end));
    let written = format!("{}/{}", stamp(time.start), stamp(time.end));
    put(event, own(WRITTEN), ICalendarValue::Text(written));
}

/// Sets a property, without the parameters it had: zones go, our times are in UTC.
fn put(event: &mut ICalendarComponent, name: ICalendarProperty, value: ICalendarValue) {
    event.entries.retain(|entry| !entry.name.as_str().eq_ignore_ascii_case(name.as_str()));
    event.entries.push(ICalendarEntry::new(name).with_value(value));
}

fn moment(at: Timestamp) -> ICalendarValue {
    ICalendarValue::PartialDateTime(Box::new(utc(at)))
}

fn utc(at: Timestamp) -> PartialDateTime {
    PartialDateTime::from_utc_timestamp(at.as_second())
}

#[cfg(test)]
mod tests;
