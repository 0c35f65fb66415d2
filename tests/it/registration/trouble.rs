//! What an operator reads when Vapi does not do it, and that nothing is half-done then.

use hookswitch::player::stand_ins::vapi::Trouble;

use super::*;

#[tokio::test]
async fn without_a_key_or_an_address_nothing_is_attempted_and_the_remedy_is_said() {
    let no_key = |config: &mut Config| config.vapi.private_key = None;
    let no_url = |config: &mut Config| config.server.public_url = None;
    let plain = |config: &mut Config| config.server.public_url = Some("http://a.example".into());
    let no_proof = |config: &mut Config| config.vapi.webhook_auth = None;
    type Change = fn(&mut Config);
    let changes: [(Change, &str); 4] = [
        (no_key, "put VAPI_PRIVATE_KEY into the server's environment"),
        (no_url, "set server.public_url"),
        (plain, "does not begin with https://"),
        (no_proof, "set `vapi.webhook_auth`"),
    ];
    for (change, remedy) in changes {
        let house = House::with(Vec::new, change).await;
        let org = house.server.org(json!({})).await;
        let assistant = house.vapi.add_assistant(json!({}));
        let saved = house.save(&org, "reception", &assistant).await;
        let said = saved["sync"]["says"].as_str().unwrap();
        assert!(said.starts_with("not synced: ") && said.contains(remedy), "{said}");
        let agents = house.until(&org, "not_synced").await;
        assert!(says(&agents).contains(remedy), "{agents:?}");
        let path = format!("/api/orgs/{}/tools/sync", org.id);
        let (status, error) = house.server.api(Method::POST, &path, None).await;
        assert!(status.is_client_error() || status == StatusCode::BAD_GATEWAY, "{error}");
        assert!(error["error"].to_string().contains(remedy), "{error}");
        assert!(house.vapi.asked().is_empty(), "Vapi was asked: {:?}", house.vapi.asked());
    }
}

#[tokio::test]
async fn a_wrong_key_is_said_and_the_right_one_is_enough() {
    let mut house = House::new().await;
    house.vapi.change_key("another");
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    let agents = house.until(&org, "not_synced").await;
    assert!(says(&agents).contains("Vapi refuses the private key (HTTP 401)"), "{agents:?}");
    assert!(!format!("{agents:?}").contains(KEY));
    assert_eq!(house.changes(), 0);
    let account = house.server.get("/api/tools/account").await;
    assert_eq!((&account["ok"], &account["code"]), (&json!(false), &json!("key_refused")));
    house.vapi.change_key(KEY);
    // As an operator who puts the key right does.
    house.server.restart(None).await;
    house.until(&org, "synced").await;
}

#[tokio::test]
async fn when_vapi_does_not_answer_that_is_said_and_it_goes_on_by_itself() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.vapi.always(Operation::Any, Trouble::DropsBefore);
    house.save(&org, "reception", &assistant).await;
    let agents = house.until(&org, "not_synced").await;
    assert!(says(&agents).contains("Vapi does not answer"), "{agents:?}");
    house.vapi.behave();
    house.until(&org, "synced").await;
}

#[tokio::test]
async fn vapi_refusing_the_link_leaves_the_tools_and_the_assistant_as_it_was() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    let before = house.vapi.assistant(&assistant);
    let body = json!({"message": ["model.toolIds is\nnot liked"], "statusCode": 400});
    house.vapi.always(Operation::ChangeAssistant, Trouble::Answers { status: 400, body });
    house.save(&org, "reception", &assistant).await;
    let agents = house.until(&org, "not_synced").await;
    let said = says(&agents);
    assert!(said.contains("the tools are registered"), "{said}");
    assert!(said.contains("model.toolIds is not liked") && said.contains("dashboard"), "{said}");
    assert!(house.names().len() > 5);
    assert_eq!(house.vapi.assistant(&assistant), before);
    assert_eq!(house.vapi.asked_to(Operation::ChangeAssistant).len(), 1, "it is not tried again");
    house.vapi.behave();
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
}

