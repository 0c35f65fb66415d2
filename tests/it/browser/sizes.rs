//! Each size of screen shows what it is for: a desk cuts nothing silently, a phone can ring back, a wall has ten calls.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ANN, ANN_AS_SHOWN, DAY, Page, token};
use crate::support::{TestOrg, TestServer};

fn booking(time: &str, name: &str) -> Value {
    json!({"date": DAY, "time": time, "customer_name": name})
}

/// Callers who have all been offered times and said something; every other one has booked.
async fn callers(server: &TestServer, org: &TestOrg, count: usize) {
    for index in 0..count {
        let call = org.call(server, &format!("+131255502{index:02}"));
        call.say("Good morning. Do you have anything free on Thursday, or soon after that?").await;
        call.tool("check_availability", json!({"date": DAY})).await;
        if index % 2 == 0 {
            let time = format!("{:02}:{:02}", 9 + index / 4, index % 4 * 15);
            call.tool("create_booking", booking(&time, "Ann Ruiz")).await;
        }
    }
}

#[tokio::test]
async fn a_narrow_desk_keeps_numbers_and_times_whole_and_cuts_nothing_without_a_sign() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    let call = org.call(&server, ANN);
    call.say("The tenth at ten.").await;
    for _ in 0..3 {
        let past = json!({"date": "2026-09-21", "time": "10:00", "customer_name": "Omar"});
        call.tool("create_booking", past).await;
    }
    call.tool("transfer_call", json!({"summary": "An invoice", "department": "billing"})).await;
    callers(&server, &org, 4).await;
    page.sees_together(&[ANN_AS_SHOWN, "3 failed tries"]).await;
    page.sees_together(&["Thu, Sep 24", "9:00 AM", "Confirmed"]).await;
    for width in [1000, 1280, 1440] {
        page.browser.screen(width, 800, "light", false).await;
        let script = "return look.cut(/^\\+1|^Confirmed$|^[A-Z][a-z]{2}, .* [AP]M$/);";
        let cut = page.ask(script, json!([])).await;
        assert_eq!(cut, json!([]), "at {width}");
    }
    page.is_clean().await;
}

#[tokio::test]
async fn a_wall_shows_ten_calls_with_what_they_say_in_large_letters() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    callers(&server, &org, 10).await;
    page.browser.screen(1920, 1080, "dark", false).await;
    let rows = "[...document.querySelectorAll('ol[aria-label=\"Live calls\"] > li')]";
    let seen = format!(
        "return {rows}.filter((row) => row.getBoundingClientRect().bottom <= innerHeight \
         && look.part(['Do you have anything']) && row.innerText.includes('Good morning')).length === 10;"
    );
    page.until("ten calls are on the wall", &seen, json!([])).await;
    // A capital letter of a centimetre on a screen of 43 inches, which is read from three metres.
    let size = format!(
        "return Math.min(...{rows}.map((row) => parseFloat(getComputedStyle(row.querySelector('a')).fontSize)));"
    );
    let size = page.ask(&size, json!([])).await.as_f64().unwrap();
    assert!(size >= 28.0, "names of {size} pixels");
    page.is_clean().await;
}

#[tokio::test]
async fn a_booking_can_be_rung_back_from_a_phone_but_not_by_a_viewer() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    call.tool("create_booking", booking("10:00", "Ann Ruiz")).await;
    let links = "return [...document.querySelectorAll('a[href^=\"tel:\"]')] \
                 .filter((it) => it.checkVisibility()).map((it) => it.getAttribute('href'));";
    let tokens = [("supervisor", json!([format!("tel:{ANN}")])), ("viewer", json!([]))];
    for (role, expected) in tokens {
        let token = token(&server, role, &org).await;
        let Some(page) = Page::signed_in(&server.url(""), &token).await else { return };
        page.browser.screen(390, 844, "light", true).await;
        page.sees_together(&["Ann Ruiz", "Confirmed"]).await;
        assert_eq!(page.ask(links, json!([])).await, expected, "beside the calls, {role}");
        page.click("Bookings").await;
        page.sees_together(&["Ann Ruiz", "Confirmed", "Made 9:30 AM"]).await;
        assert_eq!(page.ask(links, json!([])).await, expected, "on their own page, {role}");
        page.is_clean().await;
    }
}

