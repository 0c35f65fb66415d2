//! Our part of the system prompt, between two lines that mark it. What somebody wrote in Vapi's
//! dashboard before, after or instead stays as it is, letter for letter.

use serde_json::{Map, Value, json};

/// The line before our part.
pub const BEGIN: &str =
    "[Hookswitch: begin. This part is written anew; put your own words above or below it.]";

/// The line after it.
pub const END: &str = "[Hookswitch: end.]";

/// Puts our part into the first system message, in place of the one that is there, else above the
/// words of others; `None` takes it out. Messages other than that one are not touched.
pub(super) fn put(model: &mut Map<String, Value>, prompt: Option<&str>) {
    let part = prompt.map(|prompt| format!("{BEGIN}\n{}\n{END}", tame(prompt)));
    let found = model.get_mut("messages").and_then(Value::as_array_mut);
    let Some(messages) = found else {
        if let Some(part) = part {
            model.insert("messages".into(), json!([{"role": "system", "content": part}]));
        }
        return;
    };
    let Some(place) = messages.iter().position(is_prompt) else {
        if let Some(part) = part {
            messages.insert(0, json!({"role": "system", "content": part}));
        }
        return;
    };
    let words = messages[place]["content"].as_str().unwrap_or_default();
    let content = match (around(words), part) {
        (Some((before, after)), Some(part)) => format!("{before}{part}{after}"),
        // The gap that came with our part goes with it.
        (Some((before, after)), None) => {
            format!("{before}{}", after.strip_prefix("\n\n").unwrap_or(&after))
        }
        (None, Some(part)) => {
            let words = tame(words);
            let gap = if words.is_empty() { "" } else { "\n\n" };
            format!("{part}{gap}{words}")
        }
        (None, None) => return,
    };
    if content.is_empty() {
        messages.remove(place);
    } else if content != words {
        messages[place]["content"] = json!(content);
    }
}

/// Whether our part is in the first system message.
pub(super) fn is_in(model: &Map<String, Value>) -> bool {
    let mut messages = model.get("messages").and_then(Value::as_array).into_iter().flatten();
    let prompt = messages.find(|message| is_prompt(message));
    prompt
        .and_then(|prompt| prompt["content"].as_str())
        .is_some_and(|words| around(words).is_some())
}

/// The words of a prompt that are not ours.
#[must_use]
pub fn outside(words: &str) -> String {
    around(words).map_or_else(|| tame(words), |(before, after)| format!("{before}{after}"))
}

/// A system message whose text can be changed.
fn is_prompt(message: &Value) -> bool {
    message["role"] == "system" && (message["content"].is_string() || message["content"].is_null())
}

/// What stands before and after our part; `None` where there is none. A copy of it further down goes;
/// of a mark without its other half only the mark goes, since whose the words around it are cannot be
/// told.
fn around(words: &str) -> Option<(String, String)> {
    let from = words.find(BEGIN)?;
    let to = from + words[from..].find(END)? + END.len();
    let after = &words[to..];
    let after = match around(after) {
        Some((before, after)) => format!("{before}{after}"),
        None => tame(after),
    };
    Some((tame(&words[..from]), after))
}

/// Without marks, which would end or begin our part where it does not.
fn tame(words: &str) -> String {
    let mut words = words.to_owned();
    // Taking one out can join the halves of another.
    while words.contains(BEGIN) || words.contains(END) {
        words = words.replace(BEGIN, "").replace(END, "");
    }
    words
}
