//! The accounts that text messages and e-mail are sent with, as an operator writes them. Secrets go
//! in and never come out; a read shows only that there is one.

use hookswitch_actors::booking::people;
use hookswitch_actors::{SMTP_PASSWORD_FIELD, TWILIO_KEY_FIELD, TWILIO_TOKEN_FIELD};
use hookswitch_storage::{Sealed, Settings, Smtp, SmtpSecurity, Twilio, TwilioKey, TwilioSender};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{self, Wrong};
use crate::http::openapi::names;

/// Most addresses that are told of wishes to be called back.
const MOST_NOTIFIED: usize = 10;

/// Port for e-mail from programs (RFC 6409), and the one for TLS from the first byte (RFC 8314).
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// `twilio`, as written and read.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TwilioDocument {
    /// Absent for the server's own account, which only administrators may give.
    #[serde(default)]
    account_sid: Option<String>,
    /// Signs what Twilio posts; without it nothing of that is believed.
    #[serde(default, skip_serializing)]
    auth_token: Option<String>,
    /// A key of the account, used to send in the token's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_key_sid: Option<String>,
    #[serde(default, skip_serializing)]
    api_key_secret: Option<String>,
    /// The number that messages come from; this or `messaging_service_sid`.
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    messaging_service_sid: Option<String>,
    /// Shown only: always true. Accepted, so that what was read can be sent back.
    #[serde(default)]
    configured: Option<bool>,
}

impl From<&Twilio> for TwilioDocument {
    fn from(stored: &Twilio) -> Self {
        let (from, messaging_service_sid) = match &stored.from {
            TwilioSender::Number(number) => (Some(number.clone()), None),
            TwilioSender::Service(sid) => (None, Some(sid.clone())),
        };
        Self {
            account_sid: stored.account_sid.clone(),
            auth_token: None,
            api_key_sid: stored.api_key.as_ref().map(|key| key.sid.clone()),
            api_key_secret: None,
            from,
            messaging_service_sid,
            configured: Some(true),
        }
    }
}

impl TwilioDocument {
    /// As it is stored. A secret that is left out stays as it is. `may_own` if the server has an account
    /// that whoever writes this may give.
    pub(super) fn into_stored(
        self,
        present: Option<&Settings>,
        country: &str,
        may_own: bool,
        seal: impl Fn(&str, &str) -> Sealed,
    ) -> Result<Twilio, Wrong> {
        check::still_configured("twilio", self.configured)?;
        let kept = present.and_then(|settings| settings.twilio.as_ref());
        let names_none = self.account_sid.is_none()
            && self.auth_token.is_none()
            && self.api_key_sid.is_none()
            && self.api_key_secret.is_none();
        let has_own = kept.is_some_and(|kept| kept.account_sid.is_none());
        if names_none && (may_own || has_own) {
            let from = sender(self.from, self.messaging_service_sid, country)?;
            if !may_own && kept.is_none_or(|kept| kept.from != from) {
                let problem = "is of the server's own account; only an administrator can change it";
                return Err(Wrong::new("twilio.from", problem));
            }
            return Ok(Twilio { account_sid: None, auth_token: None, api_key: None, from });
        }
        let account_sid = sid("twilio.account_sid", "AC", self.account_sid)?;
        let kept = kept.filter(|kept| kept.account_sid.as_ref() == Some(&account_sid));
        let auth_token = check::secret("twilio.auth_token", self.auth_token.as_deref())?
            .map(|token| seal(TWILIO_TOKEN_FIELD, token))
            .or_else(|| kept.and_then(|kept| kept.auth_token.clone()));
        let kept_key = kept.and_then(|kept| kept.api_key.as_ref());
        let secret = check::secret("twilio.api_key_secret", self.api_key_secret.as_deref())?;
        let api_key = key(self.api_key_sid, secret.map(|it| seal(TWILIO_KEY_FIELD, it)), kept_key)?;
        if auth_token.is_none() && api_key.is_none() {
            return Err(Wrong::new("twilio.auth_token", "is missing"));
        }
        let from = sender(self.from, self.messaging_service_sid, country)?;
        Ok(Twilio { account_sid: Some(account_sid), auth_token, api_key, from })
    }
}

/// A key, with the secret that it had if none is given.
fn key(
    id: Option<String>,
    secret: Option<Sealed>,
    kept: Option<&TwilioKey>,
) -> Result<Option<TwilioKey>, Wrong> {
    let Some(id) = id else {
        return match secret {
            Some(_) => Err(Wrong::new("twilio.api_key_sid", "is missing")),
            None => Ok(None),
        };
    };
    let sid = sid("twilio.api_key_sid", "SK", Some(id))?;
    let kept = kept.filter(|kept| kept.sid == sid).map(|kept| kept.secret.clone());
    let secret = secret.or(kept);
    let secret = secret.ok_or_else(|| Wrong::new("twilio.api_key_secret", "is missing"))?;
    Ok(Some(TwilioKey { sid, secret }))
}

