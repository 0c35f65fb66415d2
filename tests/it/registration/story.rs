//! The whole story: an agent is saved, a calendar goes and comes back, a tool is switched off.

use super::*;

#[tokio::test]
async fn saving_an_agent_is_all_that_an_operator_does() {
    let house = House::new().await;
    let org = house.server.org(json!({"prompt": "Be kind."})).await;
    let foreign = house.vapi.add_tool(json!({"type": "dtmf"}));
    let model = json!({
        "provider": "anthropic", "model": "claude-sonnet-4-6", "temperature": 0.7, "maxTokens": 400,
        "messages": [{"role": "system", "content": "Words of the dashboard."}],
        "tools": [{"type": "sms"}], "toolIds": [foreign],
    });
    let assistant = house.vapi.add_assistant(json!({"model": model}));
    let saved = house.save(&org, "reception", &assistant).await;
    assert_eq!(saved["sync"]["state"], "waiting", "the answer does not wait for Vapi: {saved}");
    house.until(&org, "synced").await;

    let names = house.names();
    for name in ["check_availability", "create_booking", "end_call", "request_callback"] {
        assert_eq!(names.iter().filter(|known| *known == name).count(), 1, "{name}: {names:?}");
    }
    for absent in ["bookClinicAppointment", "book_appointment", "lookup_customer", "transfer_call"]
    {
        assert!(!names.iter().any(|name| name == absent), "{absent} is of no use here: {names:?}");
    }
    let after = house.vapi.assistant(&assistant);
    for field in ["provider", "model", "temperature", "maxTokens", "tools"] {
        assert_eq!(after["model"][field], model[field], "{field}");
    }
    assert_eq!(after["model"]["toolIds"][0], foreign.as_str());
    let linked = house.vapi.tools_of(&assistant);
    assert_eq!(linked.len(), names.len() + 1, "{linked:?}");
    let prompt = house.prompt_of(&assistant);
    assert!(prompt.contains("Words of the dashboard."), "{prompt}");
    assert!(prompt.contains("Booking Capabilities:") && prompt.contains("Be kind."), "{prompt}");

    let links = house.server.get(&format!("/api/orgs/{}/tools/links", org.id)).await;
    let links = links["items"].as_array().unwrap();
    assert_eq!(links.len(), names.len());
    for link in links {
        let tool = house.vapi.tool(link["tool_name"].as_str().unwrap()).unwrap();
        assert_eq!(link["vapi_tool_id"], tool["id"]);
        assert_eq!(link["definition_hash"].as_str().unwrap().len(), 64);
        assert_eq!((&link["enabled"], &link["is_system"]), (&json!(true), &json!(true)));
        assert_eq!(link["tags"], json!(["system", "v1"]));
        assert_eq!(link["metadata"], json!({"creator": "system"}));
        assert_eq!(tool["server"]["url"], format!("{PUBLIC}/api/vapi/tools"));
        assert_eq!(tool["async"], false);
    }
    described::are_valid(&house);
}

#[tokio::test]
async fn the_second_run_changes_nothing_and_neither_does_a_restart() {
    let mut house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let (before, kept) = (house.changes(), house.vapi.assistant(&assistant));
    let report = house.sync(&org, false).await;
    assert!(report["tools"].as_array().unwrap().iter().all(|tool| tool["action"] == "unchanged"));
    assert_eq!(report["agents"][0]["changed"], false, "{report}");
    house.server.restart(None).await;
    let again = house.sync(&org, false).await;
    assert_eq!(again["agents"][0]["changed"], false, "{again}");
    assert_eq!(house.changes(), before);
    assert_eq!(house.vapi.assistant(&assistant), kept);
}

#[tokio::test]
async fn tools_and_prompt_follow_the_calendar_and_what_the_org_switches_off() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let registered = house.names();

    let connections = format!("/api/orgs/{}/connections", org.id);
    let id = house.server.get(&connections).await["items"][0]["id"].as_str().unwrap().to_owned();
    let one = format!("{connections}/{id}");
    let switch = async |status: &str| {
        let body = Some(json!({"status": status}));
        assert_eq!(house.server.api(Method::PATCH, &one, body).await.0, StatusCode::OK);
    };
    let has = |name: &str| house.vapi.tools_of(&assistant).iter().any(|tool| tool == name);
    let can_book = || house.prompt_of(&assistant).contains("Booking Capabilities:");
    switch("disconnected").await;
    let gone = || async { (!has("create_booking") && !can_book()).then_some(()) };
    eventually_within(PATIENCE, "the booking tools to leave", gone).await;
    assert!(has("end_call") && has("request_callback"), "what needs no calendar stays");
    assert_eq!(house.names(), registered, "the registration stays for others");
    switch("connected").await;
    let back = || async { (has("create_booking") && can_book()).then_some(()) };
    eventually_within(PATIENCE, "the booking tools to come back", back).await;

    let (status, _) = org.patch(&house.server, json!({"disabled_tools": ["get_events"]})).await;
    assert_eq!(status, StatusCode::OK);
    let off = || async { (!has("get_events") && has("create_booking")).then_some(()) };
    eventually_within(PATIENCE, "a tool that is switched off to leave", off).await;
    house.until(&org, "synced").await;
    let links = house.server.get(&format!("/api/orgs/{}/tools/links", org.id)).await;
    let links = links["items"].as_array().unwrap();
    let link = links.iter().find(|link| link["tool_name"] == "get_events").unwrap();
    assert_eq!(link["enabled"], false);
    assert_eq!(house.names(), registered, "nothing was registered twice on the way");
    described::are_valid(&house);
}

