//! iCalendar (RFC 5545), read: what the events of a calendar occupy, and which of them are ours. Pure.
//! What a calendar holds was written by anybody's program, so that nothing here fails on it: an
//! event that cannot be read is told apart from one that is not there.

use std::panic::{AssertUnwindSafe, catch_unwind};

use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFreeBusyType,
    ICalendarParameter, ICalendarParameterName, ICalendarParameterValue, ICalendarPeriod,
    ICalendarProperty, ICalendarStatus, ICalendarTransparency, ICalendarValue,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Longest object that is read, bytes; one with a year of exceptions has some 100 KB.
const LONGEST: usize = 1 << 20;
/// Most repetitions that are laid out of one object: daily for 50 years. Servers do this themselves
/// for the days that are asked about.
const MOST_REPETITIONS: usize = 20_000;

/// Our properties of an event.
pub(super) const BOOKING: &str = "X-HOOKSWITCH-BOOKING";
/// The connection that wrote it.
pub(super) const CONNECTION: &str = "X-HOOKSWITCH-CONNECTION";
/// The times that we wrote, `start/end`; what a person moved afterwards is told by it.
pub(super) const WRITTEN: &str = "X-HOOKSWITCH-TIME";

/// A span of time; `end` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Time {
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    fn of(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end: end.max(start) }
    }
}

/// One event, or one repetition of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) uid: String,
    pub(super) time: Time,
    pub(super) cancelled: bool,
    /// Whether it leaves its time free for others.
    pub(super) transparent: bool,
    /// The booking that it was made for, by whichever Hookswitch.
    pub(super) booking: Option<String>,
    /// The connection that made it.
    pub(super) connection: Option<String>,
    /// The times that were written then.
    pub(super) written: Option<Time>,
}

impl Event {
    /// Whether it takes its time from others.
    pub(super) fn is_busy(&self) -> bool {
        !self.cancelled && !self.transparent && self.time.start < self.time.end
    }

    /// Whether it stands where `connection` put it, so that a claim of ours already counts it.
    pub(super) fn is_claimed_by(&self, connection: &str) -> bool {
        self.connection.as_deref() == Some(connection) && self.written == Some(self.time)
    }
}

/// The times of a UTC instant as iCalendar writes them.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The calendar that a text holds. `None` if it is none.
pub(super) fn parse(text: &str) -> Option<ICalendar> {
    if text.len() > LONGEST {
        return None;
    }
    guarded(|| ICalendar::parse(text).ok())?
}

/// Runs something that works on what a stranger wrote. The library is fuzzed; should it fail all the
/// same, that object is unreadable and nothing else.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// The events of an object, each repetition for itself; times without a zone are in `zone`. `None`
/// if it holds events that cannot be read.
pub(super) fn events(text: &str, zone: &TimeZone) -> Option<Vec<Event>> {
    let mut calendar = parse(text)?;
    name_utc(&mut calendar);
    let floating: Tz = zone.iana_name().unwrap_or("UTC").parse().unwrap_or(Tz::UTC);
    let laid = guarded(|| calendar.expand_dates(floating, MOST_REPETITIONS))?;
    let is_event = |id: u32| {
        calendar
            .component_by_id(id)
            .filter(|part| part.component_type == ICalendarComponentType::VEvent)
    };
    // One without a start that can be read may be anywhere.
    if laid.errors.iter().any(|error| is_event(error.comp_id).is_some()) {
        return None;
    }
    let mut events = Vec::with_capacity(laid.events.len());
    for one in laid.events {
        let Some(part) = is_event(one.comp_id) else { continue };
        let (start, end) = guarded(|| one.timestamps())?;
        let instant = |seconds: i64| Timestamp::from_second(seconds).ok();
        let mut time = Time::of(instant(start)?, instant(end)?);
        if time.start == time.end && is_whole_day(part) {
            // A date without an end is that day (RFC 5545, 3.6.1).
            time.end = time.start.checked_add(SignedDuration::from_hours(24)).ok()?;
        }
        events.push(event(part, time));
    }
    Some(events)
}

