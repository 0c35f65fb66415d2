//! Calendly allows far fewer bookings by API than other requests: they are counted by themselves.

use std::time::{Duration, Instant};

use super::*;
use crate::support::eventually;

/// What is left of the bookings of a minute, an hour and a day.
async fn bookings_left(clinic: &Clinic) -> Vec<u64> {
    let status = clinic.server.get("/api/circuit-breaker/status").await;
    let items = status["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["connection_id"] == clinic.connection.as_str());
    let quota = item.unwrap()["quota"].as_array().unwrap();
    let of_bookings = quota.iter().filter(|left| left["of"] == "bookings");
    of_bookings.map(|left| left["remaining"].as_u64().unwrap()).collect()
}

/// The starts of the day.
fn starts() -> impl Iterator<Item = String> {
    (18..34).map(|half| format!("{:02}:{:02}", half / 2, half % 2 * 30))
}

async fn book_at(clinic: &Clinic, guest: usize, time: &str) -> (VapiCall, Value) {
    let call = clinic.org.call(&clinic.server, &format!("+131255501{guest:02}"));
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"date": DAY, "time": time, "customer_name": format!("Guest {}", LETTERS[guest]),
        "customer_email": EMAIL});
    let told = call.tool("create_booking", wish).await;
    (call, told)
}

const LETTERS: [&str; 16] = [
    "Ames", "Bell", "Cole", "Dunn", "Ellis", "Ford", "Gray", "Hale", "Irwin", "Jones", "Kent",
    "Lane", "Moss", "Nash", "Olson", "Page",
];

#[tokio::test]
async fn the_eleventh_booking_within_a_minute_is_told_at_once_and_everything_else_goes_on() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(PLAIN, policy).await;
    let mut booked = Vec::new();
    for (guest, time) in starts().take(10).enumerate() {
        let (call, told) = book_at(&clinic, guest, &time).await;
        assert_eq!(told["success"], true, "{guest}: {told}");
        booked.push((call, told["confirmationNumber"].clone()));
    }
    assert_eq!(bookings_left(&clinic).await, [0, 40, 90]);

    let call = clinic.call();
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(free["available"], true, "questions are not bookings: {free}");
    let wish = json!({"date": DAY, "time": "14:00", "customer_name": "Ann Ruiz",
        "customer_email": EMAIL});
    let started = Instant::now();
    let told = call.tool("create_booking", wish).await;
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(told["error"], "Could not connect to booking provider", "{told}");
    hears(&told, "Can I take a message instead?");
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 10, "it was not sent");
    let status = clinic.server.get("/api/health/calendly").await;
    assert_eq!(status["status"], "ok", "it is not Calendly that fails: {status}");

    let (call, code) = &booked[0];
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    // A move is a new booking there, and so is refused; the old one stays.
    let (call, code) = &booked[1];
    let moved = call.tool("reschedule_booking", to(code, "15:00")).await;
    assert_eq!(moved["success"], false, "{moved}");
    assert_eq!(clinic.stand_in.standing().len(), 9);
}

/// As [`bookings_left`], once the connection is in use again.
async fn left_after_start(clinic: &Clinic) -> Vec<u64> {
    eventually("the connection to be used", || async {
        let left = bookings_left(clinic).await;
        (!left.is_empty()).then_some(left)
    })
    .await
}

#[tokio::test]
async fn what_was_booked_counts_on_over_a_restart_and_a_change_until_its_time_has_passed() {
    let mut clinic = Clinic::open().await;
    let mut calls = Vec::new();
    for (guest, time) in starts().take(4).enumerate() {
        let (call, told) = book_at(&clinic, guest, &time).await;
        assert_eq!(told["success"], true, "{guest}: {told}");
        calls.push((call, told["confirmationNumber"].clone()));
    }
    let (call, code) = &calls[0];
    let moved = call.tool("reschedule_booking", to(code, "15:00")).await;
    assert_eq!(moved["success"], true, "a move is a new booking there: {moved}");
    let (call, code) = &calls[1];
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(bookings_left(&clinic).await, [5, 45, 95]);
    clinic.set(json!({"services": {"consultation": PLAIN}, "email": "desk@willow.example"})).await;
    assert_eq!(left_after_start(&clinic).await, [5, 45, 95]);
    let later = |time: jiff::SignedDuration| {
        let morning: jiff::Timestamp = MORNING.parse().unwrap();
        morning.checked_add(time).unwrap().to_string()
    };
    for (minutes, left) in
        [(0, [5, 45, 95]), (2, [10, 45, 95]), (62, [10, 50, 95]), (24 * 60 + 2, [10, 50, 100])]
    {
        let now = later(jiff::SignedDuration::from_mins(minutes));
        clinic.server.restart(Some(&now)).await;
        assert_eq!(left_after_start(&clinic).await, left, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn an_enterprise_account_may_book_more() {
    let clinic = Clinic::open().await;
    clinic.set(json!({"services": {"consultation": PLAIN}, "enterprise": true})).await;
    for (guest, time) in starts().take(12).enumerate() {
        let (_, told) = book_at(&clinic, guest, &time).await;
        assert_eq!(told["success"], true, "{guest}: {told}");
    }
    assert_eq!(bookings_left(&clinic).await, [488]);
}
