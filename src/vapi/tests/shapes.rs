//! Every shape in which tool calls come.

use serde_json::json;

use super::super::{BadArguments, DecodeError, Kind, decode};
use super::{fixture, inbound, json, tool_calls};

#[test]
fn every_shape_with_an_id_decodes_to_the_same_single_call() {
    for shape in [
        "tool-calls-a-object-arguments",
        "tool-calls-b-string-arguments",
        "tool-calls-c-flat-arguments",
        "tool-calls-d-flat-parameters",
        "tool-calls-e-definition-beside-call",
        "tool-calls-f-definition-around-call",
        "tool-calls-g-undocumented-list-only",
        "tool-calls-snake-case",
        "tool-calls-without-wrapper-or-type",
    ] {
        let inbound = inbound(shape);
        let [call] = tool_calls(&inbound) else {
            panic!("{shape}: {:?}", inbound.kind);
        };
        assert_eq!(call.id.as_ref().unwrap().as_str(), "call_Lk7QwT40", "{shape}");
        assert_eq!(call.name.as_deref(), Some("create_booking"), "{shape}");
        assert_eq!(
            json(call.arguments.as_ref().unwrap()),
            json!({"customer_name": "Mara Voss", "start": "2026-11-24T10:30:00"}),
            "{shape}"
        );
    }
}

#[test]
fn every_shape_with_a_call_says_who_called_whom() {
    for shape in [
        "tool-calls-a-object-arguments",
        "tool-calls-snake-case",
        "tool-calls-without-wrapper-or-type",
    ] {
        let call = inbound(shape).call;
        assert_eq!(call.id.unwrap().as_str(), "0199c4de-0b52-7c11-8a3e-4d5f6a7b8c9d", "{shape}");
        assert_eq!(call.caller_number.as_deref(), Some("+13035550117"), "{shape}");
        assert_eq!(call.caller_name.as_deref(), Some("Mara Voss"), "{shape}");
        assert_eq!(call.dialled_number.as_deref(), Some("+17205550162"), "{shape}");
        let number_id = "8d41f7b2-3c5e-4a69-b0d8-19e7f6a5c4b3";
        assert_eq!(call.phone_number_id.as_deref(), Some(number_id), "{shape}");
        let assistant = "e2a6c0f4-9b1d-4c77-8f35-60d1b2c3a4e5";
        assert_eq!(call.assistant_id.as_deref(), Some(assistant), "{shape}");
        assert_eq!(call.call_type.as_deref(), Some("inboundPhoneCall"), "{shape}");
        let control = "https://steer.vapi.example/0199c4de/control";
        assert_eq!(call.control_url.as_deref(), Some(control), "{shape}");
        let listen = "wss://audio.vapi.example/0199c4de/listen";
        assert_eq!(call.listen_url.as_deref(), Some(listen), "{shape}");
    }
}

#[test]
fn an_old_function_call_has_no_id() {
    let inbound = inbound("function-call-h-without-id");
    let Kind::FunctionCall(call) = &inbound.kind else {
        panic!("{:?}", inbound.kind);
    };
    assert_eq!(call.id, None);
    assert_eq!(call.name.as_deref(), Some("create_booking"));
    assert_eq!(json(call.arguments.as_ref().unwrap())["customer_name"], "Mara Voss");
    assert_eq!(inbound.timestamp, Some("2026-11-23T16:04:22.25Z".parse().unwrap()));
}

