//! Every body that was sent to Vapi, by the component schemas of Vapi's own OpenAPI document. Needs
//! `HOOKSWITCH_SPECS`; without it that is said once. As far as bodies of tools and assistants need it.

use std::sync::LazyLock;

use super::*;
use crate::described::folder;

/// The document, if it is there.
static DOCUMENT: LazyLock<Option<Value>> = LazyLock::new(|| {
    let path = folder()?.join("vapi-openapi.json");
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
});

/// Everything that was sent is what Vapi's document allows, and names nothing that it lacks.
pub(super) fn are_valid(house: &House) {
    let Some(document) = &*DOCUMENT else { return };
    let mut looked_at = 0;
    for asked in house.vapi.asked() {
        let schema = match asked.operation {
            Operation::CreateTool => "CreateFunctionToolDTO",
            Operation::ChangeTool => "UpdateFunctionToolDTO",
            Operation::ChangeAssistant => "UpdateAssistantDTO",
            Operation::ChangePhoneNumber => match asked.body.as_ref().unwrap()["provider"].as_str()
            {
                Some("twilio") => "UpdateTwilioPhoneNumberDTO",
                Some("vapi") => "UpdateVapiPhoneNumberDTO",
                other => panic!("a change names no kind of number: {other:?}"),
            },
            _ => continue,
        };
        let mut body = asked.body.unwrap();
        if let Some(members) = body.as_object_mut() {
            // The document does not say how a field is cleared.
            members.retain(|_, value| !value.is_null());
        }
        let complaints = complaints(document, schema, &body);
        assert!(complaints.is_empty(), "{schema}: {complaints:#?}");
        looked_at += 1;
    }
    assert!(looked_at > 0, "nothing was looked at");
}

fn complaints(document: &Value, schema: &str, body: &Value) -> Vec<String> {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    let mut found = Vec::new();
    check(document, &schema, body, "", &mut found);
    found
}

fn resolve<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(pointer) => document.pointer(pointer.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

fn check(document: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let schema = resolve(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(document, part, value, path, found);
    }
    for any in ["oneOf", "anyOf"] {
        let Some(parts) = schema[any].as_array() else { continue };
        let complaints = parts.iter().map(|part| {
            let mut of_part = Vec::new();
            check(document, part, value, path, &mut of_part);
            of_part
        });
        let least = complaints.min_by_key(Vec::len).unwrap_or_default();
        found.extend(least);
    }
    let is = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64(),
        _ => true,
    };
    // Of the plan to try again the document says that its name and the numbers of its statuses are objects.
    let plan = [".backoffPlan.type", ".backoffPlan.excludedStatusCodes[]"];
    if !is && plan.iter().any(|end| path.ends_with(end)) {
        return;
    }
    if !is {
        found.push(format!("{path} is no {}", schema["type"]));
        return;
    }
    // Of some lists the document says of the list what it means of each in it.
    let each = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    if schema["enum"].as_array().is_some_and(|names| each.iter().any(|one| !names.contains(one))) {
        found.push(format!("{path} is none of {}", schema["enum"]));
    }
    limits(schema, value, path, found);
    for item in value.as_array().into_iter().flatten() {
        if schema.get("items").is_some() {
            check(document, &schema["items"], item, &format!("{path}[]"), found);
        }
    }
    let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    else {
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            found.push(format!("{path}.{name} is missing"));
        }
    }
    for (name, member) in members {
        let path = format!("{path}.{name}");
        match (properties.get(name), schema.get("additionalProperties")) {
            (Some(property), _) => check(document, property, member, &path, found),
            (None, Some(Value::Bool(true) | Value::Object(_))) => {}
            (None, _) => found.push(format!("property {path} should not exist")),
        }
    }
}

fn limits(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    if let (Some(number), Some(least)) = (value.as_f64(), schema["minimum"].as_f64())
        && number < least
    {
        found.push(format!("{path} is below {least}"));
    }
    if let (Some(number), Some(most)) = (value.as_f64(), schema["maximum"].as_f64())
        && number > most
    {
        found.push(format!("{path} is above {most}"));
    }
    let Some(text) = value.as_str() else { return };
    let long = text.chars().count() as u64;
    if schema["maxLength"].as_u64().is_some_and(|most| long > most) {
        found.push(format!("{path} is too long"));
    }
    // The document writes its patterns with the slashes of another language around them.
    if schema["pattern"].as_str().map(|pattern| pattern.trim_matches('/'))
        == Some("^[a-zA-Z0-9_-]{1,64}$")
    {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !(1..=64).contains(&long) || !text.chars().all(plain) {
            found.push(format!("{path} does not match"));
        }
    }
}

#[test]
fn what_the_document_does_not_allow_is_complained_of() {
    let Some(document) = &*DOCUMENT else { return };
    let tool = json!({"type": "function", "async": false, "function": {"name": "book",
        "parameters": {"type": "object", "properties": {"day": {"type": "string"}}}}});
    let wrong = |change: fn(&mut Value)| {
        let mut tool = tool.clone();
        change(&mut tool);
        complaints(document, "CreateFunctionToolDTO", &tool).join("\n")
    };
    assert_eq!(wrong(|_| {}), "");
    for (change, about) in [
        ((|tool| tool["colour"] = json!("red")) as fn(&mut Value), ".colour should not exist"),
        (|tool| tool["function"]["name"] = json!("no spaces"), ".function.name does not match"),
        (|tool| tool["async"] = json!("no"), ".async is no"),
        (|tool| tool["server"] = json!({"timeoutSeconds": 900}), "timeoutSeconds is above"),
        (|tool| tool["function"] = json!({}), ".function.name is missing"),
    ] {
        assert!(wrong(change).contains(about), "{about}: {}", wrong(change));
    }
}
