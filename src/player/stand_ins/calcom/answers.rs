//! The two forms in which Cal.com answers what it does not do. Texts are theirs where a client has to
//! understand them.

use axum::Json;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::vendor::status_of;

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum No {
    /// The usual form.
    Error { status: u16, message: String },
    /// The framework's own form, without an envelope.
    Bare { status: u16, message: String },
    /// The body has a wrong or unknown property.
    Invalid { property: String, rule: String },
}

impl No {
    pub(super) fn error(status: u16, message: impl Into<String>) -> Self {
        Self::Error { status, message: message.into() }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::error(400, message)
    }

    pub(super) fn invalid(property: &str, rule: &str) -> Self {
        Self::Invalid { property: property.to_owned(), rule: rule.to_owned() }
    }

    pub(super) fn no_route(method: &str, path: &str) -> Self {
        Self::error(404, format!("Cannot {method} {path}"))
    }

    /// A slot that somebody has, or outside of the host's hours: no client can tell which.
    pub(super) fn taken() -> Self {
        Self::bad("User either already has booking at this time or is not available")
    }

    /// The answer to a request for `path`.
    pub(super) fn answer(self, path: &str, now: Timestamp) -> Response {
        let (status, body) = match self {
            Self::Bare { status, message } => {
                (status, json!({"statusCode": status, "message": message}))
            }
            Self::Error { status, message } => {
                let details = json!({"message": message, "statusCode": status});
                (status, enveloped(status, &message, details, path, now))
            }
            Self::Invalid { property, rule } => {
                let message = format!("{property} property is wrong,{property} {rule}");
                let broken = json!({"property": property, "constraints": {"rule": rule}});
                (400, enveloped(400, &message, json!({"errors": [broken]}), path, now))
            }
        };
        (status_of(status), Json(body)).into_response()
    }
}

fn enveloped(status: u16, message: &str, details: Value, path: &str, now: Timestamp) -> Value {
    let code = match status {
        400 => "BadRequestException",
        401 => "UnauthorizedException",
        403 => "ForbiddenException",
        404 => "NotFoundException",
        422 => "UnprocessableEntityException",
        429 => "ThrottlerException",
        _ => "InternalServerErrorException",
    };
    json!({
        "status": "error",
        "timestamp": now.to_string(),
        "path": path,
        "error": {"code": code, "message": message, "details": details},
    })
}

/// A success.
pub(super) fn data(status: u16, data: Value) -> Response {
    (status_of(status), Json(json!({"status": "success", "data": data}))).into_response()
}
