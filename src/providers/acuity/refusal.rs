//! What Acuity means when it does not do what it was asked: by status and by the code of its errors,
//! never by its words, which quote what was sent. Pure.

use std::time::Duration;

use hookswitch_actors::ports::ProviderError;

use super::wire;
use crate::providers::http::{self, Answer, Failure};

/// How long nobody asks after a 429 that does not say; the limit counts seconds.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest time for which nobody asks, whatever it says.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something that changes nothing.
    Read,
    /// Free times.
    Times,
    /// To make an appointment.
    Create,
    /// To move one.
    Move,
    /// To cancel one.
    Cancel,
    /// Something else that changes: notes, webhooks.
    Other,
}

impl Asked {
    fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::Times)
    }
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// For this reason.
    Clear(ProviderError),
    /// The calendar that it is in cannot take it then; another might.
    NotHere,
    /// A field of a form is not filled in; which, is not said.
    FormIncomplete,
    /// The time is taken or the request is wrong; in our words, what to look at if it is the latter.
    Unclear(String),
}

impl Refusal {
    /// The error, when nothing more can be found out.
    pub(super) fn into_error(self) -> ProviderError {
        match self {
            Self::Clear(error) => error,
            Self::NotHere => ProviderError::SlotTaken,
            Self::FormIncomplete => ProviderError::NeedsHuman(
                "Acuity demands an intake form field; set it in options.form_fields".into(),
            ),
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
    if answer.status.is_success() {
        return Ok(answer);
    }
    let status = answer.status.as_u16();
    let retry_after = http::pause(&answer.headers);
    let unavailable = Refusal::Clear(ProviderError::Unavailable { retry_after });
    Err(match status {
        300..=399 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        300..=399 => {
            operator("Acuity's address answers with a redirect; correct providers.acuity.base_url")
        }
        401 => Refusal::Clear(ProviderError::Reconnect),
        403 => operator(
            "Acuity does not allow this with the connection's API key; look at the rights of the \
             user whose key it is and at the plan of the account",
        ),
        404 if matches!(asked, Asked::Read | Asked::Move | Asked::Cancel) => {
            Refusal::Clear(ProviderError::NotFound)
        }
        404 | 405 => {
            operator("Acuity does not know this request; correct providers.acuity.base_url")
        }
        429 => {
            let pause = retry_after.unwrap_or(PAUSE).min(LONGEST_PAUSE);
            Refusal::Clear(ProviderError::Unavailable { retry_after: Some(pause) })
        }
        408 | 500..=599 if asked.writes() => Refusal::Clear(ProviderError::Unknown),
        408 | 500..=599 => unavailable,
        _ => of_code(asked, &wire::code(&answer.body)),
    })
}

fn missing(field: &str) -> Refusal {
    Refusal::Clear(ProviderError::MissingInput { field: field.to_owned() })
}

fn not_allowed(why: &str) -> Refusal {
    Refusal::Clear(ProviderError::OutsidePolicy(why.to_owned()))
}

fn of_code(asked: Asked, code: &str) -> Refusal {
    match code {
        "not_available" if asked == Asked::Move => Refusal::NotHere,
        "not_available" | "no_available_calendar" => Refusal::Clear(ProviderError::SlotTaken),
        "not_available_min_hours_in_advance" => not_allowed("too soon"),
        "not_available_max_days_in_advance" => not_allowed("too far ahead"),
        "required_first_name" => missing("customer_name"),
        "required_last_name" => missing("last_name"),
        "required_email" | "invalid_email" => missing("customer_email"),
        "required_phone" | "invalid_phone" => missing("customer_phone"),
        "required_field" => Refusal::FormIncomplete,
        "invalid_fields" => operator(
            "Acuity does not take a field of the intake form; correct options.form_fields and \
             options.reference_field",
        ),
        "required_appointment_type_id" | "invalid_appointment_type" => {
            operator("Acuity does not know the appointment type; correct options.services")
        }
        "invalid_calendar" => {
            operator("Acuity does not know the calendar; correct options.calendar_id")
        }
        // Another time would not help: a person of the business has to do it.
        "reschedule_too_close" => {
            operator("Acuity's settings do not let customers move an appointment that is so near")
        }
        "reschedule_not_allowed" => {
            operator("Acuity's settings do not let customers move appointments")
        }
        "reschedule_series" => operator("Acuity does not move one session of a series"),
        "reschedule_canceled" => Refusal::Clear(ProviderError::StaleVersion),
        "cancel_too_close" => {
            operator("Acuity's settings do not let customers cancel an appointment that is so near")
        }
        "cancel_not_allowed" => {
            operator("Acuity's settings do not let customers cancel appointments")
        }
        _ => match asked {
            Asked::Create | Asked::Move => Refusal::Unclear(
                "Acuity refuses the appointment as it is filled in; look at the appointment type \
                 and its intake forms"
                    .into(),
            ),
            Asked::Cancel => operator("Acuity refuses to cancel; look at the appointment there"),
            Asked::Read | Asked::Times | Asked::Other => {
                operator("Acuity refuses the request; look at the connection's options")
            }
        },
    }
}

#[cfg(test)]
mod tests;
