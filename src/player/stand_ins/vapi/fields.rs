//! Which fields Vapi takes, by the names in its OpenAPI document: a field that is not among them is refused.

use serde_json::Value;

pub(super) const TOOL: &[&str] = &[
    "messages",
    "type",
    "async",
    "server",
    "variableExtractionPlan",
    "parameters",
    "function",
    "rejectionPlan",
];

pub(super) const ASSISTANT: &[&str] = &[
    "transcriber",
    "model",
    "voice",
    "firstMessage",
    "firstMessageInterruptionsEnabled",
    "firstMessageMode",
    "voicemailDetection",
    "clientMessages",
    "serverMessages",
    "maxDurationSeconds",
    "backgroundSound",
    "modelOutputInMessagesEnabled",
    "transportConfigurations",
    "observabilityPlan",
    "credentials",
    "hooks",
    "name",
    "voicemailMessage",
    "endCallMessage",
    "endCallPhrases",
    "compliancePlan",
    "metadata",
    "backgroundSpeechDenoisingPlan",
    "analysisPlan",
    "artifactPlan",
    "startSpeakingPlan",
    "stopSpeakingPlan",
    "monitorPlan",
    "credentialIds",
    "server",
    "keypadInputPlan",
];

pub(super) const PHONE_NUMBER: &[&str] = &[
    "fallbackDestination",
    "hooks",
    "provider",
    "smsEnabled",
    "name",
    "assistantId",
    "workflowId",
    "squadId",
    "server",
    "number",
];

const DESTINATION: &[&str] = &[
    "message",
    "type",
    "numberE164CheckEnabled",
    "number",
    "extension",
    "callerId",
    "transferPlan",
    "description",
    "sipUri",
    "sipHeaders",
];

const MODEL: &[&str] = &[
    "messages",
    "tools",
    "toolIds",
    "toolRefs",
    "knowledgeBase",
    "provider",
    "model",
    "fallbackModels",
    "toolStrictCompatibilityMode",
    "promptCacheRetention",
    "promptCacheKey",
    "reasoningEffort",
    "temperature",
    "maxTokens",
    "emotionRecognitionEnabled",
    "numFastTurns",
];

const FUNCTION: &[&str] = &["name", "strict", "description", "parameters"];

const SERVER: &[&str] = &[
    "timeoutSeconds",
    "credentialId",
    "staticIpAddressesEnabled",
    "encryptedPaths",
    "url",
    "headers",
    "backoffPlan",
];

const MONITOR_PLAN: &[&str] = &[
    "listenEnabled",
    "listenAuthenticationEnabled",
    "controlEnabled",
    "controlAuthenticationEnabled",
    "monitorIds",
];

/// What is wrong with a body, in Vapi's words.
pub(super) fn complaints(body: &Value, known: &[&str]) -> Vec<String> {
    let Value::Object(members) = body else { return vec!["body must be an object".into()] };
    let mut found = unknown("", members.keys(), known);
    for (name, known) in [
        ("model", MODEL),
        ("function", FUNCTION),
        ("server", SERVER),
        ("monitorPlan", MONITOR_PLAN),
        ("fallbackDestination", DESTINATION),
    ] {
        match members.get(name) {
            Some(Value::Object(inner)) => {
                found.extend(unknown(&format!("{name}."), inner.keys(), known));
            }
            None | Some(Value::Null) => {}
            Some(_) => found.push(format!("{name} must be an object")),
        }
    }
    if let Some(Value::Object(model)) = members.get("model") {
        for name in ["provider", "model"] {
            if !model.get(name).is_some_and(Value::is_string) {
                found.push(format!("model.{name} must be a string"));
            }
        }
    }
    if let Some(Value::Object(function)) = members.get("function") {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let name = function.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_letter) {
            found
                .push("function.name must match /^[a-zA-Z0-9_-]{1,64}$/ regular expression".into());
        }
        let description = function.get("description").and_then(Value::as_str);
        if description.is_some_and(|text| text.chars().count() > 1_000) {
            found.push(
                "function.description must be shorter than or equal to 1000 characters".into(),
            );
        }
    }
    found
}

fn unknown<'a>(path: &str, names: impl Iterator<Item = &'a String>, known: &[&str]) -> Vec<String> {
    let strange = names.filter(|name| !known.contains(&name.as_str()));
    strange.map(|name| format!("property {path}{name} should not exist")).collect()
}
