//! What composing keeps, whatever the assistant is like, and what it sets.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    BEGIN, END, Managed, NumberTaker, Wanted, compose, compose_number, differences, outside,
};
use crate::config::{Secret, Vapi};
use crate::vapi::ServerBlock;

const DEADLINE: Duration = Duration::from_millis(5_500);

fn server(public: &str, vapi: &Vapi) -> ServerBlock {
    ServerBlock::of_tools(vapi, public, DEADLINE).unwrap()
}

fn with_secret() -> Vapi {
    Vapi { webhook_auth: Secret::new("s3cret-of-ours"), ..Vapi::default() }
}

fn with_credential() -> Vapi {
    Vapi { credential_id: Some("cred-1".into()), ..with_secret() }
}

fn managed(prompt: &str) -> Managed {
    Managed {
        prompt: prompt.into(),
        server: server("https://calls.example.com", &with_secret()),
        monitor_authenticated: false,
        limit_seconds: 590,
    }
}

fn wanted(prompt: &str) -> Wanted {
    Wanted {
        tool_ids: vec!["ours-1".into(), "ours-2".into()],
        retired_tool_ids: vec!["ours-old".into(), "ours-2".into()],
        managed: Some(managed(prompt)),
        words: None,
    }
}

/// Words with marks of ours anywhere in them, as after a careless copy.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z .\n{}\"]{0,20}",
        1 => Just(BEGIN.to_owned()),
        1 => Just(END.to_owned()),
        1 => Just(format!("{BEGIN}\nold\n{END}\n\n")),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn message() -> impl Strategy<Value = Value> {
    let role = prop::sample::select(vec!["system", "system", "user", "assistant", "tool"]);
    let content = prop_oneof![
        6 => words().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!([{"type": "text", "text": "a part"}])),
    ];
    (role, content).prop_map(|(role, content)| json!({"role": role, "content": content}))
}

fn tool_id() -> impl Strategy<Value = Value> {
    prop::sample::select(vec!["ours-1", "ours-2", "ours-old", "foreign-1", "foreign-2"])
        .prop_map(Value::from)
}

fn foreign() -> impl Strategy<Value = Value> {
    prop_oneof![any::<i32>().prop_map(Value::from), "[a-z]{0,8}".prop_map(Value::from)]
}

prop_compose! {
    fn model()(
        temperature in prop::option::of(0_u8..3),
        messages in prop::option::of(prop::collection::vec(message(), 0..4)),
        tool_ids in prop::option::of(prop::collection::vec(tool_id(), 0..5)),
        pinned in prop::option::of(prop::collection::vec(tool_id(), 0..3)),
        inline in prop::option::of(prop::collection::vec("[a-z]{1,6}", 0..3)),
        others in prop::collection::btree_map("x[a-z]{1,5}", foreign(), 0..3),
    ) -> Value {
        let mut model = json!({"provider": "openai", "model": "gpt-4.1", "maxTokens": 300});
        if let Some(temperature) = temperature {
            model["temperature"] = json!(temperature);
        }
        if let Some(messages) = messages {
            model["messages"] = json!(messages);
        }
        if let Some(ids) = tool_ids {
            model["toolIds"] = json!(ids);
        }
        if let Some(pinned) = pinned {
            let pinned: Vec<_> = pinned.iter().map(|id| json!({"toolId": id, "version": 3})).collect();
            model["toolRefs"] = json!(pinned);
        }
        if let Some(inline) = inline {
            let inline: Vec<_> = inline
                .iter()
                .map(|name| json!({"type": "function", "function": {"name": name}}))
                .collect();
            model["tools"] = json!(inline);
        }
        for (name, value) in others {
            model[name] = value;
        }
        model
    }
}

prop_compose! {
    fn assistant()(
        model in prop::option::weighted(0.95, model()),
        asked in prop::option::of(prop::collection::vec(
            prop::sample::select(vec!["hang", "transcript", "phone-call-control", "voice-input"]), 0..4,
        )),
        url in prop::option::of(prop::sample::select(vec![
            "https://calls.example.com/api/vapi/tools", "https://elsewhere.example.com",
        ])),
        credential in prop::option::of(Just("theirs")),
        headers in prop::option::of(Just(json!({"x-env": "prod", "authorization": "old"}))),
        plan in prop::option::of(Just(json!({"controlEnabled": false, "monitorIds": ["m"]}))),
        limit in prop::option::of(prop::sample::select(vec![json!(600), json!(600.0), json!(1800)])),
        others in prop::collection::btree_map("x[a-z]{1,5}", foreign(), 0..4),
    ) -> Value {
        let mut assistant = json!({"id": "a-1", "name": "Rosa", "voice": {"provider": "vapi"}});
        let mut block = Map::new();
        for (name, value) in [
            ("url", url.map(Value::from)),
            ("credentialId", credential.map(Value::from)),
            ("headers", headers),
        ] {
            if let Some(value) = value {
                block.insert(name.into(), value);
            }
        }
        for (name, value) in [
            ("model", model),
            ("serverMessages", asked.map(|asked| json!(asked))),
            ("server", (!block.is_empty()).then_some(Value::Object(block))),
            ("monitorPlan", plan),
            ("maxDurationSeconds", limit),
        ] {
            if let Some(value) = value {
                assistant[name] = value;
            }
        }
        for (name, value) in others {
            assistant[name] = value;
        }
        assistant
    }
}

