//! Two at once: what one does is never undone, or made void, by the other.

use futures_util::future::join;
use hookswitch::player::stand_ins::vapi::Trouble;

use super::*;

/// Long enough for others to come in between, on a busy machine too; nothing fails if they do not.
const SLOW: Trouble = Trouble::Slow { millis: 2_000 };

/// A tool like ours, as an earlier life of the server left it.
fn left_behind(house: &House, name: &str) -> String {
    house.vapi.add_tool(json!({"type": "function",
        "function": {"name": name, "parameters": {"type": "object", "properties": {}}},
        "server": {"url": format!("{PUBLIC}/api/vapi/tools")}}))
}

async fn prune(house: &House) -> Value {
    let (status, pruned) =
        house.server.api(Method::POST, "/api/tools/prune?confirm=true", None).await;
    assert_eq!(status, StatusCode::OK, "{pruned}");
    pruned
}

async fn asked(house: &House, operation: Operation, times: usize) {
    let asked = || async { (house.vapi.asked_to(operation).len() >= times).then_some(()) };
    eventually_within(PATIENCE, "Vapi to be asked", asked).await;
}

#[tokio::test]
async fn a_tool_that_a_run_is_about_to_link_is_not_removed_beside_it() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    let old = left_behind(&house, "create_booking");
    house.vapi.always(Operation::ChangeTool, SLOW);
    house.save(&org, "reception", &assistant).await;
    asked(&house, Operation::ChangeTool, 1).await;
    prune(&house).await;
    house.vapi.behave();
    house.until(&org, "synced").await;
    assert_eq!(house.vapi.tool("create_booking").unwrap()["id"], old.as_str());
    let linked = house.vapi.assistant(&assistant)["model"]["toolIds"].to_string();
    assert!(linked.contains(&old), "{linked}");
}

#[tokio::test]
async fn a_leftover_that_somebody_links_meanwhile_stays() {
    let house = House::new().await;
    let leftovers = [left_behind(&house, "get_events"), left_behind(&house, "delete_event")];
    house.vapi.next(Operation::DeleteTool, SLOW);
    let link_the_other = async {
        asked(&house, Operation::DeleteTool, 1).await;
        let first = house.vapi.asked_to(Operation::DeleteTool)[0].about.clone();
        let other = leftovers.iter().find(|id| **id != first).unwrap();
        house.vapi.add_assistant(json!({"model": {
            "provider": "openai", "model": "gpt-4o", "toolIds": [other], "messages": [],
        }}));
        other.clone()
    };
    let (pruned, other) = join(prune(&house), link_the_other).await;
    assert_eq!(pruned["leftovers"].as_array().unwrap().len(), 1, "{pruned}");
    let left: Vec<_> = house.vapi.tools().iter().map(|tool| tool["id"].clone()).collect();
    assert_eq!(left, [json!(other)]);
}

#[tokio::test]
async fn an_assistant_that_is_being_put_back_is_not_changed_by_a_run_that_waits() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    let before = house.vapi.assistant(&assistant);
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let path = format!("/api/orgs/{}/agents/reception/rollback", org.id);
    let lists = house.vapi.asked_to(Operation::ListTools).len();
    let reads = house.vapi.asked_to(Operation::ReadAssistant).len();
    house.vapi.next(Operation::ReadAssistant, SLOW);
    let is_back = std::cell::Cell::new(false);
    let back = async {
        let (status, back) = house.server.api(Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{back}");
        is_back.set(true);
    };
    let meanwhile = async {
        asked(&house, Operation::ReadAssistant, reads + 1).await;
        org.patch(&house.server, json!({"prompt": "Be brief."})).await;
        // The run that follows the setting has begun, and waits; or it came too late to.
        let begun = || async {
            let begun = house.vapi.asked_to(Operation::ListTools).len() >= lists + 2;
            (begun || is_back.get()).then_some(())
        };
        eventually_within(PATIENCE, "the run to begin", begun).await;
    };
    join(back, meanwhile).await;
    house
        .until_that("all jobs to end", || async {
            let jobs = house.server.get(&format!("/api/orgs/{}/jobs", org.id)).await;
            jobs["items"] == json!([])
        })
        .await;
    let without_time = |mut assistant: Value| {
        assistant["updatedAt"] = Value::Null;
        assistant
    };
    assert_eq!(without_time(house.vapi.assistant(&assistant)), without_time(before));
    assert_eq!(house.agents(&org).await[0]["sync"]["state"], "rolled_back");
}

#[tokio::test]
async fn what_an_assistant_was_before_us_outlives_any_number_of_failed_tries() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({"metadata": {"of": "others"}}));
    let before = house.vapi.assistant(&assistant);
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let body = json!({"message": ["not today"], "statusCode": 400});
    house.vapi.always(Operation::ChangeAssistant, Trouble::Answers { status: 400, body });
    for turn in 0..12 {
        org.patch(&house.server, json!({"prompt": format!("Words {turn}.")})).await;
        let report = house.sync(&org, false).await;
        assert_eq!(report["agents"][0]["synced"], false, "{report}");
    }
    house.vapi.behave();
    let path = format!("/api/orgs/{}/agents/reception/rollback", org.id);
    let mut times = 0;
    while house.server.api(Method::POST, &path, None).await.0 == StatusCode::OK {
        times += 1;
    }
    assert_eq!(times, 2, "as it was synced, and as it was before");
    for field in ["model", "metadata", "voice", "name"] {
        assert_eq!(house.vapi.assistant(&assistant)[field], before[field], "{field}");
    }
}
