//! What somebody does in Vapi's dashboard: seen, told, put back where it is ours, and left where it is not.

use super::*;

async fn synced(house: &House) -> (TestOrg, String) {
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    (org, assistant)
}

#[tokio::test]
async fn what_was_changed_by_hand_is_told_and_put_back() {
    let house = House::new().await;
    let (org, assistant) = synced(&house).await;
    let tool = house.vapi.tool("create_booking").unwrap()["id"].as_str().unwrap().to_owned();
    let removed = house.vapi.tool("get_events").unwrap()["id"].as_str().unwrap().to_owned();
    house.vapi.change_tool(&tool, |tool| tool["function"]["description"] = json!("Do not book."));
    house.vapi.remove_tool(&removed);
    let end = house.vapi.tool("end_call").unwrap()["id"].clone();
    house.vapi.change_assistant(&assistant, |assistant| {
        let ids = assistant["model"]["toolIds"].as_array_mut().unwrap();
        ids.retain(|id| *id != end);
        assistant["firstMessage"] = json!("Hi!");
        let prompt = assistant["model"]["messages"][0]["content"].as_str().unwrap().to_owned();
        assistant["model"]["messages"][0]["content"] = json!(format!("{prompt}\nSpeak slowly."));
    });
    let changes = house.changes();
    let told = house.sync(&org, true).await;
    assert_eq!(house.changes(), changes, "a dry run changes nothing");
    let findings = told["agents"][0]["findings"].to_string();
    assert!(findings.contains("`create_booking`: it was changed at Vapi"), "{findings}");
    assert!(findings.contains("`get_events`: it was removed at Vapi"), "{findings}");
    assert!(findings.contains("changed at Vapi: "), "{findings}");
    let report = house.sync(&org, false).await;
    assert_eq!(report["agents"][0]["synced"], true, "{report}");
    let described = house.vapi.tool("create_booking").unwrap()["function"]["description"].clone();
    assert_ne!(described, "Do not book.");
    let linked = house.vapi.tools_of(&assistant);
    for name in ["end_call", "get_events", "create_booking"] {
        assert_eq!(linked.iter().filter(|linked| *linked == name).count(), 1, "{name}: {linked:?}");
    }
    assert!(!linked.contains(&removed), "an id that leads nowhere ends every call: {linked:?}");
    let after = house.vapi.assistant(&assistant);
    assert_eq!(after["firstMessage"], "Hi!");
    assert!(house.prompt_of(&assistant).contains("Speak slowly."));
    let agents = house.agents(&org).await;
    assert!(agents[0]["sync"]["findings"].to_string().contains("create_booking"), "{agents:?}");
}

#[tokio::test]
async fn an_assistant_can_be_put_back_to_what_it_was() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({"metadata": {"of": "others"}}));
    let before = house.vapi.assistant(&assistant);
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let path = format!("/api/orgs/{}/agents/reception/rollback", org.id);
    let (status, told) =
        house.server.api(Method::POST, &format!("{path}?dry_run=true"), None).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert!(!told["changes"].as_array().unwrap().is_empty());
    assert_ne!(house.vapi.assistant(&assistant)["model"], before["model"]);
    let (status, done) = house.server.api(Method::POST, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    let same = |mut assistant: Value| {
        assistant["updatedAt"] = json!(null);
        assistant
    };
    assert_eq!(same(house.vapi.assistant(&assistant)), same(before));
    house.until(&org, "rolled_back").await;
    let changes = house.changes();
    // Something that is wanted otherwise; nobody asked for the assistant to follow, though.
    org.patch(&house.server, json!({"prompt": "Be brief."})).await;
    let (status, _) = house.server.api(Method::POST, &path, None).await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing earlier is kept");
    assert_eq!(house.changes(), changes);
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    assert!(house.prompt_of(&assistant).contains("Be brief."));
}

#[tokio::test]
async fn only_leftovers_of_ours_are_removed_and_only_when_that_is_confirmed() {
    let house = House::new().await;
    let (_, assistant) = synced(&house).await;
    let ours = house.vapi.tool("create_booking").unwrap();
    let copy = |change: fn(&mut Value)| {
        let mut tool = json!({"type": "function", "function": ours["function"],
            "server": {"url": ours["server"]["url"]}});
        change(&mut tool);
        house.vapi.add_tool(tool)
    };
    let leftover = copy(|_| {});
    let in_use = copy(|_| {});
    let elsewhere = copy(|tool| tool["server"]["url"] = json!("https://other.example/tools"));
    let foreign = copy(|tool| tool["function"]["name"] = json!("order_pizza"));
    house.vapi.add_assistant(json!({"model": {
        "provider": "openai", "model": "gpt-4o", "toolIds": [in_use], "messages": [],
    }}));
    let before = house.vapi.tools().len();
    let prune = async |query: &str| {
        house.server.api(Method::POST, &format!("/api/tools/prune{query}"), None).await.1
    };
    let shown = prune("").await;
    assert_eq!(shown["removed"], false);
    let ids: Vec<_> =
        shown["leftovers"].as_array().unwrap().iter().map(|one| &one["vapi_tool_id"]).collect();
    assert_eq!(ids, [&json!(leftover)], "{shown}");
    assert_eq!(house.vapi.tools().len(), before);
    assert_eq!(prune("?confirm=true").await["removed"], true);
    let left: Vec<Value> = house.vapi.tools().iter().map(|tool| tool["id"].clone()).collect();
    assert_eq!(left.len(), before - 1);
    assert!(!left.contains(&json!(leftover)));
    for kept in [&in_use, &elsewhere, &foreign] {
        assert!(left.contains(&json!(kept)));
    }
    assert!(house.vapi.tools_of(&assistant).contains(&"create_booking".to_owned()));
    assert_eq!(prune("").await["leftovers"], json!([]));
}
