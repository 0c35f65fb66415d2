//! A body as the sealed call log keeps it (R16). Owns which parts are secrets, which are copies
//! of the conversation that the log has anyway, and how large an entry may be. Called after a
//! body was answered; must not decide what is kept for how long.

use serde_json::{Map, Value};

use super::inbound::text;
use super::lenient::whole_characters;

/// Largest entry, bytes.
const MAX_BYTES: usize = 64 * 1024;

/// What stands in place of a secret; the words Vapi itself uses.
const REDACTED: &str = "[REDACTED]";

/// Members of which a replay needs every byte; they are cut last.
const CUT_LAST: [&str; 9] = [
    "type",
    "timestamp",
    "message",
    "toolCallList",
    "toolCalls",
    "toolWithToolCallList",
    "functionCall",
    "toolCall",
    "call",
];

/// The body as JSON on one line: secrets replaced, copies of the whole conversation left out, at
/// most 64 KiB (the largest members are replaced by a note). `None` if it is no JSON.
#[must_use]
pub fn redact_for_log(body: &[u8]) -> Option<String> {
    let mut value: Value = serde_json::from_str(&whole_characters(text(body).ok()?)).ok()?;
    clean(&mut value);
    Some(fit(value))
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, value| !is_conversation(key, value));
            for (key, value) in members.iter_mut() {
                if is_secret(key, value) {
                    *value = Value::from(REDACTED);
                } else {
                    clean(value);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(clean),
        Value::String(text) => clean_text(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Arguments come as JSON in a string, or in a string in a string; signed URLs come anywhere.
fn clean_text(text: &mut String) {
    if text.trim_start().starts_with(['{', '[', '"']) {
        if let Ok(inner) = serde_json::from_str::<Value>(&whole_characters(text)) {
            let mut cleaned = inner.clone();
            clean(&mut cleaned);
            if cleaned != inner {
                *text = cleaned.to_string();
            }
        }
    } else if is_signed_url(text) {
        REDACTED.clone_into(text);
    }
}

/// Whether a member repeats the whole conversation or prompt.
fn is_conversation(key: &str, value: &Value) -> bool {
    value.is_array()
        && matches!(plain(key).as_str(), "messages" | "messagesopenaiformatted" | "conversation")
}

/// The key without case and separators, so that every spelling is one.
fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Parts of a member's name that make it a secret.
const SECRET_PARTS: [&str; 14] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "privatekey",
    "accesskey",
    "authorization",
    "credential",
    "bearer",
    "cookie",
    "signature",
    "accountsid",
    "presigned",
];

/// Names of members that give power over a call, or hold whole header blocks.
const SECRET_NAMES: [&str; 7] =
    ["controlurl", "listenurl", "websocketcallurl", "webcallurl", "headers", "raw", "authtoken"];

fn is_secret(key: &str, value: &Value) -> bool {
    let key = plain(key);
    match value {
        Value::Null | Value::Bool(_) => false,
        // Counts (`maxTokens`) are numbers, tokens are not.
        Value::Number(_) => has_secret_part(&key),
        _ => has_secret_part(&key) || key.contains("token") || SECRET_NAMES.contains(&key.as_str()),
    }
}

fn has_secret_part(key: &str) -> bool {
    // The id of a credential opens nothing, and a replay may need it.
    !key.ends_with("credentialid")
        && key != "presignedurlsexpiresat"
        && SECRET_PARTS.iter().any(|part| key.contains(part))
}

/// Query parameters that make a URL open for whoever has it.
const SIGNATURES: [&str; 6] = [
    "X-Amz-Signature=",
    "X-Amz-Security-Token=",
    "X-Goog-Signature=",
    "&Signature=",
    "?Signature=",
    "&sig=",
];

fn is_signed_url(text: &str) -> bool {
    text.contains("://") && SIGNATURES.iter().any(|parameter| text.contains(parameter))
}

/// The entry's text, with the largest members of the message replaced until it is small enough.
fn fit(mut value: Value) -> String {
    let json = value.to_string();
    if json.len() <= MAX_BYTES {
        return json;
    }
    if let Some(members) = message(&mut value) {
        cut(members, json.len() - MAX_BYTES);
        let rest = value.to_string();
        if rest.len() <= MAX_BYTES {
            return rest;
        }
    }
    Value::Object(Map::from_iter([("note".to_owned(), Value::from(note(json.len())))])).to_string()
}

fn note(bytes: usize) -> String {
    format!("[CUT: {bytes} bytes]")
}

/// The members of the message, in its wrapper or without one.
fn message(value: &mut Value) -> Option<&mut Map<String, Value>> {
    let root = value.as_object_mut()?;
    if root.get("message").is_some_and(Value::is_object) {
        return root.get_mut("message")?.as_object_mut();
    }
    Some(root)
}

/// Replaces members by a note until `excess` bytes are saved, the largest first, and those that a
/// replay needs after all others.
fn cut(members: &mut Map<String, Value>, mut excess: usize) {
    let mut sizes: Vec<_> = members
        .iter()
        .map(|(key, value)| {
            (CUT_LAST.contains(&key.as_str()), value.to_string().len(), key.clone())
        })
        .collect();
    sizes.sort_by_key(|(is_last, bytes, _)| (*is_last, std::cmp::Reverse(*bytes)));
    for (_, bytes, key) in sizes {
        let note = Value::from(note(bytes));
        let saved = bytes.saturating_sub(note.to_string().len());
        if excess == 0 {
            return;
        }
        if saved > 0 {
            members.insert(key, note);
            excess = excess.saturating_sub(saved);
        }
    }
}
