//! How Acuity answers what it does not do: one form, a code for each reason. Knows no appointment.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::vendor::status_of;

/// Why a request is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct No {
    status: u16,
    code: &'static str,
}

impl No {
    pub(super) const UNAUTHORIZED: Self = Self { status: 401, code: "unauthorized" };
    pub(super) const FORBIDDEN: Self = Self { status: 403, code: "forbidden" };
    pub(super) const NOT_FOUND: Self = Self { status: 404, code: "not_found" };
    pub(super) const TOO_MANY: Self = Self { status: 429, code: "too_many_requests" };
    pub(super) const BROKEN: Self = Self { status: 500, code: "internal_server_error" };

    /// Everything else that it does not do.
    pub(super) const fn of(code: &'static str) -> Self {
        Self { status: 400, code }
    }

    /// The answer. The words quote nothing; Acuity's own do.
    pub(super) fn answer(self) -> Response {
        let message = format!("The request was refused: {}.", self.code.replace('_', " "));
        let body = json!({"status_code": self.status, "message": message, "error": self.code});
        (status_of(self.status), Json(body)).into_response()
    }
}
