//! Calls as operators read them: lists, one call, its events.

use axum::Json;
use axum::extract::State;
use hookswitch_storage::{CallId, CallKey, CallRecord, CallState as Which, Role};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::error::ApiError;
use super::extract::{Path, Query};
use super::identity::Principal;
use super::lists::{PageQuery, listing};
use super::orgs::reachable;
use super::view::{Audience, event_view, state_view};

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct CallsQuery {
    state: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub(super) async fn list(
    who: Principal,
    State(app): State<App>,
    Path(org): Path<String>,
    Query(query): Query<CallsQuery>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Viewer, &org)?;
    let which = match query.state.as_deref() {
        None => Which::Any,
        Some("live") => Which::Live,
        Some("ended") => Which::Ended,
        Some(_) => return Err(ApiError::invalid("state", "must be `live` or `ended`")),
    };
    let page = PageQuery::new(query.limit, query.cursor).page()?;
    let found = app.calls.store().calls(org.id(), which, &page).await?;
    let audience = Audience::of(who.role);
    Ok(listing(found, |record| record_view(record, audience)))
}

fn key(org: &hookswitch_storage::OrgId, call: &str) -> Result<CallKey, ApiError> {
    let call: CallId = call.parse().map_err(|_| ApiError::not_found("call"))?;
    Ok(CallKey { org: org.clone(), call })
}

pub(super) async fn get(
    who: Principal,
    State(app): State<App>,
    Path((org, call)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Viewer, &org)?;
    let key = key(org.id(), &call)?;
    let audience = Audience::of(who.role);
    let record = app.calls.store().call_record(&key).await?;
    let record = record.ok_or_else(|| ApiError::not_found("call"))?;
    let mut view = record_view(&record, audience);
    if let Some(state) = app.calls.known(&key).await {
        view["state"] = state_view(&state, audience);
    }
    Ok(Json(view))
}

pub(super) async fn events(
    who: Principal,
    State(app): State<App>,
    Path((org, call)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Viewer, &org)?;
    let key = key(org.id(), &call)?;
    let history = app.calls.store().call_history(&key).await?;
    let history = history.ok_or_else(|| ApiError::not_found("call"))?;
    let audience = Audience::of(who.role);
    let items: Vec<Value> = history
        .events
        .iter()
        .map(|stored| {
            json!({"seq": stored.seq, "at": stored.at, "event": event_view(&stored.event, audience)})
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn record_view(record: &CallRecord, audience: Audience) -> Value {
    json!({
        "call_id": record.key.call,
        "org": record.key.org,
        "direction": record.direction,
        "caller": {
            "number": record.caller.number.as_deref().map(|number| audience.number(number)),
            "name": record.caller.name,
        },
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "ended_reason": record.ended_reason,
        "report": record.report.as_ref().map(|report| json!({
            "cost": report.cost,
            "duration_seconds": report.duration_seconds,
            "summary": report.summary.as_deref().map(|text| audience.text(text)),
            "success_evaluation": report.success_evaluation,
        })),
    })
}
