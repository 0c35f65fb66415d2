//! The stand-in's routes: which request asks for what, by whom, how many come in a second, and what the
//! planned troubles make of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
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
    Json(json!(inner.lock().account.appointments()))
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
    about: u64,
    query: Query,
    body: Value,
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (operation, about) = Operation::of(&method, uri.path());
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let asked = Asked {
        operation,
        method: method.to_string(),
        uri: uri.to_string(),
        authorization: authorization.map(str::to_owned),
        body: body.clone(),
        at: Instant::now(),
    };
    let query = Query::read(uri.query().unwrap_or_default());
    let request = Request { operation, about, query, body: body.unwrap_or_default() };
    let (refusal, trouble) = {
        let mut state = inner.lock();
        let second = Duration::from_secs(1);
        let recent = state.asked.iter().rev();
        let recent = recent.take_while(|past| asked.at.duration_since(past.at) < second).count();
        let pair = authorization.and_then(|text| text.strip_prefix("Basic "));
        let pair = pair.and_then(|pair| STANDARD.decode(pair).ok());
        let is_user = pair.is_some_and(|pair| pair == state.account.credentials().as_bytes());
        state.asked.push(asked);
        if recent >= state.account.per_second() {
            (Some(No::TOO_MANY), None)
        } else if !is_user {
            (Some(No::UNAUTHORIZED), None)
        } else {
            (None, state.troubles.take(operation))
        }
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
        let account = &mut state.account;
        let Request { operation, about, query, body } = request;
        let done = match operation {
            Operation::Me => Ok(account.me()),
            Operation::Types => Ok(account.types()),
            Operation::Forms => Ok(account.forms()),
            Operation::Dates => account.dates(query),
            Operation::Times => account.times(query),
            Operation::Classes => account.classes(query),
            Operation::Create => account.create(body),
            Operation::List => Ok(account.list(query)),
            Operation::Get => account.get(*about),
            Operation::Update => account.update(*about, query, body),
            Operation::Reschedule => account.reschedule(*about, body),
            Operation::Cancel => account.cancel(*about, body),
            Operation::Watch => account.watch(body),
            Operation::Watches => Ok(account.watches()),
            Operation::Unwatch => {
                return match account.unwatch(*about) {
                    Ok(()) => StatusCode::NO_CONTENT.into_response(),
                    Err(no) => no.answer(),
                };
            }
            Operation::Any | Operation::Unknown => Err(No::NOT_FOUND),
        };
        match done {
            Ok(shown) => Json(shown).into_response(),
            Err(no) => no.answer(),
        }
    }

    fn complain(&self, _: &Request, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => No::TOO_MANY,
            Complaint::Broken => No::BROKEN,
            Complaint::Refused => No::UNAUTHORIZED,
            Complaint::Forbidden => No::FORBIDDEN,
            Complaint::Taken => No::of("not_available"),
            Complaint::Raced => No::of("no_available_calendar"),
        }
        .answer()
    }
}
