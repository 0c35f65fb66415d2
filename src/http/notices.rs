//! `POST /api/providers/{provider}/webhook/{connection}`: what a booking provider posts about one
//! connection. Owns how much of it is taken and what a stranger sees: nothing, and always the same.
//! Whether a post is genuine is the vendor's to judge; what follows from it is decided elsewhere.

use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use hookswitch_storage::{Connection, ConnectionId};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::access::FromProvider;
use super::app::App;
use super::error::ApiError;
use super::extract::Path;
use crate::providers::Post;

/// Largest post, bytes (R21).
const MOST: usize = 1024 * 1024;

/// Within this time a post must be there.
const WITHIN: Duration = Duration::from_secs(10);

/// Posts that are read and judged at once, so that at most so many MiB are held for strangers.
const AT_ONCE: usize = 64;

/// How long a post may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Posts per second for one connection that are taken for long, and at once: vendors send what a whole
/// day's cancellation makes in one go.
const RATE: (u32, u32) = (50, 5_000);

/// How much of what is posted is taken.
pub(super) struct Posts {
    rate: DefaultKeyedRateLimiter<ConnectionId>,
    places: Semaphore,
}

impl Default for Posts {
    fn default() -> Self {
        let [per_second, at_once] =
            [RATE.0, RATE.1].map(|n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN));
        let rate = RateLimiter::keyed(Quota::per_second(per_second).allow_burst(at_once));
        Self { rate, places: Semaphore::new(AT_ONCE) }
    }
}

/// Where a connection's provider posts to, without the server.
pub(crate) fn path(connection: &Connection) -> String {
    format!("/api/providers/{}/webhook/{}", connection.provider, connection.id)
}

pub(super) async fn take(
    _: FromProvider,
    State(app): State<App>,
    Path([provider, connection]): Path<2>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let connection = known(&app, &provider, &connection).await?.ok_or_else(|| refuse(&app))?;
    if app.parts.posts.rate.check_key(&connection.id).is_err() {
        return Err(too_many());
    }
    let place = tokio::time::timeout(PATIENCE, app.parts.posts.places.acquire()).await;
    let _place = place.map_err(|_| too_many())?.map_err(|_| too_many())?;
    let body = read(&headers, body).await?;
    let watch = app.calls.watch_of(&connection).await?;
    let (url, secret) = match &watch {
        Some((url, secret)) => (url.clone(), Some(secret.expose())),
        None => (app.public(uri.path()), None),
    };
    let post = Post {
        connection: &connection,
        secret,
        url: &url,
        headers: &headers,
        body: &body,
        now: app.calls.clock().now(),
    };
    match app.parts.notices.judge(&post) {
        Ok(notice) => {
            app.calls.provider_noticed(&connection, notice);
            Ok(Json(json!({"ok": true})))
        }
        Err(reason) => {
            app.calls.post_doubted(&connection);
            tracing::warn!(
                org.id = %connection.org, connection.id = %connection.id, %reason,
                "a provider's post is refused"
            );
            Err(refuse(&app))
        }
    }
}

/// The connection that a path names. Nobody is told whether there is one.
async fn known(app: &App, provider: &str, id: &str) -> Result<Option<Connection>, ApiError> {
    let Ok(id) = id.parse::<ConnectionId>() else { return Ok(None) };
    let Some(org) = app.calls.home_of(&id) else { return Ok(None) };
    let found = app.calls.store().connection(&org, &id).await?;
    Ok(found.filter(|connection| connection.provider == provider))
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let claimed = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if claimed.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > MOST) {
        return Err(ApiError::too_large());
    }
    let reading = tokio::time::timeout(WITHIN, axum::body::to_bytes(body, MOST)).await;
    let read = reading.map_err(|_| {
        let (message, hint) = ("the body did not arrive in time", "send the whole body at once");
        ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message, hint)
    })?;
    read.map_err(|_| ApiError::too_large())
}

fn refuse(app: &App) -> ApiError {
    app.parts.denied.fetch_add(1, Ordering::Relaxed);
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "this is not known to be a post of the provider",
        "check the webhook's address and its secret on both sides",
    )
}

fn too_many() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "more is posted than is taken",
        "post again in a few seconds; the provider is also asked from here",
    )
}
