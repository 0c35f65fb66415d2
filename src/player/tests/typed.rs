//! Lines typed at the prompt.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::player::{Typed, parse_typed};

fn arguments(line: &str) -> Value {
    match parse_typed(line) {
        Ok(Typed::Tool(_, arguments)) => Value::Object(arguments),
        other => panic!("not a tool: {other:?}"),
    }
}

#[test]
fn a_tool_is_typed_with_pairs_or_with_an_object() {
    let expected = json!({"date": "2026-02-08", "party": 4});
    assert_eq!(arguments("check_availability date=2026-02-08 party:=4"), expected);
    assert_eq!(arguments(r#"check_availability {"date": "2026-02-08", "party": 4}"#), expected);
    assert_eq!(arguments("check_availability"), json!({}));
}

#[test]
fn quotes_keep_spaces_and_digits_stay_text() {
    let typed = arguments(
        r#"create_booking customer_name="Ann \"Annie\" Ruiz" customer_phone=+13125550142 code=0042 note="#,
    );
    let expected = json!({"customer_name": "Ann \"Annie\" Ruiz", "customer_phone": "+13125550142", "code": "0042", "note": ""});
    assert_eq!(typed, expected);
}

#[test]
fn speech_is_taken_as_it_stands() {
    assert_eq!(
        parse_typed("say  Hi, it's \"me\" = Ann "),
        Ok(Typed::Say("Hi, it's \"me\" = Ann".into()))
    );
    assert_eq!(parse_typed("agent Hello"), Ok(Typed::Agent("Hello".into())));
}

#[test]
fn a_slip_is_answered_with_what_to_type() {
    for (line, remedy) in [
        ("say", "say Hello"),
        ("check_availability tomorrow", "key=text"),
        ("check_availability party:=four", "party=..."),
        ("check_availability name=\"Ann", "quote"),
        ("check_availability {\"date\"", "JSON object"),
        ("what? now", "help"),
    ] {
        let problem = parse_typed(line).unwrap_err();
        assert!(problem.contains(remedy), "{line}: {problem}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_typed_as_an_argument(value in "[^\"\\\\]*") {
        let line = format!("tool key=\"{value}\" last=1");
        prop_assert_eq!(arguments(&line), json!({"key": value, "last": "1"}));
    }

    #[test]
    fn no_line_breaks_the_prompt(line in ".*") {
        let _ = parse_typed(&line);
    }
}
