//! Rules that hold for every body.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};

use super::super::{
    Outcome, Spoken, ToolAnswer, decode, decode_direct, redact_for_log, results_body,
};
use super::tool_calls;

const LINE_BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("{\"a\":1}")),
    ];
    let key = prop_oneof![
        "[a-z]{0,4}",
        prop::sample::select(vec![
            "message",
            "type",
            "call",
            "id",
            "toolCallList",
            "toolCalls",
            "tool_calls",
            "function",
            "toolWithToolCallList",
            "toolCall",
            "arguments",
            "parameters",
            "name",
            "functionCall",
            "customer",
            "messages",
            "role",
            "content",
            "artifact",
            "analysis",
            "status",
            "token",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn arguments() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(("[a-zA-Z_\"\n é]{1,10}", any_json()), 0..5)
        .prop_map(|members| members.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(20_261_123),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&body);
        let _ = decode_direct(&body, "x");
        let _ = redact_for_log(&body);
    }

    #[test]
    fn a_cut_or_disturbed_message_never_panics(
        message in any_json(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut body = json!({"message": message}).to_string().into_bytes();
        let at = at.index(body.len());
        let _ = decode(&body[..at]);
        body[at] = byte;
        let _ = decode(&body);
        let _ = decode_direct(&body, "x");
        let _ = redact_for_log(&body);
    }

    #[test]
    fn every_json_object_decodes(message in any_json(), key in "message|call|toolCalls|x") {
        let body = json!({key: message}).to_string();
        prop_assert!(decode(body.as_bytes()).is_ok());
        prop_assert!(decode_direct(body.as_bytes(), "x").is_ok());
        prop_assert!(redact_for_log(body.as_bytes()).is_some());
    }

    #[test]
    fn a_tool_call_is_the_same_in_every_shape(
        id in "[A-Za-z0-9_-]{1,40}",
        name in "[A-Za-z0-9_-]{1,64}",
        arguments in arguments(),
        is_string in any::<bool>(),
    ) {
        let text = Value::Object(arguments.clone()).to_string();
        let value = if is_string { Value::from(text.clone()) } else { Value::Object(arguments) };
        let inner = json!({"id": id, "function": {"name": name, "arguments": value}});
        let decoys = json!({"function": {"parameters": {"type": "object"}}, "parameters": [{"key": "a", "value": "b"}]});
        let mut around = decoys.clone();
        around["toolCall"] = json!({"id": id, "function": {"name": name, "parameters": value}});
        let mut beside = decoys;
        beside["name"] = json!(name);
        beside["toolCall"] = json!({"id": id, "parameters": value});
        for lists in [
            json!({"toolCallList": [inner], "toolCalls": [inner], "toolWithToolCallList": [around]}),
            json!({"toolCallList": [{"id": id, "name": name, "arguments": value}]}),
            json!({"toolCallList": [{"id": id, "name": name, "parameters": value}]}),
            json!({"toolWithToolCallList": [beside]}),
            json!({"toolWithToolCallList": [around]}),
            json!({"toolCalls": [inner]}),
        ] {
            let mut typed = lists.clone();
            typed["type"] = json!("tool-calls");
            for body in [lists.clone(), json!({"message": lists}), json!({"message": typed})] {
                let inbound = decode(body.to_string().as_bytes()).unwrap();
                let calls = tool_calls(&inbound);
                prop_assert_eq!(calls.len(), 1);
                prop_assert_eq!(calls[0].id.as_ref().unwrap().as_str(), &id);
                prop_assert_eq!(calls[0].name.as_deref(), Some(name.as_str()));
                prop_assert_eq!(calls[0].arguments.as_deref(), Ok(text.as_str()));
            }
        }
    }

    #[test]
    fn an_answer_is_always_one_line_of_json_with_every_id_as_it_came(
        id in any::<String>(), name in any::<String>(), text in any::<String>(),
        is_error in any::<bool>(), spoken in any::<Option<String>>(), metadata in any::<Option<String>>(),
    ) {
        let text = format!("one\n{text}\u{2028}two");
        let answer = ToolAnswer {
            tool_call_id: id.clone(),
            name,
            outcome: if is_error { Outcome::Error(text) } else { Outcome::Result(text) },
            message: spoken.map(|content| Spoken {
                content, end_call_after_spoken: true, failed: is_error,
            }),
            metadata: metadata.map(|text| json!({"note": format!("\u{2029}{text}")})),
        };
        let body = String::from_utf8(results_body(&[answer.clone(), answer])).unwrap();
        prop_assert!(!body.contains(LINE_BREAKS));
        let parsed: Value = serde_json::from_str(&body).unwrap();
        prop_assert_eq!(parsed["results"].as_array().unwrap().len(), 2);
        prop_assert_eq!(&parsed["results"][1]["toolCallId"], &json!(id));
        let outcome = &parsed["results"][0][if is_error { "error" } else { "result" }];
        prop_assert!(!outcome.as_str().unwrap().contains(LINE_BREAKS));
    }
}
