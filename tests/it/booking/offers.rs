//! Offers and holds: what may be booked, what is kept for whom, what counts as the same booking.

use serde_json::{Value, json};

use super::{book, message};
use crate::support::TestServer;

const ANN: &str = "+15125550143";
const BEN: &str = "+15125550144";
const DAY: &str = "2026-09-24";

#[tokio::test]
async fn in_a_call_a_free_slot_that_was_not_offered_is_offered_first() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let wish = json!({"date": DAY, "time": "15:00", "customer_name": "Ann Ruiz"});
    let asked = call.tool("create_booking", wish.clone()).await;
    assert_eq!(asked["success"], false);
    assert_eq!(message(&asked), "Thursday September 24th at 3 PM is free. Shall I book it?");
    assert!(org.bookings(&server).await.is_empty());
    let booked = call.tool("create_booking", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await.len(), 1);
}

#[tokio::test]
async fn another_time_for_the_same_person_and_service_corrects_the_booking() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let first = book(&call, DAY, "09:00", "Ann Ruiz").await;
    let wish = json!({"date": DAY, "time": "10:30", "customer_name": "ann  ruiz"});
    let second = call.tool("create_booking", wish).await;
    assert_eq!(second["success"], true, "{second}");
    assert_eq!(second["confirmationNumber"], first["confirmationNumber"]);
    assert!(message(&second).starts_with(
        "I've moved your appointment from Thursday September 24th at 9 AM to Thursday September \
         24th at 10:30 AM."
    ));
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0]["booking_time"], "10:30");
    assert_eq!(bookings[0]["history"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn keeping_the_existing_booking_makes_two_and_so_does_another_person() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    book(&call, DAY, "09:00", "Ann Ruiz").await;
    book(&call, DAY, "09:30", "Tom Ruiz").await;
    let wish = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz",
        "keep_existing": true});
    assert_eq!(call.tool("create_booking", wish).await["success"], true);
    assert_eq!(org.bookings(&server).await.len(), 3);
}

#[tokio::test]
async fn the_same_booking_under_a_new_tool_call_id_is_not_a_second_one() {
    let server = TestServer::start().await;
    let org = server
        .org(json!({"services":
        [{"id": "class", "name": "Class", "duration_minutes": 60, "capacity": 5}]}))
        .await;
    let call = org.call(&server, ANN);
    let first = book(&call, DAY, "09:00", "Ann Ruiz").await;
    let again = call
        .tool("create_booking", json!({"date": DAY, "time": "09:00", "customer_name": "Ann Ruiz"}))
        .await;
    assert_eq!(again, first);
    assert_eq!(org.bookings(&server).await.len(), 1);
}

#[tokio::test]
async fn a_slot_spoken_in_one_live_call_is_not_offered_in_another_until_that_call_ends() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let (ann, ben) = (org.call(&server, ANN), org.call(&server, BEN));
    let for_ann = ann.tool("check_availability", json!({"date": DAY})).await;
    assert!(message(&for_ann).contains("9 AM, 9:30 AM, 10 AM, and 10:30 AM"));
    let for_ben = ben.tool("check_availability", json!({"date": DAY})).await;
    assert!(message(&for_ben).contains("11 AM, 11:30 AM, 12 PM, and 12:30 PM"), "{for_ben}");
    ann.end().await;
    let cleo = org.call(&server, "+15125550145");
    let ends = || async {
        let free = cleo.tool("check_availability", json!({"date": DAY})).await;
        message(&free).contains("9 AM").then_some(())
    };
    crate::support::eventually("Ann's holds to be released", ends).await;
}

#[tokio::test]
async fn a_held_slot_is_offered_when_there_is_no_other_and_the_first_to_book_gets_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({"business_hours": {"thu": [["09:00", "09:30"]]}})).await;
    let (ann, ben) = (org.call(&server, ANN), org.call(&server, BEN));
    for call in [&ann, &ben] {
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["data"]["slots"], json!(["09:00"]));
    }
    let wish = |name| json!({"date": DAY, "time": "09:00", "customer_name": name});
    assert_eq!(ben.tool("create_booking", wish("Ben Ode")).await["success"], true);
    let late = ann.tool("create_booking", wish("Ann Ruiz")).await;
    assert_eq!(late["success"], false);
    assert_eq!(late["error"], "slot_unavailable");
    assert_eq!(late["attempts"], 1);
    assert_eq!(org.bookings(&server).await.len(), 1);
}

#[tokio::test]
async fn buffers_and_capacity_decide_what_is_free() {
    let server = TestServer::start().await;
    let services = json!([
        {"id": "filling", "name": "Filling", "duration_minutes": 30, "buffer_minutes": 10},
        {"id": "group", "name": "Group", "duration_minutes": 30, "capacity": 2},
    ]);
    let org = server
        .org(json!({"services": services, "default_service": "filling",
        "business_hours": {"thu": [["09:00", "11:00"]]}}))
        .await;
    let slots = |answer: Value| answer["data"]["slots"].clone();
    let (ann, ben) = (org.call(&server, ANN), org.call(&server, BEN));
    book(&ann, DAY, "09:30", "Ann Ruiz").await;
    ann.end().await;
    // 09:00 would run its buffer into 09:30; the buffer after 09:30 runs into 10:00.
    let free = ben.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(slots(free), json!(["10:30"]));
    // A filling wants the chair for itself, so no group comes on top of it either.
    let free = ben.tool("check_availability", json!({"date": DAY, "service_type": "group"})).await;
    assert_eq!(slots(free), json!(["09:00", "10:30"]));
    let wish = |time: &str, name: &str| json!({"date": DAY, "time": time, "customer_name": name, "service_type": "group", "keep_existing": true});
    for name in ["Ben Ode", "Cleo Ode"] {
        assert_eq!(ben.tool("create_booking", wish("10:30", name)).await["success"], true);
    }
    assert_eq!(ben.tool("create_booking", wish("10:30", "Dan Ode")).await["success"], false);
}

