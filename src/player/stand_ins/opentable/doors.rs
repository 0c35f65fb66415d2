//! The stand-in's routes: which request asks for what, by whom, and what the planned troubles make of
//! it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::super::trouble::{Behind, Complaint, in_trouble};
use super::answers::No;
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
    Json(json!(inner.lock().restaurant.reservations()))
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
    about: String,
    query: BTreeMap<String, String>,
    body: Value,
    id: Option<String>,
    partner: String,
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (operation, restaurant, about) = Operation::of(&method, uri.path());
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let authorization = header("authorization").unwrap_or_default();
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let asked = Asked {
        operation,
        method: method.to_string(),
        uri: uri.to_string(),
        request_id: header("x-request-id"),
        body: body.clone(),
    };
    let pair = authorization.strip_prefix("Basic ").and_then(|pair| STANDARD.decode(pair).ok());
    let request = Request {
        operation,
        about,
        query,
        body: body.unwrap_or_default(),
        id: asked.request_id.clone(),
        partner: pair.and_then(|pair| String::from_utf8(pair).ok()).unwrap_or_default(),
    };
    let (refusal, trouble) = {
        let mut state = inner.lock();
        state.asked.push(asked);
        let token = authorization.strip_prefix("bearer ").unwrap_or_default();
        let refusal = if operation == Operation::Token {
            None
        } else if !state.restaurant.is_open_to(token) {
            Some(No::TOKEN)
        } else if !state.restaurant.is_here(restaurant) {
            Some(No::FORBIDDEN)
        } else {
            None
        };
        (refusal, if refusal.is_some() { None } else { state.troubles.take(operation) })
    };
    match (refusal, trouble) {
        (Some(refusal), _) => refusal.answer(),
        (None, None) => inner.perform(&request, false),
        (None, Some(trouble)) => in_trouble(&inner, request, trouble, &scissors).await,
    }
}

impl Behind for Inner {
    type Request = Request;

    fn perform(&self, request: &Request, _: bool) -> Response {
        let mut state = self.lock();
        let restaurant = &mut state.restaurant;
        let Request { operation, about, query, body, id, partner } = request;
        let empty = |done: Result<(), No>| done.map(|()| Value::Null);
        let done = match operation {
            Operation::Token => restaurant.token(partner),
            Operation::Availability => restaurant.availability(query),
            Operation::Lock => restaurant.lock(body),
            Operation::Unlock => empty(restaurant.unlock(about)),
            Operation::Reserve => restaurant.reserve(body, id.as_deref()),
            Operation::Search => restaurant.search(body),
            Operation::Change => restaurant.change(about, body),
            Operation::Cancel => empty(restaurant.cancel(about)),
            Operation::Any | Operation::Unknown => Err(No::NOT_FOUND),
        };
        match done {
            Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
            Ok(shown) => Json(shown).into_response(),
            Err(no) => no.answer(),
        }
    }

    fn complain(&self, request: &Request, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => No::TOO_MANY,
            Complaint::Broken => No::BROKEN,
            Complaint::Refused => No::TOKEN,
            Complaint::Forbidden => No::HOST,
            Complaint::Taken if request.operation == Operation::Reserve => No::DEAD,
            Complaint::Taken | Complaint::Raced => No::TAKEN,
        }
        .answer()
    }
}
