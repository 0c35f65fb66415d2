//! The seller's customers. A new profile shows in searches only after a while. Knows no booking.

use serde::Serialize;
use serde_json::{Value, json};

use super::answers::No;
use super::input;
use crate::server::random_text;

/// A customer's profile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// First name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Number, E.164.
    pub phone: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// The other system's id.
    pub reference: Option<String>,
    /// Searches that it does not show in yet.
    #[serde(skip)]
    hidden_for: u32,
}

#[derive(Debug, Default)]
pub(super) struct Customers {
    profiles: Vec<Profile>,
    lag: u32,
}

impl Customers {
    /// New profiles do not show in the next `lag` searches.
    pub(super) fn lagging(lag: u32) -> Self {
        Self { profiles: Vec::new(), lag }
    }

    pub(super) fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.profiles.iter().any(|profile| profile.id == id)
    }

    pub(super) fn add(&mut self, given: &str, family: &str, phone: &str) -> String {
        let id = random_text(26).to_uppercase();
        self.profiles.push(Profile {
            id: id.clone(),
            given: given.into(),
            family: family.into(),
            phone: Some(phone.into()),
            email: None,
            reference: None,
            hidden_for: 0,
        });
        id
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.profiles.retain(|profile| profile.id != id);
    }

    pub(super) fn search(&mut self, body: &Value) -> Result<Value, No> {
        let body = input::known(body, "", &["query", "limit", "cursor", "count"])?;
        let filter = body.get("query").map_or(&Value::Null, |query| &query["filter"]);
        let known = ["phone_number", "email_address", "reference_id"];
        let filter = input::known(filter, "query.filter.", &known)?;
        let exact = |name: &str| filter.get(name).and_then(|by| by["exact"].as_str());
        if let Some(phone) = exact("phone_number")
            && !input::is_e164(phone)
        {
            let field = "query.filter.phone_number.exact";
            return Err(No::wrong("INVALID_PHONE_NUMBER", field, "Not a valid phone number."));
        }
        let fits = |profile: &Profile| {
            exact("phone_number").is_none_or(|phone| profile.phone.as_deref() == Some(phone))
                && exact("email_address").is_none_or(|email| {
                    profile.email.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(email))
                })
                && exact("reference_id").is_none_or(|id| profile.reference.as_deref() == Some(id))
        };
        let mut found = Vec::new();
        for profile in &mut self.profiles {
            if profile.hidden_for > 0 {
                profile.hidden_for -= 1;
            } else if fits(profile) {
                found.push(show(profile));
            }
        }
        // What nobody has is not there at all.
        Ok(if found.is_empty() { json!({}) } else { json!({"customers": found}) })
    }

    pub(super) fn create(&mut self, body: &Value) -> Result<Value, No> {
        const KNOWN: [&str; 7] = [
            "idempotency_key",
            "given_name",
            "family_name",
            "phone_number",
            "email_address",
            "reference_id",
            "note",
        ];
        let body = input::known(body, "", &KNOWN)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let (phone, email) = (text("phone_number"), text("email_address"));
        let (given, family) = (text("given_name"), text("family_name"));
        if phone.is_none() && email.is_none() && given.is_none() && family.is_none() {
            return Err(No::wrong("BAD_REQUEST", "given_name", "At least one field is required."));
        }
        if phone.as_ref().is_some_and(|phone| !input::is_e164(phone)) {
            let detail = "Expected phone_number to be a valid phone number.";
            return Err(No::wrong("INVALID_PHONE_NUMBER", "phone_number", detail));
        }
        if email.as_ref().is_some_and(|email| !email.contains('@')) {
            let detail = "Expected email_address to be a valid email address.";
            return Err(No::wrong("INVALID_EMAIL_ADDRESS", "email_address", detail));
        }
        let profile = Profile {
            id: random_text(26).to_uppercase(),
            given: given.unwrap_or_default(),
            family: family.unwrap_or_default(),
            phone,
            email,
            reference: text("reference_id"),
            hidden_for: self.lag,
        };
        let shown = show(&profile);
        self.profiles.push(profile);
        Ok(json!({"customer": shown}))
    }
}

fn show(profile: &Profile) -> Value {
    let mut shown = json!({"id": profile.id, "created_at": "2026-01-01T00:00:00Z", "version": 0,
        "creation_source": "THIRD_PARTY", "preferences": {"email_unsubscribed": false}});
    for (name, value) in [
        ("given_name", Some(&profile.given)),
        ("family_name", Some(&profile.family)),
        ("phone_number", profile.phone.as_ref()),
        ("email_address", profile.email.as_ref()),
        ("reference_id", profile.reference.as_ref()),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            shown[name] = json!(value);
        }
    }
    shown
}
