//! What OpenTable means when it does not do what it was asked: by status, and by the one code that tells
//! something. Pure. Its words are never passed on: they quote what was sent.

use hookswitch_actors::ports::ProviderError;

use super::client::NoAnswer;
use super::wire;
use crate::providers::http::{self, Answer, Failure};

/// What was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Free tables.
    Times,
    /// Somebody's reservations.
    Read,
    /// To keep a table for minutes. Nothing is reserved by it.
    Lock,
    /// To reserve a table that is kept.
    Reserve,
    /// To change a reservation.
    Change,
    /// To cancel one.
    Cancel,
}

impl Asked {
    fn writes(self) -> bool {
        matches!(self, Self::Reserve | Self::Change | Self::Cancel)
    }
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// For this reason.
    Clear(ProviderError),
    /// There is no such reservation, or none that this can be done with.
    Gone,
    /// The time is taken or the request is wrong; no sample tells the two apart.
    Unclear,
}

impl Refusal {
    /// The error, when nothing more can be found out.
    pub(super) fn into_error(self) -> ProviderError {
        match self {
            Self::Clear(error) => error,
            Self::Gone => ProviderError::NotFound,
            Self::Unclear => ProviderError::NeedsHuman(
                "OpenTable refuses the request as it is; look at the connection's options and at \
                 the restaurant's settings there"
                    .into(),
            ),
        }
    }
}

/// What a request without an answer means.
pub(super) fn failure(asked: Asked, without: NoAnswer) -> ProviderError {
    match without {
        NoAnswer::NoToken(error) => error,
        NoAnswer::Failed(Failure::NotSent) => unreadable(),
        // Whatever reached them may have been done.
        NoAnswer::Failed(_) if asked.writes() => ProviderError::Unknown,
        NoAnswer::Failed(_) => unreadable(),
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
    if answer.status.is_success() {
        return Ok(answer);
    }
    let said = wire::said(&answer.body);
    let retry_after = http::pause(&answer.headers);
    let unavailable = Refusal::Clear(ProviderError::Unavailable { retry_after });
    if said.contains("redirecttohost") {
        return Err(operator("OpenTable leaves this to the restaurant's own staff"));
    }
    Err(match answer.status.as_u16() {
        300..=399 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        300..=399 => operator(
            "OpenTable's address answers with a redirect; correct providers.opentable.base_url",
        ),
        401 => Refusal::Clear(ProviderError::Reconnect),
        403 => operator(
            "OpenTable has not opened this restaurant to us; correct options.restaurant_id, or have \
             the restaurant switch the integration on",
        ),
        404 | 410 if matches!(asked, Asked::Change | Asked::Cancel) => Refusal::Gone,
        404 if asked == Asked::Times => {
            operator("OpenTable does not know the restaurant; correct options.restaurant_id")
        }
        // A table that cannot be kept is gone, and so is one that was not kept long enough.
        400 | 404 | 409 | 410 | 422 if asked == Asked::Lock => {
            Refusal::Clear(ProviderError::SlotTaken)
        }
        404 | 409 | 410 if asked == Asked::Reserve => Refusal::Clear(ProviderError::SlotTaken),
        400 if asked == Asked::Reserve && said.contains("reservation_token") => {
            Refusal::Clear(ProviderError::SlotTaken)
        }
        409 if asked == Asked::Change => Refusal::Clear(ProviderError::SlotTaken),
        400 | 409 if asked == Asked::Cancel => Refusal::Gone,
        429 => unavailable,
        408 | 500..=599 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        408 | 500..=599 => unavailable,
        _ => Refusal::Unclear,
    })
}

#[cfg(test)]
mod tests;
