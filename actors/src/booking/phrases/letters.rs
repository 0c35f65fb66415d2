//! What e-mail says, in English: to customers about their bookings, to the business about those who want
//! to be called back. Knows no rules and no markup.

use hookswitch_storage::{Callback, Urgency};

use crate::booking::speech::en::spoken_start;
use crate::booking::when::LocalTime;
use crate::ports::Letter;

/// Longest text of one detail, characters.
const LONGEST: usize = 1_000;

/// Who writes.
pub struct Writer<'a> {
    /// The business.
    pub name: &'a str,
    /// The number to call, E.164.
    pub number: Option<&'a str>,
}

/// What a mail is about.
pub struct Visit<'a> {
    /// What was booked.
    pub service: &'a str,
    /// When.
    pub at: LocalTime,
    /// The zone that `at` is meant in, IANA.
    pub zone: &'a str,
    /// Who comes.
    pub customer: &'a str,
    /// How many come, if that was said.
    pub party_size: Option<u32>,
    /// The confirmation code.
    pub code: &'a str,
}

impl Visit<'_> {
    fn when(&self) -> String {
        moment(self.at, self.zone)
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("What", part(self.service)), ("When", self.when())];
        facts.push(("Name", part(self.customer)));
        facts.extend(self.party_size.map(|size| ("People", size.to_string())));
        facts.push(("Confirmation number", self.code.to_owned()));
        facts
    }
}

/// All of it: what one caller wants is kept to a length.
fn on_one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("; ")
}

fn part(text: &str) -> String {
    text.trim().chars().take(LONGEST).collect()
}

fn moment(at: LocalTime, zone: &str) -> String {
    format!("{} at {} ({zone})", at.date().strftime("%A, %B %-d, %Y"), spoken_start(at))
}

fn to_change(writer: &Writer<'_>, what: &str) -> String {
    match writer.number {
        Some(number) => format!("{what}, call {number}."),
        None => format!("{what}, call us."),
    }
}

fn why(writer: &Writer<'_>) -> String {
    format!("You get this mail because this address was given to {} on the phone.", writer.name)
}

fn letter(
    writer: &Writer<'_>,
    subject: String,
    lead: String,
    facts: Vec<(&'static str, String)>,
    next: &str,
) -> Letter {
    let close = vec![to_change(writer, next), why(writer)];
    Letter { subject, lead: vec![lead], facts, close }
}

/// A booking stands.
#[must_use]
pub fn booked(writer: &Writer<'_>, visit: &Visit<'_>) -> Letter {
    let (name, service) = (writer.name, part(visit.service));
    let subject = format!("Booked: {service}, {}", visit.when());
    let lead = format!("Your appointment at {name} is booked.");
    letter(writer, subject, lead, visit.facts(), "To change or cancel it")
}

/// A booking is at another time now.
#[must_use]
pub fn changed(writer: &Writer<'_>, visit: &Visit<'_>) -> Letter {
    let (name, service) = (writer.name, part(visit.service));
    let subject = format!("Moved: {service}, now {}", visit.when());
    let lead = format!("Your appointment at {name} is at another time now.");
    letter(writer, subject, lead, visit.facts(), "To change or cancel it")
}

/// A booking is cancelled.
#[must_use]
pub fn cancelled(writer: &Writer<'_>, visit: &Visit<'_>) -> Letter {
    let (name, service) = (writer.name, part(visit.service));
    let subject = format!("Cancelled: {service}, {}", visit.when());
    let lead = format!("Your appointment at {name} is cancelled.");
    letter(writer, subject, lead, visit.facts(), "For another time")
}

/// A booking that was promised, or stood, came to nothing.
#[must_use]
pub fn not_booked(writer: &Writer<'_>, visit: &Visit<'_>) -> Letter {
    let (name, service) = (writer.name, part(visit.service));
    let subject = format!("Not booked: {service}, {}", visit.when());
    let lead = format!(
        "We are sorry: your appointment at {name} could not be confirmed and is not booked."
    );
    letter(writer, subject, lead, visit.facts(), "For another time")
}

/// A move or cancellation came to nothing: the booking stands as it was.
#[must_use]
pub fn unchanged(writer: &Writer<'_>, visit: &Visit<'_>) -> Letter {
    let (name, service) = (writer.name, part(visit.service));
    let subject = format!("Still booked: {service}, {}", visit.when());
    let lead = format!(
        "We are sorry: the change that you asked for could not be made. Your appointment at {name} is \
         as it was."
    );
    letter(writer, subject, lead, visit.facts(), "To change or cancel it")
}

/// An appointment is near.
#[must_use]
pub fn reminder(writer: &Writer<'_>, visit: &Visit<'_>) -> Letter {
    let (name, service) = (writer.name, part(visit.service));
    let subject = format!("Reminder: {service}, {}", visit.when());
    let lead = format!("This is a reminder of your appointment at {name}.");
    letter(writer, subject, lead, visit.facts(), "To change or cancel it")
}

/// A slot is kept for somebody who waits.
#[must_use]
pub fn offer(
    writer: &Writer<'_>,
    service: &str,
    at: LocalTime,
    until: LocalTime,
    zone: &str,
) -> Letter {
    let service = part(service);
    let subject = format!("A time is free: {service}, {}", moment(at, zone));
    let lead = format!("A time that you wait for is free at {}.", writer.name);
    let facts = vec![
        ("What", service),
        ("When", moment(at, zone)),
        ("Kept for you until", moment(until, zone)),
    ];
    letter(writer, subject, lead, facts, "To take it")
}

/// The title of an appointment in the customer's own calendar.
#[must_use]
pub fn calendar_title(writer: &Writer<'_>, service: &str) -> String {
    format!("{}, {}", part(service), writer.name)
}

/// What stands below it there.
#[must_use]
pub fn calendar_note(writer: &Writer<'_>, code: &str) -> String {
    format!("Confirmation number: {code}. {}", to_change(writer, "To change or cancel it"))
}

/// Somebody wants to be called back; to the business. `corrects` if it was told of this before.
#[must_use]
pub fn call_back(callback: &Callback, corrects: bool, asked_at: LocalTime, zone: &str) -> Letter {
    let who = callback.name.as_deref().unwrap_or("Somebody");
    let urgent = if callback.urgency == Urgency::Urgent { "Urgent: " } else { "" };
    let subject = format!("{urgent}{} wants to be called back", part(who));
    let lead = if corrects {
        "A caller left a message or wants to be called back. This replaces an earlier mail about it."
    } else {
        "A caller left a message or wants to be called back."
    };
    let urgency = match callback.urgency {
        Urgency::Low => "low",
        Urgency::Normal => "normal",
        Urgency::Urgent => "urgent",
    };
    let mut facts = vec![("Number to call", callback.phone.clone())];
    facts.extend(callback.name.as_deref().map(|name| ("Name", part(name))));
    facts.extend(callback.about.as_deref().map(|about| ("About", on_one_line(about))));
    facts.extend(callback.preferred_time.as_deref().map(|when| ("When it suits them", part(when))));
    facts.push(("Urgency", urgency.to_owned()));
    facts.push(("Asked", moment(asked_at, zone)));
    facts.push(("Reference", callback.id.to_string()));
    let close = "Take it on, or close it, in the list of callbacks.".to_owned();
    Letter { subject, lead: vec![lead.to_owned()], facts, close: vec![close] }
}
