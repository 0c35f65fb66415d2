//! Is the server alive, is it ready, how is it? The first two say nothing else to a stranger.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::StreamExt;
use hookswitch_actors::booking::BUILTIN;
use hookswitch_actors::ports::DirectoryError;
use hookswitch_actors::{Condition, Counts, DirectoryHealth, OrgEntry, connection_warning};
use hookswitch_storage::Settings;
use serde_json::{Map, Value, json};

use super::access::{Anyone, Signed, role};
use super::app::App;
use super::connections::{breaker, reconnect_url, remedy as connection_remedy};
use super::error::ApiError;
use super::extract::{Path, Query};
use super::lists::{PageQuery, listing, part};

pub(super) async fn live(_: Anyone) -> Json<Value> {
    Json(json!({"status": "ok"}))
}

pub(super) async fn ready(_: Anyone, State(app): State<App>) -> (StatusCode, Json<Value>) {
    let stopping = *app.parts.stopping.borrow();
    if app.calls.store().is_healthy() && !stopping {
        (StatusCode::OK, Json(json!({"status": "ready"})))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "not ready"})))
    }
}

pub(super) async fn health(
    _: Signed<role::Admin>,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
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

/// The customer directory.
const DIRECTORY: &str = "customerconnect";

/// What messages are sent through: texts and e-mail.
const MESSENGERS: [&str; 2] = [TWILIO, SMTP];
const TWILIO: &str = "twilio";
const SMTP: &str = "smtp";

/// `GET /api/health/{integration}`: how the connections to one vendor are, as far as the asker may
/// see them; 404 for what is no integration (P213).
pub(super) async fn integration(
    signed: Signed<role::Any>,
    State(app): State<App>,
    Path([name]): Path<1>,
) -> Result<Json<Value>, ApiError> {
    let is = |named: &&str| *named == name;
    let vendors = app.parts.entry.names();
    if ![BUILTIN, DIRECTORY].iter().chain(&vendors).chain(&MESSENGERS).any(is) {
        return Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is no such integration",
            format!(
                "there are {BUILTIN}, {}, {DIRECTORY}, {}",
                vendors.join(", "),
                MESSENGERS.join(", ")
            ),
        ));
    }
    let mut items = breakers_of(&app, &signed).await?;
    items.retain(|item| item["provider"] == name.as_str());
    if let Some(carrier) = MESSENGERS.into_iter().find(is) {
        items = carriers_of(&app, &signed, carrier).await;
    }
    let troubled = |item: &&Value| {
        item["state"] != "closed" || item["status"] == "error" || !item["problem"].is_null()
    };
    let status = match (items.len(), items.iter().filter(troubled).count()) {
        (0, _) => "not_configured",
        (_, 0) if items.iter().all(|item| item["warning"].is_null()) => "ok",
        (all, some) if all == some => "unavailable",
        // It works, and will not for long unless somebody acts.
        _ => "degraded",
    };
    Ok(Json(json!({"integration": name, "status": status, "connections": items})))
}

/// `GET /api/circuit-breaker/status`: which connections are left alone for a while because they
/// fail (P214) or asked for it, and what is left of what they allow.
pub(super) async fn breakers(
    signed: Signed<role::Any>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let key = |item: &Value| format!("{} {}", item["org"], item["connection_id"]);
    let items = part(breakers_of(&app, &signed).await?, &page.page()?, key)?;
    Ok(listing(items, Value::clone))
}

async fn breakers_of(app: &App, signed: &Signed<role::Any>) -> Result<Vec<Value>, ApiError> {
    let mut items = Vec::new();
    for org in signed.orgs(app) {
        for connection in app.calls.store().connections(org.id()).await? {
            let standing = app.calls.connections().condition(&connection.id).await;
            let mut item = standing_view(app, &standing.unwrap_or_default());
            let pulse = app.calls.pulse(&connection.id).unwrap_or_default();
            // A single slip is nothing that anybody need know.
            let problem = pulse.problem.as_ref().filter(|_| pulse.is_down());
            let hint = problem.map(|error| connection_remedy(app, &connection, error));
            item.insert("org".into(), json!(org.id()));
            item.insert("connection_id".into(), json!(connection.id));
            item.insert("provider".into(), json!(connection.provider));
            item.insert("status".into(), json!(connection.status));
            item.insert("last_success_at".into(), json!(pulse.last_success_at));
            item.insert("last_failure_at".into(), json!(pulse.last_failure_at));
            item.insert("problem".into(), json!(problem.map(ToString::to_string)));
            item.insert("hint".into(), json!(hint));
            let warning = connection_warning(&connection, app.calls.clock().now());
            item.insert("warning".into(), json!(warning));
            item.insert("reconnect_url".into(), json!(reconnect_url(app, &connection)));
            items.push(item.into());
        }
        if let Some(health) = app.calls.directories().health(&org).await {
            items.push(directory_view(app, &org, &health));
        }
    }
    Ok(items)
}

