//! The stand-in's routes and what it answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::super::trouble::{Behind, Complaint, in_trouble, status_of};
use super::{Asked, Contact, Inner, Operation};

/// Contacts in an answer, unless another number is asked for, and the most there can be.
const USUAL: usize = 20;
const MOST: usize = 100;

pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new().fallback(answer).with_state(inner)
}

pub(super) struct Request {
    operation: Operation,
    query: BTreeMap<String, String>,
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let is_search = method == Method::GET && uri.path() == "/api/v3/contacts/search";
    let operation = if is_search { Operation::Search } else { Operation::Unknown };
    let given = headers.get("x-api-key").and_then(|value| value.to_str().ok());
    let asked = Asked { operation, uri: uri.to_string(), api_key: given.map(str::to_owned) };
    let (is_known, trouble) = {
        let mut state = inner.lock();
        let is_known = given == Some(state.setup.api_key.as_str());
        state.asked.push(asked);
        (is_known, state.troubles.take(operation))
    };
    let request = Request { operation, query };
    match trouble {
        _ if !is_known => inner.complain(&request, Complaint::Refused),
        None => inner.perform(&request, false),
        Some(trouble) => in_trouble(&inner, request, trouble, &scissors).await,
    }
}

/// The form of the newer pages.
fn no(status: u16, error: &str, code: &str) -> Response {
    let body = json!({"error": error, "details": error, "code": code});
    (status_of(status), Json(body)).into_response()
}

fn shown(contact: &Contact, workspace_id: &str) -> Value {
    let (date, time) = contact.appointment.clone().unzip();
    json!({
        "name": contact.name,
        "phone_number": contact.phone_number,
        "workspace_id": workspace_id,
        "appointment_date_display": date,
        "appointment_time": time,
        "metadata": {"custom_fields": {"household": contact.household}},
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl Inner {
    fn search(&self, query: &BTreeMap<String, String>) -> Response {
        let state = self.lock();
        let workspace = &state.setup.workspace_id;
        match query.get("workspace_id") {
            None => return no(400, "workspace_id is required", "VALIDATION_ERROR"),
            Some(given) if given != workspace => return no(403, "Forbidden", "FORBIDDEN"),
            Some(_) => {}
        }
        let Some(wanted) = query.get("phone_number").map(|number| digits(number)) else {
            return no(400, "a search term is required", "VALIDATION_ERROR");
        };
        let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL);
        let found: Vec<Value> = state
            .setup
            .contacts
            .iter()
            // Within what is stored, whatever signs stand in between there.
            .filter(|contact| contact.phone_number.contains(&wanted))
            .take(limit.min(MOST))
            .map(|contact| shown(contact, workspace))
            .collect();
        Json(json!({"success": true, "count": found.len(), "data": found})).into_response()
    }
}

impl Behind for Inner {
    type Request = Request;

    fn perform(&self, request: &Request, _: bool) -> Response {
        match request.operation {
            Operation::Search => self.search(&request.query),
            Operation::Any | Operation::Unknown => no(404, "Not found", "NOT_FOUND"),
        }
    }

    fn complain(&self, _: &Request, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => no(429, "Too many requests", "RATE_LIMITED"),
            Complaint::Broken => no(500, "Internal server error", "INTERNAL"),
            Complaint::Forbidden => no(403, "Forbidden", "FORBIDDEN"),
            // The form of the older pages.
            Complaint::Refused | Complaint::Taken | Complaint::Raced => {
                let body = json!({"success": false, "error": "Invalid API key"});
                (status_of(401), Json(body)).into_response()
            }
        }
    }
}
