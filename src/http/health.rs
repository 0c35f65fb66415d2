//! Is the server alive, is it ready, how is it? The first two say nothing else to a stranger.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::booking::BUILTIN;
use hookswitch_storage::Role;
use serde_json::{Map, Value, json};

use super::app::App;
use super::connections::{VENDORS, breaker};
use super::error::ApiError;
use super::extract::Path;
use super::identity::Principal;

pub(super) async fn live() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

pub(super) async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let stopping = *app.parts.stopping.borrow();
    if app.calls.store().is_healthy() && !stopping {
        (StatusCode::OK, Json(json!({"status": "ready"})))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "not ready"})))
    }
}

pub(super) async fn health(
    who: Principal,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
    who.may_all()?;
    let unknown: Map<String, Value> = app
        .parts
        .unknown_messages
        .iter()
        .map(|entry| (entry.key().clone(), entry.value().load(Ordering::Relaxed).into()))
        .collect();
    Ok(Json(json!({
        "status": if app.calls.store().is_healthy() { "ok" } else { "storage_unavailable" },
        "version": env!("CARGO_PKG_VERSION"),
        "now": app.calls.clock().now(),
        "live_calls": app.calls.feed().live_calls(),
        "awake_sessions": app.calls.awake(),
        "webhooks_denied": app.parts.denied.load(Ordering::Relaxed),
        "unknown_messages": unknown,
        "call_log_dropped": app.parts.call_log.dropped(),
    })))
}

/// Everything outside that the contract names beside the booking vendors.
const OTHERS: [&str; 2] = ["customerconnect", "twilio"];

/// `GET /api/health/{integration}`: how the connections to one vendor are, as far as the asker may
/// see them; 404 for what is no integration (P213).
pub(super) async fn integration(
    who: Principal,
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let known =
        name == BUILTIN || VENDORS.contains(&name.as_str()) || OTHERS.contains(&name.as_str());
    if !known {
        return Err(ApiError::not_found("integration"));
    }
    let mut items = breakers_of(&app, &who).await?;
    items.retain(|item| item["provider"] == name.as_str());
    let troubled = |item: &&Value| item["state"] != "closed" || item["status"] == "error";
    let status = match (items.len(), items.iter().filter(troubled).count()) {
        (0, _) => "not_configured",
        (_, 0) => "ok",
        (all, some) if all == some => "unavailable",
        _ => "degraded",
    };
    Ok(Json(json!({"integration": name, "status": status, "connections": items})))
}

/// `GET /api/circuit-breaker/status`: which connections are left alone for a while because they
/// fail (P214).
pub(super) async fn breakers(
    who: Principal,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
    let items = breakers_of(&app, &who).await?;
    Ok(Json(json!({"items": items, "next": null})))
}

async fn breakers_of(app: &App, who: &Principal) -> Result<Vec<Value>, ApiError> {
    let mut items = Vec::new();
    for org in app.calls.orgs().all() {
        if who.may(Role::Viewer, org.id()).is_err() {
            continue;
        }
        for connection in app.calls.store().connections(org.id()).await? {
            let health = app.calls.connections().health(&connection.id).await;
            items.push(json!({
                "org": org.id(),
                "connection_id": connection.id,
                "provider": connection.provider,
                "status": connection.status,
                "state": breaker(health),
            }));
        }
    }
    Ok(items)
}
