//! Proof that a webhook comes from Vapi. Owns the check of a request against the one or two
//! schemes an org has set; fails closed. Called by the webhook handlers with the bytes as they
//! came, before anything is parsed. Does not know orgs, and never shows a secret.
//!
//! Vapi has no signature of its own: the operator chooses a scheme in Vapi's dashboard and sets
//! the same one here. Vapi sends an empty `X-Vapi-Secret` where no credential is attached, so an
//! empty header counts as none.

mod access_token;
mod hmac;

use std::fmt;

use axum::http::HeaderMap;
use hookswitch_storage::Secret;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use access_token::{LIFE_SECONDS, issue as issue_access_token};
pub use hookswitch_storage::WebhookAuthMode as Scheme;

const AUTHORIZATION: &str = "authorization";
const VAPI_SECRET: &str = "x-vapi-secret";

/// A scheme with its secret opened.
#[derive(Clone)]
pub struct OpenedAuth {
    scheme: Scheme,
    secret: Secret,
}

impl OpenedAuth {
    /// A scheme that accepts who knows `secret`. An empty secret accepts nobody.
    #[must_use]
    pub fn new(scheme: Scheme, secret: Secret) -> Self {
        Self { scheme, secret }
    }

    /// Its name in settings and logs.
    #[must_use]
    pub fn scheme_name(&self) -> &'static str {
        match self.scheme {
            Scheme::Bearer { .. } => "bearer",
            Scheme::Secret => "secret",
            Scheme::Hmac(_) => "hmac",
            Scheme::Oauth2 => "oauth2",
        }
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The secret, for the one place that sends it where Vapi would.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        self.secret.expose().trim_ascii()
    }

    /// The headers with which Vapi would prove a request by this scheme; names in lower case. `id` is
    /// the message's, where a plan signs one. For OAuth 2.0 a token takes the secret's place, so that
    /// there are none here.
    ///
    /// # Errors
    /// [`Problem`] if the secret is not what the scheme wants.
    pub fn prove(
        &self,
        method: &str,
        url: &str,
        body: &[u8],
        now: Timestamp,
        id: &str,
    ) -> Result<Vec<(String, String)>, Problem> {
        if self.secret().is_empty() {
            return Err(Problem::NoSecret);
        }
        let token = || String::from_utf8_lossy(self.secret()).into_owned();
        Ok(match &self.scheme {
            Scheme::Bearer { header, prefix: true } => {
                vec![(header.clone(), format!("Bearer {}", token()))]
            }
            Scheme::Bearer { header, prefix: false } => vec![(header.clone(), token())],
            Scheme::Secret => vec![(VAPI_SECRET.to_owned(), token())],
            Scheme::Hmac(plan) => hmac::prove(plan, self.secret(), method, url, body, now, id)?,
            Scheme::Oauth2 => Vec::new(),
        })
    }
}

impl fmt::Debug for OpenedAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedAuth").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// A request that wants to be taken for Vapi's.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its method in capitals.
    pub method: &'a str,
    /// The URL that Vapi posted to, as configured there; only signed by plans that name `{url}`.
    pub url: &'a str,
    /// The exact bytes received.
    pub body: &'a [u8],
    /// The time of day, for the age of signatures.
    pub now: Timestamp,
}

/// Why a request was not accepted (HTTP 401). Safe to log: it holds names of headers, no values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Denied {
    /// One for each scheme tried; empty if none is set.
    pub refusals: Vec<Refusal>,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.refusals.is_empty() {
            return f.write_str("no webhook authentication is set; set webhook_auth to the credential that Vapi uses");
        }
        f.write_str("webhook not authenticated: ")?;
        for (index, refusal) in self.refusals.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", refusal.scheme, refusal.problem)?;
        }
        Ok(())
    }
}

/// Why one scheme did not accept a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `bearer`, `secret`, `hmac` or `oauth2`.
    pub scheme: &'static str,
    /// What was wrong.
    pub problem: Problem,
}

/// What was wrong with a request, or with our own settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Our secret is empty.
    #[error("the configured secret is empty; set one")]
    NoSecret,
    /// Our secret is not what the plan says it is.
    #[error("the configured secret is not base64; correct it or turn secret_is_base64 off")]
    SecretNotBase64,
    /// A header is not there.
    #[error("header `{0}` is missing; does the server URL in Vapi have a credential?")]
    Missing(String),
    /// A header is there without a value, as Vapi sends it without a credential.
    #[error("header `{0}` is empty; attach a credential to the server URL in Vapi")]
    Empty(String),
    /// The header has another value than it should.
    #[error("header `{0}` does not match; is the secret the same in Vapi and here?")]
    Mismatch(String),
    /// An access token is over.
    #[error("the token in header `{0}` has expired; Vapi fetches another by itself")]
    Expired(String),
    /// The signature's time cannot be read.
    #[error(
        "header `{0}` is neither seconds nor milliseconds nor RFC 3339; check timestamp_header"
    )]
    UnreadableTime(String),
    /// The signature is too old, or from the future.
    #[error("header `{header}` is {seconds} s away from now, more than {limit} s; check the clock")]
    Stale {
        /// The header with the time.
        header: String,
        /// Seconds between it and now.
        seconds: u64,
        /// Most seconds allowed.
        limit: u64,
    },
}

