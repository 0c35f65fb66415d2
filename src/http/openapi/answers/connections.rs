//! What operations about connections and their health answer, as types for the document.

#![expect(dead_code, reason = "read by the schema generator only")]

use jiff::Timestamp;
use schemars::JsonSchema;
use serde_json::{Map, Value};

#[derive(JsonSchema)]
pub(in super::super) struct Connection {
    id: String,
    provider: String,
    /// `connected`, `disconnected` or `error`.
    status: String,
    /// The credentials themselves are never shown.
    has_credentials: bool,
    external_account_id: Option<String>,
    external_account_name: Option<String>,
    sync_enabled: bool,
    last_sync_at: Option<Timestamp>,
    connected_at: Option<Timestamp>,
    /// When the access ends unless somebody connects again; `null` if it does not or is renewed.
    expires_at: Option<Timestamp>,
    /// What an operator should see to.
    warning: Option<String>,
    /// Where it is connected again in a browser; `null` where that is not the way.
    reconnect_url: Option<String>,
    created_at: Timestamp,
    /// Without `webhook_secret`, which is never shown.
    options: Map<String, Value>,
    /// Where the provider is to post its changes; `null` if it posts none or the server has no public URL.
    webhook_url: Option<String>,
    /// Whether `options.webhook_secret` is set.
    has_webhook_secret: bool,
    /// Whether new bookings go here.
    default: bool,
}

#[derive(JsonSchema)]
pub(in super::super) struct ConnectionCheck {
    connection_id: String,
    ok: bool,
    status: String,
    /// Whose account the credentials open, as the provider names it.
    account: Option<String>,
    /// `closed`, `open` or `half_open`.
    breaker: String,
    /// What is left of each allowance.
    quota: Vec<Quota>,
    duration_ms: u64,
    problem: Option<String>,
    hint: Option<String>,
}

#[derive(JsonSchema)]
pub(in super::super) struct ConsentPage {
    /// The provider's page on which somebody agrees.
    url: String,
    /// Until when its answer is taken.
    expires_at: Timestamp,
}

#[derive(JsonSchema)]
pub(in super::super) struct Breaker {
    org: String,
    /// `null` for a customer directory.
    connection_id: Option<String>,
    provider: String,
    /// `connected`, `disconnected` or `error`.
    status: String,
    /// `closed` (requests go through), `open` (left alone for a while), `half_open` (one is trying).
    state: String,
    /// Failures in a row.
    failures: u32,
    /// Since when the state is so; `null` if it never was otherwise.
    since: Option<Timestamp>,
    /// When it may be asked again, because it fails or asked to be left alone; `null` if it may now.
    retry_in_seconds: Option<f64>,
    /// Requests that wait for their turn.
    waiting: usize,
    /// Requests under way.
    under_way: usize,
    /// What is left of each allowance; a shared one is that of all who share it.
    quota: Vec<Quota>,
    /// When it last gave an answer to a question in the background, or a customer directory to any.
    #[serde(default)]
    last_success_at: Option<Timestamp>,
    /// When it last gave none.
    #[serde(default)]
    last_failure_at: Option<Timestamp>,
    /// Why the latest such question got no answer.
    #[serde(default)]
    problem: Option<String>,
    /// What to do about that.
    #[serde(default)]
    hint: Option<String>,
    /// What the connection's own record warns of: refused credentials, access that ends soon.
    #[serde(default)]
    warning: Option<String>,
    /// Where it is connected again in a browser; `null` where that is not the way.
    #[serde(default)]
    reconnect_url: Option<String>,
}

/// One allowance of a provider's.
#[derive(JsonSchema)]
pub(in super::super) struct Quota {
    /// Requests that are allowed within the window.
    requests: u32,
    within_seconds: f64,
    /// Requests that could be sent at this moment without waiting.
    remaining: u32,
}

#[derive(JsonSchema)]
pub(in super::super) struct IntegrationHealth {
    integration: String,
    /// `ok`, `degraded` (also when access ends soon), `unavailable` or `not_configured`.
    status: String,
    connections: Vec<Breaker>,
}
