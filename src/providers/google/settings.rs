//! What an operator sets for a Google connection: the access and the options, read and checked by the
//! names of their fields. Knows no request.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::providers::{Wrong, template};

/// Longest token, characters; Google reserves up to 2,048.
const LONGEST_TOKEN: usize = 2_048;
/// Longest calendar id, characters; they are like e-mail addresses.
const LONGEST_ID: usize = 320;
/// Google's word for the account's own calendar, whosever it is.
pub(super) const PRIMARY: &str = "primary";
/// Most calendars; Google answers for so many at once.
const MOST_CALENDARS: usize = 50;
/// Fields of an event that an operator may fill.
const FILLABLE: [&str; 4] = ["summary", "description", "location", "colorId"];

/// Who is told of a change by Google itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Updates {
    All,
    ExternalOnly,
    None,
}

impl Updates {
    /// Google's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ExternalOnly => "externalOnly",
            Self::None => "none",
        }
    }
}

/// The options of a connection.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    /// The calendars; bookings go to the first, all keep their times busy. Never empty.
    pub(super) calendar_ids: Vec<String>,
    /// Whether a customer with an e-mail address is made a guest of the event.
    pub(super) invite: bool,
    /// Whom Google writes to.
    pub(super) send_updates: Updates,
    /// Google's names of an event's fields and the texts that go into them.
    pub(super) event_fields: BTreeMap<String, String>,
}

impl Options {
    /// Reads the options.
    ///
    /// # Errors
    /// The first that is wrong, by its name.
    pub(super) fn read(given: &Map<String, Value>) -> Result<Self, Wrong> {
        let mut calendar_ids = vec![PRIMARY.to_owned()];
        let (mut invite, mut send_updates) = (false, None);
        let mut event_fields = BTreeMap::new();
        for (name, value) in given {
            let field = format!("options.{name}");
            match name.as_str() {
                "calendar_ids" => calendar_ids = calendars(&field, value)?,
                "invite" => {
                    let problem = "must be true or false";
                    invite = value.as_bool().ok_or_else(|| Wrong::new(field, problem))?;
                }
                "send_updates" => send_updates = Some(updates(&field, value)?),
                "event_fields" => event_fields = fields(&field, value)?,
                _ => {
                    let problem = "is no option of a Google connection; there are calendar_ids, \
                        invite, send_updates and event_fields";
                    return Err(Wrong::new(field, problem));
                }
            }
        }
        let otherwise = if invite { Updates::All } else { Updates::None };
        let send_updates = send_updates.unwrap_or(otherwise);
        Ok(Self { calendar_ids, invite, send_updates, event_fields })
    }

    /// The calendar that bookings go to.
    pub(super) fn calendar(&self) -> &str {
        &self.calendar_ids[0]
    }
}

fn calendars(field: &str, value: &Value) -> Result<Vec<String>, Wrong> {
    let problem = "must be a list of calendar ids, such as `primary` or \
        `c_abc@group.calendar.google.com`; the first takes the bookings";
    let wrong = || Wrong::new(field, problem);
    let fits = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.len())
            && ![".", ".."].contains(id)
            && !id.chars().any(|c| c.is_control() || c.is_whitespace() || c == '/')
    };
    let mut ids: Vec<String> = Vec::new();
    for id in value.as_array().ok_or_else(wrong)? {
        let id = id.as_str().map(str::trim).filter(fits).ok_or_else(wrong)?;
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    if ids.is_empty() || ids.len() > MOST_CALENDARS { Err(wrong()) } else { Ok(ids) }
}

fn updates(field: &str, value: &Value) -> Result<Updates, Wrong> {
    match value.as_str() {
        Some("all") => Ok(Updates::All),
        Some("externalOnly") => Ok(Updates::ExternalOnly),
        Some("none") => Ok(Updates::None),
        _ => Err(Wrong::new(field, "must be `all`, `externalOnly` or `none`")),
    }
}

fn fields(field: &str, value: &Value) -> Result<BTreeMap<String, String>, Wrong> {
    let entries = value.as_object().ok_or_else(|| Wrong::new(field, "must be an object"))?;
    let read = |(name, text): (&String, &Value)| {
        let wrong = |problem: String| Wrong::new(format!("{field}.{name}"), problem);
        if !FILLABLE.contains(&name.as_str()) {
            return Err(wrong(format!("cannot be filled; there are {}", FILLABLE.join(", "))));
        }
        let text = text.as_str().ok_or_else(|| wrong("must be a text".into()))?;
        template::check(text).map_err(wrong)?;
        Ok((name.clone(), text.to_owned()))
    };
    entries.iter().map(read).collect()
}

/// The access token of given credentials.
///
/// # Errors
/// By the field's name; the value is not repeated.
pub(super) fn access_token(given: &Map<String, Value>) -> Result<&str, Wrong> {
    const FIELD: &str = "credentials.access_token";
    if given.keys().any(|name| name != "access_token") {
        return Err(Wrong::new("credentials", "has fields beside `access_token`; remove them"));
    }
    let token = match given.get("access_token") {
        Some(Value::String(token)) => token.trim(),
        Some(_) => return Err(Wrong::new(FIELD, "must be a text")),
        None => return Err(Wrong::new(FIELD, "is missing; an OAuth access token of the account")),
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
