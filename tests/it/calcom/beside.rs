//! One service at Cal.com and in the built-in calendar: offered as one, booked in one of them (P100).

use std::collections::BTreeSet;

use super::*;

/// A clinic whose consultations are in both calendars, Cal.com first; gives the built-in one's id.
async fn both() -> (Clinic, String) {
    let clinic = Clinic::open().await;
    let path = format!("/api/orgs/{}/connections", clinic.org.id);
    let listed = clinic.server.get(&path).await;
    let builtin =
        listed["items"].as_array().unwrap().iter().find(|one| one["provider"] == "builtin");
    let builtin = builtin.unwrap()["id"].as_str().unwrap().to_owned();
    let service = json!({"id": "consultation", "name": "Consultation", "duration_minutes": 30,
        "connections": [clinic.connection, builtin]});
    let (status, answer) = clinic.org.patch(&clinic.server, json!({"services": [service]})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    (clinic, builtin)
}

/// Somebody who sees the day and wants ten o'clock.
async fn books(clinic: &Clinic, name: &str) -> Value {
    let call = clinic.call();
    let free = call.tool("checkAvailability", json!({"date": DAY})).await;
    assert_eq!(free["success"], true, "{free}");
    let booked = call.tool("create_booking", ten_for(name)).await;
    call.end().await;
    booked
}

async fn where_booked(clinic: &Clinic) -> BTreeSet<String> {
    let bookings = clinic.bookings().await;
    for booking in &bookings {
        assert_eq!(booking["outcome"], "confirmed", "{booking}");
    }
    bookings.iter().map(|one| one["connection_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_time_that_both_have_is_offered_once_and_booked_in_one_of_them() {
    let (clinic, builtin) = both().await;
    let free = clinic.call().tool("checkAvailability", json!({"date": DAY})).await;
    let times = free["availableSlots"].as_array().unwrap();
    let different: BTreeSet<String> = times.iter().map(Value::to_string).collect();
    assert_eq!(times.len(), different.len(), "{free}");
    assert!(times.contains(&json!("10:00")), "{free}");

    let first = books(&clinic, "Ann Ruiz").await;
    assert_eq!(first["success"], true, "{first}");
    assert_eq!(where_booked(&clinic).await, BTreeSet::from([clinic.connection.clone()]));
    assert_eq!(clinic.stand_in.standing().len(), 1);
    let second = books(&clinic, "Bob Lee").await;
    assert_eq!(second["success"], true, "{second}");
    assert_eq!(where_booked(&clinic).await, BTreeSet::from([clinic.connection.clone(), builtin]));
    assert_eq!(clinic.stand_in.standing().len(), 1, "the other one is in our own calendar");
    let third = books(&clinic, "Cleo Marsh").await;
    assert_eq!(third["success"], false, "{third}");
    assert!(!third["alternatives"].as_array().unwrap().is_empty(), "{third}");
    assert_eq!(clinic.bookings().await.len(), 2);
}

#[tokio::test]
async fn what_somebody_books_past_us_leaves_the_other_calendar() {
    let (clinic, builtin) = both().await;
    clinic.stand_in.book_elsewhere(PLAIN, "2026-09-24T15:00:00Z".parse().unwrap());
    let booked = books(&clinic, "Ann Ruiz").await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(where_booked(&clinic).await, BTreeSet::from([builtin]));
}

#[tokio::test]
async fn one_that_cannot_be_reached_leaves_the_other() {
    for trouble in [
        Trouble::DropsBefore,
        Trouble::FailsBefore,
        Trouble::TooMany { retry_after: None },
        Trouble::HangsBefore,
    ] {
        let (clinic, builtin) = both().await;
        clinic.stand_in.always(Operation::Any, trouble.clone());
        let booked = books(&clinic, "Ann Ruiz").await;
        assert_eq!(booked["success"], true, "{trouble:?}: {booked}");
        assert!(message(&booked).contains("I've booked"), "{trouble:?}: {booked}");
        assert_eq!(where_booked(&clinic).await, BTreeSet::from([builtin]), "{trouble:?}");
        assert!(clinic.stand_in.bookings().is_empty(), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_full_one_beside_one_that_cannot_be_reached_is_not_told_as_a_full_day() {
    for policy in ["take_message", "defaults"] {
        let (clinic, builtin) = both().await;
        // Nothing is left at ours, and all is free at Cal.com.
        let hours = json!({"thu": [["10:00", "10:30"]]});
        let booking = json!({"outage_policy": policy});
        let settings = json!({"business_hours": hours, "booking": booking});
        let (status, answer) = clinic.org.patch(&clinic.server, settings).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let ours = json!({"default_connection": builtin, "services": [{"id": "consultation",
            "name": "Consultation", "duration_minutes": 30, "connections": [builtin]}]});
        clinic.org.patch(&clinic.server, ours).await;
        assert_eq!(books(&clinic, "Ann Ruiz").await["success"], true);
        let both = json!({"services": [{"id": "consultation", "name": "Consultation",
            "duration_minutes": 30, "connections": [builtin, clinic.connection]}]});
        clinic.org.patch(&clinic.server, both).await;
        clinic.stand_in.always(Operation::Any, Trouble::TooMany { retry_after: None });
        let call = clinic.call();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        if policy == "take_message" {
            hears(&free, "I'm having trouble accessing the calendar right now");
            continue;
        }
        assert_eq!(
            (&free["unconfirmed"], &free["available"]),
            (&json!(true), &json!(true)),
            "{free}"
        );
        let wish = json!({"date": DAY, "time": "11:00", "customer_name": "Bob Lee"});
        let booked = call.tool("create_booking", wish).await;
        assert!(message(&booked).contains("requested"), "{booked}");
        let bookings = clinic.bookings().await;
        let bobs = bookings.iter().find(|one| one["customer_name"] == "Bob Lee").unwrap();
        assert_eq!(bobs["connection_id"], clinic.connection.as_str(), "{bobs}");
    }
}

#[tokio::test]
async fn the_built_in_one_that_is_switched_off_leaves_cal_com() {
    let (clinic, builtin) = both().await;
    let path = format!("/api/orgs/{}/connections/{builtin}", clinic.org.id);
    let off = Some(json!({"status": "disconnected"}));
    let (status, answer) = clinic.server.api(Method::PATCH, &path, off).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    for (name, success) in [("Ann Ruiz", true), ("Bob Lee", false)] {
        let booked = books(&clinic, name).await;
        assert_eq!(booked["success"], success, "{booked}");
    }
    assert_eq!(where_booked(&clinic).await, BTreeSet::from([clinic.connection.clone()]));
    assert_eq!(clinic.stand_in.standing().len(), 1);
}