fn sender(
    number: Option<String>,
    service: Option<String>,
    country: &str,
) -> Result<TwilioSender, Wrong> {
    match (number, service) {
        (Some(number), None) => {
            Ok(TwilioSender::Number(check::phone_number("twilio.from", &number, country)?))
        }
        (None, Some(service)) => {
            let field = "twilio.messaging_service_sid";
            Ok(TwilioSender::Service(sid(field, "MG", Some(service))?))
        }
        _ => {
            let problem = "give this or `twilio.messaging_service_sid`, and not both";
            Err(Wrong::new("twilio.from", problem))
        }
    }
}

/// An id of Twilio's: two letters that say of what, and 32 hexadecimal digits.
fn sid(field: &str, of: &str, text: Option<String>) -> Result<String, Wrong> {
    let text = text.unwrap_or_default().trim().to_owned();
    let digits = text.strip_prefix(of).unwrap_or_default();
    let whole = digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit());
    let problem =
        || format!("must be {of} and 32 hexadecimal digits, as Twilio's console shows it");
    if whole { Ok(text) } else { Err(Wrong::new(field, problem())) }
}

/// `smtp`, as written and read.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SmtpDocument {
    #[serde(default)]
    host: Option<String>,
    /// 587 if absent, or 465 with `tls`.
    #[serde(default)]
    port: Option<u16>,
    #[serde(default)]
    #[schemars(schema_with = "names::smtp_security")]
    security: SmtpSecurity,
    #[serde(default)]
    username: Option<String>,
    #[serde(default, skip_serializing)]
    password: Option<String>,
    /// The sender's address.
    #[serde(default)]
    from: Option<String>,
    /// Addresses that are told of every wish to be called back; at most 10.
    #[serde(default)]
    notify: Option<Vec<String>>,
    /// Shown only: always true. Accepted, so that what was read can be sent back.
    #[serde(default)]
    configured: Option<bool>,
}

impl From<&Smtp> for SmtpDocument {
    fn from(stored: &Smtp) -> Self {
        Self {
            host: Some(stored.host.clone()),
            port: Some(stored.port),
            security: stored.security,
            username: stored.username.clone(),
            password: None,
            from: Some(stored.from.clone()),
            notify: Some(stored.notify.clone()),
            configured: Some(true),
        }
    }
}

impl SmtpDocument {
    /// As it is stored. A password that is left out stays as it is, unless it would go to another
    /// host or in another name.
    pub(super) fn into_stored(
        self,
        present: Option<&Settings>,
        seal: impl Fn(&str, &str) -> Sealed,
    ) -> Result<Smtp, Wrong> {
        check::still_configured("smtp", self.configured)?;
        let host = self.host.unwrap_or_default().trim().to_ascii_lowercase();
        if !is_host(&host) {
            let problem = "must be a host name or an address, for example `smtp.example.com`";
            return Err(Wrong::new("smtp.host", problem));
        }
        let usual = if self.security == SmtpSecurity::Tls { SUBMISSIONS } else { SUBMISSION };
        let port = self.port.unwrap_or(usual);
        if port == 0 {
            return Err(Wrong::new("smtp.port", "must be 1 to 65,535"));
        }
        let from = self.from.as_deref().and_then(people::email).ok_or_else(|| {
            Wrong::new("smtp.from", "must be an e-mail address, for example `desk@example.com`")
        })?;
        let notify = addressees(self.notify.unwrap_or_default())?;
        let username = self.username.map(|name| check::name("smtp.username", &name)).transpose()?;
        let kept = present.and_then(|settings| settings.smtp.as_ref());
        let kept = kept.filter(|kept| kept.host == host && kept.username == username);
        let password = check::secret("smtp.password", self.password.as_deref())?
            .map(|password| seal(SMTP_PASSWORD_FIELD, password))
            .or_else(|| kept.and_then(|kept| kept.password.clone()));
        match (&username, &password) {
            (Some(_), None) => Err(Wrong::new("smtp.password", "is missing")),
            (None, Some(_)) => Err(Wrong::new("smtp.username", "is missing")),
            (_, Some(_)) if self.security == SmtpSecurity::None => {
                let problem = "must be `starttls` or `tls`, or the password would go out in clear";
                Err(Wrong::new("smtp.security", problem))
            }
            _ => Ok(Smtp { host, port, security: self.security, username, password, from, notify }),
        }
    }
}

/// Addresses of the business's own people, each once.
fn addressees(given: Vec<String>) -> Result<Vec<String>, Wrong> {
    if given.len() > MOST_NOTIFIED {
        let problem = format!("must have at most {MOST_NOTIFIED} addresses");
        return Err(Wrong::new("smtp.notify", problem));
    }
    let mut kept = Vec::with_capacity(given.len());
    for (place, text) in given.iter().enumerate() {
        let address = people::email(text).ok_or_else(|| {
            Wrong::new(format!("smtp.notify[{place}]"), "must be an e-mail address")
        })?;
        if !kept.contains(&address) {
            kept.push(address);
        }
    }
    Ok(kept)
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    text.parse::<std::net::IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(label))
}
