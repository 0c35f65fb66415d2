//! What operations on agents and registered tools answer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;

use crate::http::openapi::names;

/// A voice agent.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct Agent {
    name: String,
    assistant_id: String,
    #[schemars(schema_with = "names::direction")]
    direction: String,
    prompt: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    sync: AgentSync,
}

/// How far its assistant has followed.
#[derive(JsonSchema)]
struct AgentSync {
    /// `waiting`, `synced`, `not_synced` or `rolled_back`.
    state: String,
    /// Why not, and what to do.
    says: Option<String>,
    synced_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    /// What was changed by hand and put back.
    findings: Vec<String>,
}

/// What a rollback changed, or would.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct Rollback {
    agent: String,
    dry_run: bool,
    changes: Vec<String>,
}

/// A phone number at Vapi that the settings name.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct PhoneNumber {
    /// Vapi's id of it.
    id: String,
    /// The number itself, once it is known.
    number: Option<String>,
    /// Who takes its calls; `null` where Vapi asks for each.
    assistant_id: Option<String>,
    fallback: Option<String>,
    sync: AgentSync,
}

/// What putting a phone number back changed, or would.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct NumberRollback {
    phone_number: String,
    dry_run: bool,
    changes: Vec<String>,
}

/// What a sync did, or would do.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct ToolSync {
    dry_run: bool,
    tools: Vec<SyncedTool>,
    agents: Vec<SyncedAgent>,
    phone_numbers: Vec<SyncedNumber>,
}

#[derive(JsonSchema)]
struct SyncedNumber {
    /// Vapi's id of it.
    id: String,
    number: Option<String>,
    synced: bool,
    says: Option<String>,
    changed: bool,
    changes: Vec<String>,
    findings: Vec<String>,
}

#[derive(JsonSchema)]
struct SyncedTool {
    name: String,
    /// Empty for the usual one; otherwise what the org's settings make different.
    variant: String,
    vapi_tool_id: Option<String>,
    /// SHA-256 of the definition.
    definition_hash: String,
    /// `created`, `adopted`, `updated` or `unchanged`.
    action: String,
    /// What somebody had done to it by hand.
    drift: Option<String>,
}

#[derive(JsonSchema)]
struct SyncedAgent {
    name: String,
    assistant_id: String,
    assistant_name: Option<String>,
    #[schemars(schema_with = "names::direction")]
    direction: String,
    synced: bool,
    says: Option<String>,
    changed: bool,
    /// Tools that the assistant has now, or would have.
    tools: Vec<String>,
    /// Those among them that it had not.
    linked: Vec<String>,
    unlinked: usize,
    changes: Vec<String>,
    findings: Vec<String>,
}

/// A tool of an org on one assistant.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct ToolLink {
    id: String,
    org_id: String,
    assistant_id: String,
    tool_name: String,
    variant: String,
    vapi_tool_id: String,
    description: String,
    enabled: bool,
    definition_hash: String,
    is_system: bool,
    tags: Vec<String>,
    metadata: BTreeMap<String, String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Tools of ours that nobody needs.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct Pruned {
    removed: bool,
    leftovers: Vec<Leftover>,
}

#[derive(JsonSchema)]
struct Leftover {
    name: String,
    vapi_tool_id: String,
    why: String,
}

/// Whether the account at Vapi can be used.
#[derive(JsonSchema)]
pub(in crate::http::openapi) struct VapiAccount {
    ok: bool,
    /// How many tools it has.
    tools: Option<usize>,
    code: Option<String>,
    problem: Option<String>,
}
