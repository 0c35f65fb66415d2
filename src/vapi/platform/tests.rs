//! The plans that are made, over random assistants: what is not ours is never lost.

use hookswitch_actors::OrgEntry;
use hookswitch_storage::Agent;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

/// An org whose assistant is `a`, and a platform that may change it.
fn ours() -> (VapiPlatform, OrgEntry, Agent) {
    let mut config = Config::default();
    config.vapi.private_key = crate::config::Secret::new("sk");
    config.vapi.credential_id = Some("11111111-2222-4333-8444-555555555555".into());
    config.server.public_url = Some("https://calls.example.com".into());
    let org = json!({"id": "org_a", "webhook_id": "wh_a", "version": 1,
        "created_at": "2026-01-01T00:00:00Z",
        "settings": {"name": "Oak", "timezone": "UTC", "country": "US", "business_hours": {},
            "services": [], "webhook_auth": [], "assistant_ids": ["a"]}});
    let org = OrgEntry {
        org: Arc::new(serde_json::from_value(org).unwrap()),
        zone: TimeZone::UTC,
        webhook_secrets: Vec::new(),
        directory: None,
    };
    let agent = json!({"org": "org_a", "name": "reception", "assistant_id": "a",
        "direction": "inbound", "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z"});
    let platform = VapiPlatform::new(&config, clock(), Toolbox::standard()).unwrap();
    (platform, org, serde_json::from_value(agent).unwrap())
}

/// The names of the members of a model that we may change.
const OF_OURS: [&str; 2] = ["messages", "toolIds"];

fn json() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-zA-Z \\n]{0,12}".prop_map(Value::from),
    ];
    plain.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A message as somebody wrote it in the dashboard.
fn message() -> impl Strategy<Value = Value> {
    let roles = prop::sample::select(vec!["system", "user", "assistant"]);
    (roles, "[a-zA-Z ]{0,20}").prop_map(|(role, words)| json!({"role": role, "content": words}))
}

/// Any assistant, with a model that may have prompts, settings, inline tools and tools of others.
fn assistant() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec!["voice", "transcriber", "hooks", "metadata", "name"]);
    let ids = prop::collection::vec("[f][0-9]{1,3}", 0..5);
    (
        prop::collection::btree_map(names, json(), 0..5),
        prop::collection::btree_map("[a-z]{2,8}", json(), 0..4),
        prop::option::of(ids),
        prop::collection::vec(message(), 0..3),
    )
        .prop_map(|(members, model, ids, messages)| {
            let mut model: Map<String, Value> = model.into_iter().collect();
            model.insert("provider".into(), "openai".into());
            model.insert("messages".into(), messages.into());
            if let Some(ids) = ids {
                model.insert("toolIds".into(), ids.into());
            }
            let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
            let mut assistant: Map<String, Value> = members.collect();
            assistant.insert("id".into(), "a".into());
            assistant.insert("updatedAt".into(), "2026-01-01T00:00:00Z".into());
            assistant.insert("model".into(), Value::Object(model));
            Value::Object(assistant)
        })
}

/// The assistant after a PATCH, as Vapi does it: what is sent replaces what was there, as a whole.
fn patched(current: &Value, changes: &Map<String, Value>) -> Value {
    let mut after = current.clone();
    for (name, value) in changes {
        after[name.as_str()] = value.clone();
    }
    after
}

fn back(current: &Value, image: &Value) -> Plan {
    let platform = VapiPlatform::new(&Config::default(), clock(), Toolbox::standard()).unwrap();
    let there = read::tool_ids(image);
    platform.plan_back(&read::assistant(current.clone()), image, &there)
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(hookswitch_actors::ports::SystemClock)
}

