//! An assistant that our tools are linked to: what is on it beside them, and what of it works against
//! them.

use serde_json::Value;

use super::{Finding, lint_prompt};
use crate::vapi::assistant::{BEGIN, CARRIER_CONTROL, END, outside};

/// Below this arguments of a booking are cut off in their middle; Vapi's own default.
const LEAST_TOKENS: f64 = 250.0;

/// Vapi's own tools that do what one of ours does: its type, and the names of ours.
const NATIVE: [(&str, [&str; 2]); 2] =
    [("endCall", ["endCall", "end_call"]), ("transferCall", ["transferCall", "transfer_call"])];

/// What is known beside the assistant itself.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// The names of our tools that it has, or is about to have.
    pub ours: &'a [&'a str],
    /// Vapi's ids of them.
    pub our_ids: &'a [String],
    /// All names that any naming set of ours has.
    pub known: &'a [&'a str],
    /// The tools of others that its `toolIds` name, as Vapi has them; `None` if that is not known.
    pub others: Option<&'a [Value]>,
    /// Whether we have a public key to show to locked control URLs.
    pub has_public_key: bool,
}

/// Looks at an assistant as Vapi has it, or as it would be sent.
#[must_use]
pub fn lint_assistant(assistant: &Value, beside: Beside<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let model = &assistant["model"];
    if !model.is_object() {
        let says = "the assistant has no model, so it can be given neither tools nor a prompt";
        let remedy = "choose a model for it in Vapi's dashboard";
        findings.push(Finding::error("model", "model", says, remedy));
        return findings;
    }
    if let Some(tokens) = model["maxTokens"].as_f64().filter(|tokens| *tokens < LEAST_TOKENS) {
        let says = format!("with {tokens} tokens a turn, arguments of tools are cut off");
        let remedy = "raise the model's `maxTokens` to 250 or more";
        findings.push(Finding::warning("max_tokens", "model.maxTokens", says, remedy));
    }
    let inline = model["tools"].as_array().into_iter().flatten();
    let mut names: Vec<&str> = beside.ours.to_vec();
    for tool in inline.chain(beside.others.unwrap_or_default()) {
        rival(tool, beside.ours, &mut findings);
        names.extend(tool["function"]["name"].as_str());
        names.extend(tool["type"].as_str());
    }
    for pinned in model["toolRefs"].as_array().into_iter().flatten() {
        if beside.our_ids.iter().any(|id| pinned["toolId"] == *id) {
            let says = "one of our tools is pinned to a version and does not follow its definition";
            let remedy = "remove it from the assistant's `toolRefs`";
            findings.push(Finding::warning("pinned", "model.toolRefs", says, remedy));
        }
    }
    let has_all = beside.others.is_some();
    prompts(model, &names, beside.known, has_all, &mut findings);
    let asked = assistant["serverMessages"].as_array();
    if asked.into_iter().flatten().any(|name| name == CARRIER_CONTROL) {
        let says =
            "Vapi then leaves hanging up and forwarding to a server that commands the carrier";
        let remedy = format!("remove `{CARRIER_CONTROL}` from the server messages");
        findings.push(Finding::warning("carrier_control", "serverMessages", says, remedy));
    }
    let locked = assistant["monitorPlan"]["controlAuthenticationEnabled"] == true;
    if locked && !beside.has_public_key {
        let says = "live control is locked, and there is no public key to open it with";
        let remedy = "set `vapi.public_key`, or switch `controlAuthenticationEnabled` off";
        findings.push(Finding::warning("monitor", "monitorPlan", says, remedy));
    }
    findings
}

/// A tool that would be called in place of one of ours (R17).
fn rival(tool: &Value, ours: &[&str], findings: &mut Vec<Finding>) {
    let kind = tool["type"].as_str().unwrap_or_default();
    let name = tool["function"]["name"].as_str();
    if let Some(name) = name.filter(|name| kind == "function" && ours.contains(name)) {
        let says =
            "another tool of this name is on the assistant, and the model cannot tell them apart";
        let remedy = "take the other one off in Vapi's dashboard";
        findings.push(Finding::error("same_name", name, says, remedy));
        return;
    }
    for (native, twins) in NATIVE.into_iter().filter(|(native, _)| *native == kind) {
        let Some(twin) = ours.iter().find(|ours| twins.contains(ours)) else { continue };
        let remedy = format!("take Vapi's own `{native}` off the assistant in its dashboard");
        findings.push(if name.unwrap_or(native) == *twin {
            let says = format!("Vapi's own `{native}` has the same name and goes before it");
            Finding::error("native_tool", twin, says, remedy)
        } else {
            let says =
                format!("Vapi's own `{native}` is there as well, and the model takes either");
            Finding::warning("native_tool", twin, says, remedy)
        });
    }
}

fn prompts(
    model: &Value,
    names: &[&str],
    known: &[&str],
    has_all: bool,
    findings: &mut Vec<Finding>,
) {
    let messages = model["messages"].as_array().into_iter().flatten();
    let systems = messages.filter(|message| message["role"] == "system");
    for text in systems.filter_map(|message| message["content"].as_str()) {
        if text.matches(BEGIN).count() != text.matches(END).count() {
            let says = "one of the two lines around our part of the prompt is gone";
            let remedy = "remove what is left of our part; it is written anew";
            findings.push(Finding::warning("prompt_marks", "model.messages", says, remedy));
        }
        let own = outside(text);
        if own.contains("Booking Capabilities:") {
            let says = "the prompt has its booking instructions twice";
            let remedy = "delete the copy outside our part, in Vapi's dashboard";
            findings.push(Finding::warning("prompt_twice", "model.messages", says, remedy));
        }
        findings.extend(lint_prompt("model.messages", &own, names, known, has_all));
    }
}