/// Checks a request against an org's schemes; one that accepts is enough.
///
/// # Errors
/// [`Denied`] if no scheme is set or none accepts.
pub fn verify(attempt: Attempt<'_>, schemes: &[OpenedAuth]) -> Result<(), Denied> {
    let mut refusals = Vec::new();
    for auth in schemes {
        match check(attempt, auth) {
            Ok(()) => return Ok(()),
            Err(problem) => refusals.push(Refusal { scheme: auth.scheme_name(), problem }),
        }
    }
    Err(Denied { refusals })
}

/// Judges what can be judged without the body: true if a scheme accepts already, false if one may
/// once the body is there.
///
/// # Errors
/// [`Denied`] if none will, whatever the body is.
pub fn verify_headers(attempt: Attempt<'_>, schemes: &[OpenedAuth]) -> Result<bool, Denied> {
    let mut refusals = Vec::new();
    let mut may_be_signed = false;
    for auth in schemes {
        let judged = match &auth.scheme {
            Scheme::Hmac(plan) => hmac::check_headers(attempt, plan).map(|_| may_be_signed = true),
            _ => match check(attempt, auth) {
                Ok(()) => return Ok(true),
                Err(problem) => Err(problem),
            },
        };
        if let Err(problem) = judged {
            refusals.push(Refusal { scheme: auth.scheme_name(), problem });
        }
    }
    if may_be_signed { Ok(false) } else { Err(Denied { refusals }) }
}

/// SHA-256 of a bearer token or secret: the key under which an org can be found by the token it
/// was sent, without the token being stored. Blanks around it do not count, as in headers.
#[must_use]
pub fn token_digest(token: &str) -> [u8; 32] {
    digest(token.trim().as_bytes())
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The tokens a request carries where Vapi puts them: `Authorization` without its `Bearer`, and
/// `X-Vapi-Secret`. Not verified; meant for [`token_digest`].
pub fn presented_tokens(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    [AUTHORIZATION, VAPI_SECRET]
        .into_iter()
        .flat_map(|name| headers.get_all(name))
        .filter_map(|value| std::str::from_utf8(without_bearer(value.as_bytes().trim_ascii())).ok())
        .filter(|token| !token.is_empty())
}

fn check(attempt: Attempt<'_>, auth: &OpenedAuth) -> Result<(), Problem> {
    let secret = auth.secret.expose();
    if secret.trim_ascii().is_empty() {
        return Err(Problem::NoSecret);
    }
    match &auth.scheme {
        Scheme::Bearer { header, .. } => check_token(attempt.headers, header, secret),
        Scheme::Secret => check_token(attempt.headers, VAPI_SECRET, secret),
        Scheme::Hmac(plan) => hmac::check(attempt, plan, secret),
        Scheme::Oauth2 => access_token::check(attempt, secret),
    }
}

/// Accepts the token in the configured header or in either of Vapi's own: credentials are often
/// set up one way in the dashboard and the other way here, and who knows the token is Vapi.
fn check_token(headers: &HeaderMap, configured: &str, secret: &[u8]) -> Result<(), Problem> {
    let expected = digest(secret.trim_ascii());
    let mut seen_other = None;
    for name in [configured, AUTHORIZATION, VAPI_SECRET] {
        for value in headers.get_all(name) {
            let value = value.as_bytes().trim_ascii();
            let whole = digest(value).ct_eq(&expected);
            let bare = digest(without_bearer(value)).ct_eq(&expected);
            if (whole | bare).into() {
                return Ok(());
            }
            if !value.is_empty() {
                seen_other = seen_other.or(Some(name));
            }
        }
    }
    Err(match seen_other {
        Some(name) => Problem::Mismatch(name.to_owned()),
        None if headers.contains_key(configured) => Problem::Empty(configured.to_owned()),
        None => Problem::Missing(configured.to_owned()),
    })
}

/// The token of a trimmed header value, with or without the word before it.
fn without_bearer(value: &[u8]) -> &[u8] {
    match value.split_at_checked(7) {
        Some((prefix, token)) if prefix.eq_ignore_ascii_case(b"bearer ") => {
            token.trim_ascii_start()
        }
        _ => value,
    }
}
