//! Names, numbers and addresses as they are spoken, stored in one form and read back.

use serde_json::{Value, json};

use super::message;
use crate::support::{FeedClient, TestServer, VapiCall};

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
async fn an_address_and_a_number_that_are_put_right_are_those_of_the_booking() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let book = async |call: &VapiCall, details: Value| {
        let mut wish = json!({"date": DAY, "time": "09:00", "customer_name": "Ann Ruiz"});
        wish.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        call.tool("create_booking", wish).await
    };
    let first = book(&call, json!({"customer_email": "an@example.com"})).await;
    assert_eq!(first["success"], true, "{first}");
    let right = json!({"customer_email": "ann@example.com", "customer_phone": "512 555 0199"});
    let second = book(&call, right).await;
    assert_eq!(second["success"], true, "{second}");
    assert_eq!(second["confirmationNumber"], first["confirmationNumber"]);
    let read = second["readBack"].as_str().unwrap();
    assert!(read.contains("ann at example dot com"), "{read}");
    feed.until("booking_changed").await;
    // Said once more without them, they stay; so they do over a restart.
    server.restart(None).await;
    book(&call.at(&server, &org), json!({})).await;
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1, "{bookings:?}");
    assert_eq!(bookings[0]["customer_email"], "ann@example.com");
    assert_eq!(bookings[0]["customer_phone"], "+15125550199");
    let kinds: Vec<_> =
        bookings[0]["history"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["made", "amended"]);
    let audit = server.get(&format!("/api/orgs/{}/audit", org.id)).await;
    assert!(audit.to_string().contains("booking.amended"), "{audit}");
    assert!(!audit.to_string().contains("ann@example.com"), "{audit}");
}

#[tokio::test]
async fn another_name_at_ones_own_time_is_asked_about_and_takes_the_place_of_the_first() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let first = super::book(&call, DAY, "09:00", "Jane Roe").await;
    let row = json!({"date": DAY, "time": "09:00", "customer_name": "Jane Row"});
    let asked = call.tool("create_booking", row.clone()).await;
    assert_eq!(asked["error"], "other_name", "{asked}");
    assert_eq!(
        message(&asked),
        "I have already booked Thursday September 24th at 9 AM for Jane Roe. Is this instead of \
         that, or as well?"
    );
    assert!(asked["nextStep"].as_str().unwrap().contains("keep_existing"), "{asked}");
    assert_eq!(asked["attempts"], Value::Null, "nothing failed: {asked}");
    assert_eq!(org.bookings(&server).await[0]["customer_name"], "Jane Roe");
    let booked = call.tool("create_booking", row).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(booked["confirmationNumber"], first["confirmationNumber"]);
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1, "{bookings:?}");
    assert_eq!(bookings[0]["customer_name"], "Jane Row");
}

#[tokio::test]
async fn two_people_at_one_time_are_two_bookings_where_that_is_said() {
    let server = TestServer::start().await;
    let class = json!([{"id": "class", "name": "Class", "duration_minutes": 60, "capacity": 5}]);
    let org = server.org(json!({"services": class})).await;
    let call = org.call(&server, ANN);
    super::book(&call, DAY, "09:00", "Ann Ruiz").await;
    let tom = json!({"date": DAY, "time": "09:00", "customer_name": "Tom Ruiz"});
    let asked = call.tool("create_booking", tom.clone()).await;
    assert_eq!(asked["error"], "other_name", "{asked}");
    let mut as_well = tom;
    as_well["keep_existing"] = json!(true);
    let booked = call.tool("create_booking", as_well).await;
    assert_eq!(booked["success"], true, "{booked}");
    let mut names: Vec<_> =
        org.bookings(&server).await.iter().map(|one| one["customer_name"].clone()).collect();
    names.sort_by_key(Value::to_string);
    assert_eq!(names, ["Ann Ruiz", "Tom Ruiz"]);
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
