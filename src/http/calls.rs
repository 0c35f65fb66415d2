//! Calls as operators read them: lists, one call, its events.

use axum::Json;
use axum::extract::State;
use hookswitch_storage::{CallId, CallKey, CallRecord, CallState as Which};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{Path, Query};
use super::lists::{PageQuery, listing, part};
use super::view::{Audience, event_view, state_view};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallsQuery {
    /// `live` or `ended`; both if absent.
    state: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub(super) async fn list(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(query): Query<CallsQuery>,
) -> Result<Json<Value>, ApiError> {
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
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Path([call]): Path<1>,
) -> Result<Json<Value>, ApiError> {
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
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Path([call]): Path<1>,
    page: Result<Query<PageQuery>, ApiError>,
) -> Result<Json<Value>, ApiError> {
    let key = key(org.id(), &call)?;
    let Query(page) = page?;
    let history = app.calls.store().call_history(&key).await?;
    let history = history.ok_or_else(|| ApiError::not_found("call"))?;
    let audience = Audience::of(who.role);
    let events = part(history.events, &page.page()?, |stored| format!("{:020}", stored.seq))?;
    Ok(listing(
        events,
        |stored| json!({"seq": stored.seq, "at": stored.at, "event": event_view(&stored.event, audience)}),
    ))
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
