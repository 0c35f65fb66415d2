//! How Vapi says no.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::vendor::status_of;

/// The form of all its errors; `message` is a text or several.
pub(super) fn no(status: u16, error: &str, message: impl Into<Value>) -> Response {
    let body = json!({"message": message.into(), "error": error, "statusCode": status});
    (status_of(status), Json(body)).into_response()
}

pub(super) fn bad(complaints: Vec<String>) -> Response {
    no(400, "Bad Request", complaints)
}

pub(super) fn absent() -> Response {
    no(404, "Not Found", "Couldn't find it. It may have been deleted, or belong to another org.")
}

pub(super) fn refused() -> Response {
    no(401, "Unauthorized", "Invalid Key. Hot tip, you may be using the public key.")
}
