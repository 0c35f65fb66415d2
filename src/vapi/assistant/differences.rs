//! What differs between two objects of Vapi's, in lines that people read: `+` for what comes, `-` for
//! what goes, `~` for what becomes something else. No secret is in them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Longest value that is shown, characters.
const LONGEST: usize = 120;

/// Whether a member's value proves something to somebody: of those it is only said that they differ.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let endings = ["token", "secret", "password", "apikey"];
    matches!(name.as_str(), "headers" | "credentials") || endings.iter().any(|e| name.ends_with(e))
}

/// The differences, ordered by where they are.
#[must_use]
pub fn between(before: &Value, after: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", before, after, &mut lines);
    lines
}

fn compare(path: &str, before: &Value, after: &Value, lines: &mut Vec<String>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => members(path, before, after, lines),
        (Value::Array(before), Value::Array(after)) => elements(path, before, after, lines),
        (Value::String(before), Value::String(after))
            if before.contains('\n') || after.contains('\n') =>
        {
            text(path, before, after, lines);
        }
        _ => lines.push(format!("~ {path}: {} -> {}", shown(before), shown(after))),
    }
}

fn members(
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    lines: &mut Vec<String>,
) {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match (before.get(name), after.get(name)) {
            (old, new) if old == new => {}
            (old, new) if is_secret(name) => {
                let said = match (old, new) {
                    (None, _) => "+ {}: set",
                    (_, None) => "- {}: taken out",
                    _ => "~ {}: set anew",
                };
                lines.push(said.replace("{}", &path));
            }
            (Some(old), Some(new)) => compare(&path, old, new, lines),
            (Some(old), None) => lines.push(format!("- {path}: {}", shown(old))),
            (None, Some(Value::String(new))) if new.contains('\n') => text(&path, "", new, lines),
            (None, Some(new)) => added(&path, new, lines),
            (None, None) => {}
        }
    }
}

/// What is new is shown in full depth, so that no secret hides in an object.
fn added(path: &str, new: &Value, lines: &mut Vec<String>) {
    match new {
        Value::Object(new) if !new.is_empty() => members(path, &Map::new(), new, lines),
        Value::Array(new) if !new.is_empty() => elements(path, &[], new, lines),
        new => lines.push(format!("+ {path}: {}", shown(new))),
    }
}

/// Lists of plain values differ by what is in them; other lists place by place.
fn elements(path: &str, before: &[Value], after: &[Value], lines: &mut Vec<String>) {
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    if before.iter().chain(after).all(is_plain) {
        let gone = before.iter().filter(|value| !after.contains(value));
        lines.extend(gone.map(|value| format!("- {path}: {}", shown(value))));
        let come = after.iter().filter(|value| !before.contains(value));
        lines.extend(come.map(|value| format!("+ {path}: {}", shown(value))));
        return;
    }
    for place in 0..before.len().max(after.len()) {
        let path = format!("{path}[{place}]");
        match (before.get(place), after.get(place)) {
            (Some(old), Some(new)) => compare(&path, old, new, lines),
            (Some(old), None) => lines.push(format!("- {path}: {}", shown(old))),
            (None, Some(new)) => added(&path, new, lines),
            (None, None) => {}
        }
    }
}

/// Line by line: what is the same at the beginning and at the end is left out.
fn text(path: &str, before: &str, after: &str, lines: &mut Vec<String>) {
    let before: Vec<&str> = before.lines().collect();
    let after: Vec<&str> = after.lines().collect();
    let same = before.iter().zip(&after).take_while(|(old, new)| old == new).count();
    let (old, new) = (&before[same..], &after[same..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    lines.push(format!("~ {path}, from line {}:", same + 1));
    lines.extend(old[..old.len() - tail].iter().map(|line| format!("  - {line}")));
    lines.extend(new[..new.len() - tail].iter().map(|line| format!("  + {line}")));
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(members) if !members.is_empty() => "{…}".into(),
        Value::Array(elements) if !elements.is_empty() => format!("[{} entries]", elements.len()),
        value => value.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    format!("{}…", text.chars().take(LONGEST).collect::<String>())
}