#[test]
fn timestamps_read_alike_as_milliseconds_and_as_text() {
    let number = inbound("tool-calls-a-object-arguments").timestamp.unwrap();
    let fraction = decode(br#"{"message":{"timestamp":1795449862250.4}}"#).unwrap().timestamp;
    assert_eq!(number.as_millisecond(), 1_795_449_862_250);
    assert_eq!(fraction, Some(number));
}

#[test]
fn arguments_that_are_odd_but_whole_are_read() {
    let inbound = inbound("tool-calls-odd-arguments");
    let arguments: Vec<_> = tool_calls(&inbound).iter().map(|c| c.arguments.as_deref()).collect();
    assert_eq!(arguments[0], Ok(r#"{"date": "2026-11-24"}"#));
    assert_eq!([&arguments[1], &arguments[2], &arguments[6]], [&Ok("{}"), &Ok("{}"), &Ok("{}")]);
}

#[test]
fn arguments_that_cannot_be_read_say_why_and_not_what_they_were() {
    let inbound = inbound("tool-calls-odd-arguments");
    let errors: Vec<String> = tool_calls(&inbound)
        .iter()
        .filter_map(|call| call.arguments.as_ref().err())
        .map(BadArguments::to_string)
        .collect();
    assert_eq!(errors.len(), 3);
    assert!(errors[0].contains("not valid JSON") && errors[0].contains("column 18"), "{errors:?}");
    assert!(errors[1].contains("not a list"), "{errors:?}");
    assert!(errors[2].contains("not valid JSON"), "{errors:?}");
    let all = errors.concat();
    assert!(!all.contains("2026") && !all.contains("tomorrow"));
}

#[test]
fn the_three_lists_complete_each_other() {
    let body = br#"{"message":{"type":"tool-calls",
        "toolCallList":[{"id":"a"},{"id":"b","name":"second"}],
        "toolCalls":[{"id":"b","name":"other","arguments":{"n":2}},{"id":"c","name":"third"}],
        "toolWithToolCallList":[{"name":"first","toolCall":{"id":"a","parameters":{"n":1}}}]}}"#;
    let inbound = decode(body).unwrap();
    let calls: Vec<_> = tool_calls(&inbound)
        .iter()
        .map(|call| (call.name.as_deref().unwrap(), call.arguments.as_deref().unwrap()))
        .collect();
    assert_eq!(calls, [("first", r#"{"n":1}"#), ("second", r#"{"n":2}"#), ("third", "{}")]);
}

#[test]
fn calls_without_ids_are_not_taken_twice() {
    let body = br#"{"toolCalls":[{"name":"a"},{"name":"a"}],"toolCallList":[{"name":"a"}]}"#;
    assert_eq!(tool_calls(&decode(body).unwrap()).len(), 1);
}

#[test]
fn a_field_of_an_unexpected_type_is_absent() {
    let body = br#"{"message":{"type":"hang","customer":"x","call":[1,{"id":"no"}],
        "phoneNumber":7,"timestamp":{},"toolCalls":"none","assistant":true}}"#;
    let inbound = decode(body).unwrap();
    assert_eq!(inbound.kind, Kind::Hang);
    assert_eq!(inbound.call, Default::default());
    assert_eq!(inbound.timestamp, None);
}

#[test]
fn a_repeated_member_is_no_error_and_null_does_not_hide_a_value() {
    let body = br#"{"message":{"type":"hang","type":"hang","call":{"id":"c1"},"call":null}}"#;
    let inbound = decode(body).unwrap();
    assert_eq!(inbound.kind, Kind::Hang);
    assert_eq!(inbound.call.id.unwrap().as_str(), "c1");
}

#[test]
fn half_an_emoji_does_not_lose_the_message() {
    let body = br#"{"message":{"type":"tool-calls","skipped":["cut \udE00"],"toolCallList":[
        {"id":"a","name":"note","arguments":{"text":"fine \ud83d"}},
        {"id":"b","name":"note","arguments":"{\"text\":\"fine \\ud83d\\ude00\"}"}]}}"#;
    let inbound = decode(body).unwrap();
    let texts: Vec<_> = tool_calls(&inbound)
        .iter()
        .map(|call| json(call.arguments.as_ref().unwrap())["text"].clone())
        .collect();
    assert_eq!(texts, ["fine \u{fffd}", "fine \u{1f600}"]);
}

#[test]
fn only_what_is_no_json_object_is_an_error() {
    for (body, error) in [
        (&b""[..], DecodeError::NotJson { line: 1, column: 0 }),
        (b"{\"message\":{", DecodeError::NotJson { line: 1, column: 12 }),
        (b"{} {}", DecodeError::NotJson { line: 1, column: 4 }),
        (b"[{\"message\":{}}]", DecodeError::NotAnObject),
        (b"null", DecodeError::NotAnObject),
        (b"{\"a\":\"\xff\"}", DecodeError::NotText { at: 6 }),
    ] {
        assert_eq!(decode(body), Err(error), "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(decode(b"{}").unwrap().kind, Kind::Missing);
    assert_eq!(decode(b"\xef\xbb\xbf{\"message\":\"hi\"}").unwrap().kind, Kind::Missing);
}

#[test]
fn a_body_nested_without_end_is_refused_wherever_it_is_deep() {
    let deep = 200_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let bomb = format!("{}1{}", open.repeat(deep), close.repeat(deep));
        for body in [
            bomb.clone(),
            open.repeat(deep),
            format!(r#"{{"message":{{"type":"hang","skipped":{bomb}}}}}"#),
            format!(r#"{{"message":{{"call":{bomb}}}}}"#),
            format!(r#"{{"toolCalls":[{{"id":"a","arguments":{bomb}}}]}}"#),
        ] {
            assert_eq!(decode(body.as_bytes()), Err(DecodeError::TooDeep));
        }
        let text = serde_json::to_string(&bomb).unwrap();
        let body = format!(r#"{{"toolCalls":[{{"id":"a","arguments":{text}}}]}}"#);
        let inbound = decode(body.as_bytes()).unwrap();
        assert_eq!(tool_calls(&inbound)[0].arguments, Err(BadArguments::TooDeep));
    }
}

#[test]
fn debug_output_shows_neither_people_nor_control_of_the_call() {
    let mut shown = String::new();
    for name in [
        "tool-calls-a-object-arguments",
        "end-of-call-report",
        "conversation-update",
        "transcript-final-in-type",
        "function-call-h-without-id",
    ] {
        shown += &format!("{:?}", decode(&fixture(name)).unwrap());
    }
    for private in ["303555", "720555", "Mara", "steer.vapi", "audio.vapi", "gears", "recordings"] {
        assert!(!shown.contains(private), "{private} in {shown}");
    }
    assert!(shown.contains("call_Lk7QwT40") && shown.contains("assistant-said-end-call-phrase"));
}
