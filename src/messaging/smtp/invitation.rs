//! An appointment as an iCalendar object that mail programs act on (RFC 5545, iTIP: RFC 5546, iMIP: RFC 6047):
//! a request enters it or changes it, a cancellation takes it out again. Times are in UTC; calendars show
//! them in their reader's zone.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarMethod,
    ICalendarParameter, ICalendarParticipationRole, ICalendarParticipationStatus,
    ICalendarProperty, ICalendarStatus, ICalendarTransparency, ICalendarValue, Uri,
};
use hookswitch_actors::ports::{Appointment, Mail, MailAccount};
use jiff::Timestamp;

/// Who writes.
const PRODID: &str = "-//Hookswitch//Hookswitch//EN";

/// What the object asks for, as the content type names it.
pub(super) fn method(appointment: &Appointment) -> &'static str {
    if appointment.cancelled { "CANCEL" } else { "REQUEST" }
}

/// The object, lines folded and ended as calendars want them.
pub(super) fn of(account: &MailAccount, mail: &Mail, appointment: &Appointment) -> String {
    let (method, status) = if appointment.cancelled {
        (ICalendarMethod::Cancel, ICalendarStatus::Cancelled)
    } else {
        (ICalendarMethod::Request, ICalendarStatus::Confirmed)
    };
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    // As the calendar adapters name the booking's own event, so that one who has both has one.
    event.add_uid(&format!("{}@hookswitch", appointment.booking));
    event.add_dtstamp(utc(mail.at));
    event.add_sequence(appointment.sequence.into());
    event.add_property(ICalendarProperty::Dtstart, moment(appointment.start));
    event.add_property(ICalendarProperty::Dtend, moment(appointment.end));
    event.add_property(ICalendarProperty::Summary, plain(&appointment.title));
    event.add_property(ICalendarProperty::Description, plain(&appointment.description));
    event.add_property(ICalendarProperty::Status, ICalendarValue::Status(status));
    let opaque = ICalendarValue::Transparency(ICalendarTransparency::Opaque);
    event.add_property(ICalendarProperty::Transp, opaque);
    let organizer = ICalendarEntry::new(ICalendarProperty::Organizer)
        .with_param(ICalendarParameter::cn(name(&account.name)));
    event.entries.push(organizer.with_value(mailto(&account.from)));
    let attendee = ICalendarEntry::new(ICalendarProperty::Attendee)
        .with_param(ICalendarParameter::cn(name(&appointment.attendee)))
        .with_param(ICalendarParameter::role(ICalendarParticipationRole::ReqParticipant))
        .with_param(ICalendarParameter::partstat(ICalendarParticipationStatus::NeedsAction))
        // What they answer by mail is read by nobody.
        .with_param(ICalendarParameter::rsvp(false));
    event.entries.push(attendee.with_value(mailto(&mail.to)));
    let mut whole = ICalendarComponent::new(ICalendarComponentType::VCalendar);
    whole.add_property(ICalendarProperty::Version, plain("2.0"));
    whole.add_property(ICalendarProperty::Prodid, plain(PRODID));
    whole.add_property(ICalendarProperty::Method, ICalendarValue::Method(method));
    whole.component_ids = vec![1];
    ICalendar { components: vec![whole, event] }.to_string()
}

fn mailto(address: &str) -> ICalendarValue {
    ICalendarValue::Uri(Uri::Location(format!("mailto:{address}")))
}

/// A name as a parameter may hold it: on one line and without double quotes.
fn name(text: &str) -> String {
    let plain = text.chars().map(|c| if c == '"' { '\'' } else { c });
    plain.filter(|c| !c.is_control()).collect()
}

/// A text that fits into a property: no control characters but line breaks.
fn plain(text: &str) -> String {
    text.chars().filter(|char| *char == '\n' || !char.is_control()).collect()
}

fn moment(at: Timestamp) -> ICalendarValue {
    ICalendarValue::PartialDateTime(Box::new(utc(at)))
}

fn utc(at: Timestamp) -> PartialDateTime {
    PartialDateTime::from_utc_timestamp(at.as_second())
}
