//! Between Calendly's terms and ours. Pure: what is asked becomes a query or a body, what comes back
//! becomes slots and bookings.

use hookswitch_actors::booking::FreeSlot;
use hookswitch_actors::ports::{ProviderAccount, ProviderError};
use hookswitch_storage::Booking;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::settings::Options;
use super::wire::{EventTypeBody, Location, OpenBody, Question, UserBody};
use crate::providers::template;

/// Who books, for the host's reports.
const SOURCE: &str = "hookswitch";
/// Reasons that host and invitee read where the caller gave none.
const CANCELLED: &str = "Cancelled at the customer's request";
/// The reason for which a booking is cancelled that was made anew at another time.
pub(super) const MOVED: &str = "Moved to another time at the customer's request";
/// Longest reason that is passed on, characters; Calendly takes 10,000.
const LONGEST_REASON: usize = 500;

/// The query for the open starts of a span of time.
pub(super) fn open_query(
    event_type: &str,
    (from, to): (Timestamp, Timestamp),
) -> Vec<(&'static str, String)> {
    vec![
        ("event_type", event_type.to_owned()),
        ("start_time", from.to_string()),
        ("end_time", to.to_string()),
    ]
}

/// Parts of a span, none longer than `longest`.
pub(super) fn parts(
    (from, to): (Timestamp, Timestamp),
    longest: SignedDuration,
) -> Vec<(Timestamp, Timestamp)> {
    let mut parts = Vec::new();
    let mut start = from;
    while start < to {
        let end = start.checked_add(longest).map_or(to, |end| end.min(to));
        parts.push((start, end));
        start = end;
    }
    parts
}

/// The slots of open starts, each of this length.
pub(super) fn slots(open: Vec<OpenBody>, length: SignedDuration) -> Vec<FreeSlot> {
    let open = open.into_iter().filter(|open| open.status == "available");
    open.filter_map(|open| {
        let end = open.start_time.checked_add(length).ok()?;
        Some(FreeSlot::new(open.start_time, end))
    })
    .collect()
}

/// Starts that are open but for a booking that is about to move: Calendly does not list them, since that
/// booking is in their way. They are on the grid of the listed ones, and all of their time is the
/// booking's own or within an open slot.
pub(super) fn opened_by_moving(
    open: &[FreeSlot],
    moving: (Timestamp, Timestamp),
    length: SignedDuration,
) -> Vec<FreeSlot> {
    let day = SignedDuration::from_hours(24);
    let is_near = |slot: &&FreeSlot| slot.start.duration_since(moving.0).abs() < day;
    let mut near: Vec<Timestamp> = open.iter().filter(is_near).map(|slot| slot.start).collect();
    near.sort();
    near.dedup();
    let steps = near.windows(2).map(|pair| pair[1].duration_since(pair[0]));
    let step = steps.filter(|step| *step >= SignedDuration::from_mins(1)).min();
    let (Some(step), Some(first)) = (step, near.first()) else { return Vec::new() };
    // From the first start of the grid that would end after the booking begins.
    let earliest = moving.0.duration_since(*first) - length;
    let skipped = earliest.as_secs().div_euclid(step.as_secs()) + 1;
    let starts = (skipped..).map_while(|place| {
        let after = SignedDuration::from_secs(step.as_secs().checked_mul(place)?);
        first.checked_add(after).ok().filter(|start| *start < moving.1)
    });
    let slots =
        starts.filter_map(|start| Some(FreeSlot::new(start, start.checked_add(length).ok()?)));
    let is_new =
        |slot: &FreeSlot| slot.start != moving.0 && near.binary_search(&slot.start).is_err();
    slots.filter(is_new).filter(|slot| is_covered(slot, open, moving)).collect()
}

/// Whether each moment of `slot` is in an open slot or in the moving booking.
fn is_covered(slot: &FreeSlot, open: &[FreeSlot], moving: (Timestamp, Timestamp)) -> bool {
    let mut from = slot.start;
    while from < slot.end {
        let spans = open.iter().map(|slot| (slot.start, slot.end)).chain([moving]);
        let reaches = spans.filter(|(start, end)| *start <= from && from < *end);
        match reaches.map(|(_, end)| end).max() {
            Some(end) => from = end,
            None => return false,
        }
    }
    true
}

fn missing(field: &str) -> ProviderError {
    ProviderError::MissingInput { field: field.to_owned() }
}

/// The body that makes a booking at `start`.
///
/// # Errors
/// [`ProviderError::MissingInput`] for what the event type demands and nobody gave,
/// [`ProviderError::NeedsHuman`] for what only the options can say.
pub(super) fn create(
    booking: &Booking,
    start: Timestamp,
    event_type: &str,
    details: Option<&EventTypeBody>,
    options: &Options,
) -> Result<Value, ProviderError> {
    let fallback = || template::fill(options.email.as_ref()?, booking);
    let email = booking.customer_email.clone().or_else(fallback);
    let email = email.ok_or_else(|| missing("customer_email"))?;
    let mut invitee =
        json!({"name": booking.customer_name, "email": email, "timezone": booking.time_zone});
    if let Some(phone) = &booking.customer_phone {
        invitee["text_reminder_number"] = json!(phone);
    }
    let mut body = json!({
        "event_type": event_type,
        "start_time": start.to_string(),
        "invitee": invitee,
        // All six or none; one of them is the only place for a reference of ours.
        "tracking": {"utm_campaign": null, "utm_source": SOURCE, "utm_medium": null,
            "utm_content": booking.id.to_string(), "utm_term": null, "salesforce_uuid": null},
    });
    if let Some(location) = location(booking, details, options)? {
        body["location"] = location;
    }
    let answers = answers(booking, details, options)?;
    if !answers.is_empty() {
        body["questions_and_answers"] = Value::Array(answers);
    }
    Ok(body)
}

