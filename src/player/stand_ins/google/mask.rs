//! Field masks: `kind,items(id,start/dateTime)` leaves only what it names. Pure.

use serde_json::{Map, Value};

/// What of `value` a mask leaves; `None` for a mask that cannot be read.
pub(super) fn leave(value: &Value, mask: &str) -> Option<Value> {
    match value {
        Value::Array(items) => items.iter().map(|item| leave(item, mask)).collect(),
        Value::Object(fields) => {
            let mut left = Map::new();
            for part in parts(mask)? {
                let (name, rest) = split(part)?;
                let Some(field) = fields.get(name) else { continue };
                let field = match rest {
                    Some(rest) => leave(field, rest)?,
                    None => field.clone(),
                };
                left.insert(name.to_owned(), field);
            }
            Some(Value::Object(left))
        }
        other => Some(other.clone()),
    }
}

/// The parts between the commas that are in no brackets.
fn parts(mask: &str) -> Option<Vec<&str>> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, letter) in mask.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&mask[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&mask[from..]);
    (depth == 0 && parts.iter().all(|part| !part.is_empty())).then_some(parts)
}

/// A part's own name, and what it leaves of that field.
fn split(part: &str) -> Option<(&str, Option<&str>)> {
    match part.find(['(', '/']) {
        None => Some((part, None)),
        Some(at) if part[at..].starts_with('/') => Some((&part[..at], Some(&part[at + 1..]))),
        Some(at) => Some((&part[..at], Some(part[at + 1..].strip_suffix(')')?))),
    }
}
