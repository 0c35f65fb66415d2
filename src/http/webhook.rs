//! Webhooks: whose they are, whether they are genuine, and what they are answered. Genuineness is
//! settled on the raw bytes before anything is parsed; once it is, Vapi always gets a 200 (K3, R7).

mod answers;
mod body;
mod facts;
mod questions;
mod whose;

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use hookswitch_actors::booking::phrases;
use hookswitch_actors::{CallFacts, Heard, OrgEntry, ToolRequest};
use hookswitch_storage::{CallKey, ToolCallId, WebhookId};

use super::access::FromVapi;
use super::app::App;
use super::call_log::Exchange;
use super::error::ApiError;
use super::extract::Path;
use super::probe;
use crate::vapi::{
    CallInfo, DecodeError, Direct, Inbound, Kind, Single, ToolCall, decode, decode_direct,
    legacy_direct_body, legacy_function_body, results_body,
};
use answers::{answered, org_unknown};
pub(super) use body::Strangers;
use facts::{call_facts, facts_of};
use questions::answer_question;
use whose::{Marks, Sender, Whose};

/// `POST /webhook/{webhook_id}`: every message of one org.
pub(super) async fn of_org(
    _: FromVapi,
    State(app): State<App>,
    Path([id]): Path<1>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let arrived = Instant::now();
    let org = id.parse::<WebhookId>().ok().and_then(|id| app.calls.orgs().by_webhook(&id));
    let org = org.ok_or_else(|| ApiError::not_found("webhook"))?;
    let sender = whose::sender_of_org(&app, &org, &uri, &headers)?;
    let body = app.parts.strangers.read(sender, &headers, body).await?;
    if sender == Sender::Stranger {
        whose::verify_org(&app, &org, &uri, &headers, &body.bytes)?;
    }
    let body = body.bytes;
    let inbound = decode(&body).map_err(malformed)?;
    if let Some(answer) = probe::answer(&app, &inbound.kind_text, &body) {
        return Ok(json(Bytes::from(answer)));
    }
    whose::note_other_marks(&app, &org, &inbound.call);
    answer(&app, Some(org), inbound, body, arrived).await
}

/// `POST /webhook/vapi`, `/api/vapi/webhook` and `/api/vapi/tools`: every message of every org.
pub(super) async fn shared(
    _: FromVapi,
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let arrived = Instant::now();
    let sender = whose::sender_of_shared(&app, &uri, &headers)?;
    let body = app.parts.strangers.read(sender, &headers, body).await?;
    let inbound = decode(&body.bytes);
    let marks = inbound.as_ref().map(|inbound| Marks::of_call(&inbound.call)).unwrap_or_default();
    let whose = whose::of_shared(&app, &marks, &uri, &headers, &body.bytes)?;
    let body = body.bytes;
    let org = match whose {
        Whose::Org(org) => Some(org),
        Whose::Nobodys => None,
    };
    answer(&app, org, inbound.map_err(malformed)?, body, arrived).await
}

/// `POST /api/vapi/tools/calendar/check`: the camel set's free slots by its own path (P160).
pub(super) async fn calendar_check(
    vapi: FromVapi,
    app: State<App>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    one_tool(vapi, app, Path(["checkAvailability".to_owned()]), uri, headers, body).await
}

