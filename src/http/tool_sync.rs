//! Tools at Vapi: bringing an org's assistants up to date on request, what is linked where, and leftovers.
//! Owns how a run is told.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::ports::PlatformError;
use hookswitch_actors::{AgentReport, NumberReport, SyncError, SyncReport, ToolAction, ToolReport};
use hookswitch_storage::{AgentProblem, ToolLink};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, Signed, role};
use super::agents::DryRun;
use super::app::App;
use super::error::ApiError;
use super::extract::Query;
use super::lists::{PageQuery, listing, part};

/// Whether leftovers are removed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirm {
    /// Removes them; otherwise they are only told.
    #[serde(default)]
    confirm: bool,
}

/// Brings the assistants of an org up to date and waits for the end of it.
pub(super) async fn sync(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Query(DryRun { dry_run }): Query<DryRun>,
) -> Result<Json<Value>, ApiError> {
    let (calls, id) = (app.calls.clone(), org.id().clone());
    if !dry_run {
        let (store, now) = (calls.store(), calls.clock().now());
        store.audit_act(&id, &who.name, "tools.sync", id.as_str(), "tools", now).await?;
    }
    // Not cut short when the asker goes away.
    let run = tokio::spawn(async move { calls.sync_agents(&org, &who.name, dry_run).await });
    let report = run.await.map_err(|_| failed("failed", "the sync failed inside".into()))?;
    Ok(Json(told(&report.map_err(refused)?, dry_run)))
}

/// Every tool of the org on every assistant of it, as it was linked last (P133, P141).
pub(super) async fn links(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let links = app.calls.store().tool_links(org.id()).await?;
    let links = part(links, &page.page()?, |link| link.id.to_string())?;
    Ok(listing(links, link_view))
}

/// Leftovers of ours in the account.
pub(super) async fn prune(
    Signed { who, .. }: Signed<role::Admin>,
    State(app): State<App>,
    Query(Confirm { confirm }): Query<Confirm>,
) -> Result<Json<Value>, ApiError> {
    let pruned = app.calls.prune_tools(&who.name, confirm).await.map_err(refused)?;
    let leftovers: Vec<Value> = pruned
        .leftovers
        .iter()
        .map(|tool| json!({"name": tool.name, "vapi_tool_id": tool.vapi_tool_id, "why": tool.why}))
        .collect();
    Ok(Json(json!({"removed": pruned.removed, "leftovers": leftovers})))
}

fn refused(error: SyncError) -> ApiError {
    match error {
        SyncError::Platform(error) => failed(error.code(), error.to_string()),
        SyncError::Store(error) => error.into(),
    }
}

/// What Vapi has against it is not the asker's fault, and its status is not ours.
pub(super) fn failed(code: &str, message: String) -> ApiError {
    let status = match code {
        "no_key" | "no_public_url" | "no_proof" => StatusCode::CONFLICT,
        _ => StatusCode::BAD_GATEWAY,
    };
    let code = match code {
        "no_key" => "no_key",
        "no_public_url" => "no_public_url",
        "no_proof" => "no_proof",
        "key_refused" => "key_refused",
        _ => "vapi_failed",
    };
    let (message, hint) = match message.split_once("; ") {
        Some((message, hint)) => (message.to_owned(), hint.to_owned()),
        None => (message, "`hookswitch doctor` looks at what is needed".to_owned()),
    };
    ApiError::new(status, code, message, hint)
}

fn link_view(link: &ToolLink) -> Value {
    json!({
        "id": link.id,
        "org_id": link.org,
        "assistant_id": link.assistant_id,
        "tool_name": link.tool_name,
        "variant": link.variant,
        "vapi_tool_id": link.vapi_tool_id,
        "description": link.description,
        "enabled": link.enabled,
        "definition_hash": link.definition_hash,
        "is_system": link.is_system,
        "tags": link.tags,
        "metadata": {"creator": link.creator},
        "created_at": link.created_at,
        "updated_at": link.updated_at,
    })
}

fn told(report: &SyncReport, dry_run: bool) -> Value {
    let tools: Vec<Value> = report.tools.iter().map(tool_view).collect();
    let agents: Vec<Value> = report.agents.iter().map(agent_view).collect();
    let numbers: Vec<Value> = report.numbers.iter().map(number_view).collect();
    json!({"dry_run": dry_run, "tools": tools, "agents": agents, "phone_numbers": numbers})
}

fn number_view(report: &NumberReport) -> Value {
    json!({
        "id": report.id,
        "number": report.number,
        "synced": report.problem.is_none(),
        "says": says(report.problem.as_ref()),
        "changed": report.changed,
        "changes": report.lines,
        "findings": report.findings,
    })
}

fn says(problem: Option<&AgentProblem>) -> Option<String> {
    problem.map(|problem| format!("not synced: {}", problem.message))
}

fn tool_view(tool: &ToolReport) -> Value {
    let action = match tool.action {
        ToolAction::Created => "created",
        ToolAction::Adopted => "adopted",
        ToolAction::Updated => "updated",
        ToolAction::Unchanged => "unchanged",
    };
    json!({
        "name": tool.name,
        "variant": tool.variant,
        "vapi_tool_id": tool.vapi_tool_id,
        "definition_hash": tool.definition_hash,
        "action": action,
        "drift": tool.drift,
    })
}

fn agent_view(report: &AgentReport) -> Value {
    json!({
        "name": report.agent.name,
        "assistant_id": report.agent.assistant_id,
        "assistant_name": report.assistant_name,
        "direction": report.agent.direction,
        "synced": report.problem.is_none(),
        "says": says(report.problem.as_ref()),
        "changed": report.changed,
        "tools": report.tools,
        "linked": report.linked,
        "unlinked": report.unlinked,
        "changes": report.lines,
        "findings": report.findings,
    })
}

/// Whether tools can be registered: what `doctor` tells.
pub(super) async fn account(
    _: Signed<role::Admin>,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
    let found: Result<usize, PlatformError> = app.calls.count_registered_tools().await;
    Ok(Json(match found {
        Ok(count) => json!({"ok": true, "tools": count, "code": null, "problem": null}),
        Err(error) => {
            json!({"ok": false, "tools": null, "code": error.code(), "problem": error.to_string()})
        }
    }))
}
