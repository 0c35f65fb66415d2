//! What an operator sets for an Acuity connection: user id and key, and the options, read and checked
//! by the names of their fields. Knows no request.

use std::collections::BTreeMap;

use hookswitch_storage::Booking;
use serde_json::{Map, Value};

use crate::providers::{Wrong, template};

/// Longest key, characters; theirs have 32.
const LONGEST_KEY: usize = 500;
/// Longest text of an option, characters.
const LONGEST_TEXT: usize = 500;
/// Most services and most fields; more is a mistake.
const MOST: usize = 200;

/// The options of a connection.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Options {
    /// Our service ids and the ids of their appointment types.
    pub(super) services: BTreeMap<String, u64>,
    /// The one calendar that is booked; without it Acuity chooses among those of the type.
    pub(super) calendar_id: Option<u64>,
    /// Ids of intake form fields and what goes into them.
    pub(super) form_fields: BTreeMap<u64, String>,
    /// The intake form field that carries our reference.
    pub(super) reference_field: Option<u64>,
    /// What Acuity is given for a caller without an e-mail address; it insists on one.
    pub(super) fallback_email: Option<String>,
    /// What Acuity is given for a caller with one name; it insists on two.
    pub(super) fallback_last_name: Option<String>,
    /// Whether Acuity sends no mails and messages of its own.
    pub(super) no_email: bool,
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
                "calendar_id" => {
                    let problem = "must be the number of an Acuity calendar";
                    options.calendar_id = Some(id(&field, value, problem)?);
                }
                "form_fields" => options.form_fields = form_fields(&field, value)?,
                "reference_field" => options.reference_field = Some(id(&field, value, A_FIELD)?),
                "fallback_email" => {
                    let address = text(&field, value)?;
                    if !address.contains('@') || address.contains(char::is_whitespace) {
                        return Err(Wrong::new(field, "must be an e-mail address of the business"));
                    }
                    options.fallback_email = Some(address);
                }
                "fallback_last_name" => options.fallback_last_name = Some(text(&field, value)?),
                "no_email" => {
                    let is = value.as_bool();
                    options.no_email = is.ok_or_else(|| Wrong::new(field, TRUE_OR_FALSE))?;
                }
                _ => {
                    let problem = "is no option of an Acuity connection; there are services, \
                        calendar_id, form_fields, reference_field, fallback_email, \
                        fallback_last_name and no_email";
                    return Err(Wrong::new(field, problem));
                }
            }
        }
        if let Some(field) = options.reference_field
            && options.form_fields.contains_key(&field)
        {
            let problem = "carries the reference already; remove it here or in reference_field";
            return Err(Wrong::new(format!("options.form_fields.{field}"), problem));
        }
        Ok(options)
    }

    /// What goes into the fields that the operator named, as far as the booking has it.
    pub(super) fn filled(&self, booking: &Booking) -> BTreeMap<u64, String> {
        let fill = |(field, text): (&u64, &String)| Some((*field, template::fill(text, booking)?));
        let mut filled: BTreeMap<u64, String> = self.form_fields.iter().filter_map(fill).collect();
        filled.extend(self.reference_field.map(|field| (field, booking.id.to_string())));
        filled
    }
}

const A_FIELD: &str = "must be the number of an intake form field";
const TRUE_OR_FALSE: &str = "must be true or false";

fn entries<'a>(field: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Wrong> {
    match value.as_object() {
        Some(entries) if entries.len() <= MOST => Ok(entries),
        Some(_) => Err(Wrong::new(field, "has too many entries")),
        None => Err(Wrong::new(field, "must be an object")),
    }
}

/// A number above zero, maybe as a text.
fn id(field: &str, value: &Value, problem: &str) -> Result<u64, Wrong> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // Acuity's own description has ids of 32 bits.
    let fits = |number: &u64| (1..=u64::from(u32::MAX)).contains(number);
    number.filter(fits).ok_or_else(|| Wrong::new(field, problem))
}

fn text(field: &str, value: &Value) -> Result<String, Wrong> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    let text = text.filter(|text| text.chars().count() <= LONGEST_TEXT);
    text.map(str::to_owned).ok_or_else(|| Wrong::new(field, "must be a text, not an empty one"))
}

fn services(field: &str, value: &Value) -> Result<BTreeMap<String, u64>, Wrong> {
    let read = |(service, value): (&String, &Value)| {
        let problem = "must be the number of an Acuity appointment type";
        Ok((service.clone(), id(&format!("{field}.{service}"), value, problem)?))
    };
    entries(field, value)?.iter().map(read).collect()
}

fn form_fields(field: &str, value: &Value) -> Result<BTreeMap<u64, String>, Wrong> {
    let read = |(name, value): (&String, &Value)| {
        let field = format!("{field}.{name}");
        let wrong = |problem: &str| Wrong::new(field.clone(), problem);
        let number = name.parse().map_err(|_| wrong("must be named by the field's number"))?;
        let text = match value {
            Value::String(text) => {
                template::check(text).map_err(|problem| wrong(&problem))?;
                text.clone()
            }
            // A box that is ticked is `yes`; of several, those that are, with commas between.
            Value::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Array(parts) => {
                let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
                parts.ok_or_else(|| wrong("must be a list of texts"))?.join(",")
            }
            Value::Null | Value::Object(_) => {
                return Err(wrong("must be a text, a number, true, false or a list of texts"));
            }
        };
        Ok((number, text))
    };
    entries(field, value)?.iter().map(read).collect()
}

/// What opens an account.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) user_id: u64,
    pub(super) api_key: String,
}

/// The account of given credentials.
///
/// # Errors
/// By the field's name; the value is not repeated.
pub(super) fn account(given: &Map<String, Value>) -> Result<Account, Wrong> {
    const USER: &str = "credentials.user_id";
    const KEY: &str = "credentials.api_key";
    const WHERE: &str = "Acuity shows it under Integrations, API credentials";
    if given.keys().any(|name| !["user_id", "api_key"].contains(&name.as_str())) {
        let problem = "has fields beside `user_id` and `api_key`; remove them";
        return Err(Wrong::new("credentials", problem));
    }
    let present = |name: &str, field: &str| {
        given.get(name).ok_or_else(|| Wrong::new(field, format!("is missing; {WHERE}")))
    };
    let user_id = id(USER, present("user_id", USER)?, "must be Acuity's numeric user id")?;
    let key = present("api_key", KEY)?.as_str();
    let key = key.ok_or_else(|| Wrong::new(KEY, "must be a text"))?.trim();
    if key.is_empty() {
        return Err(Wrong::new(KEY, "must not be empty"));
    }
    if key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Wrong::new(KEY, "must be the key alone, without spaces"));
    }
    Ok(Account { user_id, api_key: key.to_owned() })
}

#[cfg(test)]
mod tests;
