//! How Square answers what it does not do. Codes are theirs; texts are theirs only in kind.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::vendor::status_of;

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct No {
    status: u16,
    category: &'static str,
    code: &'static str,
    field: Option<String>,
    detail: String,
}

impl No {
    /// The request is wrong, in this field.
    pub(super) fn wrong(code: &'static str, field: &str, detail: &str) -> Self {
        Self::request(400, code, Some(field), detail)
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::request(404, "NOT_FOUND", None, &format!("{what} not found."))
    }

    pub(super) fn request(
        status: u16,
        code: &'static str,
        field: Option<&str>,
        detail: &str,
    ) -> Self {
        Self {
            status,
            category: "INVALID_REQUEST_ERROR",
            code,
            field: field.map(str::to_owned),
            detail: detail.to_owned(),
        }
    }

    pub(super) fn credentials(status: u16, code: &'static str) -> Self {
        let detail = "This request could not be authorized.".to_owned();
        Self { status, category: "AUTHENTICATION_ERROR", code, field: None, detail }
    }

    pub(super) fn no_plan() -> Self {
        let detail = "The merchant lacks the required subscription.".to_owned();
        let (category, code) = ("MERCHANT_SUBSCRIPTION_ERROR", "MERCHANT_SUBSCRIPTION_NOT_FOUND");
        Self { status: 403, category, code, field: None, detail }
    }

    pub(super) fn too_many() -> Self {
        let detail = "You have made too many requests.".to_owned();
        let (category, code) = ("RATE_LIMIT_ERROR", "RATE_LIMITED");
        Self { status: 429, category, code, field: None, detail }
    }

    pub(super) fn broken() -> Self {
        let detail = "An internal error has occurred.".to_owned();
        let (category, code) = ("API_ERROR", "INTERNAL_SERVER_ERROR");
        Self { status: 500, category, code, field: None, detail }
    }

    /// A slot that somebody has, or outside of the working hours: no client can tell which.
    pub(super) fn taken() -> Self {
        Self::wrong("BAD_REQUEST", "booking.start_at", "The requested time is not available.")
    }

    /// The booking is of another version.
    pub(super) fn stale(field: &str) -> Self {
        Self::wrong("VERSION_MISMATCH", field, "The version does not match the current version.")
    }

    pub(super) fn key_reused() -> Self {
        let detail = "The idempotency key was used with another request.";
        Self::wrong("IDEMPOTENCY_KEY_REUSED", "idempotency_key", detail)
    }

    /// The answer.
    pub(super) fn answer(self) -> Response {
        let mut error =
            json!({"category": self.category, "code": self.code, "detail": self.detail});
        if let Some(field) = self.field {
            error["field"] = json!(field);
        }
        (status_of(self.status), Json(json!({"errors": [error]}))).into_response()
    }
}

/// A success.
pub(super) fn done(body: Value) -> Response {
    Json(body).into_response()
}
