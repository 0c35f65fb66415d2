//! Tables: how many people come decides what is free.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::message;
use crate::support::{Host, TestOrg, TestServer};

const DAY: &str = "2026-09-24";

/// A restaurant with ten places, seated by the hour.
async fn restaurant(server: &TestServer) -> TestOrg {
    let tables = json!([{
        "id": "table", "name": "Table", "duration_minutes": 60,
        "capacity": 10, "capacity_counts": "guests", "max_party_size": 8,
    }]);
    server.org(json!({"services": tables})).await
}

fn dinner(name: &str, time: &str, people: u32) -> Value {
    json!({"date": DAY, "time": time, "customer_name": name, "party_size": people})
}

fn check(people: u32) -> Value {
    json!({"date": DAY, "party_size": people})
}

#[tokio::test]
async fn a_party_is_only_offered_times_at_which_all_of_it_finds_a_place() {
    let server = TestServer::start().await;
    let org = restaurant(&server).await;
    let ann = org.call(&server, "+15125550143");
    ann.tool("check_availability", check(6)).await;
    let booked = ann.tool("create_booking", dinner("Ann Ruiz", "12:00", 6)).await;
    assert_eq!(booked["success"], true, "{booked}");
    ann.end().await;

    let omar = org.call(&server, "+15125550144");
    let five = omar.tool("check_availability", check(5)).await;
    assert!(!five["data"]["slots"].as_array().unwrap().contains(&json!("12:00")), "{five}");
    let taken = omar.tool("create_booking", dinner("Omar Haddad", "12:00", 5)).await;
    assert_eq!(taken["error"], "slot_unavailable", "{taken}");
    let four = omar.tool("check_availability", check(4)).await;
    assert!(four["data"]["slots"].as_array().unwrap().contains(&json!("12:00")), "{four}");
    // Nobody repeats how many they are: it was said when the times were asked for.
    let wish = json!({"date": DAY, "time": "12:00", "customer_name": "Omar Haddad"});
    let booked = omar.tool("create_booking", wish).await;
    assert_eq!(booked["success"], true, "{booked}");

    let mut sizes: Vec<_> =
        org.bookings(&server).await.iter().map(|one| one["party_size"].clone()).collect();
    sizes.sort_by_key(Value::as_u64);
    assert_eq!(sizes, [json!(4), json!(6)]);
    let path = format!("/api/orgs/{}/availability?from={DAY}&party_size=1", org.id);
    let free = server.read(&path).await;
    let at_noon = |slot: &Value| slot["start"].as_str().unwrap().contains("T12:00");
    assert!(!free["items"].as_array().unwrap().iter().any(at_noon), "{free}");
}

#[tokio::test]
async fn a_time_that_is_asked_for_again_is_booked_for_as_many_as_were_said_last() {
    let server = TestServer::start().await;
    let org = restaurant(&server).await;
    let ann = org.call(&server, "+15125550143");
    for people in [2, 4] {
        ann.tool("check_availability", check(people)).await;
    }
    let wish = json!({"date": DAY, "time": "14:00", "customer_name": "Ann Ruiz"});
    let booked = ann.tool("create_booking", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await[0]["party_size"], 4);
}

#[tokio::test]
async fn a_day_without_places_enough_for_a_party_is_not_called_too_short() {
    let server = TestServer::start().await;
    let org = restaurant(&server).await;
    org.patch(&server, json!({"business_hours": {"thu": [["12:00", "13:00"]]}})).await;
    let ann = org.call(&server, "+15125550143");
    ann.tool("check_availability", check(5)).await;
    let booked = ann.tool("create_booking", dinner("Ann Ruiz", "12:00", 5)).await;
    assert_eq!(booked["success"], true, "{booked}");
    ann.end().await;
    let omar = org.call(&server, "+15125550144");
    let six = omar.tool("check_availability", check(6)).await;
    let lead = "I'm sorry, there are no available slots on Thursday September 24th.";
    assert!(message(&six).starts_with(lead), "{six}");
}

