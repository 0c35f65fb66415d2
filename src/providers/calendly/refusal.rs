//! What Calendly means when it does not do what it was asked: by status and code where they tell, by
//! words where they do not. Pure. Its own words are read here and never passed on: they quote what was
//! sent to it.

use hookswitch_actors::ports::ProviderError;

use super::client::{Without, pause};
use super::wire;
use crate::providers::http::{self, Answer, Failure};

/// What was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something that changes nothing.
    Read,
    /// The open starts or the details of an event type.
    Slots,
    /// To make a booking.
    Create,
    /// To cancel one.
    Cancel,
    /// To post its changes, or no more.
    Watch,
}

impl Asked {
    /// Whether a lost answer leaves a booking in doubt.
    fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Cancel)
    }
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// For this reason.
    Clear(ProviderError),
    /// The booking stands no longer.
    Over,
    /// There is a subscription for the same address.
    Exists,
    /// The invitee's number for messages is not wanted; the rest may be.
    NoReminders,
    /// A question of the event type was not answered.
    Unanswered,
    /// The span is longer than this account may ask for.
    TooLong,
    /// The start is taken or the request is wrong; in our words, what to look at if it is the latter.
    Unclear(String),
}

impl Refusal {
    /// The error, when nothing more can be found out.
    pub(super) fn into_error(self) -> ProviderError {
        match self {
            Self::Clear(error) => error,
            Self::Over => ProviderError::StaleVersion,
            Self::Exists => {
                ProviderError::NeedsHuman("Calendly already posts to this address".into())
            }
            Self::NoReminders => ProviderError::NeedsHuman(FILLED_IN_WRONGLY.into()),
            Self::Unanswered => ProviderError::NeedsHuman(UNANSWERED.into()),
            Self::TooLong => ProviderError::NeedsHuman(ODD_QUESTION.into()),
            Self::Unclear(reason) => ProviderError::NeedsHuman(reason),
        }
    }
}

const FILLED_IN_WRONGLY: &str = "Calendly refuses the booking as it is filled in; look at the event \
     type's questions and place, and at options.answers and options.location";
const UNANSWERED: &str = "Calendly's event type demands an answer that nobody gave; look at its \
     questions and at options.answers";
const ODD_QUESTION: &str = "Calendly refuses the question; look at the connection's options";

