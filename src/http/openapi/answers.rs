//! What operations answer, as types for the document. The answers themselves are composed where
//! they are given; a test compares real ones with these fields.

#![expect(dead_code, reason = "read by the schema generator only")]

mod connections;
mod tools;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde_json::{Map, Value};

pub(super) use connections::*;
pub(super) use tools::*;

use super::names;
use crate::http::settings::Document;

/// Any JSON object; the form is Vapi's or the tool's.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(super) struct AnyObject(Map<String, Value>);

/// A part of a list.
#[derive(JsonSchema)]
#[schemars(rename = "Page_{T}")]
pub(super) struct Page<T> {
    items: Vec<T>,
    /// Give it as `cursor` for what follows; `null` at the end.
    next: Option<String>,
}

/// An error of any operation.
#[derive(JsonSchema)]
pub(super) struct Error {
    error: Problem,
}

#[derive(JsonSchema)]
struct Problem {
    /// For programs.
    code: String,
    /// What was wrong; names the field if one was.
    message: String,
    /// What to do.
    hint: String,
}

/// An org with its settings; secrets are left out.
#[derive(JsonSchema)]
pub(super) struct Org {
    id: String,
    webhook_id: String,
    webhook_url: String,
    created_at: Timestamp,
    /// Grows with each change of settings.
    version: u64,
    /// What to put into the assistant's prompt.
    instructions: String,
    #[serde(flatten)]
    settings: Document,
}

/// As an org, with the webhook secret that was made for it.
#[derive(JsonSchema)]
pub(super) struct NewOrg {
    /// Shown this once; absent if `webhook_auth` was given.
    webhook_secret: Option<String>,
    #[serde(flatten)]
    org: Org,
}

/// Durable work: what waits to be done, or was given up.
#[derive(JsonSchema)]
pub(super) struct Job {
    id: String,
    /// `settle_booking`: finds out what a provider did for a booking.
    kind: String,
    #[schemars(schema_with = "names::job_state")]
    state: String,
    /// Not before.
    due: Timestamp,
    /// How often it was tried.
    attempts: u32,
    last_error: Option<String>,
    /// The booking that it is about, if it is about one.
    booking_id: Option<String>,
}

#[derive(JsonSchema)]
pub(super) struct AuditEntry {
    /// Position in the chain, from 1.
    seq: u64,
    at: Timestamp,
    /// An id or a role.
    actor: String,
    action: String,
    /// Id of what it was done to.
    subject: String,
    /// Names of the fields that changed.
    fields: Vec<String>,
    previous: String,
    hash: String,
}

#[derive(JsonSchema)]
pub(super) struct Booking {
    id: String,
    /// `pending`, `confirmed` or `cancelled`.
    status: String,
    /// `confirmed`, `pending`, `unknown` or `failed`.
    outcome: String,
    booking_date: Option<Date>,
    /// `HH:MM` in `time_zone`.
    booking_time: Option<String>,
    /// With its offset.
    start: String,
    end: String,
    time_zone: String,
    service_id: Option<String>,
    party_size: Option<u32>,
    customer_id: Option<Value>,
    customer_name: Option<String>,
    customer_phone: Option<String>,
    customer_email: Option<String>,
    notes: Option<String>,
    /// The code that callers are told.
    confirmation: Option<String>,
    /// When the customer answered a reminder of it, at its present time, that they will come.
    customer_confirmed_at: Option<Timestamp>,
    external_ids: Value,
    /// Where it came from.
    source: String,
    call_id: Option<String>,
    connection_id: Option<String>,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    history: Vec<Value>,
}