#[tokio::test]
async fn an_agent_that_gets_another_assistant_leaves_nothing_on_the_first() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let foreign = house.vapi.add_tool(json!({"type": "dtmf"}));
    let first = house.vapi.add_assistant(json!({"model": {
        "provider": "openai", "model": "gpt-4o", "toolIds": [foreign],
        "messages": [{"role": "system", "content": "First."}],
    }}));
    let second = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &first).await;
    house.until(&org, "synced").await;
    assert!(house.vapi.tools_of(&first).len() > 5);
    house.save(&org, "reception", &second).await;
    house.until(&org, "synced").await;
    assert!(house.vapi.tools_of(&second).len() > 5);
    assert_eq!(house.vapi.assistant(&first)["model"]["toolIds"], json!([foreign]));
    assert_eq!(house.prompt_of(&first), "First.");
    let settings = house.server.get(&format!("/api/orgs/{}", org.id)).await;
    assert_eq!(settings["assistant_ids"], json!([second]), "the empty one takes no calls");
}

#[tokio::test]
async fn an_assistant_that_an_org_gave_up_is_not_changed_by_it_any_more() {
    let house = House::new().await;
    let (one, other) = (house.server.org(json!({})).await, house.server.org(json!({})).await);
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&one, "reception", &assistant).await;
    house.until(&one, "synced").await;
    let (status, answer) = one.patch(&house.server, json!({"assistant_ids": []})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    house.save(&other, "front-desk", &assistant).await;
    house.until(&other, "synced").await;
    let theirs = house.vapi.assistant(&assistant);

    let path = format!("/api/orgs/{}/tools/sync", one.id);
    house.server.api(Method::POST, &path, None).await;
    let path = format!("/api/orgs/{}/agents/reception/rollback", one.id);
    let (status, answer) = house.server.api(Method::POST, &path, None).await;
    assert_ne!(status, StatusCode::OK, "{answer}");
    let (status, answer) = one.patch(&house.server, json!({"prompt": "We took it back."})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    house.until(&one, "not_synced").await;
    assert_eq!(house.vapi.assistant(&assistant), theirs, "it is another's now");
}

#[tokio::test]
async fn an_assistant_that_one_agent_leaves_for_another_keeps_its_tools() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let (first, second) =
        (house.vapi.add_assistant(json!({})), house.vapi.add_assistant(json!({})));
    house.save(&org, "reception", &first).await;
    house.until(&org, "synced").await;
    house.save(&org, "reception", &second).await;
    house.save(&org, "night", &first).await;
    house.until(&org, "synced").await;
    let path = format!("/api/orgs/{}/tools/sync", org.id);
    house.server.api(Method::POST, &path, None).await;
    for assistant in [&first, &second] {
        assert!(house.vapi.tools_of(assistant).len() > 5, "{assistant}");
    }
}

#[tokio::test]
async fn an_assistant_belongs_to_one_org_and_one_agent() {
    let house = House::new().await;
    let (one, other) = (house.server.org(json!({})).await, house.server.org(json!({})).await);
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&one, "reception", &assistant).await;
    for (org, name) in [(&other, "reception"), (&one, "second")] {
        let (status, error) = house.try_to_save(org, name, &assistant).await;
        assert_eq!(status, StatusCode::CONFLICT, "{error}");
    }
    // Its calls are the org's from now on, although nobody said so in the settings.
    let settings = house.server.get(&format!("/api/orgs/{}", one.id)).await;
    assert_eq!(settings["assistant_ids"], json!([assistant]));
    for wrong in
        [json!({"assistant_id": "../x", "direction": "inbound"}), json!({"assistant_id": "a"})]
    {
        let path = format!("/api/orgs/{}/agents/third", one.id);
        let (status, error) = house.server.api(Method::PUT, &path, Some(wrong)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{error}");
    }
}

#[tokio::test]
async fn booking_tools_leave_with_dead_credentials_and_stay_while_a_calendar_is_out_of_reach() {
    use hookswitch::player::stand_ins::calcom::{self, Trouble};
    let calendar = calcom::StandIn::start(crate::calcom::setup(MORNING)).await.unwrap();
    let url = calendar.base_url();
    let house =
        House::with(Vec::new, |config| config.providers.calcom.base_url = url.clone()).await;
    let org = house.server.org(json!({})).await;
    let all = format!("/api/orgs/{}/connections", org.id);
    let builtin = house.server.get(&all).await["items"][0]["id"].as_str().unwrap().to_owned();
    let new = crate::calcom::connection(crate::calcom::PLAIN);
    let (status, made) = house.server.api(Method::POST, &all, Some(new)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (status, _) = house.server.api(Method::DELETE, &format!("{all}/{builtin}"), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let has = |name: &str| house.vapi.tools_of(&assistant).iter().any(|tool| tool == name);
    assert!(has("create_booking"));
    let check = format!("{all}/{}/check", made["id"].as_str().unwrap());
    calendar.always(calcom::Operation::Any, Trouble::FailsBefore);
    let (_, checked) = house.server.api(Method::POST, &check, None).await;
    assert_eq!(checked["ok"], false, "{checked}");
    house.sync(&org, false).await;
    assert!(has("create_booking"), "a calendar that is out of reach comes back (R8)");
    calendar.behave();
    calendar.change_key("another");
    let gone = || async {
        // A connection that failed is left alone for a while.
        house.server.api(Method::POST, &check, None).await;
        (!has("create_booking")).then_some(())
    };
    eventually_within(PATIENCE, "the booking tools to leave", gone).await;
    assert!(has("end_call"));
    assert!(!house.prompt_of(&assistant).contains("Booking Capabilities:"));
}
