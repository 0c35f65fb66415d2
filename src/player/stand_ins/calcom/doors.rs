//! Which request asks for what, in which version, by whom, and what comes of it.

use axum::Json;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::vendor::{Complaint, Vendor};
use super::account::Account;
use super::answers::{No, data};
use super::{Asked, Operation, Setup};

/// What a request asks for, and about which booking or event type.
fn operation(method: &Method, path: &str) -> (Operation, String) {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let posts = *method == Method::POST;
    if let ["v2", "webhooks", rest @ ..] = segments.as_slice() {
        return (Operation::Webhooks, rest.join("/"));
    }
    if let ["v2", "slots", "reservations", rest @ ..] = segments.as_slice() {
        let operation = match (method, rest) {
            (&Method::POST, []) => Operation::Reserve,
            (&Method::GET, [_]) => Operation::Reserved,
            (&Method::DELETE, [_]) => Operation::Release,
            _ => Operation::Unknown,
        };
        return (operation, rest.join("/"));
    }
    let (operation, about) = match (posts, segments.as_slice()) {
        (false, ["v2", "me"]) => (Operation::Me, ""),
        (false, ["v2", "event-types", id]) => (Operation::EventType, *id),
        (false, ["v2", "slots"]) => (Operation::Slots, ""),
        (true, ["v2", "bookings"]) => (Operation::Create, ""),
        (false, ["v2", "bookings"]) => (Operation::List, ""),
        (false, ["v2", "bookings", uid]) => (Operation::Get, *uid),
        (true, ["v2", "bookings", uid, "reschedule"]) => (Operation::Reschedule, *uid),
        (true, ["v2", "bookings", uid, "cancel"]) => (Operation::Cancel, *uid),
        _ => (Operation::Unknown, ""),
    };
    (operation, about.to_owned())
}

/// Whether the API has this operation in this version.
fn is_in(operation: Operation, version: Option<&str>) -> bool {
    match operation {
        Operation::Me | Operation::Webhooks => true,
        Operation::Slots | Operation::Reserve | Operation::Reserved | Operation::Release => {
            version == Some("2024-09-04")
        }
        Operation::EventType => version == Some("2024-06-14"),
        Operation::Unknown | Operation::Any => false,
        _ => matches!(version, Some("2024-08-13" | "2026-02-25")),
    }
}

impl Vendor for Account {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self::new(setup)
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        operation(method, uri.path())
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        let no = if !is_in(asked.operation, asked.header("cal-api-version")) {
            No::no_route(&asked.method, asked.path())
        } else if !asked.bearer().is_some_and(|key| self.is_key(key)) {
            No::error(401, "Invalid API Key")
        } else {
            return None;
        };
        Some(no.answer(asked.path(), self.now()))
    }

    fn perform(&mut self, asked: &Asked, as_request: bool) -> Response {
        let (about, query, body) = (asked.about.as_str(), &asked.query(), asked.json());
        let created = |done: Result<Value, No>| done.map(|shown| data(201, shown));
        let done = match asked.operation {
            Operation::Me => Ok(data(200, self.me())),
            Operation::EventType => {
                let id = about.parse().unwrap_or_default();
                self.show_event_type(id).map(|shown| data(200, shown))
            }
            Operation::Slots => self.slots(query).map(|shown| data(200, shown)),
            Operation::Reserve => created(self.reserve(body)),
            Operation::Reserved => self.reserved(about).map(|shown| data(200, shown)),
            Operation::Release => {
                self.release(about);
                Ok(Json(json!({"status": "success"})).into_response())
            }
            Operation::Create => created(self.create(body, as_request)),
            Operation::Reschedule => created(self.reschedule(about, body)),
            Operation::Cancel => self.cancel(about, body).map(|shown| data(200, shown)),
            Operation::Get => self.get(about).map(|shown| data(200, shown)),
            Operation::List => self.list(query).map(|(page, pagination)| {
                let body = json!({"status": "success", "data": page, "pagination": pagination});
                Json(body).into_response()
            }),
            Operation::Webhooks => match asked.method.as_str() {
                "GET" if about.is_empty() => Ok(data(200, self.hooks.list())),
                "POST" if about.is_empty() => created(self.hooks.create(body)),
                "DELETE" => self.hooks.delete(about).map(|shown| data(200, shown)),
                _ => Err(No::no_route(&asked.method, asked.path())),
            },
            Operation::Any | Operation::Unknown => Err(No::no_route("GET", asked.path())),
        };
        let now = self.now();
        self.post();
        done.unwrap_or_else(|no| no.answer(asked.path(), now))
    }

    fn complain(&mut self, asked: &Asked, complaint: Complaint) -> Response {
        let no = match complaint {
            Complaint::TooMany => No::error(429, "ThrottlerException: Too Many Requests"),
            Complaint::Broken => No::error(500, "Internal server error"),
            Complaint::Refused => No::error(401, "Invalid API Key"),
            Complaint::Forbidden => No::error(403, "Forbidden resource"),
            Complaint::Taken => No::taken(),
            Complaint::Raced => {
                No::Bare { status: 409, message: "booking_conflict_error".to_owned() }
            }
        };
        let now = self.now();
        no.answer(asked.path(), now)
    }

    fn all_kept(&self) -> Value {
        json!(self.bookings())
    }
}
