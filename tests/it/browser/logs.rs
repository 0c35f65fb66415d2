//! What the browser itself has to say about a page: errors, breaches of its content policy, and whom it asked for what.

use serde_json::{Value, json};
use thirtyfour::WebDriver;

use super::Page;
use crate::support::{TestServer, eventually};

/// Trouble that a test brings about itself, and that a browser reports by its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arranged {
    /// None, beyond the question who is signed in, which a stranger's page asks and gets 401.
    Nothing,
    /// The network was cut: requests fail.
    Outage,
    /// Something that does not exist was asked for: 404.
    Missing,
    /// Somebody was led to a provider's page, where people agree.
    Consent,
}

/// Everything that was logged since the start, or since this was last asked, and that is no business of a sound page.
pub(super) async fn complaints(
    driver: &WebDriver,
    origin: &str,
    arranged: Arranged,
) -> Vec<String> {
    let mut found = Vec::new();
    for entry in driver.get_log("browser").await.unwrap() {
        let of_network = entry.source.as_deref() == Some("network")
            || entry.message.contains("WebSocket connection to");
        let expected = (entry.message.contains("/api/login") && entry.message.contains("401"))
            || (arranged == Arranged::Outage && of_network)
            || (arranged == Arranged::Missing && of_network && entry.message.contains("404"));
        let harmless = matches!(entry.level.as_str(), "INFO" | "DEBUG" | "FINE");
        if !expected && !harmless {
            found.push(format!(
                "{} {}: {}",
                entry.level,
                entry.source.unwrap_or_default(),
                entry.message
            ));
        }
    }
    for url in requests(driver).await {
        let own = [origin, &origin.replacen("http", "ws", 1)].iter().any(|own| {
            url.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        // Data and the browser's own pages, as the empty one it starts with, leave the machine no more than ours.
        let led_there = arranged == Arranged::Consent && url.contains("/oauth/authorize?");
        if !own && !led_there && !url.starts_with("data:") && !url.starts_with("chrome:") {
            found.push(format!("a request to somebody else: {url}"));
        }
        if ["token=", "hsa_", "hsl_"].iter().any(|sign| url.contains(sign)) {
            found.push(format!("a token in the address of a request: {url}"));
        }
    }
    found
}

/// The address of every request and every WebSocket of the page.
async fn requests(driver: &WebDriver) -> Vec<String> {
    let mut found = Vec::new();
    for entry in driver.get_log("performance").await.unwrap() {
        let entry: Value = serde_json::from_str(&entry.message).unwrap();
        let (message, params) = (&entry["message"], &entry["message"]["params"]);
        match message["method"].as_str() {
            Some("Network.requestWillBeSent") => {
                found.extend(params["request"]["url"].as_str().map(str::to_owned))
            }
            Some("Network.webSocketCreated") => {
                found.extend(params["url"].as_str().map(str::to_owned))
            }
            _ => {}
        }
    }
    found
}

#[tokio::test]
async fn what_a_page_should_not_do_is_noticed() {
    let server = TestServer::start().await;
    let Some(page) = Page::open(&server.url(""), "/").await else { return };
    page.find("input", "oken").await;
    page.is_clean().await;
    let elsewhere = "http://127.0.0.1:9/elsewhere?token=secret";
    for (deed, sign) in [
        ("console.error('a page should not say this');", "a page should not say this"),
        ("setTimeout(() => { throw new Error('nor fail like this'); });", "nor fail like this"),
        (
            "document.body.append(Object.assign(new Image(), { src: arguments[0] }));",
            "Content Security Policy",
        ),
        (
            "history.pushState(null, '', '/?token=secret'); location.reload();",
            "a token in the address",
        ),
        ("location.href = arguments[0];", "a request to somebody else"),
    ] {
        page.ask(deed, json!([elsewhere])).await;
        let driver = &page.browser.driver;
        let origin = server.url("");
        let noticed = || async {
            let found = complaints(driver, &origin, Arranged::Nothing).await;
            found.iter().any(|complaint| complaint.contains(sign)).then_some(())
        };
        eventually(sign, noticed).await;
    }
}
