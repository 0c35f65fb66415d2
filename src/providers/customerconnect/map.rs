//! From CustomerConnect's terms to ours. Pure: a status, headers and a body give an answer or what
//! the org can do about there being none.

use std::time::Duration;

use hookswitch_actors::ports::{DirectoryAnswer, DirectoryContact, DirectoryError};
use reqwest::StatusCode;
use serde_json::Value;

use super::wire::{Answer, Contact, shown};

/// Contacts on a page when the request does not say how many.
const PAGE: usize = 20;

/// What an answer says.
pub(super) fn answer(
    status: StatusCode,
    pause: Option<Duration>,
    body: &[u8],
) -> Result<DirectoryAnswer, DirectoryError> {
    let read = serde_json::from_slice::<Value>(body)
        .ok()
        .filter(Value::is_object)
        .and_then(|value| serde_json::from_value::<Answer>(value).ok());
    if !status.is_success() {
        return Err(refusal(status, pause, read.as_ref()));
    }
    let Some(answer) = read else { return Err(DirectoryError::Unreadable) };
    match answer.data {
        // Servers have been seen to answer 200 with either error form.
        _ if answer.success == Some(false) || is_given(answer.error.as_ref()) => {
            Err(refusal(status, pause, Some(&answer)))
        }
        Some(data) => {
            let complete = data.len() < PAGE || answer.count.is_none_or(|all| all <= data.len());
            let contacts = data.into_iter().filter_map(contact).collect();
            Ok(DirectoryAnswer { contacts, complete })
        }
        None if answer.count == Some(0) => {
            Ok(DirectoryAnswer { contacts: Vec::new(), complete: true })
        }
        None => Err(DirectoryError::Unreadable),
    }
}

fn is_given(error: Option<&Value>) -> bool {
    error.is_some_and(|error| !error.is_null() && *error != Value::Bool(false))
}

fn refusal(status: StatusCode, pause: Option<Duration>, answer: Option<&Answer>) -> DirectoryError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => DirectoryError::KeyRefused,
        StatusCode::TOO_MANY_REQUESTS => DirectoryError::RateLimited { retry_after: pause },
        _ if answer.is_some_and(blames_key) => DirectoryError::KeyRefused,
        status if status.is_client_error() => DirectoryError::Refused { status: status.as_u16() },
        _ => DirectoryError::Unavailable,
    }
}

/// Whether an error without a telling status speaks of the key.
fn blames_key(answer: &Answer) -> bool {
    const WORDS: [&str; 6] =
        ["api key", "api_key", "apikey", "unauthorized", "unauthorised", "forbidden"];
    let said = [&answer.error, &answer.details, &answer.code];
    said.into_iter().flatten().any(|said| {
        let said = said.to_string().to_lowercase().replace('-', " ");
        WORDS.iter().any(|word| said.contains(word))
    })
}

fn contact(value: Value) -> Option<DirectoryContact> {
    let contact: Contact = serde_json::from_value(value).ok()?;
    let parts: Vec<String> = [contact.firstname, contact.lastname].into_iter().flatten().collect();
    let name = contact.name.or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
    let household = [contact.metadata.get("custom_fields"), Some(&contact.custom_fields)]
        .into_iter()
        .flatten()
        .find_map(|fields| shown(fields.get("household")?));
    Some(DirectoryContact {
        name,
        phone: contact.phone_number,
        email: contact.email,
        appointment_date: contact.appointment_date_display,
        appointment_time: contact.appointment_time,
        household,
    })
}

#[cfg(test)]
mod tests;
