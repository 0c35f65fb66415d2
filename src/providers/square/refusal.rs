//! What Square means when it does not do what it was asked: by status and code where they tell, by the
//! field where they do not. Pure. Its own words are read here and never passed on: they quote what was
//! sent to it.

use hookswitch_actors::ports::ProviderError;
use reqwest::StatusCode;

use super::client::NoAnswer;
use super::wire::{self, ErrorBody};
use crate::providers::http::{self, Answer, Failure};

/// What was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something that changes nothing.
    Read,
    /// The free starts of a service.
    Openings,
    /// To make a customer's profile, which is safe to ask for again.
    Customer,
    /// To make a booking.
    Create,
    /// To move one.
    Move,
    /// To cancel one.
    Cancel,
}

impl Asked {
    /// Whether it changes a booking, so that a lost answer leaves it unknown.
    fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Move | Self::Cancel)
    }
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// For this reason.
    Clear(ProviderError),
    /// The booking is of another version than the one named.
    Stale,
    /// The idempotency key was used before with another body: something was done under it.
    KeyReused,
    /// The customer's profile is gone.
    NoCustomer,
    /// The slot is taken, the service has changed or the request is wrong; in our words, what to look
    /// at if it is the latter.
    Unclear(String),
}

impl Refusal {
    /// The error, when nothing more can be found out.
    pub(super) fn into_error(self) -> ProviderError {
        match self {
            Self::Clear(error) => error,
            Self::Stale => ProviderError::StaleVersion,
            Self::KeyReused => ProviderError::Unknown,
            Self::NoCustomer => {
                ProviderError::NeedsHuman("Square does not know the customer's profile".into())
            }
            Self::Unclear(reason) => ProviderError::NeedsHuman(reason),
        }
    }
}

