//! Acuity says no: nothing is booked anywhere, the slot is free again, and the caller hears what they
//! can do about it.

use super::*;

fn refusing(code: &str) -> Trouble {
    let body = json!({"status_code": 400, "error": code, "message": "Ann Ruiz may not: 0x42"});
    Trouble::Answers { status: 400, body }
}

/// What a caller hears whose booking fares so; nothing is left of it, and it can be had again.
async fn heard(clinic: &Clinic, trouble: Trouble) -> Value {
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, trouble);
    let refused = clinic.book(&call).await;
    assert_eq!(refused["success"], false, "{refused}");
    assert!(!refused.to_string().contains("0x42"), "{refused}");
    assert!(clinic.stand_in.standing().is_empty(), "{refused}");
    for booking in clinic.bookings().await {
        assert_eq!(booking["outcome"], "failed", "{booking}");
    }
    let again = clinic.book(&call).await;
    assert_eq!(again["success"], true, "its claim is gone: {again} after {refused}");
    refused
}

#[tokio::test]
async fn every_refusal_of_the_reference_is_said_as_what_it_means() {
    const PROVIDER: &str = "Could not connect to booking provider";
    for (code, error, words) in [
        ("not_available", "slot_unavailable", "10 AM is not available"),
        ("no_available_calendar", "slot_unavailable", "10 AM is not available"),
        ("not_available_min_hours_in_advance", "slot_unavailable", "not available"),
        ("not_available_max_days_in_advance", "slot_unavailable", "not available"),
        ("required_email", "missing_input", "I also need your e-mail address"),
        ("invalid_email", "missing_input", "I also need your e-mail address"),
        ("required_last_name", "missing_input", "I also need your last name"),
        ("required_field", PROVIDER, ""),
        ("invalid_fields", PROVIDER, ""),
        ("invalid_appointment_type", PROVIDER, ""),
        ("bad_request", PROVIDER, ""),
    ] {
        let clinic = Clinic::open().await;
        let refused = heard(&clinic, refusing(code)).await;
        assert_eq!(refused["error"], error, "{code}: {refused}");
        hears(&refused, words);
    }
}

#[tokio::test]
async fn a_refusal_that_nobody_knows_is_settled_by_looking_whether_the_time_is_still_free() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, refusing("bad_request"));
    // The fresh check before the claim still sees it free, the look afterwards does not.
    clinic.stand_in.next(Operation::Times, Trouble::Slow { millis: 1 });
    clinic.stand_in.next(Operation::Times, Trouble::Answers { status: 200, body: json!([]) });
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
}

#[tokio::test]
async fn somebody_who_books_past_us_is_seen_before_the_claim() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.book_elsewhere(PLAIN, 7, "2026-09-24T15:00:00Z".parse().unwrap());
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty());
    assert!(clinic.bookings().await.is_empty());
}

#[tokio::test]
async fn a_key_that_is_refused_or_not_allowed_is_an_outage_to_the_caller() {
    for trouble in [Trouble::Refuses, Trouble::Forbids] {
        let settings = json!({"booking": {"outage_policy": "take_message"}});
        let clinic = Clinic::open_as(Plan { settings, ..Plan::default() }).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble);
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
        hears(&refused, "Can I take a message instead?");
        assert_eq!(clinic.bookings().await[0]["outcome"], "failed");
    }
}

#[tokio::test]
async fn what_the_business_did_by_hand_is_where_a_move_begins_and_no_fuss_when_cancelling() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let code = clinic.book(&call).await["confirmationNumber"].clone();
    let id = clinic.stand_in.standing()[0].id;
    assert!(clinic.stand_in.move_by_hand(id, "2026-09-24T17:00:00Z".parse().unwrap()));
    let to_two = json!({"booking_reference": code, "new_date": DAY, "new_time": "14:00"});
    let moved = call.tool("reschedule_booking", to_two).await;
    assert_eq!(moved["success"], true, "{moved}");
    assert_eq!(clinic.stand_in.standing()[0].start.to_string(), "2026-09-24T19:00:00Z");
    assert!(clinic.stand_in.cancel_by_hand(id));
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}