/// `POST /api/vapi/tools/{name}`: one tool, in an envelope or called directly.
pub(super) async fn one_tool(
    _: FromVapi,
    State(app): State<App>,
    Path([name]): Path<1>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let arrived = Instant::now();
    let sender = whose::sender_of_shared(&app, &uri, &headers)?;
    let body = app.parts.strangers.read(sender, &headers, body).await?;
    let direct = decode_direct(&body.bytes, &name);
    let marks = match &direct {
        Ok(Direct::Envelope(inbound)) => Marks::of_call(&inbound.call),
        Ok(Direct::Single(single)) => Marks::of_single(single),
        Err(_) => Marks::default(),
    };
    let whose = whose::of_shared(&app, &marks, &uri, &headers, &body.bytes)?;
    let body = body.bytes;
    let org = match whose {
        Whose::Org(org) => Some(org),
        Whose::Nobodys => None,
    };
    match direct.map_err(malformed)? {
        Direct::Envelope(inbound) => answer(&app, org, inbound, body, arrived).await,
        Direct::Single(single) => answer_single(&app, org, single, body, arrived).await,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function in map_err")]
fn malformed(error: DecodeError) -> ApiError {
    ApiError::bad_json(error.to_string())
}

/// Answers a genuine message; `org` is `None` if it belongs to nobody we know (P093).
async fn answer(
    app: &App,
    org: Option<Arc<OrgEntry>>,
    inbound: Inbound,
    body: Bytes,
    arrived: Instant,
) -> Result<Response, ApiError> {
    let delivery = inbound.delivery();
    let Inbound { kind_text, call, kind, timestamp } = inbound;
    log_received(app, org.as_deref(), &kind_text, &call, &kind);
    let facts = call_facts(org.as_deref(), &call);
    let worth_keeping = !is_stream(&kind_text, &kind);
    let answer = match (&org, kind) {
        (_, Kind::Missing) => {
            return Err(ApiError::bad_json("`message.type` is missing"));
        }
        (Some(org), Kind::ToolCalls(calls)) => {
            results_body(&run(app, org, &facts, calls, arrived).await)
        }
        (Some(org), Kind::FunctionCall(call)) => {
            let answers = run(app, org, &facts, vec![call], arrived).await;
            answers.first().map(legacy_function_body).unwrap_or_default()
        }
        (None, Kind::ToolCalls(calls)) => {
            let answers: Vec<_> = calls.iter().map(org_unknown).collect();
            results_body(&answers)
        }
        (None, Kind::FunctionCall(call)) => legacy_function_body(&org_unknown(&call)),
        (org, Kind::Question(question)) => {
            answer_question(app, org.as_ref(), &facts, question, delivery).await
        }
        (org, kind) => {
            if kind == Kind::Unknown {
                app.count_unknown(&kind_text);
            }
            if let (Kind::StatusUpdate { refusal: Some(_), .. }, Some(org)) = (&kind, org) {
                let call = facts.id.as_ref().map(|id| id.as_str());
                // The words may repeat what we said of the caller, so that the log has none.
                tracing::warn!(org.id = %org.id(), call.id = call, "Vapi could not accept a call; its warnings say why");
            }
            if let Some(org) = org {
                let heard = Heard { facts: facts_of(org, kind, timestamp), delivery };
                app.calls.note(org, &facts, heard).await;
            }
            b"{}".to_vec()
        }
    };
    let answer = Bytes::from(answer);
    if worth_keeping {
        keep(app, org.as_deref(), &facts, body, &answer);
    }
    Ok(json(answer))
}

/// Messages that come many times a second or repeat the whole conversation: what they say is kept
/// as events, their bodies would only fill the disk.
fn is_stream(kind_text: &str, kind: &Kind) -> bool {
    match kind {
        Kind::ConversationUpdate { .. } | Kind::SpeechUpdate { .. } => true,
        Kind::Transcript { is_final, .. } => !is_final,
        _ => matches!(kind_text, "model-output" | "voice-input" | "assistant.speechStarted"),
    }
}

/// Answers a call in a short form: `results[]` when it came with an id, else `toolResult`.
async fn answer_single(
    app: &App,
    org: Option<Arc<OrgEntry>>,
    single: Single,
    body: Bytes,
    arrived: Instant,
) -> Result<Response, ApiError> {
    let mut facts = call_facts(org.as_deref(), &single.call);
    // A call object makes it part of a conversation, whatever the form.
    facts.direct = single.call == CallInfo::default();
    let has_id = single.id.is_some();
    let call = ToolCall { id: single.id, name: Some(single.name), arguments: single.arguments };
    let answer = match &org {
        Some(org) if has_id => results_body(&run(app, org, &facts, vec![call], arrived).await),
        Some(org) => {
            let given = run_raw(app, org, &facts, vec![call], arrived).await;
            match given.first() {
                Some(given) => {
                    legacy_direct_body(&answers::direct_content(given), given.speech.as_deref())
                }
                None => Vec::new(),
            }
        }
        None if has_id => results_body(&[org_unknown(&call)]),
        None => legacy_direct_body(&answers::org_unknown_content(), Some(phrases::org_not_found())),
    };
    let answer = Bytes::from(answer);
    keep(app, org.as_deref(), &facts, body, &answer);
    Ok(json(answer))
}

async fn run(
    app: &App,
    org: &Arc<OrgEntry>,
    facts: &CallFacts,
    mut calls: Vec<ToolCall>,
    arrived: Instant,
) -> Vec<crate::vapi::ToolAnswer> {
    for call in &mut calls {
        call.id.get_or_insert_with(ToolCallId::ours);
    }
    let ids: Vec<ToolCallId> = calls.iter().filter_map(|call| call.id.clone()).collect();
    let given = run_raw(app, org, facts, calls, arrived).await;
    let mut answers: Vec<_> =
        ids.iter().zip(&given).map(|(id, given)| answered(id, given)).collect();
    if answers.len() > 1 {
        // A sentence of one answer would silence the model about all others (R3).
        answers.iter_mut().for_each(|answer| answer.message = None);
    }
    answers
}

async fn run_raw(
    app: &App,
    org: &Arc<OrgEntry>,
    facts: &CallFacts,
    calls: Vec<ToolCall>,
    arrived: Instant,
) -> Vec<Arc<hookswitch_actors::tools::Given>> {
    let requests = calls
        .into_iter()
        .map(|call| ToolRequest {
            id: call.id.unwrap_or_else(ToolCallId::ours),
            name: call.name.unwrap_or_default(),
            arguments: call.arguments.map_err(|error| error.to_string()),
        })
        .collect();
    let deadline = arrived + app.parts.tool_deadline;
    app.calls.run_tools(org, facts, requests, deadline).await
}

/// Longest message type that is logged, bytes; Vapi's own are half as long.
const MAX_KIND: usize = 80;

/// Tool calls of one message that are logged; no more are run.
const MAX_LOGGED: usize = 32;

/// Names, ids and argument keys; never a value of an argument (P261, K16).
fn log_received(app: &App, org: Option<&OrgEntry>, kind: &str, call: &CallInfo, content: &Kind) {
    let (org, call) = (org.map(|org| org.id().as_str()), call.id.as_ref().map(|id| id.as_str()));
    let tools = match content {
        Kind::ToolCalls(calls) => calls.as_slice(),
        Kind::FunctionCall(call) => std::slice::from_ref(call),
        _ => &[],
    };
    let kind = if kind.len() > MAX_KIND { "(too long)" } else { kind };
    tracing::debug!(org.id = org, call.id = call, kind, tools = tools.len(), "webhook received");
    for tool in tools.iter().take(MAX_LOGGED) {
        let face = tool.name.as_deref().and_then(|name| app.calls.toolbox().face(name));
        let (name, known) = match face {
            Some(face) => (face.name(), face.argument_names()),
            // The model wrote it: it may be anything, and of any length.
            None => ("unknown", [].as_slice()),
        };
        let id = tool.id.as_ref().map(ToolCallId::as_str);
        let keys = tool.arguments.as_ref().map(|text| argument_keys(text, known));
        let keys = keys.unwrap_or_default();
        tracing::info!(
            org.id = org,
            call.id = call,
            tool.name = name,
            tool.id = id,
            keys,
            "tool called"
        );
    }
}

/// The keys that the tool knows, and how many others there are: a model may write anything there.
fn argument_keys(text: &str, known: &[String]) -> String {
    type Keys = std::collections::BTreeMap<String, serde::de::IgnoredAny>;
    let keys: Keys = serde_json::from_str(text).unwrap_or_default();
    let (shown, others): (Vec<_>, Vec<_>) = keys.into_keys().partition(|key| known.contains(key));
    let shown = shown.join(",");
    if others.is_empty() { shown } else { format!("{shown} and {} others", others.len()) }
}

fn keep(app: &App, org: Option<&OrgEntry>, facts: &CallFacts, body: Bytes, answer: &Bytes) {
    let (Some(org), Some(call)) = (org, &facts.id) else { return };
    let key = CallKey { org: org.id().clone(), call: call.clone() };
    let answer = (answer.as_ref() != b"{}").then(|| answer.clone());
    app.parts.call_log.add(Exchange { key, at: app.calls.clock().now(), body, answer });
}

fn json(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
