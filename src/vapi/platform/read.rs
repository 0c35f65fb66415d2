//! What Vapi keeps, in our own terms. Lenient: a tool or an assistant may have been made by anybody, in any
//! year.

use hookswitch_actors::ports::{KeptAssistant, KeptNumber, KeptTool};
use serde_json::{Value, json};

use super::canonical::sha256;

/// The members of a tool that we ever say something about.
const SAID: [&str; 5] = ["function", "server", "messages", "async", "parameters"];

/// A tool; `url` is where calls of ours go. `None` if it has no id.
pub(super) fn tool(tool: &Value, url: &str) -> Option<KeptTool> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let said: serde_json::Map<String, Value> =
        SAID.iter().map(|name| ((*name).to_owned(), tool[*name].clone())).collect();
    Some(KeptTool {
        id: text(&tool["id"])?,
        name: name(tool),
        is_ours: tool["type"] == "function" && tool["server"]["url"] == url,
        parameters: tool["function"]["parameters"].clone(),
        digest: sha256(&json!(said)),
        created_at: text(&tool["createdAt"]).unwrap_or_default(),
    })
}

/// The name under which a model calls a tool: Vapi's own kinds go by their kind.
fn name(tool: &Value) -> String {
    let name = tool["function"]["name"].as_str().or_else(|| tool["name"].as_str());
    name.or_else(|| tool["type"].as_str()).unwrap_or_default().to_owned()
}

/// An assistant.
pub(super) fn assistant(image: Value) -> KeptAssistant {
    let own = image["model"]["tools"].as_array().into_iter().flatten();
    let functions = image["model"]["functions"].as_array().into_iter().flatten();
    let functions = functions.filter_map(|one| one["name"].as_str().map(str::to_owned));
    KeptAssistant {
        name: image["name"].as_str().unwrap_or_default().to_owned(),
        tool_ids: tool_ids(&image),
        own_tools: own.map(name).chain(functions).collect(),
        image,
    }
}

/// A phone number.
pub(super) fn phone_number(image: Value) -> KeptNumber {
    let number = image["number"].as_str().or_else(|| image["sipUri"].as_str()).map(str::to_owned);
    KeptNumber { number, image }
}

/// The tools that an assistant has by their ids, pinned ones included.
pub(super) fn tool_ids(assistant: &Value) -> Vec<String> {
    let model = &assistant["model"];
    let ids = model["toolIds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let pinned = model["toolRefs"].as_array().into_iter().flatten();
    let pinned = pinned.filter_map(|pinned| pinned["toolId"].as_str());
    ids.chain(pinned).map(str::to_owned).collect()
}
