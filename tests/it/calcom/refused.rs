//! Cal.com says no: nothing is booked anywhere, the slot is free again, and the caller hears what they
//! can do about it.

use super::*;

fn refusing(text: &str) -> Trouble {
    let body = json!({"status": "error", "error": {"code": "BadRequestException", "message": text,
        "details": {"message": text, "statusCode": 400}}});
    Trouble::Answers { status: 400, body }
}

/// What a caller hears whose booking fares so; nothing is left of it.
async fn heard(clinic: &Clinic, trouble: Trouble) -> Value {
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, trouble);
    let refused = clinic.book(&call).await;
    assert_eq!(refused["success"], false, "{refused}");
    assert!(clinic.stand_in.standing().is_empty(), "{refused}");
    for booking in clinic.bookings().await {
        assert_eq!(
            (&booking["status"], &booking["outcome"]),
            (&json!("cancelled"), &json!("failed"))
        );
    }
    let again = clinic.book(&call).await;
    assert_eq!(again["success"], true, "its claim is gone: {again} after {refused}");
    let id = clinic.bookings().await;
    let standing = id.iter().find(|booking| booking["status"] == "confirmed").unwrap();
    let cancel =
        format!("/api/orgs/{}/bookings/{}/cancel", clinic.org.id, standing["id"].as_str().unwrap());
    let (status, cancelled) = clinic.server.api(Method::POST, &cancel, Some(json!({}))).await;
    assert_eq!(status, StatusCode::OK, "{cancelled}");
    refused
}

#[tokio::test]
async fn a_slot_that_was_sold_meanwhile_is_not_available_in_either_form() {
    for trouble in [Trouble::SlotTaken, Trouble::LosesRace] {
        let clinic = Clinic::open().await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble);
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], "slot_unavailable", "{refused}");
        hears(&refused, "Thursday September 24th at 10 AM is not available");
        assert!(clinic.stand_in.standing().is_empty());
    }
}

#[tokio::test]
async fn somebody_who_books_past_us_is_seen_before_the_claim() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.book_elsewhere(PLAIN, "2026-09-24T15:00:00Z".parse().unwrap());
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
    hears(&refused, "The nearest openings are 9 AM, 9:30 AM, and 10:30 AM");
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty());
    assert!(clinic.bookings().await.is_empty());
}

#[tokio::test]
async fn a_rule_of_the_event_type_sounds_like_a_slot_that_cannot_be_had() {
    let clinic = Clinic::open().await;
    let words = "The event type can't be booked at the \"start\" time provided.";
    let refused = heard(&clinic, refusing(words)).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
}

#[tokio::test]
async fn a_missing_detail_is_asked_for_by_its_name() {
    for (words, asks) in [
        ("Missing attendee phone number - it is required by the event type.", "phone number"),
        ("attendee.email property is wrong,email must be an email", "e-mail address"),
        ("responses - {insurance-number}error_required_field", "insurance number"),
    ] {
        let clinic = Clinic::open().await;
        let refused = heard(&clinic, refusing(words)).await;
        assert_eq!(refused["error"], "missing_input", "{refused}");
        hears(&refused, &format!("I also need your {asks}"));
    }
}

#[tokio::test]
async fn words_that_nobody_knows_are_settled_by_looking_whether_the_slot_is_still_free() {
    let odd = || refusing("Ann Ruiz may not do that: 0x42");
    let clinic = Clinic::open().await;
    let refused = heard(&clinic, odd()).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    assert!(!refused.to_string().contains("0x42"), "{refused}");

    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, odd());
    // The fresh check before the claim still sees it free, the look afterwards does not.
    clinic.stand_in.next(Operation::Slots, Trouble::Slow { millis: 1 });
    let gone = json!({"status": "success", "data": {}});
    clinic.stand_in.next(Operation::Slots, Trouble::Answers { status: 200, body: gone });
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
}

#[tokio::test]
async fn a_key_that_is_refused_or_not_allowed_is_an_outage_to_the_caller() {
    for trouble in [Trouble::Refuses, Trouble::Forbids] {
        let policy = json!({"booking": {"outage_policy": "take_message"}});
        let clinic = Clinic::open_with(PLAIN, policy, 5_500).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble);
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
        hears(&refused, "Can I take a message instead?");
        assert!(clinic.stand_in.standing().is_empty());
        assert_eq!(clinic.bookings().await[0]["outcome"], "failed");
    }
}

#[tokio::test]
async fn a_booking_that_the_host_moved_is_moved_from_where_it_is_and_cancelled_there() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    let code = booked["confirmationNumber"].clone();
    let first = clinic.stand_in.standing()[0].uid.clone();
    // The host moves it in Cal.com.
    let url = format!("{}/bookings/{first}/reschedule", clinic.stand_in.base_url());
    let by_host = clinic.server.client().post(url).bearer_auth(KEY);
    let by_host = by_host.header("cal-api-version", "2024-08-13");
    let by_host = by_host.json(&json!({"start": "2026-09-24T17:00:00Z"})).send().await.unwrap();
    assert_eq!(by_host.status(), StatusCode::CREATED);
    let to_two = json!({"booking_reference": code, "new_date": DAY, "new_time": "14:00"});
    let moved = call.tool("reschedule_booking", to_two).await;
    assert_eq!(moved["success"], true, "{moved}");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].start.to_string(), "2026-09-24T19:00:00Z");

    let url = format!("{}/bookings/{}/reschedule", clinic.stand_in.base_url(), standing[0].uid);
    let by_host = clinic.server.client().post(url).bearer_auth(KEY);
    let by_host = by_host.header("cal-api-version", "2024-08-13");
    by_host.json(&json!({"start": "2026-09-24T20:00:00Z"})).send().await.unwrap();
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert!(clinic.stand_in.standing().is_empty(), "{:?}", clinic.stand_in.standing());
}

#[tokio::test]
async fn a_booking_that_the_host_cancelled_is_cancelled_here_without_a_fuss() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    let uid = clinic.stand_in.standing()[0].uid.clone();
    assert!(clinic.stand_in.set_standing(&uid, Standing::Cancelled));
    let code = json!({"booking_reference": booked["confirmationNumber"]});
    let cancelled = call.tool("cancel_booking", code).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}