/// Names the zone of starts in UTC: the library lays repetitions out on the clock of the start's zone, and
/// takes one that is not named for the org's.
fn name_utc(calendar: &mut ICalendar) {
    for part in &mut calendar.components {
        let Some(start) = part.property_mut(&ICalendarProperty::Dtstart) else { continue };
        let first = start.values.first().and_then(ICalendarValue::as_partial_date_time);
        if first.is_some_and(|at| at.has_zone() && at.has_time()) {
            start.params = vec![ICalendarParameter::tzid("UTC".to_owned())];
        }
    }
}

fn event(part: &ICalendarComponent, time: Time) -> Event {
    Event {
        uid: part.uid().unwrap_or_default().to_owned(),
        time,
        cancelled: part.status() == Some(&ICalendarStatus::Cancelled),
        transparent: part.transparency() == Some(&ICalendarTransparency::Transparent),
        booking: own(part, BOOKING),
        connection: own(part, CONNECTION),
        written: own(part, WRITTEN).as_deref().and_then(written),
    }
}

fn own(part: &ICalendarComponent, name: &str) -> Option<String> {
    let is_it = |property: &ICalendarProperty| property.as_str().eq_ignore_ascii_case(name);
    let entry = part.entries.iter().find(|entry| is_it(&entry.name))?;
    entry.values.first()?.as_text().map(|text| text.trim().to_owned())
}

fn written(text: &str) -> Option<Time> {
    let (start, end) = text.split_once('/')?;
    let at = |text: &str| {
        let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    };
    Some(Time::of(at(start)?, at(end)?))
}

fn is_whole_day(part: &ICalendarComponent) -> bool {
    let start = part.property(&ICalendarProperty::Dtstart).and_then(|entry| entry.values.first());
    start.and_then(ICalendarValue::as_partial_date_time).is_some_and(|start| !start.has_time())
}

/// The times of an answer to a question when a calendar is busy; `None` if it is none. Both forms
/// are read: periods in one component, and old Radicale's component a period.
pub(super) fn busy(text: &str) -> Option<Vec<Time>> {
    let calendar = parse(text)?;
    let parts = calendar.components.iter();
    let mut busy = Vec::new();
    for part in parts.filter(|part| part.component_type == ICalendarComponentType::VFreebusy) {
        let periods = part.entries.iter().filter(|entry| entry.name == ICalendarProperty::Freebusy);
        let mut any = false;
        for entry in periods {
            any = true;
            let kind = entry.parameter(&ICalendarParameterName::Fbtype);
            if kind == Some(&ICalendarParameterValue::Fbtype(ICalendarFreeBusyType::Free)) {
                continue;
            }
            for value in &entry.values {
                if let ICalendarValue::Period(period) = value {
                    busy.push(guarded(|| span(period))??);
                }
            }
        }
        let free = own(part, "FBTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("FREE"));
        if !any && !free && own(part, "FBTYPE").is_some() {
            let at = |name: &ICalendarProperty| {
                let value = part.property(name)?.values.first()?;
                instant(value.as_partial_date_time()?.to_timestamp()?)
            };
            let ends = (at(&ICalendarProperty::Dtstart)?, at(&ICalendarProperty::Dtend)?);
            busy.push(Time::of(ends.0, ends.1));
        }
    }
    Some(busy)
}

fn instant(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

fn span(period: &ICalendarPeriod) -> Option<Time> {
    let (start, end) = match period {
        ICalendarPeriod::Range { start, end } => (start.to_timestamp()?, end.to_timestamp()?),
        ICalendarPeriod::Duration { start, duration } => {
            let start = start.to_timestamp()?;
            (start, start.checked_add(duration.as_seconds())?)
        }
    };
    Some(Time::of(instant(start)?, instant(end)?))
}

#[cfg(test)]
mod tests;
