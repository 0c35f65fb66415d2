//! A post to an org's own webhook by the way that Vapi's take: out to the public URL and in again. It
//! finds what stands between: a tunnel that is down, another server, a proxy that takes the proof out.
//! Posts in each of the org's schemes; changes nothing.

mod verdict;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::OrgEntry;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use crate::server::random_text;
use crate::vapi::{OpenedAuth, Scheme};
use verdict::{Answered, Verdict};

/// Vapi waits longer; nobody who watches a check does.
const PATIENCE: Duration = Duration::from_secs(10);

/// Of an answer no more is read: ours is small, and another's is not wanted.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The message's type, which Vapi has not.
const KIND: &str = "hookswitch.probe";

/// Probes that are on their way.
#[derive(Default)]
pub(super) struct Probes {
    /// Those that have not arrived.
    awaited: Mutex<HashSet<String>>,
}

impl Probes {
    fn sent(&self, nonce: &str) {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner).insert(nonce.to_owned());
    }

    /// Whether a probe was on its way until now.
    fn took(&self, nonce: &str) -> bool {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner).remove(nonce)
    }
}

/// What a genuine message is answered if it is a probe of this very server.
pub(super) fn answer(app: &App, kind: &str, body: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Envelope {
        message: Message,
    }
    #[derive(Deserialize)]
    struct Message {
        nonce: String,
    }
    if kind != KIND {
        return None;
    }
    let Envelope { message: Message { nonce } } = serde_json::from_slice(body).ok()?;
    app.parts.probes.took(&nonce).then(|| reply(&nonce))
}

fn reply(nonce: &str) -> Vec<u8> {
    json!({"probe": nonce}).to_string().into_bytes()
}

/// `POST /api/orgs/{org}/webhook/check`: whether what Vapi posts would arrive and be believed.
pub(super) async fn check(
    Of { org, .. }: Of<role::Org>,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
    let url = app.public(&format!("/webhook/{}", org.org.webhook_id));
    // The first provider that is installed counts; ring is the only one that is linked.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE).build();
    let client = client.map_err(|error| {
        tracing::error!(%error, "nothing can be posted; install CA certificates");
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no_http",
            "this machine cannot speak HTTP",
            "install CA certificates",
        )
    })?;
    let mut items = Vec::new();
    for (auth, secret) in org.settings().webhook_auth.iter().zip(&org.webhook_secrets) {
        let auth = OpenedAuth::new(auth.mode.clone(), secret.clone());
        let started = Instant::now();
        let verdict = post(&app, &client, &org, &url, &auth).await;
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        items.push(verdict.shown(auth.scheme_name(), took));
    }
    let ok = items.iter().all(|item| item["ok"] == true);
    let configured = app.parts.has_public_url;
    Ok(Json(json!({"ok": ok, "url": url, "public_url_set": configured, "items": items})))
}

async fn post(app: &App, client: &Client, org: &OrgEntry, url: &str, auth: &OpenedAuth) -> Verdict {
    let nonce = random_text(32);
    let body = json!({"message": {"type": KIND, "nonce": nonce}}).to_string();
    let proof = if matches!(auth.scheme(), Scheme::Oauth2) {
        match fetch_token(app, client, org, auth).await {
            Ok(token) => vec![("authorization".to_owned(), format!("Bearer {token}"))],
            Err(verdict) => return verdict,
        }
    } else {
        let now = app.calls.clock().now();
        match auth.prove("POST", url, body.as_bytes(), now, &random_text(24)) {
            Ok(proof) => proof,
            Err(problem) => return Verdict::settings(&problem),
        }
    };
    app.parts.probes.sent(&nonce);
    let mut request = client.post(url).header("content-type", "application/json").body(body);
    for (name, value) in proof {
        request = request.header(name, value);
    }
    let answered = send(request).await;
    // What is still awaited never came here.
    let arrived = !app.parts.probes.took(&nonce);
    verdict::of_webhook(answered, arrived, &reply(&nonce))
}

/// The token that Vapi would fetch, by the way that it would take.
async fn fetch_token(
    app: &App,
    client: &Client,
    org: &OrgEntry,
    auth: &OpenedAuth,
) -> Result<String, Verdict> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", org.org.webhook_id.as_str())
        .append_pair("client_secret", &String::from_utf8_lossy(auth.secret()))
        .finish();
    let request = client
        .post(app.public("/api/oauth/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let answered = send(request).await;
    verdict::of_token(answered)
}

async fn send(request: RequestBuilder) -> Answered {
    let mut answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return Answered::not(&error),
    };
    let status = answer.status();
    let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            break;
        }
    }
    Answered::Yes { status, to, body }
}