#[tokio::test]
async fn a_place_that_another_caller_was_told_of_counts_beside_those_that_are_booked() {
    let server = TestServer::start().await;
    let class = json!([{"id": "class", "name": "Class", "duration_minutes": 60, "capacity": 3}]);
    let hours = json!({"thu": [["09:00", "11:00"]]});
    let org = server.org(json!({"services": class, "business_hours": hours})).await;
    for (number, name) in [("+15125550150", "Dan Ode"), ("+15125550151", "Eve Ode")] {
        let call = org.call(&server, number);
        book(&call, DAY, "09:00", name).await;
        call.end().await;
    }
    let (ann, ben) = (org.call(&server, ANN), org.call(&server, BEN));
    let for_ann = ann.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(for_ann["data"]["slots"], json!(["09:00", "10:00"]), "{for_ann}");
    // Of ten o'clock two places are left, of nine the one that Ann was told of.
    let for_ben = ben.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(for_ben["data"]["slots"], json!(["10:00"]), "{for_ben}");
}

#[tokio::test]
async fn three_failed_attempts_suggest_a_person_and_success_in_between_does_not_reset_them() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let wish = |time| json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
    for attempt in 1..=2 {
        let refused = call.tool("create_booking", wish("03:00")).await;
        assert_eq!(refused["attempts"], attempt);
        assert_eq!(refused["transferSuggested"], Value::Null);
    }
    book(&call, DAY, "09:00", "Ann Ruiz").await;
    let refused = call.tool("create_booking", wish("23:00")).await;
    assert_eq!(refused["attempts"], 3);
    assert_eq!(refused["transferSuggested"], true);
    assert!(message(&refused).ends_with("connect you with someone from our team?"), "{refused}");
}

#[tokio::test]
async fn a_closed_day_names_the_next_openings_and_they_can_be_booked_at_once() {
    let server = TestServer::start().await;
    let org = server.org(json!({"closed_dates": ["2026-09-28"]})).await;
    let call = org.call(&server, ANN);
    let free = call.tool("check_availability", json!({"date": "2026-09-26"})).await;
    assert_eq!(free["available"], false);
    assert_eq!(
        message(&free),
        "I'm sorry, we are closed on Saturday September 26th. The next openings are Tuesday \
         September 29th at 9 AM, 9:30 AM, and 10 AM; Wednesday September 30th at 9 AM, 9:30 AM, \
         and 10 AM; Thursday October 1st at 9 AM, 9:30 AM, and 10 AM. Would one of those work?"
    );
    let wish = json!({"date": "2026-09-29", "time": "9:30 am", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", wish).await["success"], true);
}

#[tokio::test]
async fn a_service_that_is_named_only_roughly_is_the_one_that_was_offered() {
    let server = TestServer::start().await;
    let services = json!([
        {"id": "consultation", "name": "Consultation", "duration_minutes": 30},
        {"id": "teeth_whitening", "name": "Teeth whitening", "duration_minutes": 60},
    ]);
    let org = server.org(json!({"services": services})).await;
    let call = org.call(&server, ANN);
    let ask = json!({"date": DAY, "service_type": "Teeth whitening"});
    call.tool("check_availability", ask).await;
    let wish = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz",
        "service_type": "whitening"});
    let booked = call.tool("create_booking", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await[0]["service_id"], "teeth_whitening");
}

#[tokio::test]
async fn a_time_that_was_offered_for_two_services_is_booked_for_the_one_that_is_named() {
    let server = TestServer::start().await;
    let services = json!([
        {"id": "checkup", "name": "Check-up", "duration_minutes": 30},
        {"id": "cleaning", "name": "Cleaning", "duration_minutes": 30},
    ]);
    let org = server.org(json!({"services": services, "default_service": "checkup"})).await;
    let call = org.call(&server, ANN);
    for service in ["checkup", "cleaning"] {
        call.tool("check_availability", json!({"date": DAY, "service_type": service})).await;
    }
    let wish = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz",
        "service_type": "checkup"});
    let booked = call.tool("create_booking", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await[0]["service_id"], "checkup");
}

#[tokio::test]
async fn a_name_said_more_fully_is_the_same_person_at_the_same_time() {
    let server = TestServer::start().await;
    let services = json!([{"id": "consultation", "name": "Consultation", "duration_minutes": 30,
        "capacity": 3}]);
    let org = server.org(json!({"services": services})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = |name: &str| json!({"date": DAY, "time": "10:00", "customer_name": name});
    let first = call.tool("create_booking", wish("Jane")).await;
    let again = call.tool("create_booking", wish("Jane Doe")).await;
    assert_eq!(first["success"], true, "{first}");
    assert_eq!(first["confirmationNumber"], again["confirmationNumber"], "{again}");
    let mut janet = wish("Janet");
    let asked = call.tool("create_booking", janet.clone()).await;
    assert_eq!(asked["error"], "other_name", "{asked}");
    janet["keep_existing"] = json!(true);
    let other = call.tool("create_booking", janet).await;
    assert_eq!(other["success"], true, "{other}");
    assert_eq!(org.bookings(&server).await.len(), 2, "Janet is somebody else");
}
