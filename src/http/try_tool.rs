//! Tools run outside of calls: the development endpoint that runs one (P089), and its lasting twin for
//! those who set an org up.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::State;
use hookswitch_actors::booking::people;
use hookswitch_actors::tools::GivenBody;
use hookswitch_actors::{CallFacts, OrgEntry, ToolRequest};
use hookswitch_storage::{Caller, ToolCallId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::access::{Developer, Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{self, Body, Path};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Test<'a> {
    user_id: String,
    tool_name: String,
    #[serde(borrow)]
    #[schemars(with = "Map<String, Value>")]
    tool_args: Option<&'a RawValue>,
    customer_phone: Option<String>,
}

/// `POST /api/vapi/tools/test`: runs one tool for an org as if it had been called outside of any
/// call. 403 unless development endpoints are on and a token came with it.
pub(super) async fn test(
    Developer(signed): Developer,
    State(app): State<App>,
    body: axum::body::Body,
) -> Result<Json<Value>, ApiError> {
    let body = to_bytes(body, super::API_BODY).await.map_err(|_| ApiError::too_large())?;
    let test: Test<'_> = extract::object(&body)?;
    let Of { org, .. } = signed.of::<role::Org>(&app, test.user_id.as_str())?;
    let arguments = test.tool_args.map_or_else(|| "{}".into(), |args| args.get().to_owned());
    let caller = number(&org, "customerPhone", test.customer_phone.as_deref())?;
    run(&app, &org, test.tool_name, arguments, caller).await
}

/// What a tool is tried with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Trial {
    /// The tool's arguments; what the tool itself thinks of them is part of the answer.
    #[serde(default)]
    arguments: Map<String, Value>,
    /// The number that seems to call; without it the caller is anonymous.
    caller: Option<String>,
}

/// `POST /api/orgs/{org}/tools/{name}/try`: runs one tool as if it had been called outside of any
/// call. What it does is real: a booking is a booking.
pub(super) async fn try_one(
    Of { org, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([name]): Path<1>,
    body: Result<Body<Trial>, ApiError>,
) -> Result<Json<Value>, ApiError> {
    if !app.calls.toolbox().faces().any(|face| face.name() == name) {
        return Err(ApiError::not_found("tool"));
    }
    let Body(trial) = body?;
    let arguments = Value::Object(trial.arguments).to_string();
    let caller = number(&org, "caller", trial.caller.as_deref())?;
    run(&app, &org, name, arguments, caller).await
}

/// The number that seems to call. A mistyped one must not become an anonymous caller.
fn number(org: &OrgEntry, field: &str, text: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let problem = "is not a phone number; give it as `+15125550143`, or leave it out";
    let number = people::phone(text, &org.settings().country);
    number.map(Some).ok_or_else(|| ApiError::invalid(field, problem))
}

async fn run(
    app: &App,
    org: &Arc<OrgEntry>,
    name: String,
    arguments: String,
    number: Option<String>,
) -> Result<Json<Value>, ApiError> {
    let facts = CallFacts { caller: Caller { number, name: None }, ..CallFacts::default() };
    let request = ToolRequest { id: ToolCallId::ours(), name, arguments: Ok(arguments) };
    let started = Instant::now();
    let deadline = started + app.parts.tool_deadline;
    let given = app.calls.run_tools(org, &facts, vec![request], deadline).await;
    let given = given.first().map(Arc::clone).ok_or_else(|| ApiError::not_found("tool"))?;
    let (kind, text) = match &given.body {
        GivenBody::Result(text) => ("result", text),
        GivenBody::Error(text) => ("error", text),
    };
    let value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut answer = json!({"name": given.name, "success": given.success, "duration_ms": took});
    answer[kind] = value;
    Ok(Json(answer))
}
