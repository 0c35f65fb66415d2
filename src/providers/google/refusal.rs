//! What Google means when it does not do what it was asked: by status, and by the reason in the body
//! where one status has several. Pure. Google's own words are read here and never passed on: they
//! quote what was sent to it.

use std::time::Duration;

use hookswitch_actors::ports::ProviderError;
use serde::Deserialize;

use crate::providers::http::{Answer, Failure, pause};

/// How long an account that used up a quota of a day is left alone; Google says no more than "hours".
const QUOTA_REST: Duration = Duration::from_secs(3_600);

/// What was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something about a whole calendar, or several, that changes nothing.
    Calendar,
    /// One event.
    Event,
    /// To make an event.
    Insert,
    /// To change one.
    Patch,
    /// To remove one.
    Delete,
    /// To post its changes to us, or to stop.
    Watch,
}

impl Asked {
    /// Whether something may have been done although no answer came.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::Patch | Self::Delete)
    }
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// For this reason.
    Clear(ProviderError),
    /// An event with that id exists, or did.
    Duplicate,
    /// There is no such event.
    Absent,
    /// The event was removed, or the token of a list is too old.
    Gone,
    /// The event changed meanwhile.
    Stale,
}

impl Refusal {
    /// The error, when nothing more can be found out.
    pub(super) fn into_error(self) -> ProviderError {
        match self {
            Self::Clear(error) => error,
            Self::Absent | Self::Gone => ProviderError::NotFound,
            Self::Duplicate | Self::Stale => ProviderError::StaleVersion,
        }
    }
}

impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        Self::Clear(error)
    }
}

/// What a request without an answer means.
pub(super) fn failure(asked: Asked, failure: Failure) -> ProviderError {
    match failure {
        Failure::NotSent => unreadable(),
        _ if asked.writes() => ProviderError::Unknown,
        Failure::Late | Failure::Broken | Failure::TooLarge => unreadable(),
    }
}

/// An answer to a question that says nothing.
pub(super) fn unreadable() -> ProviderError {
    ProviderError::Unavailable { retry_after: None }
}

fn operator(what: &str) -> Refusal {
    Refusal::Clear(ProviderError::NeedsHuman(what.to_owned()))
}

/// A success as it is, anything else as what it means.
pub(super) fn accept(asked: Asked, answer: Answer) -> Result<Answer, Refusal> {
    let status = answer.status.as_u16();
    let later =
        || Refusal::Clear(ProviderError::Unavailable { retry_after: pause(&answer.headers) });
    Err(match status {
        200..=299 => return Ok(answer),
        300..=399 if asked.writes() => ProviderError::Unknown.into(),
        300..=399 => {
            operator("Google's address answers with a redirect; correct providers.google.base_url")
        }
        401 => ProviderError::Reconnect.into(),
        403 => forbidden(&Said::read(&answer.body), later),
        404 => match asked {
            Asked::Event | Asked::Patch | Asked::Delete => Refusal::Absent,
            Asked::Calendar | Asked::Insert | Asked::Watch => no_calendar(),
        },
        409 if asked == Asked::Insert => Refusal::Duplicate,
        410 => Refusal::Gone,
        412 => Refusal::Stale,
        429 => later(),
        // Google answers so while it works on the same event for somebody else.
        409 => later(),
        408 | 500..=599 if asked.writes() => ProviderError::Unknown.into(),
        408 | 500..=599 => later(),
        _ => refused(asked, &Said::read(&answer.body)),
    })
}

/// No calendar by that name, or none that we are shown; Google does not tell which.
pub(super) fn no_calendar() -> Refusal {
    operator(
        "Google shows no such calendar to this account; correct options.calendar_ids, or share the \
         calendar with the account",
    )
}

fn forbidden(said: &Said, later: impl Fn() -> Refusal) -> Refusal {
    let is = |reasons: &[&str]| said.reasons.iter().any(|said| reasons.contains(&said.as_str()));
    if is(&["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"]) {
        return later();
    }
    if is(&["quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded"]) {
        return ProviderError::Unavailable { retry_after: Some(QUOTA_REST) }.into();
    }
    if is(&["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"]) {
        return operator(
            "Google did not grant everything that is needed; connect again and leave every box \
             ticked",
        );
    }
    if is(&["accessNotConfigured", "SERVICE_DISABLED"]) {
        return operator(
            "the Google Calendar API is not enabled in the Google Cloud project of our application; \
             enable it there, under APIs and services",
        );
    }
    if is(&["forbiddenForServiceAccounts"]) {
        return operator(
            "a service account may not invite guests; set options.invite to false, or let it act \
             for a user",
        );
    }
    operator(
        "the Google account may not change this calendar; share it with the right to make changes to \
         events",
    )
}

fn refused(asked: Asked, said: &Said) -> Refusal {
    let about = |part: &str| said.text.to_ascii_lowercase().contains(part);
    match asked {
        Asked::Insert | Asked::Patch if about("attendee") => {
            ProviderError::MissingInput { field: "customer_email".into() }.into()
        }
        Asked::Insert | Asked::Patch => {
            operator("Google refuses the event as it is filled in; look at options.event_fields")
        }
        Asked::Watch => operator(
            "Google does not post to this server's public address; it must be https with a valid \
             certificate",
        ),
        Asked::Calendar | Asked::Event | Asked::Delete => {
            operator("Google refuses the question; look at the connection's options")
        }
    }
}

/// What an error says. Only for the code to read.
#[derive(Debug, Default)]
struct Said {
    reasons: Vec<String>,
    text: String,
}

#[derive(Deserialize)]
struct Envelope {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Vec<Detail>,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    reason: String,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        let Ok(Envelope { error }) = serde_json::from_slice(body) else { return Self::default() };
        let reasons = error.errors.into_iter().chain(error.details).map(|detail| detail.reason);
        Self { reasons: reasons.collect(), text: error.message }
    }
}

#[cfg(test)]
mod tests;
