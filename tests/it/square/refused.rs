//! Square says no, or nothing of use: what the caller hears, and what is left of it.

use std::time::{Duration, Instant};

use super::*;

fn refusing(status: u16, category: &str, code: &str, field: &str) -> Trouble {
    let body = json!({"errors": [{"category": category, "code": code, "field": field,
        "detail": "Ann Ruiz may not do that: 0x42"}]});
    Trouble::Answers { status, body }
}

#[tokio::test]
async fn a_refused_booking_leaves_nothing_and_is_told_by_what_the_caller_can_do() {
    const REQUEST: &str = "INVALID_REQUEST_ERROR";
    let outage = "Could not connect to booking provider";
    for (trouble, error, words) in [
        (Trouble::SlotTaken, "slot_unavailable", "not available"),
        (Trouble::LosesRace, "slot_unavailable", "not available"),
        (
            refusing(400, REQUEST, "INVALID_TIME", "booking.start_at"),
            "slot_unavailable",
            "not available",
        ),
        (refusing(400, REQUEST, "CUSTOMER_MISSING_EMAIL", ""), "missing_input", "e-mail address"),
        (refusing(400, REQUEST, "BAD_REQUEST", "booking.start_at"), outage, "take a message"),
        (
            refusing(403, "AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES", ""),
            outage,
            "take a message",
        ),
        (
            refusing(403, "MERCHANT_SUBSCRIPTION_ERROR", "MERCHANT_SUBSCRIPTION_NOT_FOUND", ""),
            outage,
            "take a message",
        ),
        (Trouble::Refuses, outage, "take a message"),
        (Trouble::TooMany { retry_after: Some(1) }, outage, "take a message"),
    ] {
        let policy = json!({"booking": {"outage_policy": "take_message"}});
        let clinic = Clinic::open_with(setup(), policy, 5_500).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble.clone());
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], error, "{trouble:?}: {refused}");
        hears(&refused, words);
        assert!(!refused.to_string().contains("0x42"), "{refused}");
        assert!(clinic.stand_in.standing().iter().all(|kept| !kept.by_token), "{trouble:?}");
        let ours = clinic.bookings().await;
        assert!(ours.iter().all(|booking| booking["outcome"] == "failed"), "{trouble:?}: {ours:?}");
    }
}

#[tokio::test]
async fn somebody_who_was_a_moment_faster_keeps_the_slot_and_the_caller_hears_others() {
    for rights in [Rights::Seller, Rights::Buyer] {
        let clinic = Clinic::open_with(Setup { rights, ..setup() }, json!({}), 5_500).await;
        let call = clinic.offered().await;
        clinic.stand_in.race_next();
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], "slot_unavailable", "{rights:?}: {refused}");
        hears(&refused, "Thursday September 24th at 10 AM is not available");
        let standing = clinic.stand_in.standing();
        assert_eq!((standing.len(), standing[0].by_token), (1, false), "{rights:?}");
    }
}

#[tokio::test]
async fn a_number_that_square_does_not_take_is_asked_for_again() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let trouble = refusing(400, "INVALID_REQUEST_ERROR", "INVALID_PHONE_NUMBER", "phone_number");
    clinic.stand_in.next(Operation::CreateCustomer, trouble);
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "missing_input", "{refused}");
    hears(&refused, "I also need your phone number");
    assert_eq!(clinic.book(&call).await["success"], true, "its claim is gone");
}

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in clinic::bad_answers() {
        let clinic = Clinic::open_with(setup(), json!({}), 3_000).await;
        clinic.stand_in.always(Operation::Availability, trouble.clone());
        let call = clinic.call();
        let started = Instant::now();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        let took = started.elapsed();
        assert!(took < Duration::from_secs(6), "{trouble:?} took {took:?}");
        let words = message(&free);
        assert!(words.contains("I cannot reach the calendar right now"), "{trouble:?}: {free}");
        let asked = clinic.stand_in.asked();
        assert!(asked.iter().all(|asked| !asked.uri.starts_with("/elsewhere")), "{asked:?}");
    }
}

#[tokio::test]
async fn an_account_that_is_told_to_slow_down_is_left_alone_for_so_long() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(setup(), policy, 5_500).await;
    clinic.offered().await;
    // Longer than a caller can wait, on a day that nobody has heard of yet.
    clinic.stand_in.next(Operation::Availability, Trouble::TooMany { retry_after: Some(6) });
    let call = clinic.call();
    let ask = || call.tool("check_availability", json!({"date": "2026-09-25"}));
    let (started, before) = (Instant::now(), clinic.stand_in.asked().len());
    assert_eq!(ask().await["success"], false);
    assert_eq!(ask().await["success"], false);
    let asked = clinic.stand_in.asked().len() - before;
    assert!(asked == 1 || started.elapsed() > Duration::from_secs(5), "asked {asked} times");
    eventually("the six seconds to be over", || async {
        (started.elapsed() > Duration::from_millis(7_100)).then_some(())
    })
    .await;
    assert_eq!(ask().await["available"], true);
}
