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
    let calls = ["toolCalls", "toolCallList"].iter().find_map(|list| message[*list].as_array());
    for (call, result) in calls.into_iter().flatten().zip(results) {
        assert_eq!(result["toolCallId"], call["id"], "{name}: in the order of the calls");
        let Some(text) = call["function"]["arguments"].as_str() else { continue };
        let is_cut_off = text.starts_with('{') && serde_json::from_str::<Value>(text).is_err();
        if is_cut_off || call["function"]["name"] == "no_such_tool" {
            assert!(result["error"].is_string(), "{name}: {result}");
        } else if call["function"]["name"] == "check_availability" && text.contains("date") {
            let found = result_of(&json!({"results": [result]}));
            let date = found["data"]["date"].as_str().unwrap_or_else(|| panic!("{name}: {found}"));
            assert!(text.contains(date), "{name}: asked {text}, answered {date}");
        }
    }
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
