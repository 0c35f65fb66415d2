//! What Vapi is told of an org: its tools' definitions, its part of the prompt, and what is wrong with
//! either. Shows; sends nothing.

use axum::Json;
use axum::extract::State;
use hookswitch_actors::OrgEntry;
use hookswitch_actors::tools::{Face, prompt};
use hookswitch_storage::ConnectionStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::Query;
use super::lists::{PageQuery, listing, part};
use crate::vapi::{ServerBlock, described, lint};

/// `GET /api/orgs/{org}/tools`: the tools of the org's naming set as they are registered with Vapi
/// (P044).
pub(super) async fn tools(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let server = server(&app);
    let faces = part(faces(&app, &org), &page.page()?, |face| face.name().to_owned())?;
    Ok(listing(faces, |face| described(face, org.settings(), &server)))
}

/// Whose prompt.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// The name of an agent, for its own words as well.
    agent: Option<String>,
}

/// `GET /api/orgs/{org}/prompt`: what is written into the system prompt of the org's assistants.
pub(super) async fn prompt(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let agent = match which.agent {
        None => None,
        Some(name) => {
            let agent = app.calls.store().agent(org.id(), &name).await?;
            Some(agent.ok_or_else(|| ApiError::not_found("agent"))?)
        }
    };
    let own = agent.as_ref().and_then(|agent| agent.prompt.as_deref());
    let can_book = can_book(&app, &org).await?;
    Ok(Json(json!({"prompt": prompt::compose(org.settings(), can_book, own)})))
}

/// `GET /api/orgs/{org}/tools/lint`: what is wrong with the org's tools, and with the tools that its
/// prompt names.
pub(super) async fn lint(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
    let server = server(&app);
    let faces = faces(&app, &org);
    let definitions: Vec<Value> =
        faces.iter().map(|face| described(face, org.settings(), &server)).collect();
    let deadline = u64::try_from(app.parts.tool_deadline.as_millis()).unwrap_or(u64::MAX);
    let mut findings = lint::lint_tools(&definitions, deadline);
    let has: Vec<&str> = faces.iter().map(|face| face.name()).collect();
    let known: Vec<&str> = app.calls.toolbox().faces().map(Face::name).collect();
    let words = org.settings().prompt.as_deref().unwrap_or_default();
    findings.extend(lint::lint_prompt("prompt", words, &has, &known, false));
    for agent in app.calls.store().agents(org.id()).await? {
        let words = agent.prompt.as_deref().unwrap_or_default();
        let about = format!("agent {}", agent.name);
        findings.extend(lint::lint_prompt(&about, words, &has, &known, false));
    }
    findings.sort_by(|a, b| (a.severity, &a.about).cmp(&(b.severity, &b.about)));
    Ok(Json(json!({"ok": !lint::forbids(&findings), "items": findings})))
}

/// Whether a calendar is connected, so that there is something to book (P076).
async fn can_book(app: &App, org: &OrgEntry) -> Result<bool, ApiError> {
    let connections = app.calls.store().connections(org.id()).await?;
    Ok(connections.iter().any(|one| one.status == ConnectionStatus::Connected))
}

fn faces<'a>(app: &'a App, org: &OrgEntry) -> Vec<&'a Face> {
    let set = org.settings().tool_names;
    app.calls.toolbox().faces().filter(|face| face.is_listed_with(set)).collect()
}

/// The `server` object of tools, without its secret. Where nothing is configured that Vapi could
/// prove itself with, there is the URL alone.
fn server(app: &App) -> Value {
    let parts = &app.parts;
    match ServerBlock::of_tools(&parts.vapi, &parts.public_url, parts.tool_deadline) {
        Ok(block) => block.shown(),
        Err(_) => json!({"url": app.public("/api/vapi/tools")}),
    }
}
