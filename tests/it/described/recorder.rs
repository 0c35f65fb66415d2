//! A proxy that remembers what was asked for and what was complained of about it. Asks the checkers and
//! joins their complaints. Knows no vendor and no schema.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use serde_json::Value;
use tokio::net::TcpListener;

use super::document::{Document, fits};
use super::{Behind, Described};
use crate::support::client_builder;

/// Where Prism says what is wrong: with the request and with the answer.
const SAID: &str = "sl-violations";
/// What it begins with when that does not fit.
const TOO_MANY: &str = "Too many violations! ";
/// What it says of a status that is not described.
const NOT_DESCRIBED: &str = "Unable to match the returned status code";

struct Shared {
    described: &'static Described,
    documents: Vec<Document>,
    /// Where each document's checker is.
    checkers: Vec<String>,
    client: Client,
    exchanges: Mutex<Vec<Exchange>>,
    /// Requests that are not answered yet.
    under_way: AtomicUsize,
}

/// A request and its answer.
struct Exchange {
    /// Method and path as the description has them.
    operation: String,
    /// Method, path and query as they were sent, the answer's status, and what was sent.
    shown: String,
    complaints: Vec<String>,
}

pub(super) struct Recorder {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Recorder {
    pub(super) async fn start(
        described: &'static Described,
        documents: Vec<Document>,
        checkers: Vec<String>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // What a vendor sends to elsewhere, our server sees as it is.
        let client = client_builder().redirect(reqwest::redirect::Policy::none());
        let (client, exchanges) = (client.build().unwrap(), Mutex::default());
        let under_way = AtomicUsize::new(0);
        let shared =
            Arc::new(Shared { described, documents, checkers, client, exchanges, under_way });
        let router = Router::new().fallback(carry).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether everything that was asked for is answered and remembered.
    pub(super) fn rests(&self) -> bool {
        self.shared.under_way.load(Ordering::SeqCst) == 0
    }

    /// The operations that were asked for.
    pub(super) fn operations(&self) -> BTreeSet<String> {
        let exchanges = self.shared.exchanges.lock().unwrap();
        exchanges.iter().map(|exchange| exchange.operation.clone()).collect()
    }

    /// What was complained of and is not known to be the description's fault, once each.
    pub(super) fn complaints(&self) -> Vec<String> {
        let exchanges = self.shared.exchanges.lock().unwrap();
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for exchange in exchanges.iter() {
            for complaint in &exchange.complaints {
                let is_known = self.shared.described.behind.iter().any(|behind| {
                    behind.is_of(&exchange.operation) && complaint.contains(behind.complaint)
                });
                if !is_known && seen.insert((&exchange.operation, complaint)) {
                    all.push(format!("{complaint}\n    in {}", exchange.shown));
                }
            }
        }
        all
    }

    /// What the description is known to have wrong and nothing complained of.
    pub(super) fn unmet(&self) -> Vec<&'static Behind> {
        let exchanges = self.shared.exchanges.lock().unwrap();
        let is_met = |behind: &&Behind| {
            exchanges.iter().any(|exchange| {
                behind.is_of(&exchange.operation)
                    && exchange.complaints.iter().any(|one| one.contains(behind.complaint))
            })
        };
        self.shared.described.behind.iter().filter(|behind| !is_met(behind)).collect()
    }
}

impl Behind {
    fn is_of(&self, operation: &str) -> bool {
        self.operation.is_empty() || self.operation == operation
    }

