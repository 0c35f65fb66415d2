//! What Cal.com means when it does not do what it was asked: by status where that tells, by words
//! where it does not. Pure. Its own words are read here and never passed on: they quote what was
//! sent to it.

use hookswitch_actors::ports::ProviderError;

use super::client::pause;
use super::wire;
use crate::providers::http::{Answer, Failure};

/// What was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something that changes nothing.
    Read,
    /// The free slots or the details of an event type.
    Slots,
    /// To make a booking.
    Create,
    /// To move one.
    Move,
    /// To cancel one.
    Cancel,
}

impl Asked {
    fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Move | Self::Cancel)
    }
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// For this reason.
    Clear(ProviderError),
    /// The booking stands no longer under that id: it was moved or cancelled.
    Over,
    /// The slot is taken or the request is wrong; in our words, what to look at if it is the latter.
    Unclear(String),
}

impl Refusal {
    pub(super) fn of_failure(asked: Asked, without: Failure) -> Self {
        Self::Clear(failure(asked, without))
    }

    /// The error, when nothing more can be found out.
    pub(super) fn into_error(self) -> ProviderError {
        match self {
            Self::Clear(error) => error,
            Self::Over => ProviderError::StaleVersion,
            Self::Unclear(reason) => ProviderError::NeedsHuman(reason),
        }
    }
}

/// What a request without an answer means.
pub(super) fn failure(asked: Asked, failure: Failure) -> ProviderError {
    match failure {
        Failure::NotSent => ProviderError::Unavailable { retry_after: None },
        // Whatever reached them may have been done.
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
    let status = answer.status;
    if status.is_success() {
        return Ok(answer);
    }
    let text = wire::said(&answer.body);
    Err(match status.as_u16() {
        300..=399 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        300..=399 => {
            operator("Cal.com's address answers with a redirect; correct providers.calcom.base_url")
        }
        401 => Refusal::Clear(ProviderError::Reconnect),
        403 => operator(
            "Cal.com does not allow this with the connection's API key; it has to be one of the event \
             type's owner or team, and the account's plan has to allow it",
        ),
        404 => unknown(asked, &text),
        // Only a lost race is answered so.
        409 if asked != Asked::Cancel => Refusal::Clear(ProviderError::SlotTaken),
        429 => {
            let retry_after = pause(&answer.headers);
            Refusal::Clear(ProviderError::Unavailable { retry_after })
        }
        408 | 500..=599 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        408 | 500..=599 => {
            let retry_after = crate::providers::http::pause(&answer.headers);
            Refusal::Clear(ProviderError::Unavailable { retry_after })
        }
        _ => in_words(asked, &text),
    })
}

fn unknown(asked: Asked, text: &str) -> Refusal {
    let no_route = |line: &str| line.starts_with("Cannot GET ") || line.starts_with("Cannot POST ");
    if text.lines().any(no_route) {
        return operator(
            "Cal.com does not know this request; correct providers.calcom.base_url or \
             options.bookings_api_version",
        );
    }
    match asked {
        Asked::Create | Asked::Slots => {
            operator("Cal.com does not know the event type; correct options.services")
        }
        Asked::Read | Asked::Move | Asked::Cancel => Refusal::Clear(ProviderError::NotFound),
    }
}

/// Parts of Cal.com's words for a slot that somebody else has.
const TAKEN: [&str; 8] = [
    "already has booking at this time",
    "no_available_users_found",
    "booking_conflict",
    "hosts_unavailable",
    "already booked",
    "already reserved",
    "seats_full",
    "no longer available",
];

/// Parts of its words for a start that its own rules do not allow, with ours.
const NOT_ALLOWED: [(&str, &str); 7] = [
    ("can't be booked at the", "too soon, too far ahead, or beyond the event type's limits"),
    ("meeting in the past", "it is over"),
    ("out_of_bounds", "too soon or too far ahead"),
    ("out of bounds", "too soon or too far ahead"),
    ("maximum number of active bookings", "this person has as many bookings as they may have"),
    ("booking_limit", "the event type's limit of bookings is reached"),
    ("limit_reached", "the event type's limit of bookings is reached"),
];

/// Parts of its words for a booking that is no longer what we believe.
const OVER: [&str; 3] =
    ["has been cancelled", "has already been cancelled", "is already cancelled"];

fn in_words(asked: Asked, text: &str) -> Refusal {
    let lower = text.to_ascii_lowercase();
    let says = |part: &str| lower.contains(part);
    if matches!(asked, Asked::Move | Asked::Cancel) && OVER.iter().any(|part| says(part)) {
        return Refusal::Over;
    }
    if matches!(asked, Asked::Create | Asked::Move) {
        if TAKEN.iter().any(|part| says(part)) {
            return Refusal::Clear(ProviderError::SlotTaken);
        }
        if let Some((_, why)) = NOT_ALLOWED.iter().find(|(part, _)| says(part)) {
            return Refusal::Clear(ProviderError::OutsidePolicy((*why).to_owned()));
        }
        if let Some(field) = missing(text, &lower) {
            return Refusal::Clear(ProviderError::MissingInput { field });
        }
    }
    match asked {
        Asked::Cancel if ["ended", "past", "already over"].iter().any(|part| says(part)) => {
            Refusal::Clear(ProviderError::OutsidePolicy("the appointment is over".into()))
        }
        Asked::Create | Asked::Move => Refusal::Unclear(
            "Cal.com refuses the booking as it is filled in; look at the event type's booking \
             fields and at options.booking_fields"
                .into(),
        ),
        Asked::Cancel => operator("Cal.com refuses to cancel; look at the event type's settings"),
        Asked::Read | Asked::Slots => {
            operator("Cal.com refuses the question; look at the connection's options")
        }
    }
}

/// The detail that a refusal asks for, by our own name if it is one of ours.
fn missing(text: &str, lower: &str) -> Option<String> {
    if lower.contains("missing attendee phone number") || lower.contains("phonenumber") {
        return Some("customer_phone".into());
    }
    if lower.contains("attendee.email") || lower.contains("must be an email") {
        return Some("customer_email".into());
    }
    let after = |mark: &str| Some(&text[lower.find(mark)? + mark.len()..]);
    let slug = if let Some(rest) = after("booking field response: ") {
        rest
    } else if let Some(end) = lower.find("}error_required_field") {
        &text[text[..end].rfind('{')? + 1..end]
    } else {
        after("for booking field '")?
    };
    let of_a_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let slug: String = slug.chars().take_while(of_a_name).take(60).collect();
    match slug.as_str() {
        "" => None,
        "attendeePhoneNumber" | "smsReminderNumber" => Some("customer_phone".into()),
        "email" => Some("customer_email".into()),
        _ => Some(slug),
    }
}

#[cfg(test)]
mod tests;
