//! The form of a settings document before it is read. The decoder would take a list for a group of
//! fields, in the order in which they happen to be declared; an operator never means that.

use serde_json::Value;

use super::check::Wrong;

const GROUPS: [&str; 7] =
    ["business_hours", "booking", "departments", "customerconnect", "twilio", "smtp", "messages"];
const LISTS_OF_GROUPS: [&str; 2] = ["services", "webhook_auth"];

/// Refuses lists in the place of groups of fields.
pub(super) fn check(document: &Value) -> Result<(), Wrong> {
    let group = |field: String, value: &Value| match value {
        Value::Array(_) => Err(Wrong::new(field, "must be an object with named fields")),
        _ => Ok(()),
    };
    for name in GROUPS {
        group(name.to_owned(), &document[name])?;
    }
    group("messages.quiet_hours".to_owned(), &document["messages"]["quiet_hours"])?;
    for (name, department) in document["departments"].as_object().into_iter().flatten() {
        group(format!("departments.{name}"), department)?;
    }
    for list in LISTS_OF_GROUPS {
        for (place, item) in document[list].as_array().into_iter().flatten().enumerate() {
            group(format!("{list}[{place}]"), item)?;
        }
    }
    Ok(())
}
