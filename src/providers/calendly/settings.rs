//! What an operator sets for a Calendly connection: the token and the options, read and checked by the
//! names of their fields. Knows no request.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::wire::last_part;
use crate::providers::{Wrong, template};

/// Longest token, characters; theirs have some 300.
const LONGEST_TOKEN: usize = 4_000;
/// Longest text of an option, characters.
const LONGEST_TEXT: usize = 500;
/// Most services and most answers; more is a mistake.
const MOST: usize = 200;
/// What the path of an event type begins with.
const EVENT_TYPES: &str = "https://api.calendly.com/event_types/";
/// Kinds of places that Calendly knows.
const KINDS: [&str; 10] = [
    "physical",
    "ask_invitee",
    "custom",
    "outbound_call",
    "inbound_call",
    "zoom_conference",
    "google_conference",
    "microsoft_teams_conference",
    "webex_conference",
    "gotomeeting_conference",
];

/// The place to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: String,
    /// A text with placeholders.
    pub(super) location: Option<String>,
}

/// Whose events are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scope {
    /// The token's user's.
    #[default]
    User,
    /// The whole organisation's; for event types whose host Calendly chooses.
    Organization,
}

impl Scope {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Organization => "organization",
        }
    }
}

/// The options of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Our service ids and the URIs of their event types.
    pub(super) services: BTreeMap<String, String>,
    /// Questions by their text, and what is answered.
    pub(super) answers: BTreeMap<String, String>,
    /// The place, where the event type offers several or wants a text.
    pub(super) location: Option<Place>,
    /// The address for callers who give none.
    pub(super) email: Option<String>,
    /// Whose events are looked through.
    pub(super) scope: Scope,
    /// Whether the plan is the one with the higher limits of bookings by API.
    pub(super) enterprise: bool,
}

impl Options {
    /// Reads the options.
    ///
    /// # Errors
    /// The first that is wrong, by its name.
    pub(super) fn read(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut options = Self::default();
        for (name, value) in given {
            let field = format!("options.{name}");
            match name.as_str() {
                "services" => options.services = services(&field, value)?,
                "answers" => options.answers = answers(&field, value)?,
                "location" => options.location = Some(place(&field, value)?),
                "email" => options.email = Some(email(&field, value)?),
                "scope" => options.scope = scope(&field, value)?,
                "enterprise" => options.enterprise = yes_or_no(&field, value)?,
                _ => {
                    let problem = "is no option of a Calendly connection; there are services, \
                        answers, location, email, scope and enterprise";
                    return Err(Wrong::new(field, problem));
                }
            }
        }
        Ok(options)
    }
}

fn entries<'a>(field: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Wrong> {
    match value.as_object() {
        Some(entries) if entries.len() <= MOST => Ok(entries),
        Some(_) => Err(Wrong::new(field, "has too many entries")),
        None => Err(Wrong::new(field, "must be an object")),
    }
}

fn services(field: &str, value: &Value) -> Result<BTreeMap<String, String>, Wrong> {
    let read = |(service, uri): (&String, &Value)| {
        let uuid = uri.as_str().map(str::trim).and_then(|uri| {
            // The id alone will do; a page's address (calendly.com/...) will not.
            let uuid = uri.strip_prefix(EVENT_TYPES).unwrap_or(uri);
            last_part(uuid).filter(|part| *part == uuid)
        });
        let uuid = uuid.ok_or_else(|| {
            let problem = "must be the URI of a Calendly event type, such as \
                `https://api.calendly.com/event_types/AAAA`, or its last part";
            Wrong::new(format!("{field}.{service}"), problem)
        })?;
        Ok((service.clone(), format!("{EVENT_TYPES}{uuid}")))
    };
    entries(field, value)?.iter().map(read).collect()
}

/// A text with placeholders.
fn text(field: &str, value: &Value) -> Result<String, Wrong> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Wrong::new(field, "must be a text"))?;
    if text.chars().count() > LONGEST_TEXT {
        return Err(Wrong::new(field, format!("is longer than {LONGEST_TEXT} characters")));
    }
    template::check(text).map_err(|problem| Wrong::new(field, problem))?;
    Ok(text.to_owned())
}

fn answers(field: &str, value: &Value) -> Result<BTreeMap<String, String>, Wrong> {
    let read = |(question, answer): (&String, &Value)| {
        Ok((question.clone(), text(&format!("{field}.{question}"), answer)?))
    };
    entries(field, value)?.iter().map(read).collect()
}

fn place(field: &str, value: &Value) -> Result<Place, Wrong> {
    let given = entries(field, value)?;
    if let Some(name) = given.keys().find(|name| !["kind", "location"].contains(&name.as_str())) {
        return Err(Wrong::new(format!("{field}.{name}"), "is unknown; there are kind, location"));
    }
    let kind = given.get("kind").and_then(Value::as_str).filter(|kind| KINDS.contains(kind));
    let kind = kind.ok_or_else(|| {
        Wrong::new(format!("{field}.kind"), format!("must be one of {}", KINDS.join(", ")))
    })?;
    let location = given.get("location");
    let location = location.map(|given| text(&format!("{field}.location"), given)).transpose()?;
    Ok(Place { kind: kind.to_owned(), location })
}

fn email(field: &str, value: &Value) -> Result<String, Wrong> {
    let text = text(field, value)?;
    let is_address = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    });
    if is_address {
        return Ok(text);
    }
    let problem = "must be an address for callers who give none, such as \
        `bookings+{confirmation}@example.com`; Calendly writes to it";
    Err(Wrong::new(field, problem))
}

fn scope(field: &str, value: &Value) -> Result<Scope, Wrong> {
    match value.as_str() {
        Some("user") => Ok(Scope::User),
        Some("organization") => Ok(Scope::Organization),
        _ => Err(Wrong::new(field, "must be `user` or `organization`")),
    }
}

fn yes_or_no(field: &str, value: &Value) -> Result<bool, Wrong> {
    value.as_bool().ok_or_else(|| Wrong::new(field, "must be true or false"))
}

/// The personal access token of given credentials.
///
/// # Errors
/// By the field's name; the value is not repeated.
pub(super) fn token(given: &Map<String, Value>) -> Result<&str, Wrong> {
    const FIELD: &str = "credentials.token";
    if given.keys().any(|name| name != "token") {
        return Err(Wrong::new("credentials", "has fields beside `token`; remove them"));
    }
    let token = match given.get("token") {
        Some(Value::String(token)) => token.trim(),
        Some(_) => return Err(Wrong::new(FIELD, "must be a text")),
        None => {
            let problem = "is missing; make a personal access token in Calendly under \
                Integrations, API and webhooks";
            return Err(Wrong::new(FIELD, problem));
        }
    };
    if token.is_empty() {
        return Err(Wrong::new(FIELD, "must not be empty"));
    }
    if token.len() > LONGEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "must be the token alone, without spaces and without the word Bearer";
        return Err(Wrong::new(FIELD, problem));
    }
    Ok(token)
}

#[cfg(test)]
mod tests;
