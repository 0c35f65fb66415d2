//! Which properties of a value no schema that applies to it has. Of alternatives each may apply: which does
//! is for a checker of values to say. Knows no HTTP.

use serde_json::Value;

use super::document::Document;

/// Adds to `found` where in `value` there is a property that none of the schemas has.
pub(super) fn unknown(
    document: &Document,
    schemas: &[&Value],
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) {
    let mut plain = Vec::new();
    for schema in schemas {
        flatten(document, schema, &mut plain);
    }
    match value {
        Value::Object(fields) => {
            let lists = |schema: &&&Value| schema["properties"].is_object();
            let more = |schema: &&&Value| is_open(&schema["additionalProperties"]);
            // One that lists nothing takes anything.
            if !plain.iter().any(|schema| lists(&schema) || more(&schema)) {
                return;
            }
            for (name, value) in fields {
                let at = format!("{at}.{name}");
                let mut of_it: Vec<&Value> =
                    plain.iter().filter_map(|schema| schema["properties"].get(name)).collect();
                if of_it.is_empty() {
                    let open = plain.iter().map(|schema| &schema["additionalProperties"]);
                    of_it = open.filter(|more| is_open(more)).collect();
                }
                if of_it.is_empty() {
                    found.push(format!("{at} is not known"));
                } else {
                    unknown(document, &of_it, value, &at, found);
                }
            }
        }
        Value::Array(items) => {
            let of_items: Vec<&Value> =
                plain.iter().filter_map(|schema| schema.get("items")).collect();
            for (place, item) in items.iter().enumerate() {
                unknown(document, &of_items, item, &format!("{at}[{place}]"), found);
            }
        }
        _ => {}
    }
}

/// Whether it lets properties in that are not listed.
fn is_open(more: &Value) -> bool {
    more.is_object() || *more == true
}

/// A schema without references, with all that it is made of.
fn flatten<'a>(document: &'a Document, schema: &'a Value, plain: &mut Vec<&'a Value>) {
    let schema = document.resolve(schema);
    plain.push(schema);
    for of in ["allOf", "oneOf", "anyOf"] {
        for part in schema[of].as_array().into_iter().flatten() {
            flatten(document, part, plain);
        }
    }
}