/// What a request without an answer means.
pub(super) fn without(asked: Asked, without: NoAnswer) -> ProviderError {
    match without {
        NoAnswer::NoToken(error) => error,
        NoAnswer::Failed(Failure::NotSent) => ProviderError::Unavailable { retry_after: None },
        // Whatever reached them may have been done.
        NoAnswer::Failed(_) if asked.writes() => ProviderError::Unknown,
        NoAnswer::Failed(Failure::Late | Failure::Broken | Failure::TooLarge) => unreadable(),
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
pub(super) fn accept(asked: Asked, sent: Result<Answer, NoAnswer>) -> Result<Answer, Refusal> {
    let answer = sent.map_err(|failed| Refusal::Clear(without(asked, failed)))?;
    if answer.status.is_success() {
        return Ok(answer);
    }
    Err(refused(asked, &answer))
}

fn refused(asked: Asked, answer: &Answer) -> Refusal {
    let errors = wire::errors(&answer.body);
    let has = |code: &str| errors.iter().any(|error| error.code == code);
    let category = |name: &str| errors.iter().any(|error| error.category == name);
    match answer.status.as_u16() {
        300..=399 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        300..=399 => {
            operator("Square's address answers with a redirect; correct providers.square.base_url")
        }
        429 => {
            let retry_after = http::pause(&answer.headers);
            Refusal::Clear(ProviderError::Unavailable { retry_after })
        }
        408 | 500..=599 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        408 | 500..=599 => {
            let retry_after = http::pause(&answer.headers);
            Refusal::Clear(ProviderError::Unavailable { retry_after })
        }
        _ if category("MERCHANT_SUBSCRIPTION_ERROR") || has("MERCHANT_SUBSCRIPTION_NOT_FOUND") => {
            operator(NO_PLAN)
        }
        401 if has("CLIENT_DISABLED") || has("APPLICATION_DISABLED") => operator(
            "Square has disabled the application behind the token; look at it on Square's developer \
                 page, or connect with another",
        ),
        401 => Refusal::Clear(ProviderError::Reconnect),
        403 if has("INSUFFICIENT_SCOPES") => operator(permission(asked)),
        403 => forbidden(asked),
        404 if errors.is_empty() => {
            operator("Square does not know this request; correct providers.square.base_url")
        }
        _ => by_code(asked, answer.status, &errors),
    }
}

/// What the operator reads whose plan does not allow it.
pub(super) const NO_PLAN: &str = "the Square account's plan does not let applications write to its \
    calendar; it needs Appointments Plus or Premium";

fn permission(asked: Asked) -> &'static str {
    match asked {
        Asked::Customer => {
            "Square's token lacks the permissions CUSTOMERS_READ and CUSTOMERS_WRITE; connect again, or \
             make a token that has them"
        }
        Asked::Openings | Asked::Read => {
            "Square's token lacks a permission; bookings need APPOINTMENTS_READ, CUSTOMERS_READ and \
             MERCHANT_PROFILE_READ; connect again, or make a token that has them"
        }
        _ => {
            "Square's token lacks the permission APPOINTMENTS_WRITE; connect again, or make a token that \
             has it"
        }
    }
}

fn forbidden(asked: Asked) -> Refusal {
    match asked {
        Asked::Move | Asked::Cancel => Refusal::Unclear(
            "Square does not allow to change this booking with the connection's token".into(),
        ),
        _ => operator(
            "Square does not allow this with the connection's token; it has to be the seller's, with the \
             permissions that the connection's check names",
        ),
    }
}

/// Details of a booking that a refusal may be about, by the last part of the field's name.
const DETAILS: [(&str, &str); 4] = [
    ("phone_number", "customer_phone"),
    ("email_address", "customer_email"),
    ("given_name", "customer_name"),
    ("customer_note", "notes"),
];

fn by_code(asked: Asked, status: StatusCode, errors: &[ErrorBody]) -> Refusal {
    let has = |code: &str| errors.iter().any(|error| error.code == code);
    let about = |part: &str| errors.iter().any(|error| error.field.contains(part));
    let missing =
        |field: &str| Refusal::Clear(ProviderError::MissingInput { field: field.to_owned() });
    if has("IDEMPOTENCY_KEY_REUSED") {
        return Refusal::KeyReused;
    }
    if has("INVALID_PHONE_NUMBER") {
        return missing("customer_phone");
    }
    if has("INVALID_EMAIL_ADDRESS") || has("CUSTOMER_MISSING_EMAIL") {
        return missing("customer_email");
    }
    if has("CUSTOMER_MISSING_NAME") {
        return missing("customer_name");
    }
    if asked == Asked::Create && (has("CUSTOMER_NOT_FOUND") || about("customer_id")) {
        return Refusal::NoCustomer;
    }
    if matches!(asked, Asked::Move | Asked::Cancel) && is_stale(errors) {
        return Refusal::Stale;
    }
    if asked == Asked::Create && has("CONFLICT") {
        return Refusal::Clear(ProviderError::SlotTaken);
    }
    if matches!(asked, Asked::Create | Asked::Move) && has("INVALID_TIME") {
        let why = "it is over, too soon or too far ahead";
        return Refusal::Clear(ProviderError::OutsidePolicy(why.into()));
    }
    if has("INVALID_LOCATION") || about("location_id") {
        return operator("Square does not know the location; correct options.location_id");
    }
    match (asked, status) {
        (Asked::Read | Asked::Move | Asked::Cancel, StatusCode::NOT_FOUND) => {
            return Refusal::Clear(ProviderError::NotFound);
        }
        (Asked::Openings | Asked::Create, StatusCode::NOT_FOUND) => {
            return operator(
                "Square does not know the service or its place; correct options.services and \
                 options.location_id",
            );
        }
        _ => {}
    }
    let asks_for = DETAILS.iter().find(|(theirs, _)| {
        let named = |error: &ErrorBody| error.field.rsplit('.').next() == Some(theirs);
        errors.iter().any(named)
    });
    if let Some((_, ours)) = asks_for
        && matches!(asked, Asked::Customer | Asked::Create)
    {
        return missing(ours);
    }
    match asked {
        // No code of its own is published for a slot that somebody has.
        Asked::Create | Asked::Move => Refusal::Unclear(
            "Square refuses the booking as it is filled in; look at options.services, at the team \
             members who may be booked and at the seller's booking settings"
                .into(),
        ),
        Asked::Cancel => Refusal::Unclear(
            "Square refuses to cancel; look at the seller's booking settings".into(),
        ),
        Asked::Openings => operator(
            "Square refuses the question for free times; look at options.services and \
             options.team_members",
        ),
        Asked::Customer => operator("Square refuses the customer's profile as it is filled in"),
        Asked::Read => operator("Square refuses the question; look at the connection's options"),
    }
}

/// Whether a refusal is about the version. Its code is not in Square's own list, so all that it may
/// reasonably say is understood.
fn is_stale(errors: &[ErrorBody]) -> bool {
    errors.iter().any(|error| {
        let detail = error.detail.to_ascii_lowercase();
        let blames = ["mismatch", "stale", "not match", "does not equal", "out of date", "current"];
        error.code.contains("VERSION_MISMATCH")
            || error.code == "CONFLICT"
            || error.field.ends_with("version")
            || (detail.contains("version") && blames.iter().any(|word| detail.contains(word)))
    })
}

#[cfg(test)]
mod tests;
