//! The stand-in's routes: which request asks for what, by whom, and what the planned troubles make of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query as UrlQuery, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::super::trouble::{Behind, Complaint, in_trouble};
use super::answers::{No, collection, nothing, resource};
use super::calendar::API;
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

/// What a request asks for, and about what.
fn operation(method: &Method, path: &str) -> (Operation, String) {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (operation, about) = match (method.as_str(), segments.as_slice()) {
        ("GET", ["users", "me"]) => (Operation::Me, ""),
        ("GET", ["event_types", uuid]) => (Operation::EventType, *uuid),
        ("GET", ["event_type_available_times"]) => (Operation::Open, ""),
        ("POST", ["invitees"]) => (Operation::Create, ""),
        ("GET", ["scheduled_events"]) => (Operation::Events, ""),
        ("GET", ["scheduled_events", uuid]) => (Operation::Event, *uuid),
        ("GET", ["scheduled_events", uuid, "invitees"]) => (Operation::Invitees, *uuid),
        ("GET", ["scheduled_events", _, "invitees", _]) => (Operation::Invitee, ""),
        ("POST", ["scheduled_events", uuid, "cancellation"]) => (Operation::Cancel, *uuid),
        ("POST", ["webhook_subscriptions"]) => (Operation::Subscribe, ""),
        ("GET", ["webhook_subscriptions"]) => (Operation::Subscriptions, ""),
        ("DELETE", ["webhook_subscriptions", uuid]) => (Operation::Unsubscribe, *uuid),
        _ => (Operation::Unknown, ""),
    };
    (operation, about.to_owned())
}

pub(super) struct Request {
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
    UrlQuery(query): UrlQuery<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (operation, about) = operation(&method, uri.path());
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let path = uri.path().to_owned();
    let asked = Asked {
        operation,
        method: method.to_string(),
        uri: uri.to_string(),
        authorization: bearer.map(str::to_owned),
        body: body.clone(),
    };
    let query = Query(query);
    let request = Request { operation, about, query, body: body.unwrap_or_default(), path };
    let (trouble, refusal) = {
        let mut state = inner.lock();
        state.asked.push(asked);
        let token = bearer.and_then(|bearer| bearer.strip_prefix("Bearer "));
        let known = token.is_some_and(|token| state.account.is_token(token));
        let now = state.account.now();
        let refusal = (!known).then(|| No::new(401, "The access token is invalid").answer(now));
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

    fn perform(&self, request: &Request, _: bool) -> Response {
        let mut state = self.lock();
        let account = &mut state.account;
        let now = account.now();
        let (about, query, body) = (&request.about, &request.query, &request.body);
        let one = |status: u16| move |shown: Value| resource(status, &shown, now);
        let many = |(page, pages): (Vec<Value>, Value)| collection(&page, Some(pages), now);
        let done = match request.operation {
            Operation::Me => Ok(one(200)(account.me())),
            Operation::EventType => account.event_type(about).map(|found| one(200)(found.show())),
            Operation::Open => account.open(query).map(|open| collection(&open, None, now)),
            Operation::Create => account.create(body).map(one(201)),
            Operation::Events => account.events(query).map(many),
            Operation::Event => {
                account.event(&format!("{API}/scheduled_events/{about}")).map(one(200))
            }
            Operation::Invitees => account.invitees(about, query).map(many),
            Operation::Invitee => account.invitee(&format!("{API}{}", request.path)).map(one(200)),
            Operation::Cancel => account.cancel(about, body).map(one(201)),
            Operation::Subscribe => account.subscribe(body).map(one(201)),
            Operation::Subscriptions => account.list_subscriptions(query).map(many),
            Operation::Unsubscribe => account.unsubscribe(about).map(|()| nothing(now)),
            Operation::Any | Operation::Unknown => Err(No::not_found()),
        };
        done.unwrap_or_else(|no| no.answer(now))
    }

    fn complain(&self, _: &Request, complaint: Complaint) -> Response {
        let no = match complaint {
            Complaint::TooMany => No::new(429, "You have exceeded the rate limit"),
            Complaint::Broken => No::new(500, "The server encountered an unexpected condition"),
            Complaint::Refused => No::new(401, "The access token is invalid"),
            Complaint::Forbidden => No::new(403, "You do not have permission"),
            Complaint::Taken => No::taken(),
            Complaint::Raced => No::new(400, "The selected time is unavailable"),
        };
        no.answer(self.lock().account.now())
    }
}
