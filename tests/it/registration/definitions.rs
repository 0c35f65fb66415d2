//! A definition that changes in the program, and a server that moves.

use std::sync::atomic::{AtomicBool, Ordering};

use hookswitch_actors::tools::{Given, Listing, ToolContext, ToolOutcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::*;

static CHANGED: AtomicBool = AtomicBool::new(false);

/// Where the weather is.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Where {
    /// The city
    city: String,
}

/// A tool whose definition is another after the switch.
fn weather() -> Vec<Face> {
    let description = match CHANGED.load(Ordering::SeqCst) {
        false => "Say what the weather is.",
        true => "Say what the weather is and will be.",
    };
    let run = |_: ToolContext, _: Where| async { ToolOutcome::answer(Given::text("Fine.", true)) };
    vec![Face::new("weather", Listing::Both, description, run)]
}

#[tokio::test]
async fn a_changed_definition_is_one_update_and_no_assistant_is_without_the_tool() {
    let mut house = House::with(weather, |_| {}).await;
    let mut assistants = Vec::new();
    let (one, other) = (house.server.org(json!({})).await, house.server.org(json!({})).await);
    for (org, name) in [(&one, "in"), (&one, "out"), (&other, "in")] {
        let assistant = house.vapi.add_assistant(json!({}));
        house.save(org, name, &assistant).await;
        assistants.push(assistant);
    }
    house.until(&one, "synced").await;
    house.until(&other, "synced").await;
    let tool = house.vapi.tool("weather").unwrap();
    let before: Vec<_> = assistants.iter().map(|id| house.vapi.assistant(id)).collect();
    let asked = house.vapi.asked().len();
    CHANGED.store(true, Ordering::SeqCst);
    house.server.restart(None).await;
    let updated = || async {
        let tool = house.vapi.tool("weather").unwrap();
        tool["function"]["description"].as_str().unwrap().ends_with("will be.").then_some(tool)
    };
    let after = eventually_within(PATIENCE, "the new definition", updated).await;
    assert_eq!(after["id"], tool["id"]);
    house.until(&one, "synced").await;
    house.until(&other, "synced").await;
    for org in [&one, &other] {
        house.sync(org, false).await;
    }
    let since = house.vapi.asked().split_off(asked);
    let changes: Vec<_> = since.iter().filter(|asked| CHANGES.contains(&asked.operation)).collect();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].operation, Operation::ChangeTool);
    let now: Vec<_> = assistants.iter().map(|id| house.vapi.assistant(id)).collect();
    assert_eq!(now, before, "no assistant was touched");
}

#[tokio::test]
async fn a_server_that_moves_sends_each_tool_once_and_makes_none_anew() {
    let mut house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let (tools, asked) = (house.vapi.tools(), house.vapi.asked().len());
    house.server.configure(|config| config.server.public_url = Some("https://new.example".into()));
    house.server.restart(None).await;
    let moved = || async {
        let url = house.vapi.assistant(&assistant)["server"]["url"].to_string();
        url.contains("new.example").then_some(())
    };
    eventually_within(PATIENCE, "the assistant to have moved", moved).await;
    house.until(&org, "synced").await;
    let since = house.vapi.asked().split_off(asked);
    let count = |operation| since.iter().filter(|asked| asked.operation == operation).count();
    assert_eq!(count(Operation::CreateTool), 0);
    assert_eq!(count(Operation::ChangeTool), tools.len());
    let ids = |tools: &[Value]| tools.iter().map(|tool| tool["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&house.vapi.tools()), ids(&tools));
}

#[tokio::test]
async fn orgs_that_require_other_details_share_no_registration_of_that_tool_alone() {
    let house = House::new().await;
    let usual = house.server.org(json!({})).await;
    let strict = house
        .server
        .org(json!({"booking": {"required_fields": ["customer_name", "customer_email"]}}));
    let strict = strict.await;
    for org in [&usual, &strict] {
        let assistant = house.vapi.add_assistant(json!({}));
        house.save(org, "reception", &assistant).await;
    }
    house.until(&usual, "synced").await;
    house.until(&strict, "synced").await;
    let named = |name: &str| house.names().iter().filter(|known| *known == name).count();
    assert_eq!(
        (named("create_booking"), named("check_availability")),
        (2, 1),
        "{:?}",
        house.names()
    );
}
