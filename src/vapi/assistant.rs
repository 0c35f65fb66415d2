//! An assistant as we want it, made from the one that Vapi has: everything that is not ours stays.
//! Pure; whoever changes assistants reads one, composes, and sends the top-level members that differ,
//! `model` as a whole, because Vapi replaces what it is sent. Facts: Vapi's `UpdateAssistantDTO`.

mod differences;
mod messages;
mod number;
mod prompt_block;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

pub use differences::between;
pub(in crate::vapi) use messages::CARRIER_CONTROL;
pub(in crate::vapi) use number::OURS as OF_NUMBERS;
pub use number::{NumberTaker, compose_number};
pub use prompt_block::{BEGIN, END, outside};

use super::server_block::ServerBlock;

/// Vapi's ends a call at the limit; the agent's goodbye comes this much before, seconds.
const GOODBYE_SECONDS: u32 = 10;

/// What we want of an assistant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Vapi's ids of our tools that it shall have.
    pub tool_ids: Vec<String>,
    /// Vapi's ids of our tools that it shall have no more. One that is in `tool_ids` too stays.
    pub retired_tool_ids: Vec<String>,
    /// The rest that depends on us. Without it our part of the prompt is taken out and nothing else
    /// is touched.
    pub managed: Option<Managed>,
    /// What stands in place of our part of the prompt where nothing else is managed: only where there
    /// is such a part.
    pub words: Option<String>,
}

/// What we look after beside the tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// Our part of the system prompt.
    pub prompt: String,
    /// Where Vapi posts the messages of its calls to.
    pub server: ServerBlock,
    /// Whether listening and live control ask for the public key: where we have one to show.
    pub monitor_authenticated: bool,
    /// When the agent ends a call, seconds.
    pub limit_seconds: u32,
}

/// The assistant that we want in place of `current`. Composing the result again changes nothing. An
/// assistant without a model can be given neither tools nor a prompt: it has none afterwards either.
#[must_use]
pub fn compose(current: &Value, wanted: &Wanted) -> Value {
    let mut assistant = current.clone();
    let Some(members) = assistant.as_object_mut() else { return assistant };
    if let Some(model) = members.get_mut("model").and_then(Value::as_object_mut) {
        link(model, wanted);
        let words = wanted.words.as_deref().filter(|_| prompt_block::is_in(model));
        let prompt = wanted.managed.as_ref().map(|managed| managed.prompt.as_str());
        prompt_block::put(model, prompt.or(words));
    }
    let Some(managed) = &wanted.managed else { return assistant };
    let server = managed.server.over(members.get("server"));
    members.insert("server".into(), server);
    let asked_for = messages::with_ours(members.get("serverMessages"));
    members.insert("serverMessages".into(), asked_for);
    let plan = monitored(members.get("monitorPlan"), managed.monitor_authenticated);
    members.insert("monitorPlan".into(), plan);
    let limit = managed.limit_seconds + GOODBYE_SECONDS;
    if members.get("maxDurationSeconds").and_then(Value::as_f64) != Some(f64::from(limit)) {
        members.insert("maxDurationSeconds".into(), json!(limit));
    }
    assistant
}

/// What composing would change, for people: no secret is in it. Empty if nothing.
#[must_use]
pub fn differences(current: &Value, wanted: &Wanted) -> Vec<String> {
    between(current, &compose(current, wanted))
}

/// Our tools among those of the model. Ids of others stay where they are. A version that somebody
/// pinned stays pinned, unless the tool is to go: a call with an id that is no more ends at once.
fn link(model: &mut Map<String, Value>, wanted: &Wanted) {
    let goes = |id: &Value| {
        let Some(id) = id.as_str() else { return false };
        let named = |ids: &[String]| ids.iter().any(|one| one == id);
        named(&wanted.retired_tool_ids) && !named(&wanted.tool_ids)
    };
    if let Some(pinned) = model.get_mut("toolRefs").and_then(Value::as_array_mut) {
        pinned.retain(|pinned| !goes(&pinned["toolId"]));
    }
    let linked = model.get("toolIds").and_then(Value::as_array);
    let mut ids: Vec<Value> =
        linked.into_iter().flatten().filter(|id| !goes(id)).cloned().collect();
    for id in &wanted.tool_ids {
        if !ids.iter().any(|linked| linked == id) {
            ids.push(json!(id));
        }
    }
    if linked.is_some() || !ids.is_empty() {
        model.insert("toolIds".into(), Value::Array(ids));
    }
}

/// Listening and live control on. Authentication is switched on where we can show the key, and never
/// off.
fn monitored(current: Option<&Value>, authenticated: bool) -> Value {
    let mut plan = current.and_then(Value::as_object).cloned().unwrap_or_default();
    plan.insert("listenEnabled".into(), json!(true));
    plan.insert("controlEnabled".into(), json!(true));
    if authenticated {
        plan.insert("listenAuthenticationEnabled".into(), json!(true));
        plan.insert("controlAuthenticationEnabled".into(), json!(true));
    }
    Value::Object(plan)
}
