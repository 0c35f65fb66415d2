//! The routes of single tools.

use serde_json::json;

use super::super::{BadArguments, Direct, Kind, Single, decode_direct};
use super::{fixture, json};

fn single(body: &[u8], path_tool: &str) -> Single {
    match decode_direct(body, path_tool).unwrap() {
        Direct::Single(single) => single,
        Direct::Envelope(inbound) => panic!("an envelope: {inbound:?}"),
    }
}

fn names(body: &[u8], path_tool: &str) -> Vec<String> {
    match decode_direct(body, path_tool).unwrap() {
        Direct::Envelope(inbound) => match inbound.kind {
            Kind::ToolCalls(calls) => calls.into_iter().filter_map(|call| call.name).collect(),
            Kind::FunctionCall(call) => call.name.into_iter().collect(),
            other => panic!("{other:?}"),
        },
        Direct::Single(single) => panic!("a single call: {single:?}"),
    }
}

#[test]
fn a_flat_body_is_the_arguments_without_the_hints() {
    let single = single(&fixture("direct-flat"), "book");
    assert_eq!(single.name, "book");
    assert_eq!(single.id, None);
    assert_eq!(single.tenant_id.as_deref(), Some("org_larkspur"));
    assert_eq!(single.inbound_phone_number.as_deref(), Some("+17205550162"));
    assert_eq!(
        json(&single.arguments.unwrap()),
        json!({"name": "Mara Voss", "type": "gear check", "start": "2026-11-24T10:30:00"})
    );
}

#[test]
fn a_tool_call_in_a_body_gives_arguments_and_the_outer_hints_win() {
    let single = single(&fixture("direct-tool-call"), "create_booking");
    assert_eq!(single.name, "create_booking");
    assert_eq!(single.tenant_id.as_deref(), Some("org_larkspur"));
    assert_eq!(
        json(&single.arguments.unwrap()),
        json!({"customer_name": "Mara Voss", "start": "2026-11-24T10:30:00"})
    );
}

#[test]
fn a_tool_call_finds_its_id_name_and_arguments_in_every_place() {
    for body in [
        r#"{"toolCall":{"id":"t1","name":"x","arguments":{"a":1,"tenant_id":"org_9"}}}"#,
        r#"{"toolCall":{"id":"t1","function":{"name":"x","arguments":"{\"a\":1,\"tenantId\":\"org_9\"}"}}}"#,
        r#"{"message":{"toolCall":{"id":"t1","name":"x","arguments":{"a":1}}},"tenantId":"org_9"}"#,
        r#"{"toolCallId":"t1","tool_call":{"name":"x","parameters":{"a":1}},"tenantId":"org_9"}"#,
        r#"{"id":"t1","name":"x","arguments":{"a":1},"tenant_id":"org_9"}"#,
    ] {
        let single = single(body.as_bytes(), "path");
        assert_eq!(single.id.unwrap().as_str(), "t1", "{body}");
        assert_eq!(single.name, "x", "{body}");
        assert_eq!(single.arguments.as_deref(), Ok(r#"{"a":1}"#), "{body}");
        assert_eq!(single.tenant_id.as_deref(), Some("org_9"), "{body}");
    }
}

#[test]
fn a_flat_body_may_name_its_call_and_its_id() {
    let body = br#"{"toolCallId":"t1","call":{"id":"c1","customer":{"number":"+13035550117"}},"date":"2026-11-24"}"#;
    let single = single(body, "check");
    assert_eq!(single.id.unwrap().as_str(), "t1");
    assert_eq!(single.call.id.unwrap().as_str(), "c1");
    assert_eq!(single.call.caller_number.as_deref(), Some("+13035550117"));
    assert_eq!(single.arguments.as_deref(), Ok(r#"{"date":"2026-11-24"}"#));
}

#[test]
fn a_body_without_anything_is_a_call_without_arguments() {
    for body in ["", "  \n", "{}"] {
        let single = single(body.as_bytes(), "endCall");
        assert_eq!((single.name.as_str(), single.arguments), ("endCall", Ok("{}".to_owned())));
    }
}

#[test]
fn bad_arguments_of_a_direct_call_are_no_bad_request() {
    let single = single(br#"{"toolCall":{"arguments":"{"}}"#, "x");
    assert!(matches!(single.arguments, Err(BadArguments::NotJson { .. })));
}

#[test]
fn the_name_in_an_envelope_beats_the_path_and_the_path_fills_a_gap() {
    let body =
        br#"{"message":{"type":"tool-calls","toolCallList":[{"id":"a","name":"own"},{"id":"b"}]}}"#;
    assert_eq!(names(body, "path"), ["own", "path"]);
    assert_eq!(
        names(br#"{"message":{"type":"function-call","functionCall":{}}}"#, "path"),
        ["path"]
    );
}

#[test]
fn another_server_message_on_a_tool_route_stays_what_it_is() {
    let direct = decode_direct(&fixture("status-update-ended"), "x").unwrap();
    let Direct::Envelope(inbound) = direct else {
        panic!("{direct:?}");
    };
    assert!(matches!(inbound.kind, Kind::StatusUpdate { .. }));
}

#[test]
fn a_direct_body_that_is_no_object_is_refused() {
    assert!(decode_direct(b"[]", "x").is_err());
    assert!(decode_direct(b"{", "x").is_err());
}