proptest! {
    #[test]
    fn a_change_never_loses_a_prompt_a_setting_or_a_tool_of_others(before in assistant()) {
        let (platform, org, agent) = ours();
        let tools = [("book".to_owned(), Some("ours-1".to_owned()))];
        let unwanted = ["ours-2".to_owned()];
        let wish = Wish {
            agent: &agent, org: &org, less: false, can_book: true, tools: &tools, unwanted: &unwanted,
        };
        let plan = platform.plan(&read::assistant(before.clone()), &wish);
        prop_assert!(READ_ONLY.iter().all(|name| !plan.changes.contains_key(*name)));
        let after = patched(&before, &plan.changes);
        for (name, value) in before.as_object().unwrap() {
            prop_assert!(name == "model" || after[name.as_str()] == *value, "{} was changed", name);
        }
        for (name, value) in before["model"].as_object().unwrap() {
            let same = OF_OURS.contains(&name.as_str()) || after["model"][name.as_str()] == *value;
            prop_assert!(same, "model.{} was changed", name);
        }
        let ids = after["model"]["toolIds"].as_array().unwrap();
        prop_assert_eq!(ids.iter().filter(|id| **id == "ours-1").count(), 1);
        for id in before["model"]["toolIds"].as_array().into_iter().flatten() {
            prop_assert!(ids.contains(id), "{} was lost", id);
        }
        let said = after["model"]["messages"].to_string();
        for message in before["model"]["messages"].as_array().unwrap() {
            let words = message["content"].as_str().unwrap_or_default();
            let words = Value::from(words).to_string();
            prop_assert!(said.contains(words.trim_matches('"')), "{} was lost", words);
        }
        prop_assert!(platform.plan(&read::assistant(after), &wish).is_empty(), "twice is once");
    }

    #[test]
    fn a_plan_back_gives_exactly_what_was(before in assistant(), after in assistant()) {
        let plan = back(&after, &before);
        let restored = patched(&after, &plan.changes);
        for (name, value) in before.as_object().unwrap() {
            prop_assert_eq!(&restored[name.as_str()], value, "{}", name);
        }
        for (name, value) in restored.as_object().unwrap() {
            prop_assert!(before.get(name).is_some() || value.is_null(), "{} is left over", name);
        }
        prop_assert!(back(&restored, &before).is_empty());
        prop_assert!(READ_ONLY.iter().all(|name| !plan.changes.contains_key(*name)));
    }
}

#[test]
fn only_a_refusal_of_the_field_itself_is_about_the_type() {
    assert!(names("property type should not exist", "type"));
    assert!(names("type must be one of the following values: function", "type"));
    assert!(!names("function.parameters.type must be a string", "type"));
    assert!(!names("model is missing", "type"));
}

#[test]
fn nothing_is_registered_under_an_address_that_vapi_cannot_call() {
    let mut config = Config::default();
    config.vapi.private_key = crate::config::Secret::new("sk");
    config.vapi.webhook_auth = crate::config::Secret::new("a-secret-of-the-instance");
    for (url, is_ready) in [
        (None, false),
        (Some("http://calls.example.com"), false),
        (Some("https://calls.example.com"), true),
    ] {
        config.server.public_url = url.map(str::to_owned);
        let platform = VapiPlatform::new(&config, clock(), Toolbox::standard()).unwrap();
        assert_eq!(platform.ready().is_ok(), is_ready, "{url:?}");
    }
    config.vapi.private_key = None;
    let platform = VapiPlatform::new(&config, clock(), Toolbox::standard()).unwrap();
    assert_eq!(platform.ready(), Err(PlatformError::NoKey));
}

#[test]
fn an_assistant_is_not_put_back_to_tools_that_are_gone() {
    let platform = VapiPlatform::new(&Config::default(), clock(), Toolbox::standard()).unwrap();
    let model = |ids: Value| json!({"id": "a", "model": {"provider": "openai", "toolIds": ids}});
    let (now, then) = (read::assistant(model(json!(["t3"]))), model(json!(["t1", "t2"])));
    let plan = platform.plan_back(&now, &then, &["t2".to_owned(), "t3".to_owned()]);
    assert_eq!(plan.changes["model"]["toolIds"], json!(["t2"]));
}

#[test]
fn a_pinned_tool_that_is_gone_is_not_put_back() {
    let platform = VapiPlatform::new(&Config::default(), clock(), Toolbox::standard()).unwrap();
    let pinned = json!([{"toolId": "t1", "version": "v1"}, {"toolId": "t2", "version": "v1"}]);
    let then = json!({"id": "a", "model": {"toolIds": ["t1", "t2"], "toolRefs": pinned}});
    let now = read::assistant(json!({"id": "a", "model": {"toolIds": []}}));
    let plan = platform.plan_back(&now, &then, &["t2".to_owned()]);
    let model = &plan.changes["model"];
    assert_eq!(model["toolIds"], json!(["t2"]));
    assert_eq!(model["toolRefs"], json!([{"toolId": "t2", "version": "v1"}]));
}

#[test]
fn what_an_assistant_would_not_take_on_hides_nothing_that_it_lacks_since() {
    let (platform, org, agent) = ours();
    let tools = [("book".to_owned(), Some("ours-1".to_owned()))];
    let wish = Wish {
        agent: &agent,
        org: &org,
        less: false,
        can_book: true,
        tools: &tools,
        unwanted: &[],
    };
    let plan = |ids: Value, words: &str| {
        let model = json!({"toolIds": ids, "messages": [{"role": "system", "content": words}]});
        platform.plan(&read::assistant(json!({"id": "a", "model": model})), &wish).digest
    };
    let left_over = plan(json!(["ours-1"]), "as Vapi keeps it");
    assert_eq!(plan(json!(["ours-1"]), "as Vapi keeps it"), left_over);
    assert_ne!(plan(json!([]), "as Vapi keeps it"), left_over, "a tool was taken off by hand");
}
