//! Tools outside of calls: the list with their definitions, and the development endpoint that
//! runs one (P089), and its lasting twin for those who set an org up.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::request::Parts;
use hookswitch_actors::booking::people;
use hookswitch_actors::tools::{GivenBody, Listing};
use hookswitch_actors::{CallFacts, OrgEntry, ToolRequest};
use hookswitch_storage::{Caller, Role, ToolCallId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::app::App;
use super::error::ApiError;
use super::extract::Path;
use super::identity::{Principal, bearer};
use super::orgs::reachable;

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
    State(app): State<App>,
    parts: Parts,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let token = bearer(&parts).filter(|_| app.parts.dev_endpoints);
    let token = token.ok_or_else(ApiError::forbidden)?;
    let who = Principal::of_token(&app, token).await.map_err(|_| ApiError::forbidden())?;
    let body = body?;
    let test: Test<'_> =
        serde_json::from_slice(&body).map_err(|error| ApiError::bad_json(error.to_string()))?;
    let org = reachable(&app, &who, Role::Org, &test.user_id)?;
    let arguments = test.tool_args.map_or_else(|| "{}".into(), |args| args.get().to_owned());
    run(&app, &org, test.tool_name, arguments, test.customer_phone.as_deref()).await
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
    who: Principal,
    State(app): State<App>,
    Path((org, name)): Path<(String, String)>,
    body: Result<Json<Trial>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Org, &org)?;
    if !app.calls.toolbox().faces().any(|face| face.name() == name) {
        return Err(ApiError::not_found("tool"));
    }
    let Json(trial) = body?;
    let arguments = Value::Object(trial.arguments).to_string();
    run(&app, &org, name, arguments, trial.caller.as_deref()).await
}

async fn run(
    app: &App,
    org: &Arc<OrgEntry>,
    name: String,
    arguments: String,
    caller: Option<&str>,
) -> Result<Json<Value>, ApiError> {
    let country = &org.settings().country;
    let number = caller.and_then(|text| people::phone(text, country));
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

/// The tools of the org's naming set as they are registered with Vapi (P044).
pub(super) async fn list(
    who: Principal,
    State(app): State<App>,
    Path(org): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Viewer, &org)?;
    let set = org.settings().tool_names;
    let url = app.public("/api/vapi/tools");
    let items: Vec<Value> = app
        .calls
        .toolbox()
        .faces()
        .filter(|face| {
            matches!(face.listing(), Listing::Both) || face.listing() == Listing::Set(set)
        })
        .map(|face| {
            json!({
                "type": "function",
                "async": false,
                "function": {
                    "name": face.name(),
                    "description": face.description(),
                    "parameters": face.schema(),
                },
                "server": {"url": url},
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null})))
}
