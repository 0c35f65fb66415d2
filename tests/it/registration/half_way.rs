//! What goes wrong half-way is finished by the next run, and nothing is ever there twice.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use hookswitch::player::stand_ins::vapi::{Plan, Trouble};

use super::*;
use crate::support::{Host as _, Process};

fn nothing_is_there_twice(house: &House) {
    let names = house.names();
    let once: BTreeSet<_> = names.iter().collect();
    assert_eq!(once.len(), names.len(), "{names:?}");
}

#[tokio::test]
async fn runs_at_once_make_no_duplicate() {
    let house = House::new().await;
    let (one, other) = (house.server.org(json!({})).await, house.server.org(json!({})).await);
    for (org, name) in [(&one, "a"), (&one, "b"), (&other, "c")] {
        let assistant = house.vapi.add_assistant(json!({}));
        house.save(org, name, &assistant).await;
    }
    join_all([&one, &other, &one, &other, &one].map(|org| house.sync(org, false))).await;
    house.until(&one, "synced").await;
    house.until(&other, "synced").await;
    nothing_is_there_twice(&house);
    let created = house.vapi.asked_to(Operation::CreateTool).len();
    assert_eq!(created, house.names().len(), "each was made by one request");
}

#[tokio::test]
async fn a_run_that_breaks_off_anywhere_is_finished_by_the_next() {
    for (operation, trouble) in [
        (Operation::CreateTool, Trouble::FailsAfter),
        (Operation::CreateTool, Trouble::DropsAfter),
        (Operation::CreateTool, Trouble::FailsBefore),
        (Operation::CreateTool, Trouble::Garbles),
        (Operation::ChangeAssistant, Trouble::DropsAfter),
        (Operation::ListTools, Trouble::TooMany { retry_after: Some(5) }),
        (Operation::ReadAssistant, Trouble::FailsBefore),
    ] {
        let house = House::new().await;
        let org = house.server.org(json!({})).await;
        let assistant = house.vapi.add_assistant(json!({}));
        let half = Plan { operation, trouble: trouble.clone(), times: Some(6), percent: 40 };
        house.vapi.plan(half);
        house.save(&org, "reception", &assistant).await;
        house.until(&org, "synced").await;
        nothing_is_there_twice(&house);
        let linked = house.vapi.tools_of(&assistant);
        assert_eq!(linked.len(), house.names().len(), "{operation:?} {trouble:?}: {linked:?}");
        assert!(house.prompt_of(&assistant).contains("a dentist."), "{operation:?} {trouble:?}");
    }
}

#[tokio::test]
async fn a_server_that_ends_between_making_and_linking_goes_on_at_its_next_start() {
    let mut house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.vapi.always(Operation::ChangeAssistant, Trouble::FailsBefore);
    house.save(&org, "reception", &assistant).await;
    let made =
        || async { (!house.vapi.asked_to(Operation::ChangeAssistant).is_empty()).then_some(()) };
    eventually_within(PATIENCE, "the first try to link", made).await;
    assert!(house.vapi.tools_of(&assistant).is_empty());
    let made = house.names();
    house.server.restart(None).await;
    house.vapi.behave();
    house.until(&org, "synced").await;
    assert_eq!(house.names(), made, "what was made is used");
    assert_eq!(house.vapi.tools_of(&assistant).len(), made.len());
}

#[tokio::test]
async fn what_an_earlier_life_of_the_server_registered_is_adopted() {
    let first = House::new().await;
    let org = first.server.org(json!({})).await;
    let assistant = first.vapi.add_assistant(json!({}));
    first.save(&org, "reception", &assistant).await;
    first.until(&org, "synced").await;
    let House { server, vapi } = first;
    let url = vapi.url().to_owned();
    drop(server.stop().await);
    let server = TestServer::start_with(MORNING, |config| knows_vapi(config, &url), Vec::new).await;
    let second = House { server, vapi };
    let (names, created) = (second.names(), second.vapi.asked_to(Operation::CreateTool).len());
    let org = second.server.org(json!({})).await;
    second.save(&org, "reception", &assistant).await;
    second.until(&org, "synced").await;
    assert_eq!(second.names(), names);
    assert_eq!(second.vapi.asked_to(Operation::CreateTool).len(), created, "none was made anew");
    assert_eq!(second.vapi.tools_of(&assistant).len(), names.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_between_making_and_linking_goes_on_when_it_is_started_again() {
    let vapi = StandIn::start(Setup { private_key: KEY.into() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!(
        "[vapi]\nbase_url = \"{}\"\nprivate_key = \"{KEY}\"\nspacing_ms = 0\n\
         webhook_auth = \"the-secret-of-the-whole-server\"\n",
        vapi.url()
    );
    let outside = [("VAPI_SERVER_URL", PUBLIC)];
    let first = Process::start_where(folder.path(), &more, &outside).await;
    let org = TestOrg::create(&first, json!({})).await;
    let assistant = vapi.add_assistant(json!({}));
    vapi.always(Operation::ReadAssistant, Trouble::HangsBefore);
    let wish = json!({"assistant_id": assistant, "direction": "inbound"});
    let path = format!("/api/orgs/{}/agents/reception", org.id);
    let (status, saved) = first.request(Method::PUT, &path, Some(wish)).await;
    assert_eq!(status, StatusCode::OK, "{saved}");
    let made = || async { (!vapi.asked_to(Operation::ReadAssistant).is_empty()).then_some(()) };
    eventually_within(PATIENCE, "the assistant to be asked for", made).await;
    first.kill();
    let made = vapi.tools().len();
    vapi.behave();
    let second = Process::start_where(folder.path(), &more, &outside).await;
    let linked = || async { (vapi.tools_of(&assistant).len() == made).then_some(()) };
    eventually_within(PATIENCE, "all tools to be linked", linked).await;
    assert_eq!(vapi.tools().len(), made, "none was made again");
    drop(second);
}
