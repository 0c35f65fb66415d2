//! The stand-in's routes: which request asks for what, in which version, by whom, and what the planned
//! troubles make of it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Query as UrlQuery, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::answers::{No, data, status_of};
use super::input::Query;
use super::{Asked, Inner, Operation, Plan, Trouble};

/// More than any client should read, bytes.
const FLOOD: usize = 32 << 20;

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
        Operation::Me => true,
        Operation::Slots => version == Some("2024-09-04"),
        Operation::EventType => version == Some("2024-06-14"),
        Operation::Unknown | Operation::Any => false,
        _ => matches!(version, Some("2024-08-13" | "2026-02-25")),
    }
}

struct Request {
    operation: Operation,
    about: String,
    query: Query,
    body: Value,
    path: String,
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
    let request =
        Request { operation, about, query: Query(query), body: body.unwrap_or_default(), path };
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

impl Inner {
    /// Does what is asked for and answers.
    fn perform(&self, request: &Request, as_request: bool) -> Response {
        let mut state = self.lock();
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
            Operation::Create => created(account.create(body, as_request)),
            Operation::Reschedule => created(account.reschedule(about, body)),
            Operation::Cancel => account.cancel(about, body).map(|shown| data(200, shown)),
            Operation::Get => account.get(about).map(|shown| data(200, shown)),
            Operation::List => account.list(query).map(|(page, pagination)| {
                let body = json!({"status": "success", "data": page, "pagination": pagination});
                Json(body).into_response()
            }),
            Operation::Any | Operation::Unknown => Err(No::no_route("GET", &request.path)),
        };
        let now = account.now();
        done.unwrap_or_else(|no| no.answer(&request.path, now))
    }

    fn say(&self, no: No, path: &str) -> Response {
        let now = self.lock().account.now();
        no.answer(path, now)
    }
}

async fn in_trouble(
    inner: &Arc<Inner>,
    request: Request,
    trouble: Trouble,
    scissors: &Scissors,
) -> Response {
    let broken = || No::error(500, "Internal server error");
    let path = request.path.as_str();
    match trouble {
        Trouble::TooMany { retry_after } => {
            let no = No::error(429, "ThrottlerException: Too Many Requests");
            let mut answer = inner.say(no, path);
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            answer
        }
        Trouble::FailsBefore => inner.say(broken(), path),
        Trouble::FailsAfter => {
            inner.perform(&request, false);
            inner.say(broken(), path)
        }
        Trouble::HangsBefore => std::future::pending().await,
        Trouble::HangsAfter => {
            inner.perform(&request, false);
            std::future::pending().await
        }
        Trouble::DropsBefore => {
            scissors.cut();
            inner.say(broken(), path)
        }
        Trouble::DropsAfter => {
            scissors.cut();
            inner.perform(&request, false)
        }
        Trouble::BreaksOff => {
            let (mut parts, _) = inner.perform(&request, false).into_parts();
            parts.headers.insert(header::CONTENT_LENGTH, 4096.into());
            let half = Bytes::from_static(b"{\"status\":\"success\",\"data\":{\"uid\":");
            let pieces = [Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
            Response::from_parts(parts, Body::from_stream(futures_util::stream::iter(pieces)))
        }
        Trouble::DoesLate { millis } => {
            let later = Arc::clone(inner);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                later.perform(&request, false);
            });
            scissors.cut();
            status_of(500).into_response()
        }
        Trouble::Slow { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            inner.perform(&request, false)
        }
        Trouble::Refuses => inner.say(No::error(401, "Invalid API Key"), path),
        Trouble::Forbids => inner.say(No::error(403, "Forbidden resource"), path),
        Trouble::SlotTaken => inner.say(No::taken(), path),
        Trouble::LosesRace => {
            let message = "booking_conflict_error".to_owned();
            inner.say(No::Bare { status: 409, message }, path)
        }
        Trouble::NeedsConfirmation => inner.perform(&request, true),
        Trouble::Redirects => {
            let to = format!("/elsewhere{path}");
            (status_of(307), [(header::LOCATION, to)]).into_response()
        }
        Trouble::Floods => (status_of(200), "x".repeat(FLOOD)).into_response(),
        Trouble::Garbles => {
            let status = inner.perform(&request, false).status();
            (status, "<html>It worked!</html>").into_response()
        }
        Trouble::Answers { status, body } => (status_of(status), Json(body)).into_response(),
    }
}
