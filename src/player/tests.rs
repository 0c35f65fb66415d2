//! Scripts, templates, typed lines, and whole calls against a small server that keeps or breaks Vapi's contract.
#![expect(clippy::unwrap_used, reason = "tests")]

mod calls;
mod templates;
mod typed;

use super::*;

fn parse_error(text: &str) -> String {
    Script::parse(text).and_then(|script| script.check().map(|()| script)).unwrap_err().to_string()
}

#[test]
fn the_scripts_that_come_with_the_program_are_sound() {
    for text in
        [scripts::BOOK, scripts::CHANGE_AND_CANCEL, scripts::HAND_OVER, scripts::CANCEL_LATER]
    {
        Script::parse(text).unwrap().check().unwrap();
    }
}

#[test]
fn a_turn_is_one_of_say_agent_tool_and_repeat() {
    let error = parse_error("name = 'x'\n[[turn]]\nsay = 'a'\n[[turn]]\nsay = 'a'\nagent = 'b'\n");
    assert!(error.starts_with("turn 2: must have exactly one of say, agent, tool"), "{error}");
    assert!(parse_error("name = 'x'\n[[turn]]\nrepeat_last = false\n").starts_with("turn 1:"));
    assert!(parse_error("name = 'x'\n").contains("no [[turn]]"));
}

#[test]
fn expectations_belong_to_tools() {
    let error = parse_error("name = 'x'\n[[turn]]\nsay = 'a'\nexpect.success = true\n");
    assert!(error.contains("turns with `tool`"), "{error}");
}

#[test]
fn only_a_tool_call_can_be_repeated() {
    let error = parse_error("name = 'x'\n[[turn]]\nsay = 'a'\n[[turn]]\nrepeat_last = true\n");
    assert!(error.contains("no tool call before it"), "{error}");
}

#[test]
fn an_unknown_word_in_a_script_is_refused_with_its_line() {
    let error = parse_error("name = 'x'\n[[turn]]\ntool = 'a'\nexpect.succes = true\n");
    assert!(error.contains("line 4") && error.contains("`success`"), "{error}");
}

#[test]
fn a_template_must_have_a_value_by_its_turn() {
    let early =
        "name = 'x'\n[[turn]]\nagent = '{{code}}'\n[[turn]]\ntool = 't'\nsave = { code = '/c' }\n";
    let error = parse_error(early);
    assert!(error.starts_with("turn 1: `{{code}}` has no value"), "{error}");
    let late =
        "name = 'x'\n[[turn]]\ntool = 't'\nsave = { code = '/c' }\n[[turn]]\nagent = '{{code}}'\n";
    Script::parse(late).unwrap().check().unwrap();
}

#[test]
fn a_pointer_with_dots_is_corrected_in_the_error() {
    let error = parse_error("name = 'x'\n[[turn]]\ntool = 't'\nsave = { code = 'data.code' }\n");
    assert!(error.contains("write /data/code"), "{error}");
}

#[test]
fn dates_without_quotes_are_texts_as_a_voice_agent_sends_them() {
    let script = Script::parse(
        "name = 'x'\n[[turn]]\ntool = 't'\narguments = { date = 2026-02-08, n = 4 }\n",
    )
    .unwrap();
    let Action::Tool(tool) = &script.turns[0] else { panic!("not a tool") };
    assert_eq!(tool.arguments["date"], "2026-02-08");
    assert_eq!(tool.arguments["n"], 4);
}

#[test]
fn a_server_address_stands_for_its_shared_webhook() {
    let url = |text| Endpoint::new(text, None).map(|endpoint| endpoint.url().to_owned());
    assert_eq!(url("http://127.0.0.1:3001").unwrap(), "http://127.0.0.1:3001/api/vapi/webhook");
    assert_eq!(url("http://h/webhook/wh_abc").unwrap(), "http://h/webhook/wh_abc");
    assert_eq!(url("h:3001"), Err(EndpointError::NotAUrl));
}
