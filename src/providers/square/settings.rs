//! What an operator sets for a Square connection: the token and the options, read and checked by the
//! names of their fields. Knows no request.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::providers::{Wrong, template};

/// Longest token, characters; theirs have some 64.
const LONGEST_TOKEN: usize = 1_000;
/// Most services and most team members; more is a mistake.
const MOST: usize = 200;
/// Longest id of a location or a team member, characters (Square's own limit).
const LOCATION: usize = 32;
/// Longest id of a service variation, characters (Square's own limit).
const VARIATION: usize = 36;
/// Longest note, characters; Square takes 4,096, and there has to be room for what it is filled with.
const NOTE: usize = 1_000;

/// The options of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Our service ids and the ids of their variations.
    pub(super) services: BTreeMap<String, String>,
    /// Where; the account's only active location if it is not said.
    pub(super) location_id: Option<String>,
    /// By whom; anyone if there is none.
    pub(super) team_members: Vec<String>,
    /// What the seller reads with each booking, with placeholders.
    pub(super) seller_note: Option<String>,
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
                "location_id" => {
                    let problem = "must be the id of a Square location, such as `L0000000000A`";
                    options.location_id = Some(id(value, LOCATION, &field, problem)?);
                }
                "team_members" => options.team_members = team_members(&field, value)?,
                "seller_note" => options.seller_note = Some(note(&field, value)?),
                _ => {
                    let problem = "is no option of a Square connection; there are services, \
                        location_id, team_members and seller_note";
                    return Err(Wrong::new(field, problem));
                }
            }
        }
        Ok(options)
    }
}

fn id(value: &Value, longest: usize, field: &str, problem: &str) -> Result<String, Wrong> {
    let text = value.as_str().map(str::trim).unwrap_or_default();
    let of_an_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'#');
    if text.is_empty() || text.len() > longest || !text.bytes().all(of_an_id) {
        return Err(Wrong::new(field, problem));
    }
    Ok(text.to_owned())
}

fn services(field: &str, value: &Value) -> Result<BTreeMap<String, String>, Wrong> {
    let entries = match value.as_object() {
        Some(entries) if entries.len() <= MOST => entries,
        Some(_) => return Err(Wrong::new(field, "has too many entries")),
        None => return Err(Wrong::new(field, "must be an object")),
    };
    let read = |(service, value): (&String, &Value)| {
        let problem = "must be the id of a Square service variation; the connection's check names \
            those that there are";
        Ok((service.clone(), id(value, VARIATION, &format!("{field}.{service}"), problem)?))
    };
    entries.iter().map(read).collect()
}

fn team_members(field: &str, value: &Value) -> Result<Vec<String>, Wrong> {
    const PROBLEM: &str = "must be a list of ids of Square team members";
    let listed = value.as_array().filter(|listed| listed.len() <= MOST);
    let listed = listed.ok_or_else(|| Wrong::new(field, PROBLEM))?;
    listed.iter().map(|value| id(value, LOCATION, field, PROBLEM)).collect()
}

fn note(field: &str, value: &Value) -> Result<String, Wrong> {
    let text = value.as_str().map(str::trim).filter(|text| text.chars().count() <= NOTE);
    let text =
        text.ok_or_else(|| Wrong::new(field, "must be a text of at most 1,000 characters"))?;
    template::check(text).map_err(|problem| Wrong::new(field, problem))?;
    Ok(text.to_owned())
}

/// Credentials as they are kept.
#[derive(Clone)]
pub(super) struct Credentials {
    /// The access token.
    pub(super) access_token: String,
    /// What signs Square's posts, where the operator has set up the subscription there.
    pub(super) webhook_signature_key: Option<String>,
}

impl Credentials {
    /// Reads given credentials.
    ///
    /// # Errors
    /// By the field's name; no value is repeated.
    pub(super) fn read(given: &Map<String, Value>) -> Result<Self, Wrong> {
        const FIELDS: [&str; 2] = ["access_token", "webhook_signature_key"];
        if given.keys().any(|name| !FIELDS.contains(&name.as_str())) {
            let problem =
                "has fields beside `access_token` and `webhook_signature_key`; remove them";
            return Err(Wrong::new("credentials", problem));
        }
        let access_token = token(given, FIELDS[0])?.ok_or_else(|| {
            let problem = "is missing; Square's developer dashboard shows it with the application";
            Wrong::new("credentials.access_token", problem)
        })?;
        Ok(Self { access_token, webhook_signature_key: token(given, FIELDS[1])? })
    }

    pub(super) fn into_fields(self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("access_token".into(), json!(self.access_token));
        if let Some(key) = self.webhook_signature_key {
            fields.insert("webhook_signature_key".into(), json!(key));
        }
        fields
    }
}

fn token(given: &Map<String, Value>, name: &str) -> Result<Option<String>, Wrong> {
    let field = || format!("credentials.{name}");
    let text = match given.get(name) {
        None => return Ok(None),
        Some(Value::String(text)) => text.trim(),
        Some(_) => return Err(Wrong::new(field(), "must be a text")),
    };
    if text.is_empty() {
        return Err(Wrong::new(field(), "must not be empty"));
    }
    if text.len() > LONGEST_TOKEN || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "must be the token alone, without spaces and without the word Bearer";
        return Err(Wrong::new(field(), problem));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests;