#[tokio::test]
async fn bookings_made_today_say_when_and_stand_in_that_order_cancelled_or_not() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.click("Bookings").await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    for (time, name) in [("11:00", "First"), ("9:00", "Second"), ("10:00", "Third")] {
        call.tool("create_booking", booking(time, name)).await;
    }
    let all = org.bookings(&server).await;
    let second = all.iter().find(|it| it["customer_name"] == "Second").unwrap();
    let path = format!("/api/orgs/{}/bookings/{}/cancel", org.id, second["id"].as_str().unwrap());
    let (status, cancelled) = server.api(Method::POST, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{cancelled}");
    page.sees_together(&["Second", "Cancelled"]).await;
    let in_order = "const at = (name) => look.text().indexOf(name); \
                    return at('Third') >= 0 && at('Third') < at('Second') && at('Second') < at('First');";
    page.until("the newest stands first", in_order, json!([])).await;
    page.sees("Made ↓").await;
    page.is_clean().await;
}

#[tokio::test]
async fn who_watches_from_another_zone_reads_the_zone_of_each_time_whole() {
    let server = TestServer::start().await;
    // Half past something, which has the longest of names.
    let org = server.org(json!({"timezone": "Asia/Kolkata"})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    call.tool("create_booking", booking("10:00", "Ann Ruiz")).await;
    let whole = "return look.cut(/GMT/);";
    for (width, height, phone) in
        [(1000, 800, false), (1440, 900, false), (390, 844, true), (320, 640, true)]
    {
        page.browser.screen(width, height, "light", phone).await;
        page.go("/#/").await;
        page.sees_together(&["8:00 PM", "GMT+5:30", ANN_AS_SHOWN]).await;
        page.sees_together(&["Sep 24", "10:00 AM", "GMT+5:30", "Ann Ruiz"]).await;
        assert_eq!(page.ask(whole, json!([])).await, json!([]), "beside the calls, at {width}");
        assert_eq!(page.ask("return look.tooWide();", json!([])).await, json!([]), "at {width}");
        page.go("/#/bookings").await;
        page.sees_together(&["Sep 24", "10:00 AM", "GMT+5:30", "Ann Ruiz"]).await;
        assert_eq!(page.ask(whole, json!([])).await, json!([]), "on their own page, at {width}");
    }
    page.is_clean().await;
}

#[tokio::test]
async fn an_operators_cancel_is_seen_in_the_row_of_the_call() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    call.tool("create_booking", booking("9:00", "Ann Ruiz")).await;
    page.sees_together(&[ANN_AS_SHOWN, "9:00 AM", "Confirmed"]).await;
    let made = org.bookings(&server).await.remove(0);
    let path = format!("/api/orgs/{}/bookings/{}/cancel", org.id, made["id"].as_str().unwrap());
    let (status, cancelled) = server.api(Method::POST, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{cancelled}");
    let row = "const row = document.querySelector('ol[aria-label=\"Live calls\"] > li'); \
               return row.innerText.includes(arguments[0]) && row.innerText.includes('Cancelled');";
    page.until("the row says it", row, json!([ANN_AS_SHOWN])).await;
    page.is_clean().await;
}

#[tokio::test]
async fn the_way_in_needs_no_scrolling() {
    let server = TestServer::start().await;
    let Some(page) = Page::open(&server.url(""), "/").await else { return };
    page.find("input", "oken").await;
    for (width, height) in [(1440, 900), (1280, 720), (390, 844)] {
        page.browser.screen(width, height, "light", false).await;
        let over = "const root = document.documentElement; \
                    return getComputedStyle(root).overflowY === 'scroll' ? 'a bar' : root.scrollHeight - innerHeight;";
        assert_eq!(page.ask(over, json!([])).await, 0, "at {width} x {height}");
    }
    page.is_clean().await;
}

#[tokio::test]
async fn a_caller_who_books_by_name_is_known_by_it_and_a_refused_hand_over_is_told_once() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    let call = org.call(&server, ANN);
    call.say("Good morning.").await;
    page.click(ANN_AS_SHOWN).await;
    page.sees_together(&["Customer", "Not known yet"]).await;
    call.tool("check_availability", json!({"date": DAY})).await;
    call.tool("create_booking", booking("10:00", "Ann Ruiz")).await;
    page.sees_together(&["Books as", "Ann Ruiz", ANN_AS_SHOWN]).await;
    page.sees_no_more("Not known yet").await;
    call.tool("transfer_call", json!({"summary": "An invoice", "department": "billing"})).await;
    page.sees_together(&["Did not hand over", "billing", "no department"]).await;
    assert!(!page.text().await.contains("To be handed over"), "it is told twice");
    page.is_clean().await;
}
