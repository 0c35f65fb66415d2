//! What is not wanted any more leaves an assistant: with the calendar, with the agent, with the org.

use hookswitch::player::stand_ins::vapi::Trouble;

use super::counters::command;
use super::*;

/// An assistant with words and a tool of others, and the id of that tool.
fn with_others(house: &House) -> (String, String) {
    let foreign = house.vapi.add_tool(json!({"type": "dtmf"}));
    let assistant = house.vapi.add_assistant(json!({"model": {
        "provider": "openai", "model": "gpt-4o", "toolIds": [foreign],
        "messages": [{"role": "system", "content": "Words of the dashboard."}],
    }}));
    (assistant, foreign)
}

fn is_left(house: &House, assistant: &str, foreign: &str) -> bool {
    let kept = house.vapi.assistant(assistant);
    kept["model"]["toolIds"] == json!([foreign])
        && kept["model"]["messages"][0]["content"] == "Words of the dashboard."
        && kept.get("server").is_none()
}

#[tokio::test]
async fn booking_tools_leave_with_the_calendar_although_nothing_can_be_linked() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let (assistant, foreign) = with_others(&house);
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    // Only a credential in Vapi's dashboard can prove this, and there is none.
    let hmac = json!({"webhook_auth": [{"mode": "hmac", "secret": "a-signing-key"}]});
    assert_eq!(org.patch(&house.server, hmac).await.0, StatusCode::OK);
    let agents = house.until(&org, "not_synced").await;
    assert!(says(&agents).contains("vapi_credential_id"), "{agents:?}");
    let has = |name: &str| house.vapi.tools_of(&assistant).iter().any(|tool| tool == name);
    assert!(has("create_booking") && has("end_call"), "what is wanted stays");

    let connections = format!("/api/orgs/{}/connections", org.id);
    let id = house.server.get(&connections).await["items"][0]["id"].as_str().unwrap().to_owned();
    let (status, _) = house.server.api(Method::DELETE, &format!("{connections}/{id}"), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    house.until_that("the booking tools to leave", || async { !has("create_booking") }).await;
    assert!(has("end_call") && has("request_callback"));
    assert!(house.vapi.tools_of(&assistant).len() > 2);
    assert!(house.vapi.assistant(&assistant)["model"]["toolIds"].to_string().contains(&foreign));
    let prompt = house.prompt_of(&assistant);
    assert!(!prompt.contains("Booking Capabilities:"), "{prompt}");
    assert!(prompt.contains("Words of the dashboard."), "{prompt}");
    let agents = house.until(&org, "not_synced").await;
    assert!(says(&agents).contains("vapi_credential_id"), "{agents:?}");
    let links = house.server.get(&format!("/api/orgs/{}/tools/links", org.id)).await.to_string();
    assert!(links.contains("end_call") && !links.contains("create_booking"), "{links}");
    described::are_valid(&house);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_agent_leaves_nothing_on_its_assistant_though_vapi_is_in_trouble_at_first() {
    let mut house = House::new().await;
    let org = house.server.org(json!({})).await;
    let (assistant, foreign) = with_others(&house);
    let other = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.save(&org, "night", &other).await;
    let rule = json!([{"assistant_id": assistant, "when": "open"}]);
    assert_eq!(org.patch(&house.server, json!({"inbound": rule})).await.0, StatusCode::OK);
    house.until(&org, "synced").await;
    house.vapi.always(Operation::ListTools, Trouble::FailsBefore);
    let args = ["agent", "remove", "reception", "--org", &org.id];
    let removed = command(house.server.folder(), &args).await;
    assert_eq!(removed.code, 0, "{removed}");
    let agents = house.agents(&org).await;
    assert_eq!((agents.len(), &agents[0]["name"]), (1, &json!("night")));
    let settings = house.server.get(&format!("/api/orgs/{}", org.id)).await;
    assert_eq!(settings["assistant_ids"], json!([other]), "calls go to who is left");
    assert_eq!(settings["inbound"], json!([]));
    assert!(house.vapi.tools_of(&assistant).len() > 5, "Vapi does not answer yet");
    house.server.restart(None).await;
    house.vapi.behave();
    house
        .until_that("the assistant to be left", || async { is_left(&house, &assistant, &foreign) })
        .await;
    assert!(house.vapi.tools_of(&other).len() > 5, "the other agent's is as it was");
    let again = command(house.server.folder(), &args).await;
    assert_eq!(again.code, 1, "{again}");
    // It can come back.
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    assert!(house.vapi.tools_of(&assistant).len() > 5);
    described::are_valid(&house);
}

#[tokio::test]
async fn a_deleted_org_leaves_nothing_on_its_assistants_but_what_another_has_taken() {
    let house = House::new().await;
    let (org, other) = (house.server.org(json!({})).await, house.server.org(json!({})).await);
    let (assistant, foreign) = with_others(&house);
    let passed_on = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.save(&org, "night", &passed_on).await;
    house.until(&org, "synced").await;
    // What the agent leaves is still to be seen to when another takes the assistant over.
    house.vapi.always(Operation::ReadAssistant, Trouble::FailsBefore);
    let (status, _) =
        house.server.api(Method::DELETE, &format!("/api/orgs/{}", org.id), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    house.save(&other, "front-desk", &passed_on).await;
    house.vapi.behave();
    house.until(&other, "synced").await;
    house
        .until_that("the assistant to be left", || async { is_left(&house, &assistant, &foreign) })
        .await;
    assert!(house.vapi.tools_of(&passed_on).len() > 5, "it is another's now");
    let (status, _) = house.server.api(Method::POST, "/api/tools/prune", None).await;
    assert_eq!(status, StatusCode::OK);
}
