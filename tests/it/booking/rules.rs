//! The rules change between an offer and the booking: what was offered is booked by the rules of now.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::message;
use crate::support::{Host, TestServer};

const ANN: &str = "+15125550143";
/// A Thursday, two days ahead.
const DAY: &str = "2026-09-24";

/// What becomes of a day after ten o'clock was offered on it.
enum Change {
    /// The operator changes the settings.
    Settings(Value),
    /// Somebody books this time, with the time that is needed after it.
    Booked(&'static str),
}

#[tokio::test]
async fn what_was_offered_is_not_booked_against_rules_that_came_since() {
    let closed = "we are closed on Thursday September 24th";
    let taken = "Thursday September 24th at 10 AM is not available";
    let service = |minutes: u32| {
        json!([{"id": "visit", "name": "Visit", "duration_minutes": minutes,
            "buffer_minutes": 15}])
    };
    for (change, words) in [
        (Change::Settings(json!({"closed_dates": [DAY]})), closed),
        (Change::Settings(json!({"business_hours": {"thu": []}})), closed),
        (Change::Settings(json!({"business_hours": {"thu": [["13:00", "17:00"]]}})), taken),
        (Change::Settings(json!({"booking": {"min_lead_minutes": 3 * 1_440}})), "3 days ahead"),
        (Change::Settings(json!({"booking": {"min_lead_minutes": 49 * 60}})), taken),
        (Change::Settings(json!({"booking": {"horizon_days": 1}})), "too far ahead"),
        // Ten o'clock would have to be over when a visit of this length ends.
        (
            Change::Settings(json!({"services": service(90),
                "business_hours": {"thu": [["09:00", "11:00"]]}})),
            taken,
        ),
        // Ends at ten, and the quarter of an hour after it reaches beyond.
        (Change::Booked("09:30"), taken),
        // Begins at half past ten, within the quarter of an hour after ours.
        (Change::Booked("10:30"), taken),
    ] {
        let server = TestServer::start().await;
        let org = server.org(json!({"services": service(30)})).await;
        let call = org.call(&server, ANN);
        let free = call.tool("checkAvailability", json!({"date": DAY})).await;
        assert!(free["availableSlots"].as_array().unwrap().contains(&json!("10:00")), "{free}");
        let (what, standing) = match &change {
            Change::Settings(patch) => {
                let (status, answer) = org.patch(&server, patch.clone()).await;
                assert_eq!(status, StatusCode::OK, "{answer}");
                (patch.to_string(), 0)
            }
            Change::Booked(time) => {
                let path = format!("/api/orgs/{}/bookings", org.id);
                let body = json!({"start": format!("{DAY}T{time}:00"), "customer_name": "Bob Lee",
                    "customer_phone": "+15125550177"});
                let (status, answer) = server.request(Method::POST, &path, Some(body)).await;
                assert_eq!(status, StatusCode::CREATED, "{answer}");
                (format!("booked at {time}"), 1)
            }
        };
        let wish = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"});
        let refused = call.tool("create_booking", wish).await;
        assert_eq!(refused["success"], false, "{what}: {refused}");
        assert!(message(&refused).contains(words), "{what}: {refused}");
        assert_eq!(org.bookings(&server).await.len(), standing, "{what}");
    }
}

#[tokio::test]
async fn a_day_takes_no_more_bookings_of_a_service_than_it_may_have_whoever_is_first() {
    let server = TestServer::start().await;
    let services = json!([
        {"id": "implant", "name": "Implant", "duration_minutes": 60, "max_per_day": 2, "capacity": 6},
        {"id": "consultation", "name": "Consultation", "duration_minutes": 30},
    ]);
    let org = server.org(json!({"services": services})).await;
    let calls: Vec<_> = (0..6).map(|n| org.call(&server, &format!("+1512555015{n}"))).collect();
    let books = calls.iter().enumerate().map(async |(n, call)| {
        let ask = json!({"date": DAY, "service_type": "implant"});
        call.tool("check_availability", ask).await;
        let wish = json!({"date": DAY, "time": format!("{}:00", 9 + n), "service_type": "implant",
            "customer_name": format!("Caller {n}")});
        call.tool("create_booking", wish).await
    });
    let answers = futures_util::future::join_all(books).await;
    let (booked, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer["success"] == true);
    assert_eq!(booked.len(), 2, "{answers:?}");
    for answer in refused {
        assert_eq!(answer["error"], "slot_unavailable", "{answer}");
        let others = answer["alternatives"].as_array().unwrap();
        assert!(others.iter().all(|slot| slot["date"] != DAY), "on another day: {answer}");
    }
    let free = |service: &str| json!({"date": DAY, "service_type": service});
    let last = calls[0].tool("check_availability", free("implant")).await;
    assert_eq!(last["available"], false, "{last}");
    let other = calls[0].tool("check_availability", free("consultation")).await;
    assert_eq!(other["available"], true, "another service has its own count: {other}");

    // One that is moved within the day stays one; one that is given up makes room.
    let ours = org.bookings(&server).await;
    let implant = ours.iter().find(|ours| ours["service_id"] == "implant").unwrap();
    let id = implant["id"].as_str().unwrap();
    let path = format!("/api/orgs/{}/bookings/{id}", org.id);
    let moved = Some(json!({"start": "2026-09-24T16:00:00-05:00"}));
    let (status, answer) = server.api(Method::POST, &format!("{path}/reschedule"), moved).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, _) = server.api(Method::POST, &format!("{path}/cancel"), None).await;
    assert_eq!(status, StatusCode::OK);
    let again = calls[0].tool("check_availability", free("implant")).await;
    assert_eq!(again["available"], true, "{again}");
}
