//! The directory does not answer as it should: the agent goes on, nobody is called a new
//! customer, supervisors learn what to do, and the caller is answered in time.

use std::time::{Duration, Instant};

use super::*;
use crate::support::{FeedClient, VapiCall, result_of};

/// Looks up and gives the answer with the code of the warning that came with it.
async fn in_trouble(server: &TestServer, org: &TestOrg) -> (Value, String, Duration) {
    let mut feed = FeedClient::connect(server, &format!("org={}", org.id)).await;
    feed.next().await;
    // Nothing is asked ahead for a withheld number, so the tool's own question is what counts.
    let call = org.call(server, "anonymous");
    let started = Instant::now();
    let answer = call.raw("lookup_customer", spoken()).await;
    let took = started.elapsed();
    let warning = feed.until("warning").await;
    assert!(!warning.to_string().contains(KEY), "{warning}");
    assert!(!warning["event"].to_string().contains("6267888831"), "{warning}");
    let code = warning["event"]["code"].as_str().unwrap().to_owned();
    (answer, code, took)
}

fn assert_goes_on(answer: &Value, what: &str) {
    let result = result_of(answer);
    assert_eq!(result["success"], false, "{what}: {answer}");
    assert_eq!(result["error"], "Could not connect to customer directory", "{what}");
    let message = result["message"].as_str().unwrap();
    assert!(message.contains("without the customer history"), "{what}: {message}");
    assert!(!answer.to_string().contains("new customer"), "{what}: {answer}");
    assert!(!answer.to_string().contains(KEY), "{what}: {answer}");
}

#[tokio::test]
async fn a_wrong_key_is_understood_in_both_error_forms() {
    let stand_in = StandIn::start(Habit::NamesWorkspaces).await;
    let (server, org) = server_with(&stand_in).await;
    let v3 = json!({"error": "Unauthorized", "details": format!("bad key {KEY}"), "code": "401"});
    let older = json!({"success": false, "error": "Invalid API key", "details": KEY});
    for (status, body) in [(401, &v3), (403, &older), (200, &older), (200, &v3)] {
        stand_in.behave(Habit::Answers(status, body.clone()));
        let (answer, code, _) = in_trouble(&server, &org).await;
        assert_goes_on(&answer, &format!("{status} {body}"));
        assert_eq!(code, "directory_refuses_key", "{status} {body}");
    }
}

#[tokio::test]
async fn garbage_and_errors_of_the_directory_are_no_answer_about_the_customer() {
    for (habit, expected) in [
        (Habit::Says("<html>Bad gateway</html>".into()), "directory_unavailable"),
        (Habit::Says(String::new()), "directory_unavailable"),
        (Habit::Says("{\"success\":true,\"data\":".into()), "directory_unavailable"),
        (Habit::Answers(200, json!([])), "directory_unavailable"),
        (Habit::Answers(500, json!({"error": "boom"})), "directory_unavailable"),
        (Habit::Answers(302, json!({})), "directory_unavailable"),
        (Habit::Answers(400, json!({"error": "workspace_id is wrong"})), "directory_refuses"),
        (Habit::Answers(404, json!({"success": false})), "directory_refuses"),
        (Habit::Answers(429, json!({"error": "slow down"})), "directory_busy"),
    ] {
        let stand_in = StandIn::start(habit).await;
        let (server, org) = server_with(&stand_in).await;
        let (answer, code, _) = in_trouble(&server, &org).await;
        assert_goes_on(&answer, expected);
        assert_eq!(code, expected, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_of_any_size_is_read_no_further_than_a_megabyte() {
    let mut huge = benjie();
    huge["tags"] = json!(["x".repeat(3 << 20)]);
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![huge]))).await;
    let (server, org) = server_with(&stand_in).await;
    let (answer, code, _) = in_trouble(&server, &org).await;
    assert_goes_on(&answer, "three megabytes");
    assert_eq!(code, "directory_unavailable");
}

#[tokio::test]
async fn a_directory_that_is_out_of_reach_is_no_answer_about_the_customer() {
    let stand_in = StandIn::start(Habit::NamesWorkspaces).await;
    let url = stand_in.url.clone();
    drop(stand_in);
    let server = server_at(&url).await;
    let org = server.org(access()).await;
    let (answer, code, took) = in_trouble(&server, &org).await;
    assert_goes_on(&answer, "down");
    assert_eq!(code, "directory_unavailable");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn a_slow_directory_is_given_up_before_the_tools_deadline_and_a_repeat_asks_again() {
    let stand_in = StandIn::start(Habit::Waits(Duration::from_secs(60))).await;
    let (server, org) = server_with(&stand_in).await;
    let (answer, code, took) = in_trouble(&server, &org).await;
    assert_goes_on(&answer, "slow");
    assert_eq!(code, "directory_unavailable");
    let deadline = server.config().sessions.tool_deadline();
    assert!(took < deadline - Duration::from_secs(1), "{took:?}");
    let call = org.call(&server, "anonymous");
    let id = VapiCall::next_id();
    stand_in.behave(Habit::Answers(500, json!({})));
    assert_goes_on(&call.raw_as(&id, "lookup_customer", spoken()).await, "broken");
    stand_in.behave(Habit::Answers(200, people(vec![benjie()])));
    let again = call.raw_as(&id, "lookup_customer", spoken()).await;
    assert_eq!(result_of(&again), FOUND, "a failure is not kept for repeats");
}

#[tokio::test]
async fn a_short_deadline_of_the_tools_bounds_the_directory_too() {
    let stand_in = StandIn::start(Habit::Waits(Duration::from_secs(60))).await;
    let url = stand_in.url.clone();
    let change = |config: &mut hookswitch::config::Config| {
        config.providers.customerconnect.base_url = url;
        config.sessions.tool_deadline_ms = 1_000;
    };
    let server = TestServer::start_with("2025-11-28T15:00:00Z", change, Vec::new).await;
    let org = server.org(access()).await;
    let (answer, _, _) = in_trouble(&server, &org).await;
    assert_goes_on(&answer, "slow against a short deadline");
}

#[tokio::test]
async fn a_failing_directory_is_left_alone_after_a_while() {
    let stand_in = StandIn::start(Habit::Answers(503, json!({}))).await;
    let (server, org) = server_with(&stand_in).await;
    for _ in 0..12 {
        let call = org.call(&server, "anonymous");
        assert_goes_on(&call.raw("lookup_customer", spoken()).await, "broken");
    }
    assert_eq!(stand_in.asked().len(), 5, "five failures in a row are enough");
}

#[tokio::test]
async fn a_directory_that_takes_no_more_questions_is_left_alone_for_a_moment() {
    let stand_in = StandIn::start(Habit::Answers(429, json!({"error": "slow down"}))).await;
    let (server, org) = server_with(&stand_in).await;
    let started = Instant::now();
    for _ in 0..4 {
        let call = org.call(&server, "anonymous");
        assert_goes_on(&call.raw("lookup_customer", spoken()).await, "too many");
    }
    let asked = stand_in.asked().len();
    let is_left_alone = asked == 1 || started.elapsed() > Duration::from_secs(4);
    assert!(is_left_alone, "it said once that it takes no more, and was asked {asked} times");
}
