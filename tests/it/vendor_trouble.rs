//! Credentials that are refused, rights and plans that do not allow what is asked: whoever the vendor is, the caller
//! hears the org's outage policy and nothing else, and the operator reads what to do, wherever they look.

mod house;
mod rows;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{FeedClient, MORNING, TestOrg, TestServer, VapiCall, eventually};
use house::{House, Part};
use rows::{Row, TABLE};

/// What the caller hears of any of them.
const POLICY: &str = "Can I take a message instead?";

/// Words that are the operator's affair.
const NOT_FOR_CALLERS: [&str; 6] =
    ["credentials", "API", "token", "plan", "permission", "options."];

fn is_of_the_policy(heard: &Value, row: &Row) {
    let words = heard["message"].as_str().unwrap_or_default();
    assert!(words.contains(POLICY), "{row}: {heard}");
    for word in NOT_FOR_CALLERS {
        assert!(!words.contains(word), "{row}: `{word}` is in {heard}");
    }
}

fn says(text: &Value, parts: &[&str], row: &Row, whole: &Value) {
    let text = text.as_str().unwrap_or_default();
    for part in parts {
        assert!(text.contains(part), "{row}: `{part}` is not in `{text}` of {whole}");
    }
}

async fn play(row: &Row) {
    let house = House::open(row.vendor).await;
    let mut feed = FeedClient::connect(&house.server, &format!("org={}", house.org.id)).await;
    assert_eq!(house.check().await["ok"], true, "{row}: all is well at first");
    let call = house.offered().await;
    house.vendor.always(row.part, (row.trouble)());

    // The caller.
    if row.part == Part::Everything {
        is_of_the_policy(&house.free(&call).await, row);
    }
    is_of_the_policy(&house.book(&call).await, row);
    let bookings = house.org.bookings(&house.server).await;
    assert!(bookings.iter().all(|booking| booking["outcome"] == "failed"), "{row}: {bookings:?}");

    // The operator, who watches the call.
    let warnings = eventually("the call's warning", async || {
        let path = format!("/api/orgs/{}/calls/{}", house.org.id, call.id);
        let shown = house.server.get(&path).await["state"]["warnings"].clone();
        (shown != json!([])).then_some(shown)
    })
    .await;
    let code = if row.reconnect { "credentials_refused" } else { "provider_unavailable" };
    assert!(warnings.to_string().contains(code), "{row}: {warnings}");
    if !row.reconnect {
        for part in row.problem {
            assert!(warnings.to_string().contains(part), "{row}: {part} is not in {warnings}");
        }
    }
    if row.part == Part::Writing {
        return;
    }

    // The operator, who tries the connection.
    let checked = house.check().await;
    assert_eq!(checked["ok"], false, "{row}: {checked}");
    says(&checked["problem"], row.problem, row, &checked);
    says(&checked["hint"], row.hint, row, &checked);
    let status = if row.reconnect { "error" } else { "connected" };
    assert_eq!(checked["status"], status, "{row}: {checked}");

    // The operator, who does nothing but have the page open.
    let code = if row.reconnect { "connection_refused" } else { "connection_needs_operator" };
    let said = feed.notice(code).await;
    assert_eq!(said["warning"], true, "{row}: {said}");
    let standing = eventually("the page's own question is answered so", async || {
        let standing = house.standing().await;
        (!standing["problem"].is_null()).then_some(standing)
    })
    .await;
    says(&standing["problem"], row.problem, row, &standing);
    says(&standing["hint"], row.hint, row, &standing);
    if row.reconnect {
        let remedy = ["connect again or enter new ones"];
        says(&standing["warning"], &remedy, row, &standing);
        let shown = house.shown().await;
        assert_eq!(shown["warning"], standing["warning"], "{row}: {shown}");
    } else {
        says(&said["message"], row.problem, row, &said);
    }
    let health = house.server.get(&format!("/api/health/{}", row.vendor)).await;
    assert_eq!(health["status"], "unavailable", "{row}: {health}");

    // It is put right: by new credentials, or at the vendor, of which nobody tells us.
    house.vendor.behave();
    if row.reconnect {
        house.enter_credentials().await;
    }
    let back = feed.notice("connection_back").await;
    assert_eq!(back["warning"], false, "{row}: {back}");
    let health = house.server.get(&format!("/api/health/{}", row.vendor)).await;
    assert_eq!(health["status"], "ok", "{row}: {health}");
}

async fn play_all(vendor: &str) {
    let rows: Vec<&Row> = TABLE.iter().filter(|row| row.vendor == vendor).collect();
    assert!(rows.iter().any(|row| row.reconnect), "{vendor} can refuse credentials");
    assert!(rows.iter().any(|row| !row.reconnect), "{vendor} can forbid");
    for row in rows {
        play(row).await;
    }
}

#[tokio::test]
async fn calcom_in_trouble_tells_the_operator_what_to_do_and_the_caller_the_policy() {
    play_all("calcom").await;
}

#[tokio::test]
async fn calendly_in_trouble_tells_the_operator_what_to_do_and_the_caller_the_policy() {
    play_all("calendly").await;
}

#[tokio::test]
async fn square_in_trouble_tells_the_operator_what_to_do_and_the_caller_the_policy() {
    play_all("square").await;
}

#[tokio::test]
async fn google_in_trouble_tells_the_operator_what_to_do_and_the_caller_the_policy() {
    play_all("google").await;
}

#[tokio::test]
async fn acuity_in_trouble_tells_the_operator_what_to_do_and_the_caller_the_policy() {
    play_all("acuity").await;
}

#[tokio::test]
async fn opentable_in_trouble_tells_the_operator_what_to_do_and_the_caller_the_policy() {
    play_all("opentable").await;
}

#[tokio::test]
async fn caldav_in_trouble_tells_the_operator_what_to_do_and_the_caller_the_policy() {
    play_all("caldav").await;
}
