//! Everybody can read it: enough contrast, by day and by night, and nothing beside the edge of a phone.

use serde_json::{Value, json};

use super::{ANN, DAY, Page};
use crate::support::TestServer;

/// What is wrong with what is shown now, in each colour scheme, on a desk and on a phone.
async fn trouble(page: &Page, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    for scheme in ["light", "dark"] {
        for (width, height, phone) in [(1440, 900, false), (390, 844, true)] {
            page.browser.screen(width, height, scheme, phone).await;
            // Colours that fade over are there once nothing moves any more.
            let still = "return document.getAnimations().every((it) => it.playState !== 'running' \
                         || it.effect.getTiming().iterations === Infinity);";
            page.until("nothing moves", still, json!([])).await;
            for script in ["return look.faint();", "return look.tooWide();"] {
                let answer = page.ask(script, json!([])).await;
                let all = answer.as_array().unwrap().iter().map(Value::to_string);
                found.extend(all.map(|what| format!("{place}, {scheme}, {width}: {what}")));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_text_has_enough_contrast_and_a_phone_shows_all_of_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::open(&server.url(""), "/").await else { return };
    page.find("input", "oken").await;
    let mut found = trouble(&page, "sign-in").await;
    page.sign_in("hsa_of_nobody").await;
    page.sees("This token is not valid here").await;
    found.extend(trouble(&page, "refused").await);
    page.sign_in(server.token()).await;
    page.sees("Nobody is on the line").await;
    found.extend(trouble(&page, "quiet").await);

    let (call, lost, over) = (
        org.call(&server, ANN),
        org.call(&server, "+13125550143"),
        org.call(&server, "+13125550144"),
    );
    call.say("An appointment, please.").await;
    call.tool("check_availability", json!({"date": DAY})).await;
    let long = "Wolfeschlegelsteinhausenbergerdorff".repeat(5);
    let book = json!({"date": DAY, "time": "10:00", "customer_name": long});
    call.tool("create_booking", book).await;
    for _ in 0..3 {
        lost.tool(
            "create_booking",
            json!({"date": "2026-09-21", "time": "10:00", "customer_name": "Omar"}),
        )
        .await;
    }
    over.say("Goodbye.").await;
    over.end().await;
    page.sees("No booking").await;
    page.sees("3 failed").await;
    page.sees("Confirmed").await;
    found.extend(trouble(&page, "calls").await);
    page.click("+1 312 555 0143").await;
    page.sees("Failed try 3").await;
    found.extend(trouble(&page, "call").await);
    page.go("/#/bookings").await;
    page.sees("Taking place today").await;
    found.extend(trouble(&page, "bookings").await);
    assert!(found.is_empty(), "{found:#?}");
    page.is_clean().await;
}
