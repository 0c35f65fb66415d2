//! Names, numbers and addresses as they are spoken, stored in one form and read back.

use serde_json::{Value, json};

use super::message;
use crate::support::TestServer;

const ANN: &str = "+15125550143";
const DAY: &str = "2026-09-24";

#[tokio::test]
async fn spoken_details_are_stored_in_their_usual_form_and_read_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"date": DAY, "time": "nine", "customer_name": "my name is jane O'NEIL",
        "customer_phone": "five one two, double five five, oh one double nine",
        "customer_email": "jane dot oneil seven at gmail"});
    let booked = call.tool("create_booking", wish).await;
    assert_eq!(
        booked["readBack"],
        "That's Jane O'Neil, phone number five one two, five five five, zero one nine nine, \
         e-mail jane dot oneil seven at gmail dot com, is that right?",
        "{booked}"
    );
    let booking = &org.bookings(&server).await[0];
    assert_eq!(booking["customer_name"], "Jane O'Neil");
    assert_eq!(booking["customer_phone"], "+15125550199");
    assert_eq!(booking["customer_email"], "jane.oneil7@gmail.com");
}

#[tokio::test]
async fn what_was_not_given_is_not_read_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let booked = super::book(&call, DAY, "09:00", "Ann Ruiz").await;
    assert_eq!(booked["readBack"], "That's Ann Ruiz, is that right?");
    assert_eq!(org.bookings(&server).await[0]["customer_phone"], ANN);
    let found = call.tool("lookup_booking", json!({})).await;
    assert_eq!(found["success"], true, "{found}");
    assert_eq!(found.get("readBack"), None);
}

#[tokio::test]
async fn an_address_that_may_end_in_two_ways_and_an_unreadable_number_are_asked_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let withheld = org.call(&server, "");
    withheld.tool("check_availability", json!({"date": DAY})).await;
    let book = async |details: Value| {
        let mut wish = json!({"date": DAY, "time": "09:00", "customer_name": "Ann Ruiz"});
        wish.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        withheld.tool("create_booking", wish).await
    };
    let asked = book(json!({"customer_email": "ann at yahoo"})).await;
    assert_eq!(asked["error"], "invalid_email");
    assert_eq!(message(&asked), "Is that ann at yahoo dot com?");
    let asked = book(json!({"customer_phone": "five five five one two"})).await;
    assert_eq!(asked["error"], "invalid_phone");
    assert_eq!(
        message(&asked),
        "I could not understand the phone number. Could you say it once more?"
    );
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn a_number_that_finds_nobody_is_read_back_with_the_answer() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let key = "plus four four, two oh, seven nine four six, double oh one eight";
    let looked = call.tool("lookupCaller", json!({"searchKey": key, "searchType": "phone"})).await;
    assert_eq!(looked["found"], false);
    assert_eq!(
        looked["readBack"],
        "That's plus four four, two zero seven, nine four six, zero zero one eight, is that right?"
    );
    let foreign = json!({"customer_phone": "five one two five five five oh one nine nine"});
    let refused = call.tool("lookup_booking", foreign).await;
    assert_eq!(refused["success"], false);
    assert_eq!(
        refused["readBack"],
        "That's five one two, five five five, zero one nine nine, is that right?",
        "{refused}"
    );
}
