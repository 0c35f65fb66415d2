//! How OpenTable answers what it does not do. Knows no reservation.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::vendor::status_of;

/// Why a request is not done: status, code (often none), words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct No(pub(super) u16, pub(super) Option<&'static str>, pub(super) &'static str);

impl No {
    pub(super) const TOKEN: Self = Self(401, None, "invalid_token");
    pub(super) const FORBIDDEN: Self = Self(403, None, "Permission denied");
    pub(super) const NOT_FOUND: Self = Self(404, None, "Not found");
    pub(super) const TOO_MANY: Self = Self(429, None, "Too many requests");
    pub(super) const BROKEN: Self = Self(500, None, "Internal error");
    pub(super) const TAKEN: Self = Self(409, None, "The table is no longer available");
    pub(super) const DEAD: Self = Self(400, None, "reservation_token or restaurant id is invalid");
    pub(super) const HOST: Self =
        Self(403, Some("RedirectToHost"), "A person at the restaurant must finish this");
    pub(super) const INVALID: Self = Self(400, None, "The request is invalid");

    /// The answer.
    pub(super) fn answer(self) -> Response {
        let Self(status, code, message) = self;
        let mut error = json!({"message": message});
        if let Some(code) = code {
            error["code"] = json!(code);
        }
        let body = json!({"errors": [error], "requestid": "5d2f7a52-0000-4000-8000-000000000000"});
        (status_of(status), Json(body)).into_response()
    }
}
