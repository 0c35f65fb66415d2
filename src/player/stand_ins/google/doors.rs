//! The stand-in's routes: which request asks for what, by whom, and what the planned troubles make of it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::super::trouble::{Behind, Complaint, in_trouble};
use super::answers::{No, done};
use super::event;
use super::listing::Query;
use super::mask;
use super::{Asked, Inner, Operation, Plan};

pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/stand-in/events", get(events))
        .route("/stand-in/requests", get(requests))
        .route("/stand-in/trouble", post(trouble).delete(behave))
        .fallback(answer)
        .with_state(inner)
}

async fn events(State(inner): State<Arc<Inner>>) -> Json<Value> {
    Json(json!(inner.lock().account.events()))
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

pub(super) struct Request {
    operation: Operation,
    calendar: String,
    event: String,
    query: Query,
    body: Value,
    etag: Option<String>,
}

/// A segment of a path as it was meant.
fn decoded(segment: &str) -> String {
    let pair = format!("a={}", segment.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, text)| text.into_owned())
        .unwrap_or_default()
}

/// What a request asks for, in which calendar, about which event.
fn operation(method: &Method, path: &str, query: &Query) -> (Operation, String, String) {
    let path = path.strip_prefix("/calendar/v3/").unwrap_or_default();
    let segments: Vec<String> = path.split('/').map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let listing = if query.text("syncToken").is_some() { Operation::Sync } else { Operation::List };
    let (operation, calendar, event) = match (method.as_str(), segments.as_slice()) {
        ("GET", ["calendars", calendar, "events"]) => (listing, *calendar, ""),
        ("POST", ["calendars", calendar, "events"]) => (Operation::Insert, *calendar, ""),
        ("POST", ["calendars", calendar, "events", "watch"]) => (Operation::Watch, *calendar, ""),
        ("GET", ["calendars", calendar, "events", event]) => (Operation::Get, *calendar, *event),
        ("PATCH", ["calendars", calendar, "events", event]) => {
            (Operation::Patch, *calendar, *event)
        }
        ("DELETE", ["calendars", calendar, "events", event]) => {
            (Operation::Delete, *calendar, *event)
        }
        ("POST", ["freeBusy"]) => (Operation::FreeBusy, "", ""),
        ("POST", ["channels", "stop"]) => (Operation::Stop, "", ""),
        _ => (Operation::Unknown, "", ""),
    };
    (operation, calendar.to_owned(), event.to_owned())
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
    let query = Query(pairs.collect());
    let (operation, calendar, event) = operation(&method, uri.path(), &query);
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let (authorization, etag) = (header("authorization"), header("if-match"));
    let asked = Asked {
        operation,
        method: method.to_string(),
        uri: uri.to_string(),
        authorization: authorization.clone(),
        if_match: etag.clone(),
        body: body.clone(),
    };
    let body = body.unwrap_or_default();
    let request = Request { operation, calendar, event, query, body, etag };
    let (trouble, refusal) = {
        let mut state = inner.lock();
        state.asked.push(asked);
        let token = authorization.as_deref().and_then(|header| header.strip_prefix("Bearer "));
        let refusal = if operation == Operation::Unknown {
            Some(No::missing())
        } else if !token.is_some_and(|token| state.account.is_token(token)) {
            Some(No::new(401, "authError", "Invalid Credentials"))
        } else {
            None
        };
        (if refusal.is_some() { None } else { state.troubles.take(operation) }, refusal)
    };
    match (refusal, trouble) {
        (Some(refusal), _) => refusal.answer(),
        (None, None) => inner.perform(&request, false),
        (None, Some(trouble)) => in_trouble(&inner, request, trouble, &scissors).await,
    }
}

impl Behind for Inner {
    type Request = Request;

    // Nothing at Google waits for anybody's consent.
    fn perform(&self, request: &Request, _: bool) -> Response {
        let account = &mut self.lock().account;
        let Request { calendar, event, query, body, etag, .. } = request;
        let etag = etag.as_deref();
        let answer = match request.operation {
            Operation::List | Operation::Sync => account.list(calendar, query).map(Some),
            Operation::Get => account.get(calendar, event).map(Some),
            Operation::Insert => account.insert(calendar, body).map(Some),
            Operation::Patch => account.patch(calendar, event, body, etag).map(Some),
            Operation::Delete => account.delete(calendar, event, etag).map(|()| None),
            Operation::FreeBusy => account.free_busy(body).map(Some),
            Operation::Watch => account.watch(calendar, body).map(Some),
            Operation::Stop => account.stop(body).map(|()| None),
            Operation::Any | Operation::Unknown => Err(No::missing()),
        };
        let masked = answer.and_then(|shown| match (shown, query.text("fields")) {
            (Some(shown), Some(fields)) => {
                let left = mask::leave(&shown, fields);
                left.map(Some).ok_or_else(|| No::bad("invalidParameter", "Invalid field selection"))
            }
            (shown, _) => Ok(shown),
        });
        masked.map_or_else(No::answer, done)
    }

    fn complain(&self, request: &Request, complaint: Complaint) -> Response {
        let no = match complaint {
            Complaint::TooMany => No::new(403, "rateLimitExceeded", "Rate Limit Exceeded"),
            Complaint::Broken => No::new(500, "backendError", "Backend Error"),
            Complaint::Refused => No::new(401, "authError", "Invalid Credentials"),
            Complaint::Forbidden => {
                No::new(403, "insufficientPermissions", "Insufficient Permission")
            }
            Complaint::Raced if request.etag.is_some() => No::stale(),
            // Google says nothing: whoever was faster is there as well.
            Complaint::Taken | Complaint::Raced => {
                let fields = request.body.as_object().cloned().unwrap_or_default();
                if let Ok((start, end)) = event::span(&fields, &jiff::tz::TimeZone::UTC) {
                    let theirs = event::foreign(start, end);
                    self.lock().account.put_by_hand(&request.calendar, theirs);
                }
                return self.perform(request, false);
            }
        };
        no.answer()
    }
}
