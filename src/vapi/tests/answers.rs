//! What Vapi gets back.

use serde_json::json;

use super::super::{
    Outcome, Spoken, ToolAnswer, legacy_direct_body, legacy_function_body, results_body,
    single_line,
};

fn answer(outcome: Outcome) -> ToolAnswer {
    ToolAnswer {
        tool_call_id: "call_1".into(),
        name: "create_booking".into(),
        outcome,
        message: None,
        metadata: None,
    }
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

#[test]
fn results_and_errors_stand_in_the_order_given() {
    let answers = [
        answer(Outcome::Result("{\"success\":true}".into())),
        answer(Outcome::Error("No.".into())),
    ];
    assert_eq!(
        text(results_body(&answers)),
        r#"{"results":[{"toolCallId":"call_1","name":"create_booking","result":"{\"success\":true}"},{"toolCallId":"call_1","name":"create_booking","error":"No."}]}"#
    );
    assert_eq!(text(results_body(&[])), r#"{"results":[]}"#);
}

#[test]
fn a_spoken_message_goes_with_the_result() {
    let spoken = |failed, end_call_after_spoken| {
        let mut answer = answer(Outcome::Result("ok".into()));
        answer.message =
            Some(Spoken { content: "Goodbye,\nMara.".into(), end_call_after_spoken, failed });
        answer.metadata = Some(json!({"trace": 7}));
        let body = results_body(&[answer]);
        serde_json::from_slice::<serde_json::Value>(&body).unwrap()["results"][0].clone()
    };
    assert_eq!(
        spoken(false, true)["message"],
        json!({"type": "request-complete", "content": "Goodbye, Mara.", "endCallAfterSpokenEnabled": true})
    );
    assert_eq!(
        spoken(true, false)["message"],
        json!({"type": "request-failed", "content": "Goodbye, Mara."})
    );
    assert_eq!(spoken(true, false)["metadata"], json!({"trace": 7}));
}

#[test]
fn old_forms_carry_one_text() {
    let function = |outcome| text(legacy_function_body(&answer(outcome)));
    assert_eq!(function(Outcome::Result("Booked.".into())), r#"{"result":"Booked."}"#);
    assert_eq!(function(Outcome::Error("Unknown\ntool.".into())), r#"{"result":"Unknown tool."}"#);
    assert_eq!(
        text(legacy_direct_body(r#"{"success":true}"#, Some("Done.\nBye."))),
        r#"{"toolResult":{"content":"{\"success\":true}"},"speech":"Done. Bye."}"#
    );
    assert_eq!(text(legacy_direct_body("{}", None)), r#"{"toolResult":{"content":"{}"}}"#);
}

#[test]
fn line_breaks_of_every_kind_become_one_space() {
    assert_eq!(single_line("one \r\n\r\n two\u{2028}three\u{85}four\n"), "one two three four");
    assert_eq!(single_line("a\tb\0c"), "a b c");
    assert_eq!(single_line("as it  was"), "as it  was");
}
