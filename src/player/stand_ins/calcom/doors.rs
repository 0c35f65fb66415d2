//! The stand-in's routes: which request asks for what, in which version, by whom, and what the planned
//! troubles make of it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query as UrlQuery, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::super::trouble::{Behind, Complaint, in_trouble};
use super::answers::{No, data};
use super::input::Query;
use super::{Asked, Inner, Operation, Plan};

pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/stand-in/bookings", get(bookings))
        .route("/stand-in/requests", get(requests))
        .route("/stand-in/trouble", post(trouble).delete(behave))
        .fallback(answer)
        .with_state(inner)
}

async fn bookings(State(inner): State<Arc<Inner>>) -> Json<Value> {
    Json(json!(inner.lock().account.bookings()))
}

async fn requests(State(inner): State<Arc<Inner>>) -> Json<Value> {
    Json(json!(inner.lock().asked))
}

async fn trouble(State(inner): State<Arc<Inner>>, Json(plan): Json<Plan>) {
    inner.lock().troubles.add(plan);
}

async fn behave(State(inner): State<Arc<Inner>>) {
    inner.lock().troubles.clear();
}

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

pub(super) struct Request {
    operation: Operation,
    about: String,
    query: Query,
    body: Value,
    path: String,
    method: Method,
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    method: Method,
    uri: Uri,
    UrlQuery(query): UrlQuery<std::collections::BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (operation, about) = operation(&method, uri.path());
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let asked = Asked {
        operation,
        method: method.to_string(),
        uri: uri.to_string(),
        version: header("cal-api-version"),
        authorization: header("authorization"),
        body: body.clone(),
    };
    let key = header("authorization");
    let path = uri.path().to_owned();
    let request = Request {
        operation,
        about,
        query: Query(query),
        body: body.unwrap_or_default(),
        path,
        method: method.clone(),
    };
    let (trouble, refusal) = {
        let mut state = inner.lock();
        let version = asked.version.clone();
        state.asked.push(asked);
        let key = key.as_deref().and_then(|key| key.strip_prefix("Bearer "));
        let refusal = if !is_in(operation, version.as_deref()) {
            Some(No::no_route(method.as_str(), &request.path))
        } else if !key.is_some_and(|key| state.account.is_key(key)) {
            Some(No::error(401, "Invalid API Key"))
        } else {
            None
        };
        let now = state.account.now();
        let refusal = refusal.map(|no| no.answer(&request.path, now));
        (if refusal.is_some() { None } else { state.troubles.take(operation) }, refusal)
    };
    match (refusal, trouble) {
        (Some(refusal), _) => refusal,
        (None, None) => inner.perform(&request, false),
        (None, Some(trouble)) => in_trouble(&inner, request, trouble, &scissors).await,
    }
}

impl Behind for Inner {
    type Request = Request;

    fn perform(&self, request: &Request, as_request: bool) -> Response {
        let mut state = self.lock();
        let state = &mut *state;
        let account = &mut state.account;
        let (about, query, body) = (&request.about, &request.query, &request.body);
        let created = |done: Result<Value, No>| done.map(|shown| data(201, shown));
        let done = match request.operation {
            Operation::Me => Ok(data(200, account.me())),
            Operation::EventType => {
                let id = about.parse().unwrap_or_default();
                account.show_event_type(id).map(|shown| data(200, shown))
            }
            Operation::Slots => account.slots(query).map(|shown| data(200, shown)),
            Operation::Reserve => created(account.reserve(body)),
            Operation::Reserved => account.reserved(about).map(|shown| data(200, shown)),
            Operation::Release => {
                account.release(about);
                Ok(Json(json!({"status": "success"})).into_response())
            }
            Operation::Create => created(account.create(body, as_request)),
            Operation::Reschedule => created(account.reschedule(about, body)),
            Operation::Cancel => account.cancel(about, body).map(|shown| data(200, shown)),
            Operation::Get => account.get(about).map(|shown| data(200, shown)),
            Operation::List => account.list(query).map(|(page, pagination)| {
                let body = json!({"status": "success", "data": page, "pagination": pagination});
                Json(body).into_response()
            }),
            Operation::Webhooks => match request.method {
                Method::GET if about.is_empty() => Ok(data(200, state.hooks.list())),
                Method::POST if about.is_empty() => created(state.hooks.create(body)),
                Method::DELETE => state.hooks.delete(about).map(|shown| data(200, shown)),
                _ => Err(No::no_route(request.method.as_str(), &request.path)),
            },
            Operation::Any | Operation::Unknown => Err(No::no_route("GET", &request.path)),
        };
        let now = account.now();
        state.post();
        done.unwrap_or_else(|no| no.answer(&request.path, now))
    }

    fn complain(&self, request: &Request, complaint: Complaint) -> Response {
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
        let now = self.lock().account.now();
        no.answer(&request.path, now)
    }
}
