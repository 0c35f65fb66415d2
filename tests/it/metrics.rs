//! What a monitoring system reads, and what the people of an org are told of a tool that is not well.

use hookswitch_actors::tools::{Face, Given, Listing, ToolContext, ToolOutcome};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::support::{FeedClient, MORNING, TestOrg, TestServer};

/// A tool that panics where it is told to.
fn tools() -> Vec<Face> {
    let run = |_: ToolContext, arguments: Map<String, Value>| async move {
        assert!(arguments.contains_key("calm"), "test_panic was told to");
        ToolOutcome::answer(Given::text("calm", true))
    };
    vec![Face::new("test_panic", Listing::Never, "Panics.", run)]
}

async fn run(server: &TestServer, org: &TestOrg, arguments: Value, times: usize) {
    let path = format!("/api/orgs/{}/tools/test_panic/try", org.id);
    for _ in 0..times {
        let body = json!({"arguments": arguments});
        let (status, answer) = server.api(Method::POST, &path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}

async fn metrics(server: &TestServer) -> String {
    let request = server.client().get(server.url("/metrics")).bearer_auth(server.token());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let form = answer.headers()["content-type"].to_str().unwrap();
    assert!(form.starts_with("application/openmetrics-text"), "{form}");
    answer.text().await.unwrap()
}

/// The value of the one line that begins so.
fn value(page: &str, line: &str) -> f64 {
    let found: Vec<&str> =
        page.lines().filter_map(|text| text.strip_prefix(line)?.strip_prefix(' ')).collect();
    assert_eq!(found.len(), 1, "{line} in\n{page}");
    found[0].parse().unwrap()
}

#[tokio::test]
async fn tools_are_counted_by_outcome_and_duration_and_no_label_names_an_org() {
    let server = TestServer::start_with(MORNING, |_| {}, tools).await;
    let org = server.org(json!({})).await;
    run(&server, &org, json!({"calm": true}), 3).await;
    run(&server, &org, json!({}), 2).await;
    let page = metrics(&server).await;
    let calls = |outcome: &str| {
        let line =
            format!(r#"hookswitch_tool_calls_total{{tool="test_panic",outcome="{outcome}"}}"#);
        value(&page, &line)
    };
    assert!((calls("ok") - 3.0).abs() < 0.1 && (calls("failed") - 2.0).abs() < 0.1, "{page}");
    let times = "hookswitch_tool_duration_seconds";
    let count = value(&page, &format!(r#"{times}_count{{tool="test_panic"}}"#));
    let all = value(&page, &format!(r#"{times}_bucket{{le="+Inf",tool="test_panic"}}"#));
    assert!((count - 5.0).abs() < 0.1 && (all - 5.0).abs() < 0.1, "{page}");
    assert!(page.ends_with("# EOF\n"), "{page}");
    for secret in [org.id.as_str(), &org.webhook_id, "Willow"] {
        assert!(!page.contains(secret), "{secret} in {page}");
    }
    for line in ["hookswitch_live_calls 0", "hookswitch_storage_healthy 1"] {
        assert!(page.lines().any(|text| text == line), "{line} in {page}");
    }
    let stranger = server.client().get(server.url("/metrics")).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_tool_that_fails_too_often_is_a_warning_on_the_feed_once_until_it_works_again() {
    let server = TestServer::start_with(MORNING, |_| {}, tools).await;
    let org = server.org(json!({})).await;
    let other = server.org(json!({})).await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    let mut elsewhere = FeedClient::connect(&server, &format!("org={}", other.id)).await;
    run(&server, &org, json!({}), 40).await;
    let told = feed.notice("tool_failing").await;
    assert_eq!(told["warning"], true, "{told}");
    assert!(told["message"].as_str().unwrap().contains("test_panic"), "{told}");
    let alert = r#"hookswitch_tool_alerts{tool="test_panic",kind="failing"}"#;
    assert!((value(&metrics(&server).await, alert) - 1.0).abs() < 0.1);
    run(&server, &org, json!({"calm": true}), 100).await;
    let well = feed.notice("tool_works_again").await;
    assert_eq!(well["warning"], false, "{well}");
    assert!(value(&metrics(&server).await, alert).abs() < 0.1);
    let warnings: Vec<_> =
        feed.frames.iter().filter(|frame| frame["code"] == "tool_failing").collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    elsewhere.ping().await;
    while elsewhere.next().await.is_some_and(|frame| frame["type"] != "pong") {}
    let heard = elsewhere.frames.iter().any(|frame| frame["type"] == "notice");
    assert!(!heard, "what one org's tools do is not another's to know");
}
