//! A tool's parameters: what a model is told to fill in.

use serde_json::Value;

use super::Finding;

/// Kinds that Vapi's schema of a parameter knows.
const KINDS: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

pub(super) fn look(name: &str, parameters: &Value, strict: bool, findings: &mut Vec<Finding>) {
    if parameters["type"] != "object" || !parameters["properties"].is_object() {
        let says = "its parameters are not an object with properties";
        let remedy = "give `{\"type\": \"object\", \"properties\": {…}}`, empty if there are none";
        findings.push(Finding::error("parameters", name, says, remedy));
        return;
    }
    object(name, "parameters", parameters, strict, findings);
}

fn object(name: &str, path: &str, schema: &Value, strict: bool, findings: &mut Vec<Finding>) {
    let Some(properties) = schema["properties"].as_object() else { return };
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for missing in required.iter().filter(|field| !properties.contains_key(**field)) {
        let says = format!("`{path}` requires `{missing}`, which is not among its properties");
        let remedy = "add the property, or take it off `required`";
        findings.push(Finding::error("required", name, says, remedy));
    }
    if strict {
        let remedy = "or set `strict` to false";
        if schema["additionalProperties"] != false {
            let says = format!("is strict, but `{path}` allows other properties");
            let remedy = format!("set `additionalProperties` to false, {remedy}");
            findings.push(Finding::error("strict", name, says, remedy));
        }
        for optional in properties.keys().filter(|field| !required.contains(&field.as_str())) {
            let says = format!("is strict, but `{path}.{optional}` is not required");
            let remedy = format!("require every property, {remedy}");
            findings.push(Finding::error("strict", name, says, remedy));
        }
    }
    for (field, property) in properties {
        let path = format!("{path}.{field}");
        let kind = property["type"].as_str().unwrap_or_default();
        if !KINDS.contains(&kind) {
            let says = format!("`{path}` has no type that Vapi knows");
            let remedy = format!("use one of {}", KINDS.join(", "));
            findings.push(Finding::error("parameters", name, says, remedy));
        }
        if property["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
            let says = format!("`{path}` has no description, so the model guesses what to give");
            findings.push(Finding::warning("parameters", name, says, "describe it"));
        }
        match kind {
            "object" => object(name, &path, property, strict, findings),
            "array" if property["items"].is_object() => {
                object(name, &format!("{path}[]"), &property["items"], strict, findings);
            }
            "array" => {
                let says = format!("`{path}` is a list without `items`");
                let remedy = "say what its items are";
                findings.push(Finding::error("parameters", name, says, remedy));
            }
            _ => {}
        }
    }
}
