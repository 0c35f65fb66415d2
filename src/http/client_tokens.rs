//! `POST /api/oauth/token`: the authorization server that Vapi fetches its access tokens from, where an
//! org's webhooks are proved by OAuth 2.0 client credentials. The client is the org by its `webhook_id`,
//! its secret the org's own. Answers in the form of RFC 6749, which is what its callers read.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookswitch_actors::OrgEntry;
use hookswitch_storage::{WebhookAuthMode, WebhookId};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use subtle::ConstantTimeEq;

use super::access::FromVapi;
use super::app::App;
use crate::vapi::{LIFE_SECONDS, issue_access_token, token_digest};

/// What a client sends, in the body or, its name and secret, in a header.
#[derive(Default)]
struct Grant {
    kind: Option<String>,
    client: Option<String>,
    secret: Option<String>,
}

pub(super) async fn token(
    _: FromVapi,
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut grant = read(&headers, &body);
    if let Some((client, secret)) = basic(&headers) {
        grant.client = Some(client);
        grant.secret = Some(secret);
    }
    let Some(token) = granted(&app, &grant) else {
        app.parts.denied.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("access token refused: `client_id` or `client_secret` is wrong");
        let problem = "`client_id` is the organisation's `webhook_id`, `client_secret` the secret \
                       of its `webhook_auth` of mode `oauth2`";
        return refused(StatusCode::UNAUTHORIZED, "invalid_client", problem);
    };
    if grant.kind.as_deref() != Some("client_credentials") {
        let problem = "`grant_type` must be `client_credentials`";
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", problem);
    }
    let answer = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": LIFE_SECONDS,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// A token for a client that knows one of its secrets.
fn granted(app: &App, grant: &Grant) -> Option<String> {
    let id: WebhookId = grant.client.as_ref()?.trim().parse().ok()?;
    let org = app.calls.orgs().by_webhook(&id)?;
    let given = token_digest(grant.secret.as_deref().unwrap_or_default());
    let mut random = [0; 16];
    getrandom::fill(&mut random).ok()?;
    let secrets = secrets(&org).filter(|secret| !secret.trim_ascii().is_empty());
    let digest = |secret: &[u8]| token_digest(std::str::from_utf8(secret).unwrap_or_default());
    let mut known = secrets.filter(|secret| bool::from(digest(secret).ct_eq(&given)));
    let secret = known.next()?;
    Some(issue_access_token(secret, app.calls.clock().now(), random))
}

fn secrets(org: &OrgEntry) -> impl Iterator<Item = &[u8]> {
    let schemes = org.settings().webhook_auth.iter().zip(&org.webhook_secrets);
    schemes
        .filter(|(auth, _)| auth.mode == WebhookAuthMode::Oauth2)
        .map(|(_, secret)| secret.expose())
}

/// The body as a form, as the standard has it, or as JSON, as some clients send it.
fn read(headers: &HeaderMap, body: &[u8]) -> Grant {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let mut grant = Grant::default();
    let mut take = |name: &str, value: String| match name {
        "grant_type" => grant.kind = Some(value),
        "client_id" => grant.client = Some(value),
        "client_secret" => grant.secret = Some(value),
        _ => {}
    };
    if kind.is_some_and(|kind| kind.trim_start().starts_with("application/json")) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        for (name, value) in body.as_object().into_iter().flatten() {
            take(name, value.as_str().unwrap_or_default().to_owned());
        }
    } else {
        for (name, value) in form_urlencoded::parse(body) {
            take(&name, value.into_owned());
        }
    }
    grant
}

/// Name and secret in the header for it.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client, secret) = pair.split_once(':')?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((plain(client), plain(secret)))
}

fn refused(status: StatusCode, error: &str, problem: &str) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::WWW_AUTHENTICATE, "Basic")];
    let answer = Json(json!({"error": error, "error_description": problem}));
    (status, headers, answer).into_response()
}
