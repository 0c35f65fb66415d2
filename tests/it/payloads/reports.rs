//! The end of a call: reported twice, early, late, in parts.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{CALL, fixture, message};
use crate::support::{TestOrg, TestServer, eventually};

async fn post(server: &TestServer, org: &TestOrg, body: &Value) {
    let path = format!("/webhook/{}", org.webhook_id);
    let (status, answer) = server.post_as(&path, &org.secret, body).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({})));
}

async fn calls(server: &TestServer, org: &TestOrg, state: &str) -> Vec<Value> {
    let list = server.get(&format!("/api/orgs/{}/calls?state={state}", org.id)).await;
    list["items"].as_array().unwrap().clone()
}

/// Waits until the one ended call satisfies `check`.
async fn ended(
    server: &TestServer,
    org: &TestOrg,
    what: &str,
    check: impl Fn(&Value) -> bool,
) -> Value {
    eventually(what, || async {
        let calls = calls(server, org, "ended").await;
        calls.into_iter().next().filter(|call| check(call))
    })
    .await
}

#[tokio::test]
async fn a_report_that_comes_twice_and_before_the_end_is_one_stored_call() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for name in ["end-of-call-report", "end-of-call-report", "status-update-ended"] {
        post(&server, &org, &fixture(name)).await;
    }
    let has_summary = |call: &Value| call["report"]["summary"].is_string();
    let call = ended(&server, &org, "the report", has_summary).await;
    assert_eq!(calls(&server, &org, "ended").await.len(), 1);
    assert_eq!(calls(&server, &org, "live").await.len(), 0);
    assert_eq!(call["call_id"], CALL);
    assert_eq!(call["report"]["summary"], "Mara booked a gear check.");
    assert_eq!(call["report"]["cost"], 0.0712);
    assert_eq!(call["report"]["duration_seconds"], 90.5);
    assert_eq!(call["report"]["success_evaluation"], "true");
}

#[tokio::test]
async fn of_two_reports_each_field_is_that_of_the_last_that_had_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let reports = [
        json!({"cost": 0.05, "durationSeconds": 60, "endedReason": "customer-ended-call",
               "analysis": {"summary": "A first guess."}}),
        json!({"analysis": {"summary": "The better summary.", "successEvaluation": "true"}}),
    ];
    for report in reports {
        post(&server, &org, &message("end-of-call-report", report)).await;
    }
    let later = |call: &Value| call["report"]["summary"] == "The better summary.";
    let call = ended(&server, &org, "the second report", later).await;
    assert_eq!(call["report"]["cost"], 0.05, "what the second left out stays: {call}");
    assert_eq!(call["report"]["duration_seconds"], 60.0);
    assert_eq!(call["report"]["success_evaluation"], "true");
    assert_eq!(call["ended_reason"], "customer-ended-call");
    assert_eq!(calls(&server, &org, "ended").await.len(), 1);
}

#[tokio::test]
async fn a_report_after_the_end_completes_the_ended_call() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    post(&server, &org, &fixture("status-update-ended")).await;
    let is_over = |call: &Value| call["ended_at"].is_string();
    ended(&server, &org, "the end", is_over).await;
    post(&server, &org, &fixture("end-of-call-report")).await;
    let has_cost = |call: &Value| call["report"]["cost"] == 0.0712;
    let call = ended(&server, &org, "the late report", has_cost).await;
    assert_eq!(call["caller"]["number"], "+13035550117");
    assert_eq!(calls(&server, &org, "ended").await.len(), 1);
}

#[tokio::test]
async fn a_report_without_a_call_is_accepted_and_stores_nothing() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    post(&server, &org, &fixture("end-of-call-report-unanswered")).await;
    let all = server.get(&format!("/api/orgs/{}/calls", org.id)).await;
    assert_eq!(all["items"], json!([]));
}

#[tokio::test]
async fn late_transcripts_do_not_bring_an_ended_call_back_to_life() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    post(&server, &org, &fixture("status-update-ended")).await;
    ended(&server, &org, "the end", |call| call["ended_at"].is_string()).await;
    post(&server, &org, &fixture("transcript-final-in-type")).await;
    post(&server, &org, &message("status-update", json!({"status": "in-progress"}))).await;
    post(&server, &org, &message("end-of-call-report", json!({"cost": 0.25}))).await;
    ended(&server, &org, "the report after them", |call| call["report"]["cost"] == 0.25).await;
    assert_eq!(calls(&server, &org, "live").await.len(), 0);
    assert_eq!(calls(&server, &org, "ended").await.len(), 1);
}
