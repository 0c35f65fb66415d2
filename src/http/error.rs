//! Errors as the operator's programs read them: `{"error":{"code","message","hint"}}`. What a
//! stranger gets says nothing about what exists.

use axum::Json;
use axum::extract::rejection::BytesRejection;
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

    pub(crate) fn no_such_route() -> Self {
        let message = "there is no such page or route";
        let hint = "check the path; `GET /api/docs` lists what there is";
        Self::new(StatusCode::NOT_FOUND, "not_found", message, hint)
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

    pub(crate) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the body is too large",
            "webhooks may have 16 MiB, other requests 1 MiB",
        )
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
        if let StoreError::Unavailable { .. } = error {
            // The writer has said so once; each request that meets it would fill the log.
            tracing::debug!(%error, "storage failed");
        } else {
            tracing::error!(%error, "storage failed");
        }
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
            return Self::too_large();
        }
        Self::bad_json("the body could not be read")
    }
}

/// What could not be decoded, by the field's name. `path` and `problem` are the decoder's; a value
/// that it quotes is left out, since it may be a secret.
pub(super) fn undecodable(path: &str, problem: &str) -> ApiError {
    const ABOUT_A_NAME: [&str; 3] = ["missing field ", "unknown field ", "duplicate field "];
    let about = ABOUT_A_NAME.iter().find(|about| problem.starts_with(**about));
    let Some((about, name)) = about.zip(problem.split('`').nth(1)) else {
        return ApiError::invalid(path, &without_value(problem));
    };
    // The decoder's path is where the name stands, or should, and may end with it.
    let field = match path {
        "." => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    let known = problem.split_once(", expected ").map(|(_, known)| known);
    ApiError::invalid(
        &field,
        &match (*about, known) {
            ("missing field ", _) => "is missing".to_owned(),
            ("duplicate field ", _) => "is given more than once".to_owned(),
            (_, Some(known)) => {
                format!("is not known here; known: {}", known.trim_start_matches("one of "))
            }
            (_, None) => "is not known here".to_owned(),
        },
    )
}

/// A problem in words for people who do not know the decoder's.
fn without_value(problem: &str) -> String {
    const QUOTING: [&str; 4] =
        ["invalid type: ", "invalid value: ", "unknown variant ", "invalid length "];
    if problem.contains("digit found in string") || problem.contains("parse integer") {
        return "must be a whole number".to_owned();
    }
    let expected = problem.rsplit_once(", expected ").map(|(_, expected)| expected);
    let quoting = QUOTING.iter().any(|start| problem.starts_with(start));
    let Some(expected) = expected.filter(|_| quoting) else { return problem.to_owned() };
    let expected = match expected {
        "a string" => "a text",
        "a map" => "an object with named fields",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "a tuple of size 2" => "a pair",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        other if other.starts_with("struct ") => "an object with named fields",
        other => other,
    };
    format!("must be {expected}")
}

/// For paths that do not exist.
pub(super) async fn no_such_route() -> ApiError {
    ApiError::no_such_route()
}

/// For paths that exist with another method.
pub(super) async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this path does not take that method",
        "the header `Allow` of this answer names those that it takes; webhooks are sent with POST",
    )
}
