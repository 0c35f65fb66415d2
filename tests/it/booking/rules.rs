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