/// Accounts that are asked at once.
const ASKED_AT_ONCE: usize = 8;

/// Of an account that texts are sent with and whose reports nobody can believe.
const UNHEARD: &str = "nothing that Twilio posts can be believed, neither what became of a message nor \
    STOP; set `twilio.auth_token` beside the API key";

fn is_unheard(settings: &Settings) -> bool {
    let account = settings.twilio.as_ref().filter(|twilio| twilio.account_sid.is_some());
    account.is_some_and(|twilio| twilio.auth_token.is_none())
}

/// The accounts that messages of a kind are sent with, each asked whether it can be used.
async fn carriers_of(app: &App, signed: &Signed<role::Any>, carrier: &'static str) -> Vec<Value> {
    let asked = signed.orgs(app).into_iter().map(|org| async move {
        let checked = if carrier == SMTP {
            app.calls.check_mailer(&org).await?
        } else {
            app.calls.check_messenger(&org).await?
        };
        let status = if checked.is_ok() { "connected" } else { "error" };
        let unheard = carrier == TWILIO && is_unheard(org.settings());
        Some(json!({
            "org": org.id(),
            "connection_id": null,
            "provider": carrier,
            "status": status,
            "state": "closed",
            "problem": checked.err().map(|error| error.to_string()),
            "warning": unheard.then_some(UNHEARD),
            "reconnect_url": null,
        }))
    });
    let answers = futures_util::stream::iter(asked).buffered(ASKED_AT_ONCE);
    answers.filter_map(std::future::ready).collect().await
}

/// A customer directory among the connections; it has no id of its own.
fn directory_view(app: &App, org: &OrgEntry, health: &DirectoryHealth) -> Value {
    let mut view = standing_view(app, &health.condition);
    let status = if health.trouble.is_some() { "error" } else { "connected" };
    let own = [
        ("org", json!(org.id())),
        ("connection_id", Value::Null),
        ("provider", json!(DIRECTORY)),
        ("status", json!(status)),
        ("last_success_at", json!(health.last_success_at)),
        ("last_failure_at", json!(health.last_failure_at)),
        ("problem", json!(health.trouble.as_ref().map(ToString::to_string))),
        ("hint", json!(health.trouble.as_ref().map(remedy))),
        ("warning", Value::Null),
        ("reconnect_url", Value::Null),
    ];
    view.extend(own.map(|(name, value)| (name.to_owned(), value)));
    view.into()
}

/// How a connection stands, whoever it is to.
fn standing_view(app: &App, standing: &Condition) -> Map<String, Value> {
    let ago = |ago| app.calls.clock().now().checked_sub(ago).ok();
    let mut view = Map::new();
    view.insert("state".into(), breaker(standing.health).into());
    view.insert("failures".into(), standing.failures.into());
    view.insert("since".into(), json!(standing.since.and_then(ago)));
    // Rounded up: who comes back then is not refused again.
    let seconds = |rest: Duration| rest.as_secs_f64().ceil();
    view.insert("retry_in_seconds".into(), json!(standing.retry_in.map(seconds)));
    view.insert("waiting".into(), standing.waiting.into());
    view.insert("under_way".into(), standing.under_way.into());
    view.insert("quota".into(), quota(standing));
    view
}

/// What is left of each allowance at this moment.
pub(super) fn quota(standing: &Condition) -> Value {
    let left = standing.quota.iter().map(|left| {
        json!({
            "of": match left.of {
                Counts::Requests => "requests",
                Counts::Bookings => "bookings",
            },
            "requests": left.requests,
            "within_seconds": left.within.as_secs_f64(),
            "remaining": left.remaining,
        })
    });
    left.collect()
}

fn remedy(error: &DirectoryError) -> &'static str {
    match error {
        DirectoryError::KeyRefused => "set `customerconnect.api_key` anew",
        DirectoryError::Refused { .. } => "correct `customerconnect.workspace_id`",
        DirectoryError::RateLimited { .. } => "wait; calls go on without customer history",
        DirectoryError::Unavailable | DirectoryError::Late | DirectoryError::Unreadable => {
            "look at CustomerConnect's own status; it is asked again by itself"
        }
    }
}
