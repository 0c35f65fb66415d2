//! Voice agents: "Save Agent" answers at once, and the assistant at Vapi follows behind it. Owns how an agent
//! is entered and shown.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::{BackError, OrgEntry};
use hookswitch_storage::{Agent, AgentSync, Direction, SaveAgent, SaveAgentOutcome};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::claims;
use super::error::ApiError;
use super::extract::{Body, Path, Query, given};
use super::lists::{PageQuery, listing, part};
use super::openapi::names;

/// Longest instructions of one agent, characters.
const LONGEST_PROMPT: usize = 20_000;

/// An agent as it is saved; what is absent stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentDocument {
    /// Vapi's id of the assistant that it is.
    assistant_id: String,
    /// `inbound` or `outbound`; a new agent needs it.
    #[serde(default)]
    #[schemars(schema_with = "names::direction")]
    direction: Option<Direction>,
    /// Instructions for this agent, beside those of the organisation; `null` or an empty text for none.
    #[serde(default, deserialize_with = "given")]
    prompt: Option<Option<String>>,
}

/// Whether something is only told, or done.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DryRun {
    /// Changes nothing, and tells what would change.
    #[serde(default)]
    pub(super) dry_run: bool,
}

pub(super) async fn put(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([name]): Path<1>,
    body: Result<Body<AgentDocument>, ApiError>,
) -> Result<Json<Value>, ApiError> {
    let Body(document) = body?;
    let wanted = SaveAgent {
        org: org.id().clone(),
        name: name_of(&name)?,
        assistant_id: assistant_id(&document.assistant_id)?,
        direction: document.direction.map(direction).transpose()?,
        prompt: document.prompt.map(prompt).transpose()?,
    };
    if wanted.direction.is_none()
        && app.calls.store().agent(org.id(), &wanted.name).await?.is_none()
    {
        return Err(ApiError::invalid("direction", "is missing, and a new agent needs it"));
    }
    claims::assistant(&app, &who, org.settings(), &wanted.assistant_id)?;
    match app.calls.save_agent(wanted, &who.name).await? {
        SaveAgentOutcome::Saved { agent, .. } => {
            let agent = *agent;
            Ok(Json(view(&app, &agent, true)))
        }
        SaveAgentOutcome::NoOrg => Err(ApiError::not_found("org")),
        SaveAgentOutcome::OfAnotherOrg => Err(ApiError::new(
            StatusCode::CONFLICT,
            "already_used",
            "`assistant_id`: the assistant is used by another org",
            "each assistant belongs to one org",
        )),
        SaveAgentOutcome::OfAnotherAgent(other) => Err(ApiError::new(
            StatusCode::CONFLICT,
            "already_used",
            format!("`assistant_id`: the agent `{other}` has this assistant"),
            "give each agent an assistant of its own",
        )),
        SaveAgentOutcome::TooMany => Err(ApiError::new(
            StatusCode::CONFLICT,
            "too_many",
            "the org has as many agents as it may",
            "save one of those that there are with another assistant",
        )),
    }
}

pub(super) async fn list(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let agents = app.calls.store().agents(org.id()).await?;
    let jobs = app.calls.store().jobs(org.id()).await?;
    let agents = part(agents, &page.page()?, |agent| agent.name.clone())?;
    Ok(listing(agents, |agent| {
        let id = agent.job_id();
        view(&app, agent, jobs.iter().any(|job| job.id == id))
    }))
}

/// Removes an agent; what is ours is taken off its assistant behind the answer.
pub(super) async fn remove(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([name]): Path<1>,
) -> Result<StatusCode, ApiError> {
    match app.calls.remove_agent(org.id(), &name, &who.name).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("agent")),
    }
}

/// Puts the agent's assistant back to what it was before it was changed last.
pub(super) async fn rollback(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([name]): Path<1>,
    Query(DryRun { dry_run }): Query<DryRun>,
) -> Result<Json<Value>, ApiError> {
    let agent = find(&app, &org, &name).await?;
    let calls = app.calls.clone();
    // Not cut short when the asker goes away.
    let back = tokio::spawn(async move {
        calls.roll_agent_back(&agent, &who.name, dry_run).await.map(|plan| (agent, plan))
    });
    let back = back.await.map_err(|_| ApiError::not_found("agent"))?;
    let (agent, plan) = back.map_err(not_back)?;
    Ok(Json(json!({"agent": agent.name, "dry_run": dry_run, "changes": plan.lines})))
}

/// Why something was not put back.
pub(super) fn not_back(error: BackError) -> ApiError {
    match error {
        BackError::NothingKept => ApiError::new(
            StatusCode::CONFLICT,
            "nothing_kept",
            error.to_string(),
            "`GET /api/orgs/{org}/agents` and `.../phone-numbers` show what was ever brought up to date",
        ),
        BackError::Failed { code, message } => super::tool_sync::failed(&code, message),
    }
}

async fn find(app: &App, org: &OrgEntry, name: &str) -> Result<Agent, ApiError> {
    let found = app.calls.store().agent(org.id(), name).await?;
    found.ok_or_else(|| ApiError::not_found("agent"))
}

fn name_of(text: &str) -> Result<String, ApiError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=60).contains(&text.len()) && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    let problem = "must have 1 to 60 letters, digits, `-`, `_` or `.`";
    Err(ApiError::invalid("name", problem))
}

fn assistant_id(text: &str) -> Result<String, ApiError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if (1..=100).contains(&text.len()) && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    let problem = "must be Vapi's id of an assistant, as its dashboard shows it";
    Err(ApiError::invalid("assistant_id", problem))
}

fn direction(direction: Direction) -> Result<Direction, ApiError> {
    match direction {
        Direction::Inbound | Direction::Outbound => Ok(direction),
        Direction::Web => Err(ApiError::invalid("direction", "must be `inbound` or `outbound`")),
    }
}

fn prompt(text: Option<String>) -> Result<Option<String>, ApiError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_PROMPT) {
        return Err(ApiError::invalid("prompt", "must have at most 20000 characters"));
    }
    Ok(text)
}

/// An agent as it is shown; `waits` if its assistant is still to follow.
pub(super) fn view(app: &App, agent: &Agent, waits: bool) -> Value {
    json!({
        "name": agent.name,
        "assistant_id": agent.assistant_id,
        "direction": agent.direction,
        "prompt": agent.prompt,
        "created_at": agent.created_at,
        "updated_at": agent.updated_at,
        "sync": sync_view(app, &agent.sync, waits),
    })
}

/// How far something at Vapi has followed, as it is shown; `waits` if it is still to.
pub(super) fn sync_view(app: &App, sync: &AgentSync, waits: bool) -> Value {
    let ready = app.calls.platform_ready();
    let (state, says) = match (&ready, &sync.problem) {
        (Err(error), _) => ("not_synced", Some(format!("not synced: {error}"))),
        (_, Some(problem)) => ("not_synced", Some(format!("not synced: {}", problem.message))),
        _ if sync.rolled_back => (
            "rolled_back",
            Some("put back to an earlier state; save it, or run a sync, to go on".to_owned()),
        ),
        _ if waits || sync.synced_at.is_none() => ("waiting", None),
        _ => ("synced", None),
    };
    json!({
        "state": state,
        "says": says,
        "synced_at": sync.synced_at,
        "tried_at": sync.tried_at,
        "findings": sync.findings,
    })
}
