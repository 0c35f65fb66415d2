//! A tool as it is registered with Vapi: name, description, JSON Schema, our server and what the
//! caller hears meanwhile. Pure; called by whoever lists, checks or sends definitions. Facts: the
//! `CreateFunctionToolDTO` and `ToolMessage*` schemas of Vapi's API.

use hookswitch_actors::tools::Face;
use hookswitch_storage::{Locale, Settings};
use serde_json::{Value, json};

use super::server_block::ServerBlock;

/// After this long the caller is told that it takes longer, milliseconds. Above what calendars
/// usually take, and below our deadline.
const DELAYED_AFTER_MS: u32 = 3_000;

/// The definition for orgs of these settings. With `async` the model would not wait for the answer
/// (K5); without `strict` an optional argument may be left out.
#[must_use]
pub fn tool_definition(face: &Face, settings: &Settings, server: &ServerBlock) -> Value {
    described(face, settings, &server.over(None))
}

/// The same with a `server` object of any kind.
#[must_use]
pub fn described(face: &Face, settings: &Settings, server: &Value) -> Value {
    json!({
        "type": "function",
        "async": false,
        "function": {
            "name": face.name(),
            "description": face.description(),
            "parameters": face.schema_for(settings),
            "strict": false,
        },
        "server": server,
        "messages": messages(face),
    })
}

/// Without a `request-start` Vapi says something of its own; an empty one is silence. All orgs share a
/// tool, so that each sentence is there in every language.
fn messages(face: &Face) -> Vec<Value> {
    let said = LOCALES.map(|(code, locale)| (code, face.meanwhile_in(locale)));
    let start = said.map(|(code, said)| (code, Some(said.start)));
    let mut messages = vec![with_words(json!({"type": "request-start", "blocking": false}), start)];
    let delayed = said.map(|(code, said)| (code, said.delayed));
    if delayed[0].1.is_some() {
        let message = json!({
            "type": "request-response-delayed",
            "timingMilliseconds": DELAYED_AFTER_MS,
        });
        messages.push(with_words(message, delayed));
    }
    let failed = said.map(|(code, said)| (code, said.failed));
    if failed[0].1.is_some() {
        messages.push(with_words(json!({"type": "request-failed"}), failed));
    }
    messages
}

/// The languages, the one of those who have chosen none first.
const LOCALES: [(&str, Locale); 2] = [("en", Locale::En), ("es", Locale::Es)];

/// A message with its sentence: once where it is the same in every language, else in each.
fn with_words(mut message: Value, words: [(&str, Option<&str>); LOCALES.len()]) -> Value {
    let first = words[0].1.unwrap_or_default();
    message["content"] = json!(first);
    if words.iter().any(|(_, words)| *words != Some(first)) {
        let words = words.iter().filter_map(|(code, words)| {
            Some(json!({"type": "text", "text": (*words)?, "language": code}))
        });
        message["contents"] = words.collect();
    }
    message
}
