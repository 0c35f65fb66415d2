//! What each kind of message must be answered with, whoever wrote it down: judged by the message
//! alone, so that it holds for our fixtures and for any folder of samples.

use serde_json::{Value, json};

use crate::support::result_of;

/// What may answer `assistant-request`; Vapi takes one of them.
const INTENTS: [&str; 5] = ["assistantId", "assistant", "squadId", "destination", "error"];

pub(super) fn assert_handled(name: &str, message: &Value, answer: &Value) {
    let Some(kind) = message["type"].as_str() else { return };
    let given = |fields: &[&str]| fields.iter().filter(|f| !answer[**f].is_null()).count();
    match kind {
        "tool-calls" => assert_results(name, message, answer),
        "function-call" => assert!(answer["result"].is_string(), "{name}: {answer}"),
        "assistant-request" => assert_eq!(given(&INTENTS), 1, "{name}: {answer}"),
        "transfer-destination-request" | "handoff-destination-request" => {
            assert_eq!(given(&["destination", "error"]), 1, "{name}: {answer}");
        }
        "knowledge-base-request" => assert!(answer["documents"].is_array(), "{name}: {answer}"),
        "campaign.predial" => assert!(answer["eligible"].is_boolean(), "{name}: {answer}"),
        "call.endpointing.request" => {
            assert!(answer["timeoutSeconds"].is_number(), "{name}: {answer}");
        }
        _ => assert_eq!(*answer, json!({}), "{name}"),
    }
}

fn assert_results(name: &str, message: &Value, answer: &Value) {
    let results = answer["results"].as_array().unwrap_or_else(|| panic!("{name}: {answer}"));
    for result in results {
        let text = result["result"].as_str().or(result["error"].as_str()).unwrap();
        assert!(!text.contains(['\n', '\r']), "{name}: {text}");
        assert!(result["toolCallId"].is_string() && result["name"].is_string(), "{name}: {result}");
    }
    let calls = calls(message);
    let ids = calls.iter().map(id_of);
    let answered = results.iter().map(|result| &result["toolCallId"]);
    assert!(ids.eq(answered), "{name}: once each, in the order of the calls: {answer}");
    for (call, result) in calls.iter().zip(results) {
        match (tool_of(call), arguments_of(call)) {
            (_, None) => assert!(result["error"].is_string(), "{name}, cut off: {result}"),
            (Some("no_such_tool"), _) => assert!(result["error"].is_string(), "{name}: {result}"),
            (Some("check_availability"), Some(asked)) if asked["date"].is_string() => {
                let found = result_of(&json!({"results": [result]}));
                assert_eq!(found["data"]["date"], asked["date"], "{name}: {found}");
                assert_eq!(found["success"], true, "{name}: {found}");
            }
            _ => {}
        }
    }
}

/// The tool calls of a message, from the first of its lists that has any, each id once.
fn calls(message: &Value) -> Vec<Value> {
    // Some SDKs write the names in snake case.
    let either = |camel: &str, snake: &str| message[camel].as_array().or(message[snake].as_array());
    let list = |camel: &str, snake: &str| either(camel, snake).cloned().unwrap_or_default();
    let with_tools =
        list("toolWithToolCallList", "tool_with_tool_call_list").into_iter().map(|tool| {
            let mut call = tool["toolCall"].clone();
            if tool_of(&call).is_none() {
                let names = [&tool["function"]["name"], &tool["name"]];
                call["name"] = names.into_iter().find(|name| name.is_string()).cloned().into();
            }
            call
        });
    let lists = [
        list("toolCallList", "tool_call_list"),
        list("toolCalls", "tool_calls"),
        with_tools.collect(),
    ];
    let mut calls: Vec<Value> = lists.into_iter().find(|list| !list.is_empty()).unwrap_or_default();
    let mut seen = Vec::new();
    calls.retain(|call| {
        let is_new = !seen.contains(id_of(call));
        seen.push(id_of(call).clone());
        is_new
    });
    calls
}

fn id_of(call: &Value) -> &Value {
    let ids = [&call["id"], &call["tool_call_id"]];
    ids.into_iter().find(|id| id.is_string()).unwrap_or(&Value::Null)
}

fn tool_of(call: &Value) -> Option<&str> {
    call["function"]["name"].as_str().or(call["name"].as_str())
}

/// The arguments of a tool call, wherever and however they are written; `None` if they are cut off.
fn arguments_of(call: &Value) -> Option<Value> {
    let function = &call["function"];
    let places =
        [&function["arguments"], &function["parameters"], &call["arguments"], &call["parameters"]];
    let mut found = places.into_iter().find(|place| !place.is_null()).cloned().unwrap_or(json!({}));
    for _ in 0..2 {
        match &found {
            Value::String(text) if text.trim().is_empty() => found = json!({}),
            Value::String(text) => found = serde_json::from_str(text).ok()?,
            _ => {}
        }
    }
    found.is_object().then_some(found)
}

/// That a message which books, if it does, is answered with the one appointment that all of them are
/// about; gives its confirmation.
pub(super) fn assert_booked(name: &str, message: &Value, answer: &Value) -> Option<String> {
    let calls = calls(message);
    let [call] = calls.as_slice() else { return None };
    let asked = arguments_of(call).filter(|_| tool_of(call) == Some("book_appointment"))?;
    let booked = result_of(answer);
    assert_eq!(booked["success"], true, "{name}: {booked}");
    let (date, time) = asked["start"].as_str().unwrap().split_once('T').unwrap();
    assert_eq!(booked["data"]["date"], date, "{name}: {booked}");
    assert!(time.starts_with(booked["data"]["time"].as_str().unwrap()), "{name}: {booked}");
    assert_eq!(booked["data"]["customerName"], asked["patient_name"], "{name}: {booked}");
    Some(booked["confirmationNumber"].as_str().unwrap().to_owned())
}

/// Ids of the calls that the bodies tell of with a mark by which their org is found.
pub(super) fn call_ids(bodies: &[(String, String)]) -> std::collections::BTreeSet<String> {
    let ids = bodies.iter().filter_map(|(_, body)| {
        let body: Value = serde_json::from_str(body).unwrap();
        let call = &body["message"]["call"];
        let is_marked = ["phoneNumberId", "assistantId"].iter().any(|mark| call[*mark].is_string());
        call["id"].as_str().filter(|_| is_marked).map(str::to_owned)
    });
    ids.collect()
}
