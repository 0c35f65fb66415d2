//! The network goes away and comes back.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{ANN, Arranged, DAY, Network, Page, token};
use crate::support::TestServer;

/// Longer than the page's own time limits, so that every one of them has passed.
const OUTAGE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn after_twenty_seconds_without_network_the_page_catches_up_by_itself() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let leaver = org.call(&server, "+13125550143");
    call.say("Before the outage.").await;
    leaver.say("I have to go.").await;
    let mut network = Network::to(&server.url("")).await;
    let Some(page) = Page::signed_in(&network.url(), server.token()).await else { return };
    page.sees("Before the outage.").await;
    page.sees("Live").await;
    page.ask("window.neverReloaded = true;", json!([])).await;

    network.cut().await;
    let cut = Instant::now();
    page.sees("Reconnecting").await;
    page.sees("You see how things were").await;
    call.tool("check_availability", json!({"date": DAY})).await;
    call.tool("create_booking", json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"}))
        .await;
    call.say("During the outage.").await;
    leaver.end().await;
    let newcomer = org.call(&server, "+13125550144");
    newcomer.say("I am new here.").await;
    while cut.elapsed() < OUTAGE {
        let text = page.text().await;
        assert!(text.contains("You see how things were"), "it pretends to be up to date:\n{text}");
        assert!(!text.contains("During the outage."), "the network was not cut");
    }

    network.mend();
    page.sees("During the outage.").await;
    page.sees_together(&["Ann Ruiz", "Thu, Sep 24, 10:00 AM"]).await;
    page.sees("I am new here.").await;
    page.sees_no_more("You see how things were").await;
    page.sees_together(&["+1 312 555 0143", "No booking"]).await;
    // And goes on.
    newcomer.say("Here I am.").await;
    page.sees("Here I am.").await;
    let same = page.ask("return window.neverReloaded === true;", json!([])).await;
    assert_eq!(same, true, "the page was loaded again");
    page.is_clean_but_for(Arranged::Outage).await;
}

#[tokio::test]
async fn a_server_that_starts_again_is_found_again() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let before = org.call(&server, ANN);
    before.say("Before the restart.").await;
    // The administrator's token of a test's server is made anew with each start; this one is kept.
    let token = token(&server, "supervisor", &org).await;
    let mut network = Network::to(&server.url("")).await;
    let Some(page) = Page::signed_in(&network.url(), &token).await else { return };
    page.sees("Before the restart.").await;
    server.restart(None).await;
    network.leads_to(&server.url("")).await;
    let after = before.at(&server, &org);
    after.say("After the restart.").await;
    page.sees("After the restart.").await;
    page.sees_no_more("You see how things were").await;
    page.is_clean_but_for(Arranged::Outage).await;
}
