//! What the account keeps, and what a request makes of it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::asked::Query;
use super::super::vendor::status_of;
use super::answers::{absent, bad};
use super::{Setup, fields};

pub(super) const TOOL: usize = 0;
pub(super) const ASSISTANT: usize = 1;
pub(super) const CALL: usize = 2;
pub(super) const PHONE_NUMBER: usize = 3;

/// What a list's query may name.
const LIST_QUERY: [&str; 9] = [
    "limit",
    "createdAtGt",
    "createdAtLt",
    "createdAtGe",
    "createdAtLe",
    "updatedAtGt",
    "updatedAtLt",
    "updatedAtGe",
    "updatedAtLe",
];

/// The account behind the routes.
pub struct Account {
    pub(super) setup: Setup,
    /// Whether a change of a tool must name its type; otherwise it must not.
    pub(super) wants_type: bool,
    /// Whether a change of a phone number may name its provider.
    pub(super) takes_provider: bool,
    kept: [Vec<Value>; 4],
    now: Timestamp,
}

impl Account {
    pub(super) fn new(setup: Setup) -> Self {
        let now = "2026-01-05T09:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH);
        Self { setup, wants_type: false, takes_provider: true, kept: Default::default(), now }
    }

    /// A moment that was not before.
    fn tick(&mut self) -> String {
        self.now = self.now.checked_add(SignedDuration::from_millis(137)).unwrap_or(self.now);
        format!("{:.3}", self.now)
    }

    pub(super) fn all(&self, kind: usize) -> Vec<Value> {
        self.kept[kind].clone()
    }

    pub(super) fn get(&self, kind: usize, id: &str) -> Option<Value> {
        self.kept[kind].iter().find(|kept| kept["id"] == id).cloned()
    }

    pub(super) fn everything(&self) -> Value {
        json!({"tools": self.kept[TOOL], "assistants": self.kept[ASSISTANT]})
    }

    pub(super) fn add(&mut self, kind: usize, mut given: Value) -> String {
        let id = given["id"].as_str().map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let at = self.tick();
        for (name, value) in [
            ("id", id.as_str()),
            ("orgId", "8c0a6a3e-52d6-4d1c-9a56-2f2a3f1f2b11"),
            ("createdAt", &at),
            ("updatedAt", &at),
        ] {
            given[name] = value.into();
        }
        self.kept[kind].push(given);
        id
    }

    pub(super) fn change_by_hand(
        &mut self,
        kind: usize,
        id: &str,
        change: impl FnOnce(&mut Value),
    ) {
        let at = self.tick();
        if let Some(kept) = self.kept[kind].iter_mut().find(|kept| kept["id"] == id) {
            change(kept);
            kept["updatedAt"] = at.into();
        }
    }

    pub(super) fn remove(&mut self, kind: usize, id: &str) -> bool {
        let before = self.kept[kind].len();
        self.kept[kind].retain(|kept| kept["id"] != id);
        self.kept[kind].len() < before
    }

    pub(super) fn read(&self, kind: usize, id: &str) -> Response {
        self.get(kind, id).map_or_else(absent, |kept| Json(kept).into_response())
    }

    pub(super) fn list(&self, kind: usize, query: &Query) -> Response {
        let strange = query.names().filter(|name| !LIST_QUERY.contains(name));
        let strange: Vec<String> =
            strange.map(|name| format!("property {name} should not exist")).collect();
        if !strange.is_empty() {
            return bad(strange);
        }
        let moment = |name: &str| query.text(name).and_then(|text| text.parse::<Timestamp>().ok());
        let fits = |kept: &&Value| {
            let at = kept["createdAt"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
            at.is_some_and(|at| {
                moment("createdAtLt").is_none_or(|until| at < until)
                    && moment("createdAtLe").is_none_or(|until| at <= until)
            })
        };
        let limit = query.number("limit").unwrap_or(100).min(1_000);
        let limit = usize::try_from(limit).unwrap_or(100);
        let found = self.kept[kind].iter().rev().filter(fits).take(limit);
        Json(found.cloned().collect::<Value>()).into_response()
    }

    pub(super) fn create_tool(&mut self, body: &Value) -> Response {
        let mut complaints = fields::complaints(body, fields::TOOL);
        if !body["type"].is_string() {
            complaints.push("type must be a string".into());
        }
        if !complaints.is_empty() {
            return bad(complaints);
        }
        let id = self.add(TOOL, body.clone());
        let made = self.get(TOOL, &id).unwrap_or_default();
        (status_of(201), Json(made)).into_response()
    }

    pub(super) fn change_tool(&mut self, id: &str, body: &Value) -> Response {
        let mut complaints = fields::complaints(body, fields::TOOL);
        match (self.wants_type, body["type"].is_string()) {
            (true, false) => {
                complaints.push("type must be one of the following values: function".into())
            }
            (false, true) => complaints.push("property type should not exist".into()),
            _ => {}
        }
        self.change(TOOL, id, body, complaints)
    }

    pub(super) fn change_assistant(&mut self, id: &str, body: &Value) -> Response {
        let mut complaints = fields::complaints(body, fields::ASSISTANT);
        let ids = body["model"]["toolIds"].as_array().cloned().unwrap_or_default();
        for id in ids {
            let id = id.as_str().unwrap_or_default();
            // Tools of other kinds are not stood in for; their ids begin otherwise than those made here.
            if self.get(TOOL, id).is_none() && Uuid::parse_str(id).is_ok() {
                complaints.push(format!("model.toolIds: tool {id} does not exist"));
            }
        }
        self.change(ASSISTANT, id, body, complaints)
    }

    pub(super) fn change_phone_number(&mut self, id: &str, body: &Value) -> Response {
        let mut complaints = fields::complaints(body, fields::PHONE_NUMBER);
        let kept = self.get(PHONE_NUMBER, id).unwrap_or_default();
        match &body["provider"] {
            Value::Null => {}
            _ if !self.takes_provider => {
                complaints.push("property provider should not exist".into())
            }
            other if *other != kept["provider"] => {
                complaints.push(format!(
                    "provider must be one of the following values: {}",
                    kept["provider"]
                ));
            }
            _ => {}
        }
        let taker = body["assistantId"].as_str().filter(|id| self.get(ASSISTANT, id).is_none());
        if let Some(id) = taker {
            complaints.push(format!("assistantId: assistant {id} does not exist"));
        }
        self.change(PHONE_NUMBER, id, body, complaints)
    }

    /// What is sent replaces what was there, each field as a whole; what is not stays.
    fn change(&mut self, kind: usize, id: &str, body: &Value, complaints: Vec<String>) -> Response {
        if self.get(kind, id).is_none() {
            return absent();
        }
        if !complaints.is_empty() {
            return bad(complaints);
        }
        let none = Map::new();
        let sent = body.as_object().unwrap_or(&none).clone();
        self.change_by_hand(kind, id, |kept| {
            if let Some(kept) = kept.as_object_mut() {
                for (name, value) in sent {
                    if value.is_null() {
                        kept.remove(&name);
                    } else {
                        kept.insert(name, value);
                    }
                }
            }
        });
        self.read(kind, id)
    }
}
