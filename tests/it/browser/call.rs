//! The page of one call, while it lasts and afterwards.

use serde_json::json;

use super::{ANN, ANN_AS_SHOWN, DAY, Page};
use crate::support::TestServer;

#[tokio::test]
async fn the_page_of_a_call_tells_what_was_said_and_done_and_goes_on_telling() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.say("Do you have anything on Thursday?").await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.click(ANN_AS_SHOWN).await;
    page.sees("Do you have anything on Thursday?").await;

    call.tool("check_availability", json!({"date": DAY})).await;
    page.sees_together(&[
        "check_availability",
        "On Thursday September 24th, I have availability",
        "ms",
    ])
    .await;
    page.sees_together(&["Offered times", "9:00 AM"]).await;
    call.say("Ten, please.").await;
    page.sees("Ten, please.").await;
    let refused = call
        .tool(
            "create_booking",
            json!({"date": "2026-09-21", "time": "10:00", "customer_name": "Ann Ruiz"}),
        )
        .await;
    assert_eq!(refused["success"], false, "{refused}");
    page.sees_together(&["create_booking", "Did not book"]).await;
    let book = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"});
    let booked = call.tool("create_booking", book).await;
    let code = booked["confirmationNumber"].as_str().unwrap();
    page.sees_together(&["Bookings in this call", "Thu, Sep 24, 10:00 AM", code]).await;
    page.sees_together(&["1 failed try", "Ann Ruiz · Consultation"]).await;
    page.sees_together(&["This call", "Tuesday", "September"]).await;

    // In the order in which it happened.
    let text = page.text().await;
    let at =
        |words: &str| text.find(words).unwrap_or_else(|| panic!("“{words}” is not in\n{text}"));
    let order = [
        "Do you have anything",
        "I have availability at",
        "Ten, please.",
        "Did not book",
        "I've booked your appointment",
    ];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "{order:?} in\n{text}");

    call.end().await;
    page.sees("the caller hung up").await;
    // The same, from the address alone and from what was kept.
    page.reload().await;
    for words in order {
        page.sees(words).await;
    }
    page.is_clean().await;
}

#[tokio::test]
async fn a_call_that_does_not_exist_is_said_to_be_missing() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.go(&format!("/#/calls/{}/call-of-nobody", org.id)).await;
    page.sees("There is no such call").await;
    page.is_clean_but_for(super::Arranged::Missing).await;
}
