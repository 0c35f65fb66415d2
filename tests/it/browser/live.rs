//! Live calls and today's bookings, as they happen and without a reload.

use hookswitch::config::Config;
use hookswitch_actors::tools::{Face, Given, Listing, ToolContext, ToolOutcome};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::{ANN, ANN_AS_SHOWN, DAY, Page, token};
use crate::support::{MORNING, TestServer};

/// What `test_waits` waits for, so that a test decides how long it runs.
static GATE: Semaphore = Semaphore::const_new(0);

fn waits() -> Vec<Face> {
    let waits = |_: ToolContext, _: Map<String, Value>| async move {
        GATE.acquire().await.unwrap().forget();
        ToolOutcome::answer(Given::text("done at last", true))
    };
    vec![Face::new("test_waits", Listing::Never, "Waits.", waits)]
}

#[tokio::test]
async fn a_call_appears_works_books_ends_and_moves_away_by_itself() {
    // Waiting is what is looked at here, for as long as a busy machine takes to show it.
    let patient = |config: &mut Config| config.sessions.tool_deadline_ms = 19_000;
    let server = TestServer::start_with(MORNING, patient, waits).await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.sees("Nobody is on the line").await;
    page.ask("window.neverReloaded = true;", json!([])).await;

    let call = org.call(&server, ANN);
    call.say("I would like to come in on Thursday.").await;
    page.sees_together(&[ANN_AS_SHOWN, "I would like to come in on Thursday."]).await;
    page.until("the title counts", "return document.title.includes('1');", json!([])).await;

    let slow = call.clone();
    let slow = tokio::spawn(async move { slow.tool("test_waits", json!({})).await });
    page.sees_together(&[ANN_AS_SHOWN, "Test waits", "1 s"]).await;
    page.sees_together(&[ANN_AS_SHOWN, "Test waits", "2 s"]).await;
    GATE.add_permits(1);
    assert_eq!(slow.await.unwrap(), "done at last");

    call.tool("check_availability", json!({"date": DAY})).await;
    page.sees_together(&[ANN_AS_SHOWN, "Sep 24", "9:00 AM", "10:00 AM"]).await;
    let book = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"});
    call.tool("create_booking", book).await;
    page.sees_together(&["Ann Ruiz", ANN_AS_SHOWN, "Thu, Sep 24, 10:00 AM"]).await;

    call.end().await;
    page.sees_together(&["Ann Ruiz", "Booked Thu, Sep 24, 10:00 AM"]).await;
    page.until("the title counts no more", "return !document.title.includes('1');", json!([]))
        .await;
    page.a_minute_passes().await;
    page.sees("Nobody is on the line").await;
    page.sees("Earlier today").await;
    page.sees_together(&["Ann Ruiz", "Booked Thu, Sep 24, 10:00 AM", "the caller hung up"]).await;
    let height = "return look.part(arguments[0]).getBoundingClientRect().height < 56;";
    let row = json!([["Ann Ruiz", "the caller hung up"]]);
    page.until("an earlier call is one line", height, row).await;
    let same = page.ask("return window.neverReloaded === true;", json!([])).await;
    assert_eq!(same, true, "the page was loaded again");
    page.is_clean().await;
}

#[tokio::test]
async fn a_row_says_how_long_the_call_lasts_and_what_went_wrong_in_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    let call = org.call(&server, ANN);
    call.say("Can I talk to somebody?").await;
    page.sees_together(&[ANN_AS_SHOWN, "Can I talk to somebody?"]).await;
    let lasts = "const row = look.part([arguments[0], arguments[1]]); \
                 const timer = row && /\\b(\\d+):(\\d\\d)\\b(?! [AP]M)/.exec(row.innerText); \
                 return timer === null ? null : timer[1] * 60 + Number(timer[2]) + 1;";
    let given = json!([ANN_AS_SHOWN, "Can I talk to somebody?"]);
    let first = page.until("a timer stands in the row", lasts, given).await.as_f64().unwrap();
    let later = format!("const last = (() => {{ {lasts} }})(); return last >= arguments[2] + 2;");
    let given = json!([ANN_AS_SHOWN, "Can I talk to somebody?", first]);
    page.until("the timer moves on", &later, given).await;

    // Vapi gave no way to hand this call over.
    let wish = json!({"summary": "A question about a bill.", "department": "billing"});
    let refused = call.tool("transfer_call", wish).await;
    assert_eq!(refused["success"], false, "{refused}");
    let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
    let warned = async || server.get(&path).await["state"]["warnings"][0]["message"].clone();
    let message = crate::support::eventually("a warning", || async {
        warned().await.as_str().map(str::to_owned)
    });
    page.sees_together(&[ANN_AS_SHOWN, &message.await]).await;
    page.is_clean().await;
}

#[tokio::test]
async fn todays_bookings_are_listed_as_they_are_made_and_cancelled() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.click("Bookings").await;
    page.sees("Nothing booked yet today").await;

    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let book = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"});
    let code = call.tool("create_booking", book).await;
    let code = code["confirmationNumber"].as_str().unwrap();
    page.sees_together(&[
        "Thu, Sep 24",
        "10:00 AM",
        "Ann Ruiz",
        "Consultation",
        ANN_AS_SHOWN,
        "Confirmed",
        code,
    ])
    .await;
    let cancel =
        json!({"booking_reference": code, "customer_phone": ANN, "customer_name": "Ann Ruiz"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    page.sees_together(&["10:00 AM", "Ann Ruiz", "Cancelled"]).await;
    page.is_clean().await;
}

#[tokio::test]
async fn a_viewer_sees_who_calls_but_no_whole_number() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    call.tool("create_booking", json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"}))
        .await;
    let token = token(&server, "viewer", &org).await;
    let Some(page) = Page::signed_in(&server.url(""), &token).await else { return };
    page.sees("Viewer").await;
    for (link, sign) in
        [("Ann Ruiz", "Conversation"), ("Bookings", "Confirmed"), ("Calls", "Booked today")]
    {
        page.sees_together(&["Ann Ruiz", "42"]).await;
        let everything = page.ask("return document.documentElement.outerHTML;", json!([])).await;
        assert!(!everything.as_str().unwrap().contains("5550142"), "the number is on the page");
        page.click(link).await;
        page.sees(sign).await;
    }
    page.is_clean().await;
}

#[tokio::test]
async fn of_several_organisations_one_can_be_chosen() {
    let server = TestServer::start().await;
    let names = ["Willow Street Dental", "Harbour Physio"];
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.sees("No organisation yet").await;
    let mut calls = Vec::new();
    let numbers = [(ANN, ANN_AS_SHOWN), ("+13125550143", "+1 312 555 0143")];
    for (name, (number, shown)) in names.into_iter().zip(numbers) {
        let org = server.org(json!({"name": name})).await;
        let call = org.call(&server, number);
        call.say("Hello.").await;
        page.sees(shown).await;
        calls.push(call);
    }
    page.sees_together(&[ANN_AS_SHOWN, names[0]]).await;
    page.choose("Organisation", names[1]).await;
    page.sees_no_more(ANN_AS_SHOWN).await;
    page.sees(numbers[1].1).await;
    page.choose("Organisation", "All organisations").await;
    page.sees(ANN_AS_SHOWN).await;
    page.is_clean().await;
}