fn ids(value: &Value) -> Vec<String> {
    let list = value["model"]["toolIds"].as_array();
    list.into_iter().flatten().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// The place of the message that holds the prompt.
fn prompt_place(assistant: &Value) -> Option<usize> {
    let messages = assistant["model"]["messages"].as_array()?;
    messages
        .iter()
        .position(|message| message["role"] == "system" && !message["content"].is_array())
}

proptest! {
    #[test]
    fn composing_never_loses_what_is_not_ours(current in assistant(), prompt in words()) {
        let wanted = wanted(&prompt);
        let composed = compose(&current, &wanted);
        let members = current.as_object().unwrap();
        let ours = ["model", "server", "serverMessages", "monitorPlan", "maxDurationSeconds"];
        for (name, value) in members.iter().filter(|(name, _)| !ours.contains(&name.as_str())) {
            prop_assert_eq!(&composed[name], value);
        }
        for name in current["serverMessages"].as_array().into_iter().flatten() {
            prop_assert!(composed["serverMessages"].as_array().unwrap().contains(name));
        }
        prop_assert_eq!(&composed["monitorPlan"]["monitorIds"], &current["monitorPlan"]["monitorIds"]);
        let Some(model) = current.get("model") else {
            prop_assert!(composed.get("model").is_none());
            return Ok(());
        };
        for (name, value) in model.as_object().unwrap() {
            if !["messages", "toolIds", "toolRefs"].contains(&name.as_str()) {
                prop_assert_eq!(&composed["model"][name], value);
            }
        }
        let (before, after) = (ids(&current), ids(&composed));
        let foreign = |ids: &[String]| -> Vec<String> {
            ids.iter().filter(|id| id.starts_with("foreign")).cloned().collect()
        };
        prop_assert_eq!(foreign(&before), foreign(&after));
        for id in ["ours-1", "ours-2"] {
            prop_assert!(after.iter().any(|linked| linked == id));
        }
        prop_assert!(!after.iter().any(|linked| linked == "ours-old"));
        // Every message but the prompt is where it was, and the prompt has the operator's words.
        let old = model["messages"].as_array().cloned().unwrap_or_default();
        let new = composed["model"]["messages"].as_array().unwrap();
        let added = new.len() - old.len();
        prop_assert!(added <= 1);
        let place = prompt_place(&current);
        prop_assert_eq!(place.is_none(), added == 1);
        for (at, message) in old.iter().enumerate().filter(|(at, _)| Some(*at) != place) {
            prop_assert_eq!(&new[at + added], message);
        }
        let words = place.and_then(|at| old[at]["content"].as_str()).unwrap_or_default();
        let text = new[place.unwrap_or(0)]["content"].as_str().unwrap();
        prop_assert_eq!(outside(text).replace('\n', ""), outside(words).replace('\n', ""));
        prop_assert_eq!(text.matches(BEGIN).count(), 1);
        prop_assert_eq!(text.matches(END).count(), 1);
    }

    #[test]
    fn composing_twice_changes_nothing(current in assistant(), prompt in words()) {
        for vapi in [with_secret(), with_credential()] {
            let mut wanted = wanted(&prompt);
            if let Some(managed) = &mut wanted.managed {
                managed.server = server("https://calls.example.com", &vapi);
            }
            let composed = compose(&current, &wanted);
            prop_assert_eq!(&compose(&composed, &wanted), &composed);
            prop_assert!(differences(&composed, &wanted).is_empty());
        }
    }

    #[test]
    fn what_was_put_in_is_taken_out_again(
        own in "[a-z .\n]{1,40}", prompt in words(), later in words(),
    ) {
        let current = json!({"model": {"provider": "openai", "model": "gpt-4.1",
            "messages": [{"role": "system", "content": own}, {"role": "user", "content": "hi"}]}});
        let linked = compose(&compose(&current, &wanted(&prompt)), &wanted(&later));
        let gone = Wanted {
            retired_tool_ids: vec!["ours-1".into(), "ours-2".into()],
            ..Wanted::default()
        };
        let unlinked = compose(&linked, &gone);
        prop_assert_eq!(&unlinked["model"]["messages"], &current["model"]["messages"]);
        prop_assert_eq!(ids(&unlinked), Vec::<String>::new());
    }
}

#[test]
fn words_of_the_dashboard_survive_above_and_below_our_part() {
    let own = format!("Above.\n{BEGIN}\nold\n{END}\nBelow.");
    let current = json!({"model": {"messages": [{"role": "system", "content": own}]}});
    let composed = compose(&current, &wanted("new"));
    let text = composed["model"]["messages"][0]["content"].as_str().unwrap();
    assert_eq!(text, format!("Above.\n{BEGIN}\nnew\n{END}\nBelow."));
}

#[test]
fn an_assistant_that_says_nothing_gets_vapis_usual_messages_and_ours() {
    let composed = compose(&json!({"model": {}}), &wanted("p"));
    let asked: Vec<&str> = composed["serverMessages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m.as_str().unwrap())
        .collect();
    for name in ["user-interrupted", "transfer-update", "transcript[transcriptType=\"final\"]"] {
        assert!(asked.contains(&name), "{name} in {asked:?}");
    }
    assert!(!asked.contains(&"phone-call-control"), "{asked:?}");
    assert_eq!(composed["maxDurationSeconds"], 600, "time for a goodbye after 590 seconds");
    assert_eq!(composed["monitorPlan"], json!({"listenEnabled": true, "controlEnabled": true}));
}

#[test]
fn monitor_urls_ask_for_the_public_key_where_we_have_it_and_never_lose_their_lock() {
    let mut open = wanted("p");
    let locked = compose(&json!({"monitorPlan": {"controlAuthenticationEnabled": true}}), &open);
    assert_eq!(locked["monitorPlan"]["controlAuthenticationEnabled"], true);
    if let Some(managed) = &mut open.managed {
        managed.monitor_authenticated = true;
    }
    let plan = &compose(&json!({}), &open)["monitorPlan"];
    assert_eq!(plan["controlAuthenticationEnabled"], true);
    assert_eq!(plan["listenAuthenticationEnabled"], true);
}

#[test]
fn a_credential_goes_before_a_token_and_one_attached_by_hand_stays() {
    let block = server("https://calls.example.com", &with_credential());
    let sent = block.over(Some(&json!({"headers": {"Authorization": "old", "x-env": "prod"}})));
    assert_eq!(sent["credentialId"], "cred-1");
    assert_eq!(
        sent["headers"],
        json!({"x-env": "prod"}),
        "a header would go before the credential"
    );
    assert_eq!(sent["timeoutSeconds"], 10);
    assert_eq!(sent["backoffPlan"]["maxRetries"], 1);

    let block = server("https://calls.example.com", &with_secret());
    let sent = block.over(None);
    assert_eq!(sent["headers"]["Authorization"], "Bearer s3cret-of-ours");
    let by_hand = block.over(Some(&json!({"url": block.url(), "credentialId": "theirs"})));
    assert_eq!(by_hand["credentialId"], "theirs");
    assert!(by_hand.get("headers").is_none(), "{by_hand}");
    let elsewhere = block.over(Some(&json!({"url": "https://other.example", "credentialId": "x"})));
    assert!(elsewhere.get("credentialId").is_none(), "it was for another server: {elsewhere}");
}

#[test]
fn differences_are_readable_and_hold_no_secret() {
    let current = json!({"model": {"toolIds": ["foreign", "ours-old"], "messages": [
        {"role": "system", "content": "Be kind."}]}, "maxDurationSeconds": 1800});
    let lines = differences(&current, &wanted("Rule one.\nRule two."));
    let all = lines.join("\n");
    for line in [
        "- model.toolIds: ours-old",
        "+ model.toolIds: ours-1",
        "~ maxDurationSeconds: 1800 -> 600",
        "  + Rule two.",
        "+ server.headers: set",
        "+ server.url: https://calls.example.com/api/vapi/tools",
    ] {
        assert!(lines.iter().any(|shown| shown == line), "{line} in\n{all}");
    }
    assert!(!all.contains("s3cret"), "{all}");
    assert!(!all.contains("  - Be kind."), "what stays is not shown as gone:\n{all}");
}

#[test]
fn a_number_asks_us_or_rings_at_one_assistant_and_falls_back_to_a_person() {
    let block = server("https://calls.example.com", &with_secret());
    let current = json!({"id": "n-1", "provider": "twilio", "name": "Front desk",
        "assistantId": "old", "squadId": "s", "hooks": [{"on": "call.ringing"}]});
    let asked = compose_number(
        &current,
        &NumberTaker::Asked,
        &block,
        Some(("+15125550100", "One moment.")),
    );
    assert_eq!((&asked["assistantId"], &asked["squadId"]), (&Value::Null, &Value::Null));
    assert!(asked.get("workflowId").is_none(), "what was absent stays absent");
    assert_eq!(asked["fallbackDestination"]["number"], "+15125550100");
    assert_eq!(asked["server"]["url"], block.url());
    for kept in ["id", "provider", "name", "hooks"] {
        assert_eq!(asked[kept], current[kept], "{kept}");
    }
    let again =
        compose_number(&asked, &NumberTaker::Asked, &block, Some(("+15125550100", "One moment.")));
    assert_eq!(again, asked);
    let fixed = compose_number(&asked, &NumberTaker::Assistant("new".into()), &block, None);
    assert_eq!(fixed["assistantId"], "new");
    assert_eq!(fixed["fallbackDestination"], asked["fallbackDestination"]);
}
