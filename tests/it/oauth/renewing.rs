//! Tokens that end: during calls, at an authorization server in trouble, at one that has ended our access.

use super::*;
use crate::support::{FeedClient, eventually};

/// Two hours and a bit later, when every access token has ended.
const LATER: &str = "2026-09-22T16:45:00Z";

fn number(n: usize) -> String {
    format!("+1312555{n:04}")
}

/// The whole restart, with all access tokens ended there as here.
async fn two_hours_later(clinic: &mut Clinic) {
    clinic.authority.end_access_tokens();
    clinic.server.restart(Some(LATER)).await;
}

async fn problem(clinic: &Clinic, connection: &str) -> Value {
    eventually("the connection is in trouble", async || {
        let shown = clinic.shown(connection).await;
        (shown["status"] == "error").then_some(shown)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_calls_whose_token_has_ended_cause_one_renewal_and_all_succeed() {
    let mut clinic = Clinic::open().await;
    clinic.connect("calendly").await;
    // That all are answered is the point, and not how fast.
    clinic.server.configure(|config| config.sessions.tool_deadline_ms = 19_000);
    two_hours_later(&mut clinic).await;
    let calls: Vec<_> = (0..500)
        .map(|n| {
            let call = clinic.call(&number(n));
            tokio::spawn(async move { ask_for(&call, &day(n)).await })
        })
        .collect();
    let mut answered = 0;
    for call in calls {
        let heard = call.await.unwrap();
        // On a day on which the clinic is closed nothing is free, which the calendar says as well.
        assert_eq!(
            (&heard["success"], &heard["unconfirmed"]),
            (&json!(true), &Value::Null),
            "{heard}"
        );
        answered += 1;
    }
    assert_eq!(answered, 500);
    assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 1);
    assert_eq!(clinic.authority.good(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_that_the_provider_ends_early_is_renewed_once_for_all_who_hold_it() {
    let mut clinic = Clinic::open().await;
    clinic.connect("google").await;
    clinic.server.restart(Some("2026-09-22T15:30:00Z")).await;
    assert!(is_answered(&clinic.free().await));
    clinic.authority.end_access_tokens();
    let calls: Vec<_> = (0..50)
        .map(|n| {
            let call = clinic.call(&number(n));
            tokio::spawn(async move { ask_for(&call, &day(n)).await })
        })
        .collect();
    for call in calls {
        let heard = call.await.unwrap();
        assert_eq!(
            (&heard["success"], &heard["unconfirmed"]),
            (&json!(true), &Value::Null),
            "{heard}"
        );
    }
    assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 1);
}

#[tokio::test]
async fn renewed_tokens_survive_a_restart_and_a_change_of_the_options() {
    let mut clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    two_hours_later(&mut clinic).await;
    assert!(is_answered(&clinic.free().await));
    let patch = json!({"sync_enabled": false});
    let path = clinic.path(&connection);
    let (status, patched) = clinic.server.api(Method::PATCH, &path, Some(patch)).await;
    assert_eq!(status, StatusCode::OK, "{patched}");
    assert_eq!(clinic.check(&connection).await["ok"], true);
    clinic.server.restart(None).await;
    assert!(is_answered(&clinic.free().await));
    assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 1, "the newest was on disk");
}

#[tokio::test]
async fn a_renewal_that_takes_longer_than_a_call_is_there_for_the_next() {
    let mut clinic = Clinic::open().await;
    clinic.connect("calendly").await;
    clinic.authority.next(Operation::Refresh, Trouble::Slow { millis: 9_000 });
    two_hours_later(&mut clinic).await;
    let late = clinic.free().await;
    assert!(!is_answered(&late), "{late}");
    eventually("the renewal has ended", async || is_answered(&clinic.free().await).then_some(()))
        .await;
    assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 1);
}

#[tokio::test]
async fn a_revoked_grant_is_an_outage_to_the_caller_and_a_task_for_the_operator() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let mut clinic = Clinic::open_with(setup(), policy).await;
    let connection = clinic.connect("calendly").await;
    clinic.authority.revoke_all();
    two_hours_later(&mut clinic).await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    let call = clinic.call("+13125550142");
    let heard = ask(&call).await;
    let words = heard["message"].as_str().unwrap();
    assert!(words.contains("Can I take a message instead?"), "{heard}");
    assert!(!heard.to_string().contains("token"), "{heard}");
    let warning = feed.until("warning").await;
    assert_eq!(warning["event"]["code"], "credentials_refused", "{warning}");
    let shown = problem(&clinic, &connection).await;
    let warning = shown["warning"].as_str().unwrap();
    assert!(warning.contains("revoked") && warning.contains("connect again"), "{shown}");
    let url = shown["reconnect_url"].as_str().unwrap();
    assert!(url.ends_with(&clinic.start("calendly", Some(&connection))), "{url}");
    let checked = clinic.check(&connection).await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")));
    assert!(checked["hint"].as_str().unwrap().contains(url), "{checked}");

    clinic.connect_again("calendly", &connection).await;
    let shown = clinic.shown(&connection).await;
    assert_eq!((&shown["status"], &shown["warning"]), (&json!("connected"), &Value::Null));
    let heard = ask(&call).await;
    assert!(is_answered(&heard), "{heard}");
}

#[tokio::test]
async fn a_renewal_whose_answer_is_lost_is_told_as_what_it_is() {
    let mut clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    clinic.authority.next(Operation::Refresh, Trouble::DropsAfter);
    two_hours_later(&mut clinic).await;
    assert!(!is_answered(&clinic.free().await));
    let shown = problem(&clinic, &connection).await;
    assert!(shown["warning"].as_str().unwrap().contains("was cut off"), "{shown}");
    assert_eq!(clinic.authority.asked_to(Operation::Refresh).len(), 2, "it was asked once more");
}

#[tokio::test]
async fn a_renewal_that_never_arrived_harms_nobody() {
    let mut clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    clinic.authority.next(Operation::Refresh, Trouble::DropsBefore);
    two_hours_later(&mut clinic).await;
    assert!(is_answered(&clinic.free().await));
    assert_eq!(clinic.shown(&connection).await["status"], "connected");
}

#[tokio::test]
async fn a_secret_that_is_wrong_names_the_variable_and_is_forgotten_when_it_is_right() {
    let mut clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    clinic.authority.change_client_secret("another");
    two_hours_later(&mut clinic).await;
    assert!(!is_answered(&clinic.free().await));
    let shown = problem(&clinic, &connection).await;
    assert!(shown["warning"].as_str().unwrap().contains("CALENDLY_CLIENT_SECRET"), "{shown}");
    clinic.authority.change_client_secret(SECRET);
    clinic.server.restart(None).await;
    assert!(is_answered(&clinic.free().await));
    assert_eq!(clinic.shown(&connection).await["status"], "connected");
}

#[tokio::test]
async fn access_without_a_way_to_renew_it_is_warned_of() {
    let setup = Setup { refreshes: false, life: 3 * 86_400, ..setup() };
    let mut clinic = Clinic::open_with(setup, json!({})).await;
    let connection = clinic.connect("calendly").await;
    let shown = clinic.shown(&connection).await;
    assert!(shown["expires_at"].as_str().unwrap().starts_with("2026-09-25T14:"), "{shown}");
    assert!(shown["warning"].as_str().unwrap().contains("connect again before"), "{shown}");
    clinic.server.restart(Some("2026-09-26T14:30:00Z")).await;
    let call = clinic.call("+13125550142");
    let heard = call.tool("check_availability", json!({"date": "2026-09-28"})).await;
    assert!(!is_answered(&heard), "{heard}");
    let shown = problem(&clinic, &connection).await;
    assert!(shown["warning"].as_str().unwrap().contains("has ended"), "{shown}");
}
