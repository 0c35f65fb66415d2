//! A caller whom only the directory knows is greeted by name, and a directory that hangs keeps
//! nobody waiting.

use std::time::{Duration, Instant};

use super::*;

async fn welcomed(server: &TestServer, org: &TestOrg) -> Value {
    let (status, settings) = org.patch(server, json!({"assistant_ids": ["asst_1"]})).await;
    assert!(status.is_success(), "{settings}");
    let body = json!({"message": {"type": "assistant-request", "call": {
        "id": "call-welcome", "type": "inboundPhoneCall", "customer": {"number": NUMBER}}}});
    let path = format!("/webhook/{}", org.webhook_id);
    let (status, answer) = server.post_as(&path, &org.secret, &body).await;
    assert!(status.is_success(), "{answer}");
    assert_eq!(answer["assistantId"], "asst_1");
    answer["assistantOverrides"]["variableValues"]["customer_name"].clone()
}

#[tokio::test]
async fn a_caller_of_the_directory_is_greeted_by_name() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie_at(NUMBER)]))).await;
    let (server, org) = server_with(&stand_in).await;
    assert_eq!(welcomed(&server, &org).await, "Benjie Malinao");
}

#[tokio::test]
async fn a_directory_that_hangs_does_not_hold_up_the_assistant() {
    let stand_in = StandIn::start(Habit::Waits(Duration::from_secs(60))).await;
    let (server, org) = server_with(&stand_in).await;
    let started = Instant::now();
    let name = welcomed(&server, &org).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(name.is_null() || name == "", "{name}");
}
