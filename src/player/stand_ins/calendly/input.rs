//! The bodies and queries that the stand-in takes, as strictly as Calendly: what it does not know is
//! refused. Knows no bookings.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::super::asked::Query;
use super::answers::No;
use super::calendar::EventType;

/// A new booking, as asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) event_type: String,
    pub(super) start: Timestamp,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) zone: String,
    pub(super) phone: Option<String>,
    pub(super) location: Option<Value>,
    pub(super) answers: Vec<Value>,
    pub(super) tracking: Value,
}

/// Tracking fields: all or none.
const TRACKING: [&str; 6] =
    ["utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term", "salesforce_uuid"];

/// Reads the body of `POST /invitees`.
pub(super) fn wanted(body: &Value) -> Result<Wanted, No> {
    let known = [
        "event_type",
        "start_time",
        "invitee",
        "location",
        "questions_and_answers",
        "tracking",
        "event_guests",
    ];
    let body = object(body, "", &known)?;
    let invitee = body.get("invitee").unwrap_or(&Value::Null);
    let fields = ["name", "first_name", "last_name", "email", "timezone", "text_reminder_number"];
    let invitee = object(invitee, "invitee.", &fields)?;
    let text = |name: &str| invitee.get(name).and_then(Value::as_str).map(str::to_owned);
    let needed = |name: &str| {
        let given = text(name).filter(|text| !text.trim().is_empty());
        given.ok_or_else(|| No::invalid(&format!("invitee.{name}"), "is missing"))
    };
    let email = needed("email")?;
    if !email.contains('@') || email.contains(' ') {
        return Err(No::invalid("invitee.email", "is invalid"));
    }
    let zone = needed("timezone")?;
    if TimeZone::get(&zone).is_err() {
        return Err(No::invalid("invitee.timezone", "is not a time zone"));
    }
    let start = body.get("start_time").and_then(Value::as_str);
    let start = start.filter(|text| text.ends_with('Z')).and_then(|text| text.parse().ok());
    let event_type = body.get("event_type").and_then(Value::as_str);
    let answers = body.get("questions_and_answers").and_then(Value::as_array);
    Ok(Wanted {
        event_type: event_type.ok_or_else(|| No::invalid("event_type", "is missing"))?.to_owned(),
        start: start.ok_or_else(|| No::invalid("start_time", "is not a time in UTC"))?,
        name: needed("name")?,
        email,
        zone,
        phone: text("text_reminder_number"),
        location: body.get("location").cloned(),
        answers: answers.cloned().unwrap_or_default(),
        tracking: tracking(body.get("tracking"))?,
    })
}

fn tracking(given: Option<&Value>) -> Result<Value, No> {
    let Some(given) = given else { return Ok(Value::Null) };
    let fields = object(given, "tracking.", &TRACKING)?;
    match TRACKING.iter().find(|name| !fields.contains_key(**name)) {
        None => Ok(given.clone()),
        Some(name) => Err(No::invalid(&format!("tracking.{name}"), "is missing")),
    }
}

/// Whether everything is filled in that the event type demands.
pub(super) fn complete(wanted: &Wanted, event_type: &EventType) -> Result<(), No> {
    if wanted.phone.as_ref().is_some_and(|phone| !is_e164(phone)) {
        return Err(No::invalid("invitee.text_reminder_number", "is invalid"));
    }
    let kind = wanted.location.as_ref().and_then(|location| location["kind"].as_str());
    let offered = event_type.locations.iter().any(|(offered, _)| Some(*offered) == kind);
    let number = wanted.location.as_ref().and_then(|location| location["location"].as_str());
    let calls = kind != Some("outbound_call") || number.is_some_and(is_e164);
    if !(event_type.locations.is_empty() && kind.is_none() || offered && calls) {
        let parameter = "event.location_configuration.kind";
        let code = Some("invalid_location_choice");
        return Err(No::coded(parameter, "is not a choice of the event type", code));
    }
    for answer in &wanted.answers {
        let question = event_type
            .questions
            .iter()
            .enumerate()
            .find(|(position, question)| {
                answer["question"] == question.name && answer["position"] == *position
            })
            .map(|(_, question)| question);
        let said = answer["answer"].as_str().filter(|said| !said.trim().is_empty());
        let (Some(question), Some(said)) = (question, said) else {
            return Err(No::new(400, "Questions and answers are invalid."));
        };
        if question.kind == "phone_number" && !is_e164(said) {
            return Err(No::new(400, "Phone Number is not a valid phone number"));
        }
        if !question.choices.is_empty() && !question.choices.iter().any(|choice| choice == said) {
            return Err(No::new(400, "Questions and answers are invalid."));
        }
    }
    let answered = |name: &str| wanted.answers.iter().any(|answer| answer["question"] == *name);
    let unanswered =
        event_type.questions.iter().any(|question| question.required && !answered(&question.name));
    if unanswered {
        return Err(No::new(400, "Required Questions and Answers cannot be blank."));
    }
    Ok(())
}

fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// An object that has none but these fields.
pub(super) fn object<'a>(
    value: &'a Value,
    within: &str,
    fields: &[&str],
) -> Result<&'a Map<String, Value>, No> {
    let value = value.as_object().ok_or_else(|| No::invalid(within, "is not an object"))?;
    match value.keys().find(|name| !fields.contains(&name.as_str())) {
        Some(name) => Err(No::invalid(&format!("{within}{name}"), "is not allowed")),
        None => Ok(value),
    }
}

/// A moment, if one is given.
pub(super) fn moment(query: &Query, name: &str) -> Result<Option<Timestamp>, No> {
    let read = |text: &str| text.parse().map_err(|_| No::invalid(name, "is not a time"));
    query.text(name).map(read).transpose()
}

/// A moment that has to be given.
pub(super) fn needed(query: &Query, name: &str) -> Result<Timestamp, No> {
    moment(query, name)?.ok_or_else(|| No::invalid(name, "is missing"))
}
