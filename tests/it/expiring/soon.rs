//! Access that ends soon: whoever watches hears of it before a caller meets it.

use super::*;
use crate::support::FeedClient;

#[tokio::test]
async fn access_that_nothing_renews_is_warned_of_once_a_week_before_and_ends_with_a_new_consent() {
    let setup = Setup { refreshes: false, life: 10 * 86_400, ..setup() };
    let clinic = Clinic::open_with("google", setup).await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    let path = clinic.connect().await;
    let health = clinic.server.get("/api/health/google").await;
    assert_eq!(health["status"], "ok", "{health}");
    assert_eq!(clinic.standing().await["warning"], Value::Null);

    clinic.server.set_clock("2026-09-26T14:30:00Z");
    let said = feed.notice("connection_ends").await;
    assert_eq!(said["warning"], true, "{said}");
    assert_eq!(path.rsplit('/').next(), said["connection_id"].as_str(), "{said}");
    let words = said["message"].as_str().unwrap();
    assert!(words.contains("the access to the account ends on 2026-10-02 14:3"), "{said}");
    let standing = clinic.standing().await;
    let warning = standing["warning"].as_str().unwrap();
    assert!(warning.contains("connect again before"), "{standing}");
    assert_eq!(standing["state"], "closed", "{standing}");
    let health = clinic.server.get("/api/health/google").await;
    assert_eq!(health["status"], "degraded", "it works, and will not for long: {health}");
    assert_eq!(health["connections"][0]["warning"], warning);

    clinic.agree(standing["reconnect_url"].as_str().unwrap()).await;
    let renewed = feed.notice("connection_renewed").await;
    assert_eq!(renewed["warning"], false, "{renewed}");
    assert_eq!(clinic.standing().await["warning"], Value::Null);
    let health = clinic.server.get("/api/health/google").await;
    assert_eq!(health["status"], "ok", "{health}");
    let all = feed.notices();
    let ends = all.iter().filter(|one| one["code"] == "connection_ends").count();
    assert_eq!(ends, 1, "{all:?}");
}

#[tokio::test]
async fn a_grant_that_is_taken_back_is_told_while_its_token_is_still_good() {
    let clinic = Clinic::open("google").await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    let path = clinic.connect().await;
    clinic.authority.always(Operation::Refresh, Trouble::SlotTaken);
    // Within the last minutes of a token it is renewed behind those who use it.
    clinic.server.set_clock("2026-09-22T16:27:00Z");
    clinic.books("+13125550101", "10:00").await;
    let said = feed.notice("connection_ends").await;
    let words = said["message"].as_str().unwrap();
    assert!(words.contains("revoked") && words.contains("calls go on until"), "{said}");
    let shown = clinic.shown(&path).await;
    assert_eq!(shown["status"], "connected", "{shown}");
    let health = clinic.server.get("/api/health/google").await;
    assert_eq!(health["status"], "degraded", "{health}");
    clinic.books("+13125550102", "11:00").await;

    clinic.authority.behave();
    clinic.agree(shown["reconnect_url"].as_str().unwrap()).await;
    assert_eq!(feed.notice("connection_renewed").await["warning"], false);
    clinic.books("+13125550103", "11:30").await;
}
