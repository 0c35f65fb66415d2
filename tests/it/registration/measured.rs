//! What is counted of all this, what was found before anything was sent, and who is told.

use hookswitch::player::stand_ins::vapi::Trouble;

use super::*;
use crate::support::FeedClient;

impl House {
    async fn metrics(&self) -> String {
        let request = self.server.client().get(self.server.url("/metrics"));
        request.bearer_auth(self.server.token()).send().await.unwrap().text().await.unwrap()
    }
}

/// The value of the one line that begins so.
fn value(page: &str, line: &str) -> f64 {
    let found: Vec<&str> =
        page.lines().filter_map(|text| text.strip_prefix(line)?.strip_prefix(' ')).collect();
    assert_eq!(found.len(), 1, "{line} in\n{page}");
    found[0].parse().unwrap()
}

fn is(page: &str, line: &str, expected: f64) {
    let value = value(page, line);
    assert!((value - expected).abs() < 0.1, "{line} is {value}, not {expected}");
}

#[tokio::test]
async fn registrations_runs_records_and_requests_are_counted_and_a_failing_vapi_is_an_alarm() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let page = house.metrics().await;
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let tools = house.names().len() as f64;
    is(&page, r#"hookswitch_tool_records{record="registration"}"#, tools);
    is(&page, r#"hookswitch_tool_records{record="link"}"#, tools);
    assert!(value(&page, r#"hookswitch_tool_registrations_total{outcome="ok"}"#) >= tools);
    is(&page, r#"hookswitch_tool_registrations_total{outcome="failed"}"#, 0.0);
    assert!(value(&page, r#"hookswitch_tool_sync_runs_total{outcome="ok"}"#) >= 1.0);
    assert!(
        value(&page, r#"hookswitch_tool_sync_duration_seconds_count{kind="assistant"}"#) >= 1.0
    );
    is(&page, r#"hookswitch_vapi_requests_total{method="POST",outcome="ok"}"#, tools);
    is(&page, r#"hookswitch_vapi_alerts{severity="critical"}"#, 0.0);
    is(&page, r#"hookswitch_tool_sync_alerts{severity="critical"}"#, 0.0);
    assert!(!page.contains(&assistant) && !page.contains(org.id.as_str()), "{page}");

    // Reading the assistant fails, run after run.
    let mut feed = FeedClient::connect(&house.server, &format!("org={}", org.id)).await;
    house.vapi.always(Operation::ReadAssistant, Trouble::FailsBefore);
    let sync = async {
        for _ in 0..6 {
            house.sync(&org, false).await;
        }
    };
    let passes = async {
        loop {
            // What is asked again waits by the server's clock.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let now = house.now().await + jiff::SignedDuration::from_secs(2);
            house.server.set_clock(&now.to_string());
        }
    };
    tokio::select! {
        () = sync => {}
        () = passes => {}
    }
    let told = feed.notice("tool_sync_critical").await;
    assert_eq!(told["warning"], true, "{told}");
    let page = house.metrics().await;
    is(&page, r#"hookswitch_vapi_alerts{severity="critical"}"#, 1.0);
    is(&page, r#"hookswitch_tool_sync_alerts{severity="critical"}"#, 1.0);
    assert!(
        value(&page, r#"hookswitch_vapi_requests_total{method="GET",outcome="broken"}"#) >= 6.0
    );
    assert!(value(&page, r#"hookswitch_tool_sync_runs_total{outcome="failed"}"#) >= 6.0);
}

#[tokio::test]
async fn a_key_that_is_refused_is_an_alarm_too_and_what_is_only_tried_out_is_not_counted() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let assistant = house.vapi.add_assistant(json!({}));
    house.save(&org, "reception", &assistant).await;
    house.until(&org, "synced").await;
    let page = house.metrics().await;
    let runs = r#"hookswitch_tool_sync_runs_total{outcome="failed"}"#;
    let tools = r#"hookswitch_tool_registrations_total{outcome="ok"}"#;
    let before = (value(&page, runs), value(&page, tools));
    let mut feed = FeedClient::connect(&house.server, &format!("org={}", org.id)).await;
    house.sync(&org, true).await;
    house.vapi.change_key("another");
    let path = format!("/api/orgs/{}/tools/sync", org.id);
    for _ in 0..6 {
        let path = format!("{path}?dry_run=true");
        let (status, error) = house.server.api(Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::BAD_GATEWAY, "{error}");
    }
    let page = house.metrics().await;
    is(&page, runs, before.0);
    is(&page, tools, before.1);
    for _ in 0..6 {
        house.server.api(Method::POST, &path, None).await;
    }
    assert_eq!(feed.notice("tool_sync_critical").await["warning"], true);
    assert!(value(&house.metrics().await, runs) >= before.0 + 6.0);
}

#[tokio::test]
async fn what_lint_finds_is_told_with_the_sync_and_what_others_set_is_kept() {
    let house = House::new().await;
    let org = house.server.org(json!({})).await;
    let doubtful = house.vapi.add_assistant(json!({
        "model": {"provider": "openai", "model": "gpt-4.1", "maxTokens": 60,
            "messages": [{"role": "system", "content": "Then use bookClinicAppointment."}]},
        "serverMessages": ["phone-call-control"],
    }));
    house.save(&org, "reception", &doubtful).await;
    let agents = house.until(&org, "synced").await;
    let findings = agents[0]["sync"]["findings"].to_string();
    for said in
        ["maxTokens", "bookClinicAppointment", "write `create_booking`", "phone-call-control"]
    {
        assert!(findings.contains(said), "{said} in {findings}");
    }
    let kept = house.vapi.assistant(&doubtful)["serverMessages"].clone();
    assert!(kept.as_array().unwrap().contains(&json!("phone-call-control")), "warned of, and kept");
}
