//! One address for a vendor and its authorization server, as the configuration has one. What the authorization server
//! gave opens the vendor's stand-in; what it ended is refused there, in the vendor's own words.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::{Client, redirect::Policy};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the authorization server answers itself, by each vendor's own paths.
const AUTHORITY: [&str; 9] = [
    "/oauth/authorize",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth2/authorize",
    "/oauth2/token",
    "/oauth2/revoke",
    "/o/oauth2/v2/auth",
    "/token",
    "/revoke",
];

/// More than anybody sends, bytes.
const LARGEST: usize = 4 << 20;

pub(super) struct Front {
    url: String,
    behind: Arc<Behind>,
    task: JoinHandle<()>,
}

struct Behind {
    authority: String,
    vendor: String,
    /// Where the accounts of others are.
    others: Mutex<HashMap<String, String>>,
    /// What the vendor's stand-in takes.
    key: &'static str,
    client: Client,
    refused: AtomicUsize,
}

impl Front {
    pub(super) async fn start(authority: &str, vendor: &str, key: &'static str) -> Self {
        // The server does this at its start, which is yet to come.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let (authority, vendor) = (authority.to_owned(), vendor.to_owned());
        let refused = AtomicUsize::new(0);
        let others = Mutex::default();
        let behind = Arc::new(Behind { authority, vendor, others, key, client, refused });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&behind));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, behind, task }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The account of one of those who sign in at the authorization server is at another stand-in.
    pub(super) fn belongs(&self, person: &str, vendor: &str) {
        self.behind.others.lock().unwrap().insert(person.to_owned(), vendor.to_owned());
    }

    /// How often the vendor was asked with a token that is good no longer.
    pub(super) fn refused(&self) -> usize {
        self.behind.refused.load(Ordering::SeqCst)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Behind {
    /// What the vendor's stand-in is to read: its own key for a token that is good, else what came. Gives
    /// where the account is.
    async fn introduce(&self, headers: &mut HeaderMap) -> String {
        let given = headers.get(header::AUTHORIZATION).cloned();
        let asked = self.client.get(format!("{}/resource", self.authority));
        let asked = given
            .into_iter()
            .fold(asked, |asked, given| asked.header(header::AUTHORIZATION, given));
        let answer = asked.send().await.unwrap();
        if answer.status() != StatusCode::OK {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return self.vendor.clone();
        }
        let own = format!("Bearer {}", self.key).parse().unwrap();
        headers.insert(header::AUTHORIZATION, own);
        let account: Value = answer.json().await.unwrap();
        let others = self.others.lock().unwrap();
        let other = account["id"].as_str().and_then(|person| others.get(person));
        other.unwrap_or(&self.vendor).clone()
    }
}

async fn answer(State(behind): State<Arc<Behind>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LARGEST).await.unwrap();
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let to = if AUTHORITY.contains(&parts.uri.path()) {
        behind.authority.clone()
    } else {
        behind.introduce(&mut headers).await
    };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let sent = behind.client.request(parts.method, format!("{to}{path}"));
    let Ok(answer) = sent.headers(headers).body(body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let body = answer.bytes().await.unwrap_or_default();
    (status, headers, Body::from(body)).into_response()
}