#[tokio::test]
async fn an_assistant_that_is_not_there_is_said_to_be() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    house.save(&org, "reception", "11111111-2222-4333-8444-555555555555").await;
    let agents = house.until(&org, "not_synced").await;
    assert!(says(&agents).contains("Vapi does not know it"), "{agents:?}");
}

#[tokio::test]
async fn beside_a_tool_of_the_same_name_none_of_ours_is_put() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let native = json!({"provider": "openai", "model": "gpt-4o", "tools": [{"type": "endCall"}],
        "messages": []});
    let assistant = house.vapi.add_assistant(json!({"model": native}));
    house.save(&org, "reception", &assistant).await;
    let agents = house.until(&org, "not_synced").await;
    let said = says(&agents);
    assert!(said.contains("`endCall`") && said.contains("`end_call`"), "{said}");
    assert_eq!(house.vapi.assistant(&assistant)["model"], native);
    org.patch(&house.server, json!({"disabled_tools": ["end_call"]})).await;
    house.until(&org, "synced").await;
    assert_eq!(house.vapi.assistant(&assistant)["model"]["tools"], native["tools"]);
}

#[tokio::test]
async fn a_change_of_a_tool_names_its_type_where_vapi_wants_that() {
    let mut house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    house.vapi.wants_type();
    house.server.configure(|config| config.server.public_url = Some("https://new.example".into()));
    house.server.restart(None).await;
    let moved = || async {
        let tools = house.vapi.tools();
        let url = |tool: &Value| tool["server"]["url"] == "https://new.example/api/vapi/tools";
        tools.iter().all(url).then_some(())
    };
    eventually_within(PATIENCE, "the tools to have moved", moved).await;
}

#[tokio::test]
async fn where_the_operator_says_so_only_administrators_bring_assistants_and_numbers_to_an_org() {
    let strict = |config: &mut Config| config.vapi.claims_by_admin_only = true;
    let house = House::with(Vec::new, strict).await;
    let org = house.server.org(json!({})).await;
    let wish = json!({"role": "org", "org": org.id});
    let (status, token) = house.server.api(Method::POST, "/api/tokens", Some(wish)).await;
    assert_eq!(status, StatusCode::CREATED, "{token}");
    let token = token["token"].as_str().unwrap();
    let assistant = house.vapi.add_assistant(json!({}));
    let ask = async |method: Method, path: &str, body: Value| {
        let request = house.server.client().request(method, house.server.url(path));
        request.bearer_auth(token).json(&body).send().await.unwrap().status()
    };
    let agent = format!("/api/orgs/{}/agents/reception", org.id);
    let settings = format!("/api/orgs/{}", org.id);
    let wish = json!({"assistant_id": assistant, "direction": "inbound"});
    assert_eq!(ask(Method::PUT, &agent, wish.clone()).await, StatusCode::FORBIDDEN);
    for field in ["assistant_ids", "vapi_phone_number_ids"] {
        let patch = json!({field: ["one-of-the-account"]});
        assert_eq!(ask(Method::PATCH, &settings, patch).await, StatusCode::FORBIDDEN, "{field}");
    }
    house.save(&org, "reception", &assistant).await;
    assert_eq!(ask(Method::PUT, &agent, wish).await, StatusCode::OK, "it is the org's by now");
    assert_eq!(ask(Method::PATCH, &settings, json!({"prompt": "Be kind."})).await, StatusCode::OK);
    let audit = house.server.get(&format!("/api/orgs/{}/audit", org.id)).await;
    let claimed = audit["items"].as_array().unwrap().iter();
    let mut claimed = claimed.filter(|entry| entry["action"] == "assistant.claimed");
    assert_eq!(claimed.next().unwrap()["subject"], assistant.as_str());
    assert!(claimed.next().is_none(), "once");
}