/// A message to a customer or to the business.
#[derive(JsonSchema)]
pub(super) struct Message {
    id: String,
    /// `sms` or `email`.
    channel: String,
    /// `booked`, `changed`, `cancelled`, `not_booked`, `unchanged`, `reminder`, `waitlist_offer`,
    /// `callback_received` or `callback`.
    purpose: String,
    /// `queued`, `sending`, `accepted`, `sent`, `delivered`, `failed` or `skipped`.
    state: String,
    to: String,
    /// As it was last handed over.
    body: Option<String>,
    /// In how many parts a text message went; carriers bill each.
    segments: Option<u32>,
    /// `GSM-7` or `UCS-2`, of a text message.
    encoding: Option<String>,
    booking_id: Option<String>,
    waitlist_id: Option<String>,
    callback_id: Option<String>,
    /// The carrier's id, or the `Message-ID` of a mail.
    external_id: Option<String>,
    /// What went wrong, and what to do about it.
    problem: Option<String>,
    /// The carrier's number of it.
    problem_code: Option<u32>,
    /// When it is no longer worth sending.
    expires_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Somebody who wants to be called back.
#[derive(JsonSchema)]
pub(super) struct Callback {
    id: String,
    /// `open`, `in_progress` or `done`.
    state: String,
    customer_name: Option<String>,
    customer_phone: String,
    /// When, in the caller's words.
    preferred_time: Option<String>,
    /// What about, in the caller's words.
    about: Option<String>,
    /// `low`, `normal` or `urgent`.
    urgency: String,
    /// Who takes care of it.
    assignee: Option<String>,
    note: Option<String>,
    call_id: Option<String>,
    /// `phone` or `manual`.
    source: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Somebody who waits for a free slot.
#[derive(JsonSchema)]
pub(super) struct Place {
    id: String,
    /// `waiting`, `offered`, `booked`, `expired` or `left`.
    state: String,
    customer_name: Option<String>,
    customer_phone: String,
    service_id: String,
    party_size: Option<u32>,
    /// First day that suits, in `time_zone`.
    from_date: Date,
    /// Last day that suits.
    until_date: Date,
    /// `HH:MM`; any time if absent.
    earliest_time: Option<String>,
    /// `HH:MM`; any time if absent.
    latest_time: Option<String>,
    time_zone: String,
    offer: Option<KeptSlot>,
    /// The booking with which the waiting ended, or, while they wait, one that is asked for and does not
    /// stand so far.
    booking_id: Option<Value>,
    call_id: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A slot that is kept for somebody who waits.
#[derive(JsonSchema)]
struct KeptSlot {
    /// With its offset.
    start: String,
    end: String,
    /// Until when it is kept.
    until: Timestamp,
}

#[derive(JsonSchema)]
pub(super) struct Slot {
    start: String,
    end: String,
    service_id: Option<String>,
}

#[derive(JsonSchema)]
pub(super) struct Availability {
    items: Vec<Slot>,
    next: Option<String>,
    time_zone: String,
}

#[derive(JsonSchema)]
pub(super) struct Customer {
    id: Value,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    last_visit: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(JsonSchema)]
struct Caller {
    number: Option<String>,
    name: Option<String>,
}

#[derive(JsonSchema)]
pub(super) struct Call {
    call_id: String,
    org: String,
    direction: String,
    caller: Caller,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    ended_reason: Option<String>,
    report: Option<Map<String, Value>>,
}

#[derive(JsonSchema)]
pub(super) struct CallWithState {
    #[serde(flatten)]
    call: Call,
    /// As the feed gives it.
    state: Option<Map<String, Value>>,
}

#[derive(JsonSchema)]
pub(super) struct StoredEvent {
    seq: u64,
    at: Timestamp,
    /// As the feed gives it.
    event: Map<String, Value>,
}

#[derive(JsonSchema)]
pub(super) struct Ticket {
    ticket: String,
    expires_at: Timestamp,
}

#[derive(JsonSchema)]
pub(super) struct Tool {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "async")]
    is_async: bool,
    /// Name, description and JSON Schema of the arguments.
    function: Map<String, Value>,
    server: Map<String, Value>,
    /// What the caller hears while it runs.
    messages: Vec<Map<String, Value>>,
}

/// What is wrong with an org's tools.
#[derive(JsonSchema)]
pub(super) struct Lint {
    /// Whether nothing keeps them from being sent to Vapi.
    ok: bool,
    items: Vec<LintFinding>,
}

#[derive(JsonSchema)]
struct LintFinding {
    /// `error` or `warning`.
    severity: String,
    rule: String,
    /// The tool, or `prompt`.
    about: String,
    says: String,
    remedy: String,
}

/// Whether Vapi's posts arrive.
#[derive(JsonSchema)]
pub(super) struct WebhookCheck {
    ok: bool,
    /// Where was posted to.
    url: String,
    /// Whether `server.public_url` is configured.
    public_url_set: bool,
    /// One for each entry of `webhook_auth`.
    items: Vec<WebhookTry>,
}

#[derive(JsonSchema)]
struct WebhookTry {
    scheme: String,
    ok: bool,
    duration_ms: u64,
    problem: Option<String>,
    hint: Option<String>,
}

/// Our part of the system prompt.
#[derive(JsonSchema)]
pub(super) struct Prompt {
    prompt: String,
}

/// What a tool answered: `result`, or `error` if it could not run.
#[derive(JsonSchema)]
pub(super) struct ToolTrial {
    name: String,
    success: bool,
    duration_ms: u64,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error: Value,
}

#[derive(JsonSchema)]
pub(super) struct Token {
    id: String,
    #[schemars(schema_with = "names::role")]
    role: String,
    org: Option<String>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

#[derive(JsonSchema)]
#[schemars(rename = "CreatedToken")]
pub(super) struct NewToken {
    /// Shown this once.
    token: String,
    #[serde(flatten)]
    of: Token,
}

#[derive(JsonSchema)]
pub(super) struct Verification {
    sound: bool,
    records: u64,
    segments: u64,
    journal_bytes: u64,
    rows: u64,
    /// One sentence each.
    problems: Vec<String>,
}

#[derive(JsonSchema)]
pub(super) struct ServerHealth {
    status: String,
    version: String,
    now: Timestamp,
    live_calls: u64,
    awake_sessions: u64,
    webhooks_denied: u64,
    /// Message types that nobody knew when this version was made, and how often they came.
    unknown_messages: BTreeMap<String, u64>,
    call_log_dropped: u64,
}

#[derive(JsonSchema)]
pub(super) struct Sign {
    status: String,
}

/// Whoever is signed in.
#[derive(JsonSchema)]
pub(super) struct SignedIn {
    #[schemars(schema_with = "names::role")]
    role: String,
    /// The only org they reach; `null` for all.
    org: Option<String>,
    /// The token's id, or `admin`.
    name: String,
    /// The server's time.
    now: Timestamp,
}