#[tokio::test]
async fn a_party_that_is_too_large_is_offered_a_person() {
    let server = TestServer::start().await;
    let org = restaurant(&server).await;
    let call = org.call(&server, "+15125550143");
    for refused in [
        call.tool("check_availability", check(9)).await,
        call.tool("create_booking", dinner("Ann Ruiz", "12:00", 9)).await,
    ] {
        assert_eq!(refused["error"], "party_too_large", "{refused}");
        assert!(message(&refused).contains("up to 8"), "{refused}");
    }
    let nobody = call.tool("check_availability", check(0)).await;
    assert_eq!(message(&nobody), "For how many people should I book?");
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn the_agent_is_told_to_ask_how_many_come_only_where_it_matters() {
    let server = TestServer::start().await;
    let asked = async |org: &TestOrg| {
        let tools = server.read(&format!("/api/orgs/{}/tools", org.id)).await;
        let tools = tools["items"].as_array().unwrap().clone();
        let of = |name: &str| {
            let tool = tools.iter().find(|tool| tool["function"]["name"] == name).unwrap();
            tool["function"]["parameters"]["properties"]["party_size"].clone()
        };
        (of("check_availability"), of("create_appointment"))
    };
    let clinic = server.org(json!({})).await;
    assert_eq!(asked(&clinic).await, (Value::Null, Value::Null));
    let (check, book) = asked(&restaurant(&server).await).await;
    let wanted = json!({"type": "integer", "description": "Number of people"});
    assert_eq!((check, book), (wanted.clone(), wanted));
}

#[tokio::test]
async fn settings_of_tables_are_checked() {
    let server = TestServer::start().await;
    let org = restaurant(&server).await;
    for (field, value) in [("capacity_counts", json!("chairs")), ("max_party_size", json!(0))] {
        let mut table = json!({"id": "table", "name": "Table", "duration_minutes": 60});
        table[field] = value;
        let (status, answer) = org.patch(&server, json!({"services": [table]})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
        let said = answer["error"]["message"].as_str().unwrap();
        assert!(said.contains(&format!("services[0].{field}")), "{said}");
    }
    let (status, _) = server.request(Method::GET, &format!("/api/orgs/{}", org.id), None).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_party_that_grows_or_shrinks_within_the_call_keeps_its_one_booking() {
    let server = TestServer::start().await;
    let org = restaurant(&server).await;
    let ann = org.call(&server, "+15125550143");
    ann.tool("check_availability", check(4)).await;
    let first = ann.tool("create_booking", dinner("Ann Ruiz", "12:00", 4)).await;
    let grown = ann.tool("create_booking", dinner("Ann Ruiz", "12:00", 7)).await;
    assert_eq!(grown["success"], true, "{grown}");
    assert_eq!(grown["confirmationNumber"], first["confirmationNumber"]);
    ann.end().await;
    let omar = org.call(&server, "+15125550144");
    omar.tool("check_availability", check(3)).await;
    let booked = omar.tool("create_booking", dinner("Omar Haddad", "12:00", 3)).await;
    assert_eq!(booked["success"], true, "{booked}");
    let too_many = omar.tool("create_booking", dinner("Omar Haddad", "12:00", 4)).await;
    assert_eq!(too_many["error"], "slot_unavailable", "{too_many}");
    let bookings = org.bookings(&server).await;
    let mut sizes: Vec<_> = bookings.iter().map(|one| one["party_size"].as_u64()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [Some(3), Some(7)]);
    // To another time it goes with all of its people.
    let omar = org.call(&server, "+15125550144");
    let later = json!({"customer_name": "Omar Haddad", "new_date": DAY, "new_time": "14:00"});
    let moved = omar.tool("reschedule_booking", later).await;
    assert_eq!(moved["success"], true, "{moved}");
    let bookings = org.bookings(&server).await;
    let omars = bookings.iter().find(|one| one["customer_name"] == "Omar Haddad").unwrap();
    assert_eq!((&omars["booking_time"], &omars["party_size"]), (&json!("14:00"), &json!(3)));
}
