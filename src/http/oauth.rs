//! Connecting a provider in a browser: the way there and the way back. Owns who may begin, that what comes
//! back belongs to what was begun, and what the person reads at the end. How providers differ is in
//! `providers::oauth`; what becomes of the tokens is decided in `actors`.

mod back;
mod page;
mod pending;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hookswitch_storage::Connection;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::access::{Connecting, Of};
use super::app::App;
use super::connections;
use super::error::ApiError;
use super::extract::{Path, Query};
pub(super) use back::{Back, callback};
pub(super) use pending::Pending;
use pending::{KEPT, Waiting};

/// Where providers send people back to.
const CALLBACK: &str = "/api/oauth/callback";

/// The cookie that ties an answer to the browser in which it was asked for. It is lax, unlike the one
/// that signs in, since it has to come along when the provider sends the browser back.
const COOKIE: &str = "hookswitch_connect";

/// What begins.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Begin {
    /// The org whose connection it will be.
    #[expect(dead_code, reason = "judged before, and described here")]
    org: String,
    /// The connection that is to be connected again; a new one if absent.
    connection: Option<String>,
}

/// The path under which a connection is connected again.
pub(super) fn start_path(connection: &Connection) -> String {
    let Connection { provider, org, id, .. } = connection;
    format!("/api/oauth/{provider}/start?org={org}&connection={id}")
}

/// `GET /api/oauth/{provider}/start`: leads to the provider's page on which somebody agrees; who asks for
/// JSON gets its address, to open wherever they like.
pub(super) async fn start(
    Connecting(Of { org, who, .. }): Connecting,
    State(app): State<App>,
    Path([provider]): Path<1>,
    Query(begin): Query<Begin>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let oauth = &app.parts.oauth;
    if oauth.title(&provider).is_none() {
        return Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "this provider is not connected in a browser",
            format!("those that are: {}", oauth.names().join(", ")),
        ));
    }
    let now = app.calls.clock().now();
    let connection = match &begin.connection {
        Some(id) => Some(connections::find(&app, &org, id).await?),
        None => None,
    };
    match &connection {
        Some(connection) if connection.provider != provider => {
            let problem = format!("is a connection to {}, not to {provider}", connection.provider);
            return Err(ApiError::invalid("connection", &problem));
        }
        Some(_) => {}
        None => {
            let new = Connection::new(org.id().clone(), provider.as_str(), now);
            if !app.calls.connections().can_use(&new) {
                let problem = connections::not_available(&app);
                return Err(ApiError::invalid("provider", &problem));
            }
        }
    }
    let begun = pending::ticket();
    let consent = oauth.consent(&provider, &app.public(CALLBACK), &begun.state);
    let consent = consent.map_err(|problem| {
        let hint = "only who runs the server can put this right; then try again";
        ApiError::new(StatusCode::CONFLICT, "not_set_up", problem, hint)
    })?;
    let as_json = wants_json(&headers);
    let waiting = Waiting {
        org: org.id().clone(),
        connection: connection.map(|connection| connection.id),
        provider,
        who,
        verifier: consent.verifier,
        browser: (!as_json).then(|| begun.browser.clone()),
        until: now.checked_add(KEPT).unwrap_or(now),
    };
    let until = waiting.until;
    app.parts.connecting.keep(&begun.state, waiting, now);
    if as_json {
        let body = Json(json!({"url": consent.url, "expires_at": until}));
        return Ok(([(CACHE_CONTROL, "no-store")], body).into_response());
    }
    let headers = [
        (CACHE_CONTROL, "no-store".to_owned()),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (LOCATION, consent.url),
        (SET_COOKIE, cookie(&begun.browser, &app)),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("application/json") && !accepted.contains("text/html")
}

fn cookie(value: &str, app: &App) -> String {
    let is_secure = app.parts.public_url.starts_with("https://");
    let secure = if is_secure { "; Secure" } else { "" };
    let seconds = KEPT.as_secs();
    format!("{COOKIE}={value}; HttpOnly; SameSite=Lax; Path={CALLBACK}; Max-Age={seconds}{secure}")
}
