//! The stand-in's routes and what it answers, in Twilio's words where a client has to understand them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Value, json};

use super::super::cut::Scissors;
use super::super::trouble::{Behind, Complaint, in_trouble, status_of};
use super::{Inner, Kept, Operation};

pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new().fallback(answer).with_state(inner)
}

pub(super) struct Request {
    operation: Operation,
    fields: BTreeMap<String, String>,
}

impl Request {
    fn field(&self, name: &str) -> Option<&String> {
        self.fields.get(name).filter(|value| !value.is_empty())
    }
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
    let path = format!("/2010-04-01/Accounts/{}/Messages.json", inner.account);
    let (operation, fields) = match (uri.path() == path, &method) {
        (true, &Method::POST) => {
            (Operation::Send, form_urlencoded::parse(&body).into_owned().collect())
        }
        (true, &Method::GET) => (Operation::List, query),
        _ => (Operation::Unknown, query),
    };
    let key = STANDARD.encode(format!("{}:{}", inner.account, inner.token));
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(format!("Basic {key}").as_str()) {
        return no(401, 20_003, "Authenticate");
    }
    let request = Request { operation, fields };
    let trouble = inner.lock().troubles.take(operation);
    match trouble {
        None => inner.perform(&request, false),
        Some(trouble) => in_trouble(&inner, request, trouble, &scissors).await,
    }
}

fn no(status: u16, code: u32, message: &str) -> Response {
    let body = json!({
        "code": code,
        "message": message,
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        "status": status,
    });
    (status_of(status), Json(body)).into_response()
}

fn shown(message: &Kept) -> Value {
    json!({
        "sid": message.sid,
        "status": "queued",
        "to": message.to,
        "body": message.body,
        "num_segments": "1",
        "error_code": null,
        "error_message": null,
        "price": null,
        "date_created": message.date_created,
        "date_sent": null,
    })
}

impl Inner {
    fn take(&self, request: &Request) -> Response {
        let sender = request.field("From").or_else(|| request.field("MessagingServiceSid"));
        let (Some(to), Some(from)) = (request.field("To"), sender) else {
            return no(400, 21_604, "A 'To' phone number and a sender are required.");
        };
        let Some(body) = request.field("Body") else {
            return no(400, 21_602, "Message body is required.");
        };
        if body.chars().count() > 1_600 {
            return no(
                400,
                21_617,
                "The concatenated message body exceeds the 1600 character limit",
            );
        }
        let mut state = self.lock();
        let message = Kept {
            sid: format!("SM{:032x}", state.kept.len() + 1),
            to: to.clone(),
            from: from.clone(),
            body: body.clone(),
            report_to: request.field("StatusCallback").cloned(),
            date_created: rfc2822::to_string(&Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC))
                .unwrap_or_default(),
        };
        state.kept.push(message.clone());
        (status_of(201), Json(shown(&message))).into_response()
    }

    fn list(&self, request: &Request) -> Response {
        let state = self.lock();
        let to = request.field("To");
        let size = request.field("PageSize").and_then(|size| size.parse().ok()).unwrap_or(50);
        let listed: Vec<Value> = state
            .kept
            .iter()
            .rev()
            .filter(|message| to.is_none_or(|to| message.to == *to))
            .take(size.min(1_000))
            .map(shown)
            .collect();
        Json(json!({"messages": listed, "next_page_uri": null})).into_response()
    }
}

impl Behind for Inner {
    type Request = Request;

    fn perform(&self, request: &Request, _: bool) -> Response {
        match request.operation {
            Operation::Send => self.take(request),
            Operation::List => self.list(request),
            Operation::Any | Operation::Unknown => no(404, 20_404, "Not found"),
        }
    }

    fn complain(&self, _: &Request, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => no(429, 20_429, "Too Many Requests"),
            Complaint::Broken => no(500, 20_500, "Internal Server Error"),
            Complaint::Refused => no(401, 20_003, "Authenticate"),
            Complaint::Forbidden => no(400, 21_610, "Attempt to send to unsubscribed recipient"),
            Complaint::Taken | Complaint::Raced => no(400, 21_211, "Invalid 'To' Phone Number"),
        }
    }
}