/// The same body without the number for messages.
pub(super) fn without_reminders(mut body: Value) -> Value {
    if let Some(invitee) = body.get_mut("invitee").and_then(Value::as_object_mut) {
        invitee.remove("text_reminder_number");
    }
    body
}

/// The place: the one that the options name, or the first of the event type's for which everything is
/// known.
fn location(
    booking: &Booking,
    details: Option<&EventTypeBody>,
    options: &Options,
) -> Result<Option<Value>, ProviderError> {
    if let Some(place) = &options.location {
        let Some(template) = &place.location else {
            return filled(booking, &Location { kind: place.kind.clone(), location: None })
                .map(Some);
        };
        let text = template::fill(template, booking);
        let text = text.ok_or_else(|| missing(named_in(template)))?;
        return Ok(Some(json!({"kind": place.kind, "location": text})));
    }
    let Some(offered) = details.and_then(|details| details.locations.as_ref()) else {
        return Ok(None);
    };
    let mut first = None;
    for place in offered {
        match filled(booking, place) {
            Ok(filled) => return Ok(Some(filled)),
            Err(error) => first = first.or(Some(error)),
        }
    }
    first.map_or(Ok(None), Err)
}

/// The field whose absence keeps a template from being filled.
fn named_in(template: &str) -> &'static str {
    let of = |name: &str| template.contains(name);
    if of("{customer_phone}") {
        "customer_phone"
    } else if of("{customer_email}") {
        "customer_email"
    } else {
        "notes"
    }
}

fn filled(booking: &Booking, place: &Location) -> Result<Value, ProviderError> {
    let Location { kind, location } = place;
    match kind.as_str() {
        "outbound_call" => {
            let phone = booking.customer_phone.as_ref().ok_or_else(|| missing("customer_phone"))?;
            Ok(json!({"kind": kind, "location": phone}))
        }
        "ask_invitee" => Err(ProviderError::NeedsHuman(
            "the event type asks the invitee for a place; set options.location".into(),
        )),
        "physical" | "custom" => Ok(match location {
            Some(location) => json!({"kind": kind, "location": location}),
            None => json!({"kind": kind}),
        }),
        _ => Ok(json!({"kind": kind})),
    }
}

/// The answers to the event type's questions: those that the options give, the caller's number for a
/// demanded number, their words for a demanded text.
fn answers(
    booking: &Booking,
    details: Option<&EventTypeBody>,
    options: &Options,
) -> Result<Vec<Value>, ProviderError> {
    let given = |text: &str| {
        let text = text.trim();
        // An empty answer makes Calendly refuse the whole list.
        (!text.is_empty()).then(|| text.to_owned())
    };
    let Some(details) = details else {
        let filled = options.answers.iter().filter_map(|(question, template)| {
            Some((question, given(&template::fill(template, booking)?)?))
        });
        return Ok(filled
            .enumerate()
            .map(|(place, (question, answer))| {
                json!({"question": question, "answer": answer, "position": place})
            })
            .collect());
    };
    let mut answers = Vec::new();
    for question in details.custom_questions.iter().filter(|question| question.enabled) {
        let template = options.answers.iter().find(|(name, _)| is_same(name, &question.name));
        let said = match template {
            Some((_, template)) => template::fill(template, booking),
            None if !question.required => None,
            None if question.kind == "phone_number" => booking.customer_phone.clone(),
            None => booking.notes.clone(),
        };
        let answer = said.as_deref().and_then(given).and_then(|said| fitting(question, said));
        match answer {
            Some(answer) => answers.push(
                json!({"question": question.name, "answer": answer, "position": question.position}),
            ),
            None if !question.required => {}
            None if question.kind == "phone_number" => return Err(missing("customer_phone")),
            None => return Err(missing(question.name.trim_end_matches(['?', ':', '*', ' ']))),
        }
    }
    Ok(answers)
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// An answer in the form that the question takes; `None` if it is none of the choices.
fn fitting(question: &Question, said: String) -> Option<String> {
    if question.answer_choices.is_empty() || !question.kind.ends_with("_select") {
        return Some(said);
    }
    let choice = question.answer_choices.iter().find(|choice| is_same(choice, &said));
    choice.cloned().or_else(|| question.include_other.then_some(said))
}

/// The body that cancels.
pub(super) fn cancel(reason: Option<&str>) -> Value {
    let given = reason.map(str::trim).filter(|reason| !reason.is_empty());
    let reason: String = given.unwrap_or(CANCELLED).chars().take(LONGEST_REASON).collect();
    json!({"reason": reason})
}

/// The account of a token, by the name that its owner knows it by.
pub(super) fn account(user: &UserBody) -> ProviderAccount {
    let named = [&user.name, &user.email].into_iter().flatten();
    let name = named.map(|name| name.trim().to_owned()).find(|name| !name.is_empty());
    ProviderAccount { id: Some(user.uri.clone()), name: name.unwrap_or_else(|| user.uri.clone()) }
}

#[cfg(test)]
mod tests;
