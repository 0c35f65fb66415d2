//! Nobody calls, and the directory is tried all the same: trouble shows before a caller meets it.

use super::*;
use crate::support::{FeedClient, eventually_within};
use std::time::Duration;

/// A server that tries a directory which does not work after so many seconds.
async fn trying(stand_in: &StandIn, again: u64) -> TestServer {
    let url = stand_in.url.clone();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.customerconnect.base_url = url;
        config.sync.poll_seconds = again;
        config.sync.probe_seconds = 3_600;
    };
    TestServer::start_with("2025-11-28T15:00:00Z", change, Vec::new).await
}

async fn health(server: &TestServer) -> Value {
    server.get("/api/health/customerconnect").await
}

/// An org that is watched, and gets its directory only then: a notice is for those who are there.
async fn watched(server: &TestServer, access: Value) -> (TestOrg, FeedClient) {
    let org = server.org(json!({})).await;
    let mut feed = FeedClient::connect(server, &format!("org={}", org.id)).await;
    feed.next().await;
    assert_eq!(org.patch(server, access).await.0, 200);
    (org, feed)
}

#[tokio::test]
async fn trouble_that_no_caller_met_is_told_once_and_so_is_its_end() {
    let stand_in = StandIn::start(Habit::NamesWorkspaces).await;
    let refused = json!({"success": false, "error": format!("Invalid API key {KEY}")});
    stand_in.behave_when_tried(Habit::Answers(401, refused));
    let server = trying(&stand_in, 1).await;
    let (org, mut feed) = watched(&server, access()).await;
    let told = feed.notice("directory_refuses_key").await;
    assert_eq!((&told["warning"], &told["org"]), (&json!(true), &json!(org.id)));
    assert_eq!((&told["connection_id"], &told["booking_id"]), (&Value::Null, &Value::Null));
    let seen = health(&server).await;
    assert_eq!(seen["status"], "unavailable", "{seen}");
    let breakers = server.get("/api/circuit-breaker/status").await;
    let of_directory = |item: &&Value| item["provider"] == "customerconnect";
    let item = breakers["items"].as_array().unwrap().iter().find(of_directory).unwrap().clone();
    assert_eq!(item["status"], "error", "{item}");
    assert!(item["problem"].as_str().unwrap().contains("refuses the key"), "{item}");
    for shown in [&told, &seen, &breakers] {
        assert!(!shown.to_string().contains(KEY), "{shown}");
    }

    let tries = stand_in.tries();
    let more = || async { (stand_in.tries() >= tries + 2).then_some(()) };
    eventually_within(Duration::from_secs(30), "two more tries", more).await;
    stand_in.behave_when_tried(Habit::Answers(200, people(Vec::new())));
    assert_eq!(feed.notice("directory_back").await["warning"], false);
    let told = feed.notices();
    assert_eq!(told.len(), 2, "each turn once: {told:?}");
    assert_eq!(health(&server).await["status"], "ok");
    assert!(stand_in.asked().is_empty(), "nobody called: {:?}", stand_in.asked());
}

#[tokio::test]
async fn one_that_does_not_answer_is_told_of_from_the_second_time_on() {
    let stand_in = StandIn::start(Habit::NamesWorkspaces).await;
    stand_in.behave_when_tried(Habit::Answers(503, json!({})));
    let server = trying(&stand_in, 1).await;
    let (_org, mut feed) = watched(&server, access()).await;
    feed.notice("directory_unavailable").await;
    assert!(stand_in.tries() >= 2, "a slip is nothing that anybody need know");
    assert_eq!(health(&server).await["status"], "unavailable");
}

#[tokio::test]
async fn a_new_key_is_tried_at_once_and_that_it_works_is_told() {
    let stand_in = StandIn::start(Habit::NamesWorkspaces).await;
    stand_in.behave_when_tried(Habit::NamesWorkspaces);
    // So late that only changes count.
    let server = trying(&stand_in, 3_600).await;
    let with = |key: &str| json!({"customerconnect": {"workspace_id": "100", "api_key": key}});
    let (org, mut feed) = watched(&server, with("a-wrong-key")).await;
    feed.notice("directory_refuses_key").await;
    assert_eq!(org.patch(&server, with("key-of-100")).await.0, 200);
    feed.notice("directory_back").await;
    assert_eq!(health(&server).await["status"], "ok");
    let told = feed.notices();
    assert_eq!(told.len(), 2, "{told:?}");
}
