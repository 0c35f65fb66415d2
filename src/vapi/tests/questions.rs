//! Questions that are no tool calls, and the form of their answers.

use hookswitch_actors::questions::{Briefing, Destination, KnownCaller, Welcome};
use jiff::civil::date;
use serde_json::{Value, json};

use super::super::{
    Kind, Question, decode, documents_body, eligible_body, handoff_body, transfer_body, wait_body,
    welcome_body,
};

fn question(message: &Value) -> Question {
    let body = json!({"message": message}).to_string();
    match decode(body.as_bytes()).unwrap().kind {
        Kind::Question(question) => question,
        other => panic!("no question but {other:?}"),
    }
}

fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

fn briefing(caller: Option<KnownCaller>) -> Briefing {
    Briefing {
        business: "Larkspur Cycles".into(),
        today: date(2026, 11, 23),
        time_zone: "America/Denver".into(),
        caller,
        kept_slot: None,
        open_slots: None,
    }
}

fn bench() -> Destination {
    Destination {
        department: "bench".into(),
        number: "+13035550170".into(),
        words: "One moment.",
        extension: None,
        plan: None,
    }
}

#[test]
fn every_text_that_a_model_gave_a_handoff_may_name_an_assistant() {
    let named = |parameters: Value| match question(
        &json!({"type": "handoff-destination-request", "parameters": parameters}),
    ) {
        Question::WhichAssistant { named } => named,
        other => panic!("{other:?}"),
    };
    assert_eq!(named(json!({"b": " billing ", "a": "other", "n": 7})), ["other", "billing"]);
    assert_eq!(named(json!({"destination": {"assistantId": "deep"}})), ["deep"]);
    assert_eq!(named(json!("{\"destination\":\"as-text\"}")), ["as-text"]);
    assert_eq!(named(json!("no object")), Vec::<String>::new());
    assert_eq!(named(Value::Null), Vec::<String>::new());
    let flood: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    assert_eq!(named(json!({ "x": flood })).len(), 32, "a model cannot make us search for long");
}

#[test]
fn a_campaign_asks_for_a_contact() {
    let ask = |contact: Value| question(&json!({"type": "campaign.predial", "contact": contact}));
    let number = Some("+13035550117".to_owned());
    assert_eq!(ask(json!({"number": "+13035550117"})), Question::MayDial { number });
    assert_eq!(ask(json!({"number": null})), Question::MayDial { number: None });
    assert_eq!(ask(json!([])), Question::MayDial { number: None });
}

#[test]
fn an_assistant_is_told_what_is_known_and_nothing_else() {
    let stranger = Welcome::Assistant { id: "a-1".into(), briefing: briefing(None) };
    assert_eq!(
        parsed(&welcome_body(&stranger)),
        json!({"assistantId": "a-1", "assistantOverrides": {"variableValues": {
            "business_name": "Larkspur Cycles", "today": "2026-11-23", "weekday": "Monday",
            "time_zone": "America/Denver"}}})
    );
    let caller = KnownCaller { name: "Mara\nVoss".into(), upcoming: Some("Gear check".into()) };
    let known = Welcome::Assistant { id: "a-1".into(), briefing: briefing(Some(caller)) };
    let values = &parsed(&welcome_body(&known))["assistantOverrides"]["variableValues"];
    assert_eq!(values["customer_name"], "Mara Voss", "nothing that breaks a prompt's line");
    assert_eq!(values["upcoming_booking"], "Gear check");
}

#[test]
fn a_person_and_nobody_are_answers_of_their_own() {
    let person = json!({"destination":
        {"type": "number", "number": "+13035550170", "message": "One moment."}});
    assert_eq!(parsed(&welcome_body(&Welcome::Person(bench()))), person);
    assert_eq!(parsed(&transfer_body(Some(&bench()))), person);
    for refusal in [welcome_body(&Welcome::nobody()), transfer_body(None), handoff_body(None)] {
        let refusal = parsed(&refusal);
        assert_eq!(refusal.as_object().unwrap().len(), 1, "{refusal}");
        assert!(refusal["error"].as_str().unwrap().contains(' '), "{refusal}");
    }
}

#[test]
fn the_small_answers_have_vapis_form() {
    let handoff = json!({"destination": {"type": "assistant", "assistantId": "a-2"}});
    assert_eq!(parsed(&handoff_body(Some("a-2"))), handoff);
    assert_eq!(parsed(&documents_body()), json!({"documents": []}));
    assert_eq!(parsed(&wait_body()), json!({"timeoutSeconds": 0.5}));
    assert_eq!(parsed(&eligible_body(true)), json!({"eligible": true}));
    assert_eq!(parsed(&eligible_body(false)), json!({"eligible": false}));
}
