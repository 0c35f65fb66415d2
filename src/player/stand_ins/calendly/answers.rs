//! The form in which Calendly answers. Texts and codes of refusals are theirs where a client has to
//! understand them.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::vendor::status_of;

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct No {
    status: u16,
    title: &'static str,
    message: String,
    details: Vec<Value>,
}

impl No {
    pub(super) fn new(status: u16, message: &str) -> Self {
        let title = match status {
            400 => "Invalid Argument",
            401 => "Unauthenticated",
            403 => "Permission Denied",
            404 => "Resource Not Found",
            409 => "Already Exists",
            429 => "Too Many Requests",
            _ => "Internal Server Error",
        };
        Self { status, title, message: message.to_owned(), details: Vec::new() }
    }

    /// Something is wrong with a part of what was sent.
    pub(super) fn invalid(parameter: &str, message: &str) -> Self {
        Self::coded(parameter, message, None)
    }

    pub(super) fn coded(parameter: &str, message: &str, code: Option<&str>) -> Self {
        let mut detail = json!({"parameter": parameter, "message": message});
        if let Some(code) = code {
            detail["code"] = json!(code);
        }
        let details = vec![detail];
        Self { details, ..Self::new(400, "The supplied parameters are invalid.") }
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "The server could not find the requested resource.")
    }

    pub(super) fn taken() -> Self {
        let message = "That start time has been filled";
        Self::coded("event.start_time", message, Some("already_filled"))
    }

    pub(super) fn answer(self, now: Timestamp) -> Response {
        let mut body = json!({"title": self.title, "message": self.message});
        if !self.details.is_empty() {
            body["details"] = json!(self.details);
        }
        dated((status_of(self.status), Json(body)).into_response(), now)
    }
}

/// A success: one thing.
pub(super) fn resource(status: u16, resource: &Value, now: Timestamp) -> Response {
    dated((status_of(status), Json(json!({"resource": resource}))).into_response(), now)
}

/// A success that has nothing to say.
pub(super) fn nothing(now: Timestamp) -> Response {
    dated(status_of(204).into_response(), now)
}

/// A success: a list, with its pages' entry where it has pages.
pub(super) fn collection(entries: &[Value], pages: Option<Value>, now: Timestamp) -> Response {
    let mut body = json!({"collection": entries});
    if let Some(pages) = pages {
        body["pagination"] = pages;
    }
    dated(Json(body).into_response(), now)
}

fn dated(mut response: Response, now: Timestamp) -> Response {
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = date.parse() {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