/// What a request without an answer means.
pub(super) fn failure(asked: Asked, without: Without) -> ProviderError {
    match without {
        Without::Token(error) => error,
        Without::Lost(Failure::NotSent) => ProviderError::Unavailable { retry_after: None },
        // Whatever reached them may have been done.
        Without::Lost(_) if asked.writes() => ProviderError::Unknown,
        Without::Lost(Failure::Late | Failure::Broken | Failure::TooLarge) => unreadable(),
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
pub(super) fn accept(asked: Asked, sent: Result<Answer, Without>) -> Result<Answer, Refusal> {
    let answer = sent.map_err(|without| Refusal::Clear(failure(asked, without)))?;
    if answer.status.is_success() {
        return Ok(answer);
    }
    let text = wire::said(&answer.body).to_ascii_lowercase();
    Err(match answer.status.as_u16() {
        300..=399 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        300..=399 => operator(
            "Calendly's address answers with a redirect; correct providers.calendly.base_url",
        ),
        401 => Refusal::Clear(ProviderError::Reconnect),
        403 => forbidden(asked, &text),
        404 => match asked {
            Asked::Create | Asked::Slots => {
                operator("Calendly does not know the event type; correct options.services")
            }
            Asked::Read | Asked::Cancel | Asked::Watch => Refusal::Clear(ProviderError::NotFound),
        },
        // Not documented for bookings; elsewhere it is said of two that want the same.
        409 if asked == Asked::Create => Refusal::Clear(ProviderError::SlotTaken),
        409 if asked == Asked::Watch => Refusal::Exists,
        429 => {
            let retry_after = pause(&answer.headers);
            Refusal::Clear(ProviderError::Unavailable { retry_after })
        }
        408 | 500..=599 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        // 424: the host's calendar is out of Calendly's reach.
        408 | 424 | 500..=599 => {
            let retry_after = http::pause(&answer.headers);
            Refusal::Clear(ProviderError::Unavailable { retry_after })
        }
        _ => in_words(asked, &text),
    })
}

fn forbidden(asked: Asked, text: &str) -> Refusal {
    let says = |part: &str| text.contains(part);
    let over = ["already canceled", "already cancelled"];
    if asked == Asked::Cancel && over.iter().any(|part| says(part)) {
        return Refusal::Over;
    }
    if asked == Asked::Cancel && says("event in the past") {
        return Refusal::Clear(ProviderError::OutsidePolicy("the appointment is over".into()));
    }
    if says("upgrade") || says("plan") {
        return operator(
            "the Calendly account's plan does not allow this; bookings and posts of changes need a \
             paid plan (Standard or above)",
        );
    }
    operator(match asked {
        Asked::Create => {
            "Calendly does not let this token book: the account needs a paid plan (Standard or \
             above), the token the scope scheduled_events:write, and the event type has to be its \
             owner's"
        }
        Asked::Cancel => {
            "Calendly does not let this token cancel; the token needs the scope \
             scheduled_events:write and has to be the host's or an administrator's"
        }
        Asked::Slots => {
            "Calendly does not show this token the event type; the token needs the scopes \
             event_types:read and availability:read, and options.services event types of its owner"
        }
        Asked::Watch => {
            "Calendly does not let this token subscribe to changes; the account needs a paid plan, \
             the token the scopes webhooks:read and webhooks:write"
        }
        Asked::Read => {
            "Calendly does not let this token read; the token needs the scopes users:read and \
             scheduled_events:read, and for options.scope `organization` an administrator of it"
        }
    })
}

/// Parts of Calendly's words for a start that somebody else has.
const TAKEN: [&str; 6] = [
    "already_filled",
    "has been filled",
    "time is unavailable",
    "no longer available",
    "at capacity",
    "is not available",
];

/// Parts of its words for a start that cannot be had at all.
const NOT_ALLOWED: [(&str, &str); 3] = [
    ("must be in the future", "it is over"),
    ("in the past", "it is over"),
    ("too far in the future", "too far ahead"),
];

fn in_words(asked: Asked, text: &str) -> Refusal {
    let says = |part: &str| text.contains(part);
    match asked {
        Asked::Create => refused_booking(&says),
        Asked::Slots if ["end_time", "range", "days", "week"].iter().any(|part| says(part)) => {
            Refusal::TooLong
        }
        Asked::Cancel => operator("Calendly refuses to cancel; look at the event in Calendly"),
        Asked::Read | Asked::Slots => operator(ODD_QUESTION),
        Asked::Watch => operator("Calendly refuses to post its changes; look at server.public_url"),
    }
}

fn refused_booking(says: &impl Fn(&str) -> bool) -> Refusal {
    let missing =
        |field: &str| Refusal::Clear(ProviderError::MissingInput { field: field.to_owned() });
    if TAKEN.iter().any(|part| says(part)) {
        return Refusal::Clear(ProviderError::SlotTaken);
    }
    if let Some((_, why)) = NOT_ALLOWED.iter().find(|(part, _)| says(part)) {
        return Refusal::Clear(ProviderError::OutsidePolicy((*why).to_owned()));
    }
    if says("invalid_location_choice") || says("location_configuration") {
        return operator(
            "Calendly refuses the place of the appointment; set options.location to one of the \
             event type's",
        );
    }
    if says("text_reminder_number") {
        return Refusal::NoReminders;
    }
    if says("valid phone number") {
        return missing("customer_phone");
    }
    if says("invitee.email") || says("email is invalid") || says("valid email") {
        return missing("customer_email");
    }
    if says("questions and answers cannot be blank") {
        return Refusal::Unanswered;
    }
    Refusal::Unclear(FILLED_IN_WRONGLY.to_owned())
}

#[cfg(test)]
mod tests;
