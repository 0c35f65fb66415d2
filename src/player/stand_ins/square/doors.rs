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
use super::account::Account;
use super::answers::{No, done};
use super::input::{Query, Sent};
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

pub(super) struct Request {
    operation: Operation,
    about: String,
    query: Query,
    body: Value,
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
    let (operation, about) = Operation::of(&method, uri.path());
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    let (version, authorization) = (header("square-version"), header("authorization"));
    let asked = Asked {
        operation,
        method: method.to_string(),
        uri: uri.to_string(),
        version: version.clone(),
        authorization: authorization.clone(),
        body: body.clone(),
    };
    let request = Request { operation, about, query: Query(query), body: body.unwrap_or_default() };
    let (trouble, refusal) = {
        let mut state = inner.lock();
        state.asked.push(asked);
        let token = authorization.as_deref().and_then(|text| text.strip_prefix("Bearer "));
        let refusal = if operation == Operation::Unknown {
            Some(No::request(404, "NOT_FOUND", None, "Resource not found."))
        } else if version.as_deref().is_none_or(|version| version.len() != 10) {
            Some(No::request(400, "INVALID_SQUARE_VERSION_FORMAT", None, "Not a version."))
        } else {
            state.account.admit(token, operation).err()
        };
        (if refusal.is_some() { None } else { state.troubles.take(operation) }, refusal)
    };
    match (refusal, trouble) {
        (Some(refusal), _) => refusal.answer(),
        (None, None) => inner.perform(&request, false),
        (None, Some(trouble)) => in_trouble(&inner, request, trouble, &scissors).await,
    }
}

fn act(account: &mut Account, request: &Request, as_request: bool) -> Result<Value, No> {
    let (about, body) = (&request.about, &request.body);
    match request.operation {
        Operation::TokenStatus => Ok(account.token_status()),
        Operation::Locations => Ok(account.locations()),
        Operation::Location => account.show_location(about),
        Operation::Profile => Ok(account.profile()),
        Operation::Services => Ok(account.services()),
        Operation::Availability => account.availability(body),
        Operation::FindCustomer => account.customers.search(body),
        Operation::CreateCustomer => {
            account.once("customer", body, |account| account.customers.create(body))
        }
        Operation::Create => {
            account.once("create", body, |account| account.create(body, as_request))
        }
        Operation::List => account.list(&request.query),
        Operation::Get => account.get(about),
        Operation::Update => account.once("update", body, |account| account.update(about, body)),
        Operation::Cancel => account.once("cancel", body, |account| account.cancel(about, body)),
        Operation::Subscribe => account.once("subscribe", body, |account| account.subscribe(body)),
        Operation::Unsubscribe => account.unsubscribe(about),
        Operation::Any | Operation::Unknown => Err(No::not_found("Resource")),
    }
}

impl Behind for Inner {
    type Request = Request;

    fn perform(&self, request: &Request, as_request: bool) -> Response {
        let acted = act(&mut self.lock().account, request, as_request);
        acted.map_or_else(No::answer, done)
    }

    fn complain(&self, request: &Request, complaint: Complaint) -> Response {
        let no = match complaint {
            Complaint::TooMany => No::too_many(),
            Complaint::Broken => No::broken(),
            Complaint::Refused => No::credentials(401, "ACCESS_TOKEN_REVOKED"),
            Complaint::Forbidden => No::credentials(403, "INSUFFICIENT_SCOPES"),
            Complaint::Taken => {
                // Square's only sign of it is that the start is no longer listed.
                if let Ok(Sent { start: Some(start), segment: Some(segment), .. }) =
                    Sent::read(&request.body)
                {
                    let account = &mut self.lock().account;
                    account.book_elsewhere(&segment.variation, &segment.member, start);
                }
                No::taken()
            }
            Complaint::Raced => No::request(409, "CONFLICT", Some("booking"), "Conflict."),
        };
        no.answer()
    }
}
