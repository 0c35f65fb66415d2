//! Where tools and assistants are kept, over Vapi's REST interface: the port of the actors' registration.
//! Owns which fields are compared and in which order requests follow each other; what a tool or an assistant
//! is to look like is in `tool_definition` and `assistant`.

mod canonical;
mod read;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
mod wished;

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch_actors::ports::{
    Clock, KeptAssistant, KeptNumber, KeptTool, Linted, NumberWish, Plan, PlatformError, ToolSpec,
    VoicePlatform, Wish,
};
use hookswitch_actors::tools::Toolbox;
use serde_json::{Map, Value, json};

use super::assistant::OF_NUMBERS;
use super::call_lookup::VapiCalls;
use super::lint::{Finding, Severity};
use super::rest::meter::Meter;
use super::rest::{Kind, Rest};
use crate::config::Config;
use canonical::sha256;
use wished::Wished;

/// What Vapi writes itself and takes from nobody.
const READ_ONLY: [&str; 9] = [
    "id",
    "orgId",
    "createdAt",
    "updatedAt",
    "isServerUrlSecretSet",
    "analyticsMetadata",
    "isDeleted",
    "workflowIds",
    "latestVersion",
];

/// Vapi's account.
pub(crate) struct VapiPlatform {
    rest: Rest,
    wished: Wished,
}

impl VapiPlatform {
    /// Vapi where the configuration says it is.
    ///
    /// # Errors
    /// In words, if outgoing requests cannot be set up.
    pub(crate) fn new(
        config: &Config,
        clock: Arc<dyn Clock>,
        toolbox: Toolbox,
    ) -> Result<Self, String> {
        Ok(Self { rest: Rest::new(config, clock)?, wished: Wished::new(config, toolbox) })
    }

    /// Calls, asked for through the same door.
    pub(crate) fn calls(&self) -> VapiCalls {
        VapiCalls::new(self.rest.clone())
    }

    /// The same, its requests counted by this.
    pub(crate) fn counted_by(self, meter: Meter) -> Self {
        Self { rest: self.rest.counted_by(meter), ..self }
    }

    fn kept(&self, tool: &Value) -> Result<KeptTool, PlatformError> {
        read::tool(tool, self.wished.tools_url()).ok_or(PlatformError::Unreadable)
    }
}

#[async_trait]
impl VoicePlatform for VapiPlatform {
    fn ready(&self) -> Result<(), PlatformError> {
        if !self.rest.has_key() {
            return Err(PlatformError::NoKey);
        }
        self.wished.check()
    }

    fn definition_hash(&self, tool: &ToolSpec) -> String {
        sha256(&self.wished.definition_without_secrets(tool))
    }

    fn wish_digest(&self, wish: &Wish<'_>) -> String {
        let blank = json!({"model": {"messages": [], "toolIds": []}});
        let names: Vec<_> = wish.tools.iter().map(|(name, _)| name).collect();
        sha256(&json!([self.wished.composed(&blank, wish), names]))
    }

    async fn tools(&self) -> Result<Vec<KeptTool>, PlatformError> {
        let all = self.rest.list(Kind::Tool).await?;
        // One that cannot be read is none of ours.
        Ok(all.iter().filter_map(|tool| self.kept(tool).ok()).collect())
    }

    async fn create_tool(&self, tool: &ToolSpec) -> Result<KeptTool, PlatformError> {
        self.kept(&self.rest.create(Kind::Tool, &self.wished.definition(tool)).await?)
    }

    async fn update_tool(&self, id: &str, tool: &ToolSpec) -> Result<KeptTool, PlatformError> {
        let whole = self.wished.definition(tool);
        let mut body = whole.clone();
        if let Some(body) = body.as_object_mut() {
            body.remove("type");
        }
        let changed = match self.rest.change(Kind::Tool, id, &body).await {
            // Vapi's own tooling sends it without, its description of late with it.
            Err(PlatformError::Refused { status: 400, says }) if names(&says, "type") => {
                self.rest.change(Kind::Tool, id, &whole).await?
            }
            changed => changed?,
        };
        self.kept(&changed)
    }

    async fn delete_tool(&self, id: &str) -> Result<(), PlatformError> {
        self.rest.delete(Kind::Tool, id).await
    }

    async fn assistant(&self, id: &str) -> Result<KeptAssistant, PlatformError> {
        let image = self.rest.read(Kind::Assistant, id).await?;
        if !image["id"].is_string() {
            return Err(PlatformError::Unreadable);
        }
        Ok(read::assistant(image))
    }

    async fn tools_in_use(&self) -> Result<Vec<String>, PlatformError> {
        let all = self.rest.list(Kind::Assistant).await?;
        Ok(all.iter().flat_map(read::tool_ids).collect())
    }

    fn plan(&self, kept: &KeptAssistant, wish: &Wish<'_>) -> Plan {
        planned(&kept.image, self.wished.composed(&kept.image, wish), &self.wished)
    }

    fn obstacle(&self, wish: &Wish<'_>) -> Option<String> {
        self.wished.obstacle(wish)
    }