    fn fits(&self, method: &Method, path: &str) -> bool {
        let parts = self.operation.split_once(' ');
        parts.is_some_and(|(of, form)| of == method.as_str() && fits(form, path))
    }
}

/// Carried to its end and remembered even if our server does not wait for it.
async fn carry(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.under_way.fetch_add(1, Ordering::SeqCst);
    let relayed = tokio::spawn(async move {
        let answer = relay(&shared, method, uri, headers, body).await;
        shared.under_way.fetch_sub(1, Ordering::SeqCst);
        answer
    });
    relayed.await.unwrap()
}

async fn relay(
    shared: &Shared,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().strip_prefix(shared.described.base).unwrap_or(uri.path());
    let query = uri.query().unwrap_or_default();
    let said = said(&headers, &body);
    let found = shared.documents.iter().enumerate().find_map(|(place, document)| {
        document.operation(method.as_str(), path).map(|operation| (place, operation))
    });
    let checker = found.as_ref().map_or(0, |(place, _)| *place);
    let whole = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let to = format!("{}{whole}", shared.checkers[checker]);
    let mut request = shared.client.request(method.clone(), to);
    for (name, value) in &headers {
        if !is_of_the_way(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.body(body).send().await.unwrap();
    let (status, heads) = (answer.status(), answer.headers().clone());
    let bytes = answer.bytes().await.unwrap();

    let mut complaints = complaints(status, &heads);
    let operation = match &found {
        Some((place, operation)) => {
            let document = &shared.documents[*place];
            complaints.extend(document.unknown_names(operation, query, said.as_ref()));
            operation.name.clone()
        }
        None => {
            let behind = shared.described.behind.iter().find(|one| one.fits(&method, path));
            behind.map_or_else(|| format!("{method} {path}"), |one| one.operation.to_owned())
        }
    };
    let said = said.unwrap_or_default();
    let shown = format!("{method} {whole} -> {status}: {said}");
    shared.exchanges.lock().unwrap().push(Exchange { operation, shown, complaints });

    let mut response = (status, bytes).into_response();
    let passed = response.headers_mut();
    passed.clear();
    for (name, value) in heads.iter().filter(|(name, _)| !is_of_the_way(name) && *name != SAID) {
        passed.append(name, value.clone());
    }
    response
}

/// What a request says, by its type: JSON, or a form's fields as texts.
fn said(headers: &HeaderMap, body: &Bytes) -> Option<Value> {
    if body.is_empty() {
        return None;
    }
    let kind = headers.get(header::CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap());
    if kind.starts_with("application/x-www-form-urlencoded") {
        let fields = form_urlencoded::parse(body);
        return Some(fields.map(|(name, text)| (name, Value::from(&*text))).collect());
    }
    Some(serde_json::from_slice(body).unwrap_or_else(|_| Value::from("no JSON")))
}

/// Whether a header is about the connection rather than about what is sent over it.
fn is_of_the_way(name: &header::HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("access-control-")
        || [
            "host",
            "connection",
            "keep-alive",
            "content-length",
            "transfer-encoding",
            "accept-encoding",
        ]
        .contains(&name)
}

/// What Prism complains of. That a refusal's status is not described is no complaint: most descriptions
/// leave refusals out.
fn complaints(status: StatusCode, headers: &HeaderMap) -> Vec<String> {
    let Some(said) = headers.get(SAID) else { return Vec::new() };
    let said = String::from_utf8_lossy(said.as_bytes());
    let all: Vec<Value> = match said.strip_prefix(TOO_MANY) {
        None => serde_json::from_str(&said).unwrap(),
        // Those that fit into a header, the request's first.
        Some(some) => {
            let whole = some.rfind("},").map_or("[", |last| &some[..=last]);
            serde_json::from_str(&format!("{whole}]")).unwrap()
        }
    };
    let is_refusal = status.is_client_error() || status.is_server_error();
    let place = |one: &Value| {
        let parts = one["location"].as_array().into_iter().flatten();
        let parts: Vec<String> = parts
            .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
            .collect();
        parts.join(".")
    };
    let said =
        |one: &Value| format!("{}: {}", place(one), one["message"].as_str().unwrap_or_default());
    let mut complaints: Vec<String> = all.iter().map(said).collect();
    complaints.retain(|one| !(is_refusal && one.contains(NOT_DESCRIBED)));
    complaints
}
