//! What a CalDAV server means when it does not do what it was asked, by status and by the condition that
//! it names. Pure. Its own words are not passed on: they may quote what was sent.

use hookswitch_actors::ports::ProviderError;

use crate::providers::http::{self, Answer, Failure};

/// What was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something that changes nothing.
    Read,
    /// To write or remove an event.
    Write,
}

/// What the operator reads whose user is shown nothing.
pub(super) const MAY_NOT_READ: &str = "the CalDAV server does not let this user read the calendar; share it \
     with the user, or choose another in options.calendar_ids";

/// What a request without an answer means.
pub(super) fn failure(asked: Asked, failure: Failure) -> ProviderError {
    match (failure, asked) {
        (Failure::NotSent, _) | (_, Asked::Read) => unreadable(),
        // Whatever reached it may have been done.
        (_, Asked::Write) => ProviderError::Unknown,
    }
}

/// An answer to a question that says nothing.
pub(super) fn unreadable() -> ProviderError {
    ProviderError::Unavailable { retry_after: None }
}

/// What an answer that is no success means.
pub(super) fn of(asked: Asked, answer: &Answer) -> ProviderError {
    let operator = |what: &str| ProviderError::NeedsHuman(what.to_owned());
    let writes = asked == Asked::Write;
    match answer.status.as_u16() {
        // A success, but not one that was asked for.
        200..=299 | 300..=399 | 408 if writes => ProviderError::Unknown,
        300..=399 => operator("the CalDAV server's address has moved; enter the new one"),
        401 => ProviderError::Reconnect,
        403 if writes => operator(
            "the CalDAV server does not let this user write into the calendar; share it with the \
             right to edit, or choose another in options.calendar_ids",
        ),
        403 => operator(MAY_NOT_READ),
        404 | 410 => ProviderError::NotFound,
        405 | 501 => operator("there is no CalDAV at this address; correct credentials.url"),
        409 if writes => operator("the calendar is gone; correct options.calendar_ids"),
        412 => ProviderError::StaleVersion,
        413 | 507 => operator("the calendar is full, or its server takes no event of this size"),
        423 => unreadable(),
        429 => ProviderError::Unavailable { retry_after: http::pause(&answer.headers) },
        500..=599 if writes => ProviderError::Unknown,
        503 => ProviderError::Unavailable { retry_after: http::pause(&answer.headers) },
        400 | 415 | 422 if writes => operator("the CalDAV server does not accept our events"),
        400 | 415 | 422 => operator("the CalDAV server does not understand our questions"),
        _ => unreadable(),
    }
}

/// A calendar that was there before and is no longer.
pub(super) fn calendar_gone() -> ProviderError {
    ProviderError::NeedsHuman(
        "the calendar is gone from the CalDAV server; correct options.calendar_ids".into(),
    )
}