    fn lint_tools(&self, tools: &[ToolSpec]) -> Linted {
        told(self.wished.lint_tools(tools))
    }

    fn lint_assistant(&self, kept: &KeptAssistant, wish: &Wish<'_>) -> Linted {
        told(self.wished.lint_assistant(&kept.image, wish))
    }

    fn plan_leave(&self, kept: &KeptAssistant, tools: &[String]) -> Plan {
        planned(&kept.image, self.wished.left(&kept.image, tools), &self.wished)
    }

    fn is_same(&self, one: &Value, other: &Value) -> bool {
        let state = |image: &Value| {
            let mut image = image.clone();
            if let Some(members) = image.as_object_mut() {
                members.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
            }
            image
        };
        state(one) == state(other)
    }

    fn plan_back(&self, kept: &KeptAssistant, image: &Value, there: &[String]) -> Plan {
        let mut wanted = image.clone();
        let is_there = |id: &Value| there.iter().any(|there| id == there);
        if let Some(ids) = wanted.pointer_mut("/model/toolIds").and_then(Value::as_array_mut) {
            ids.retain(is_there);
        }
        if let Some(pinned) = wanted.pointer_mut("/model/toolRefs").and_then(Value::as_array_mut) {
            pinned.retain(|pinned| is_there(&pinned["toolId"]));
        }
        // What it has got since is cleared: Vapi keeps fields that are not sent.
        for name in kept.image.as_object().into_iter().flatten().map(|(name, _)| name) {
            if wanted.get(name).is_none() {
                wanted[name.as_str()] = Value::Null;
            }
        }
        planned(&kept.image, wanted, &self.wished)
    }

    async fn change_assistant(&self, id: &str, plan: &Plan) -> Result<(), PlatformError> {
        let body = Value::Object(plan.changes.clone());
        self.rest.change(Kind::Assistant, id, &body).await.map(|_| ())
    }

    async fn phone_number(&self, id: &str) -> Result<KeptNumber, PlatformError> {
        let image = self.rest.read(Kind::PhoneNumber, id).await?;
        if !image["id"].is_string() {
            return Err(PlatformError::Unreadable);
        }
        Ok(read::phone_number(image))
    }

    fn number_digest(&self, wish: &NumberWish<'_>) -> String {
        sha256(&self.wished.number(&json!({}), wish))
    }

    fn number_obstacle(&self, wish: &NumberWish<'_>) -> Option<String> {
        self.wished.number_obstacle(wish)
    }

    fn plan_number(&self, kept: &KeptNumber, wish: &NumberWish<'_>) -> Plan {
        planned(&kept.image, self.wished.number(&kept.image, wish), &self.wished)
    }

    fn plan_number_back(&self, kept: &KeptNumber, image: &Value) -> Plan {
        let mut wanted = kept.image.clone();
        for name in OF_NUMBERS {
            wanted[name] = image[name].clone();
        }
        planned(&kept.image, wanted, &self.wished)
    }

    async fn change_phone_number(
        &self,
        id: &str,
        kept: &KeptNumber,
        plan: &Plan,
    ) -> Result<(), PlatformError> {
        let bare = Value::Object(plan.changes.clone());
        let mut whole = bare.clone();
        whole["provider"] = kept.image["provider"].clone();
        let changed = match self.rest.change(Kind::PhoneNumber, id, &whole).await {
            // Vapi's description tells the kinds of numbers apart by it; whether a change takes it is not said.
            Err(PlatformError::Refused { status: 400, says }) if names(&says, "provider") => {
                self.rest.change(Kind::PhoneNumber, id, &bare).await
            }
            changed => changed,
        };
        changed.map(|_| ())
    }
}

/// Findings as an operator reads them.
fn told(findings: Vec<Finding>) -> Linted {
    let mut told = Linted::default();
    for Finding { severity, about, says, remedy, .. } in findings {
        let line = format!("{about}: {says}; {remedy}");
        match severity {
            Severity::Error => told.errors.push(line),
            Severity::Warning => told.warnings.push(line),
        }
    }
    told
}

/// Whether a refusal is about this field of the body itself.
fn names(says: &str, field: &str) -> bool {
    says.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|word| word == field)
}

/// The fields in which `wanted` differs, each as a whole: a part of an object that is sent replaces the
/// object, so that half a model would lose the other half.
fn planned(current: &Value, wanted: Value, wished: &Wished) -> Plan {
    let mut changes = Map::new();
    if let Value::Object(wanted) = &wanted {
        for (name, value) in wanted {
            let before = current.get(name).unwrap_or(&Value::Null);
            if before != value && !READ_ONLY.contains(&name.as_str()) {
                changes.insert(name.clone(), value.clone());
            }
        }
    }
    if changes.is_empty() {
        return Plan::default();
    }
    let mut before = Value::Object(changes.clone());
    for (name, value) in before.as_object_mut().into_iter().flatten() {
        *value = current.get(name).cloned().unwrap_or(Value::Null);
    }
    let after = Value::Object(changes.clone());
    let lines = wished.differences(&before, &after);
    let digest = sha256(&json!([before, after]));
    Plan { changes, lines, digest }
}
