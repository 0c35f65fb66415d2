//! The seller's profile of a caller: looked for by number or address, made where there is none. What was
//! made is remembered, because Square's search shows it only after a while. Knows no booking times.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hookswitch_actors::ports::ProviderError;
use hookswitch_storage::Booking;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::Client;
use super::refusal::{Asked, Refusal, accept, unreadable};
use super::wire::{self, CustomerBody};

/// Profiles that are remembered; Square's search shows new ones within minutes at most.
const REMEMBERED: usize = 1_000;
/// Profiles with one number that are looked at.
const PAGE: u32 = 100;
/// Longest part of a name that Square takes, characters.
const LONGEST_NAME: usize = 300;

/// The profiles of one account that are known by heart.
#[derive(Default)]
pub(super) struct Customers {
    known: Mutex<HashMap<String, String>>,
}

impl Customers {
    /// The profile of who a booking is for, if there is one.
    pub(super) async fn find(
        &self,
        client: &Client,
        booking: &Booking,
    ) -> Result<Option<String>, ProviderError> {
        let by_heart = key(booking).and_then(|key| self.lock().get(&key).cloned());
        if by_heart.is_some() {
            return Ok(by_heart);
        }
        let filter = match (&booking.customer_phone, &booking.customer_email) {
            (Some(phone), _) => json!({"phone_number": {"exact": phone}}),
            (None, Some(email)) => json!({"email_address": {"exact": email}}),
            (None, None) => return Ok(None),
        };
        let body = json!({"query": {"filter": filter}, "limit": PAGE});
        let sent = client.search(&["customers", "search"], &body).await;
        let answer = match accept(Asked::Customer, sent) {
            Ok(answer) => answer,
            // A number that Square cannot search for may still be one that it keeps.
            Err(Refusal::Clear(ProviderError::MissingInput { .. })) => return Ok(None),
            Err(other) => return Err(other.into_error()),
        };
        let page = wire::page::<CustomerBody>(&answer.body, "customers").ok_or_else(unreadable)?;
        let found = page.entries.into_iter().find(|found| is_same(found, &booking.customer_name));
        if let Some(found) = &found {
            self.remember(booking, &found.id);
        }
        Ok(found.map(|found| found.id))
    }

    /// A new profile. `attempt` makes another where the one of an earlier attempt is gone.
    pub(super) async fn create(
        &self,
        client: &Client,
        booking: &Booking,
        attempt: u32,
    ) -> Result<String, ProviderError> {
        let body = profile(booking, attempt);
        let sent = client.write(Method::POST, &["customers"], &body).await;
        let answer = match accept(Asked::Customer, sent) {
            Ok(answer) => answer,
            // The key is of this booking alone: the profile was made with other words for the person.
            Err(Refusal::KeyReused) if attempt == 0 => {
                return Box::pin(self.create(client, booking, 1)).await;
            }
            Err(other) => return Err(other.into_error()),
        };
        let made: CustomerBody = wire::part(&answer.body, "customer").ok_or_else(unreadable)?;
        self.remember(booking, &made.id);
        Ok(made.id)
    }

    /// The profile that was known is gone.
    pub(super) fn forget(&self, booking: &Booking) {
        if let Some(key) = key(booking) {
            self.lock().remove(&key);
        }
    }

    fn remember(&self, booking: &Booking, id: &str) {
        let Some(key) = key(booking) else { return };
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, id.to_owned());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a person is known by: a family may share one number.
fn key(booking: &Booking) -> Option<String> {
    let by = booking.customer_phone.as_ref().or(booking.customer_email.as_ref())?;
    Some(format!("{} {}", by.to_lowercase(), words(&booking.customer_name).join(" ")))
}

fn words(name: &str) -> Vec<String> {
    name.split_whitespace().map(str::to_lowercase).collect()
}

/// Whether a profile with the caller's number is the caller's, by name. One without a name is.
fn is_same(profile: &CustomerBody, name: &str) -> bool {
    let given = words(profile.given_name.as_deref().unwrap_or_default());
    let family = words(profile.family_name.as_deref().unwrap_or_default());
    let name = words(name);
    if given.is_empty() && family.is_empty() {
        return profile.company_name.as_ref().is_none_or(|company| words(company) == name);
    }
    let whole: Vec<String> = given.iter().chain(&family).cloned().collect();
    let first_alone =
        |one: &[String], other: &[String]| one.len() == 1 && one.first() == other.first();
    whole == name || first_alone(&name, &whole) || first_alone(&whole, &name)
}

/// A name's first word, and the rest.
fn split(name: &str) -> (String, String) {
    let cut = |text: &str| text.trim().chars().take(LONGEST_NAME).collect::<String>();
    let (given, family) = name.trim().split_once(char::is_whitespace).unwrap_or((name, ""));
    (cut(given), cut(family))
}

fn profile(booking: &Booking, attempt: u32) -> Value {
    let again = if attempt == 0 { String::new() } else { format!("-{}", attempt + 1) };
    let mut body = json!({"idempotency_key": format!("{}-customer{again}", booking.id)});
    let (given, family) = split(&booking.customer_name);
    for (name, value) in [
        ("given_name", Some(given)),
        ("family_name", Some(family)),
        ("phone_number", booking.customer_phone.clone()),
        ("email_address", booking.customer_email.clone()),
        ("reference_id", Some(booking.customer_id.to_string())),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            body[name] = json!(value);
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::trials::booking;

    #[test]
    fn a_shared_number_is_told_apart_by_name() {
        let profile = |given: &str, family: &str| CustomerBody {
            id: "C1".into(),
            given_name: Some(given.into()),
            family_name: Some(family.into()),
            company_name: None,
        };
        for (given, family, name, same) in [
            ("Ann", "Ruiz", "Ann Ruiz", true),
            ("ann", "ruiz ", "Ann  RUIZ", true),
            ("Ann", "de la Cruz", "Ann de la Cruz", true),
            ("Ann", "", "Ann Ruiz", true),
            ("Ann", "Ruiz", "Ann", true),
            ("", "", "Ann Ruiz", true),
            ("Omar", "Ruiz", "Ann Ruiz", false),
            ("Ann", "Haddad", "Ann Ruiz", false),
            ("Ruiz", "", "Ann Ruiz", false),
        ] {
            assert_eq!(is_same(&profile(given, family), name), same, "{given} {family} / {name}");
        }
    }

    #[test]
    fn a_new_profile_has_what_is_known_of_the_caller_and_a_key_of_the_booking() {
        let mut booking = booking();
        booking.customer_name = "Ann de la Cruz".into();
        let body = profile(&booking, 0);
        assert_eq!(
            (&body["given_name"], &body["family_name"]),
            (&json!("Ann"), &json!("de la Cruz"))
        );
        assert_eq!(body["phone_number"], "+13125550142");
        assert_eq!(body["idempotency_key"], format!("{}-customer", booking.id));
        assert!(body.get("email_address").is_none());
        booking.customer_name = "Ann".into();
        assert!(profile(&booking, 0).get("family_name").is_none(), "no empty texts");
        assert_ne!(
            profile(&booking, 1)["idempotency_key"],
            profile(&booking, 0)["idempotency_key"]
        );
    }
}
