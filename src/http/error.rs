//! Errors as the operator's programs read them: `{"error":{"code","message","hint"}}`. What a
//! stranger gets says nothing about what exists.

use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hookswitch_storage::StoreError;
use serde_json::json;

/// An error with its status.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    hint: String,
}

impl ApiError {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { status, code, message: message.into(), hint: hint.into() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        let message = format!("there is no such {what}");
        Self::new(StatusCode::NOT_FOUND, "not_found", message, "check the id")
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "the credentials are missing or wrong",
            "send the header `Authorization: Bearer <token>`",
        )
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "this token's role does not allow that",
            "use a token with a larger role",
        )
    }

    pub(crate) fn bad_json(problem: impl Into<String>) -> Self {
        let hint = "send one JSON object, encoded as UTF-8";
        Self::new(StatusCode::BAD_REQUEST, "malformed_json", problem, hint)
    }

    pub(crate) fn invalid(field: &str, problem: &str) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_field",
            format!("`{field}`: {problem}"),
            format!("correct `{field}` and send the request again; nothing was changed"),
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, code, message, hint } = self;
        let body = json!({"error": {"code": code, "message": message, "hint": hint}});
        (status, Json(body)).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if let StoreError::Invalid { field, problem } = error {
            return Self::invalid(field, problem);
        }
        tracing::error!(%error, "storage failed");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "storage_unavailable",
            "storage cannot be used right now",
            "look at the server's log; check the disk",
        )
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "the body is too large",
                "webhooks may have 16 MiB, other requests 1 MiB",
            );
        }
        Self::bad_json("the body could not be read")
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        if let JsonRejection::BytesRejection(rejection) = rejection {
            return rejection.into();
        }
        let code = match rejection {
            JsonRejection::JsonDataError(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => rejection.status(),
        };
        let hint = "send one JSON object with the header `Content-Type: application/json`";
        Self::new(code, "bad_request", rejection.body_text(), hint)
    }
}

/// For paths that do not exist.
pub(super) async fn no_such_route() -> ApiError {
    ApiError::not_found("page or route")
}

/// For paths that exist with another method.
pub(super) async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this path does not take that method",
        "webhooks are sent with POST",
    )
}
