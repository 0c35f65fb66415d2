//! The feed over WebSocket: a snapshot, then numbered events, each with the fields it changed.
//! A watcher that cannot follow is told what it missed and starts from a new snapshot; one that
//! takes nothing at all is let go. Neither ever slows a call.

mod frames;
mod tickets;
mod watching;

use axum::Json;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::Response;
use hookswitch_storage::{CallId, OrgId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use tickets::Tickets;

use super::access::{Signed, Watching, role};
use super::app::App;
use super::error::ApiError;
use super::extract::Query;
use super::view::Audience;
use watching::{Scope, Watcher};

/// Bytes a watcher may send at once; watchers have nothing to say.
const MAX_INCOMING: usize = 4 * 1024;

/// The default of 128 KiB would cost twenty times the memory of a watcher.
const READ_BUFFER: usize = 4 * 1024;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct WatchQuery {
    org: Option<String>,
    call: Option<String>,
    since: Option<String>,
    /// From `POST /api/feed/tickets`, in place of a token.
    #[expect(dead_code, reason = "redeemed before the query is read")]
    ticket: Option<String>,
}

/// `GET /api/feed`.
pub(super) async fn watch(
    Watching(signed): Watching,
    State(app): State<App>,
    Query(query): Query<WatchQuery>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let scope = scope(&app, &signed, &query)?;
    let upgrade = upgrade.map_err(|_| {
        ApiError::new(
            StatusCode::UPGRADE_REQUIRED,
            "websocket_required",
            "the feed is a WebSocket",
            "connect with a WebSocket client",
        )
    })?;
    let call = query.call.map(|call| call.parse::<CallId>()).transpose();
    let call = call.map_err(|_| ApiError::invalid("call", "is not a call id"))?;
    let who = signed.who;
    let watcher = Watcher { app, scope, call, audience: Audience::of(who.role), who };
    Ok(upgrade
        .read_buffer_size(READ_BUFFER)
        .max_message_size(MAX_INCOMING)
        .on_upgrade(|socket| watcher.run(socket)))
}

fn scope(app: &App, signed: &Signed<role::Any>, query: &WatchQuery) -> Result<Scope, ApiError> {
    let org: Option<OrgId> = match (&query.org, &signed.who.org) {
        (Some(org), _) => Some(signed.of::<role::Viewer>(app, org)?.org.id().clone()),
        (None, own) => own.clone(),
    };
    let Some(org) = org else {
        if query.since.is_some() {
            return Err(ApiError::invalid("since", "needs `org`: each org counts for itself"));
        }
        return Ok(Scope::Everyone);
    };
    let since = match query.since.as_deref() {
        None => None,
        Some(text) => {
            let wrong = || ApiError::invalid("since", "must be `epoch:seq` as the feed gave them");
            let (epoch, seq) = text.split_once(':').ok_or_else(wrong)?;
            let seq: u64 = seq.parse().map_err(|_| wrong())?;
            // Another epoch is an earlier run of the server: its numbers mean nothing now.
            (epoch == app.calls.feed().epoch()).then_some(seq)
        }
    };
    Ok(Scope::Org { org, since })
}

#[derive(Debug, Deserialize, Default, JsonSchema)]
pub(super) struct TicketQuery {
    org: Option<String>,
}

/// `POST /api/feed/tickets`: a way in for browsers, which cannot send a header with a WebSocket.
pub(super) async fn ticket(
    signed: Signed<role::Any>,
    State(app): State<App>,
    body: axum::body::Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let wanted: TicketQuery = if body.is_empty() {
        TicketQuery::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| ApiError::bad_json(error.to_string()))?
    };
    let mut who = signed.who.clone();
    if let Some(org) = wanted.org {
        who.org = Some(signed.of::<role::Viewer>(&app, &org)?.org.id().clone());
    }
    let (ticket, expires_at) = app.parts.tickets.issue(who, app.calls.clock().now());
    Ok((StatusCode::CREATED, Json(json!({"ticket": ticket, "expires_at": expires_at}))))
}
