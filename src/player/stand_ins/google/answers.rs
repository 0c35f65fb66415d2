//! The form in which Google answers what it does not do: a status, and reasons by domain.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::vendor::status_of;

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct No {
    status: u16,
    domain: &'static str,
    reason: &'static str,
    message: String,
}

impl No {
    pub(super) fn new(status: u16, reason: &'static str, message: impl Into<String>) -> Self {
        let domain = match status {
            403 | 429 => "usageLimits",
            400 | 410 | 412 => "calendar",
            _ => "global",
        };
        Self { status, domain, reason, message: message.into() }
    }

    pub(super) fn bad(reason: &'static str, message: &str) -> Self {
        Self::new(400, reason, message)
    }

    pub(super) fn missing() -> Self {
        Self::new(404, "notFound", "Not Found")
    }

    pub(super) fn deleted() -> Self {
        Self::new(410, "deleted", "Resource has been deleted")
    }

    pub(super) fn stale() -> Self {
        Self::new(412, "conditionNotMet", "Precondition Failed")
    }

    pub(super) fn answer(self) -> Response {
        let Self { status, domain, reason, message } = self;
        let one = json!({"domain": domain, "reason": reason, "message": message});
        let body = json!({"error": {"code": status, "message": message, "errors": [one]}});
        (status_of(status), Json(body)).into_response()
    }
}

/// A success; nothing is a success without a body.
pub(super) fn done(shown: Option<Value>) -> Response {
    match shown {
        Some(shown) => Json(shown).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}
