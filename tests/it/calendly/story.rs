//! A booking's whole life at Calendly as a caller and an operator see it, through everything that may come
//! in between.

use super::*;

#[tokio::test]
async fn a_caller_books_is_found_moves_and_cancels_through_a_lost_token_and_an_outage() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(PLAIN, policy).await;
    let (call, code) = clinic.booked().await;
    let first = clinic.stand_in.standing();
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(first[0].start.to_string(), "2026-09-24T15:00:00Z");
    let found = call.tool("lookup_booking", json!({"booking_reference": code})).await;
    hears(&found, "Thursday September 24th at 10 AM");

    let other = clinic.org.call(&clinic.server, "+13125550199");
    let free = other.tool("check_availability", json!({"date": DAY})).await;
    assert!(!free["data"]["slots"].as_array().unwrap().contains(&json!("10:00")), "{free}");
    let taken = other.tool("create_booking", ten_for("Omar Haddad")).await;
    assert_eq!(taken["error"], "slot_unavailable", "{taken}");

    // The token is revoked in the middle of the call, and another one entered.
    clinic.stand_in.set_token("another");
    let refused = call.tool("reschedule_booking", to(&code, "11:00")).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    hears(&refused, "Can I take a message instead?");
    assert_eq!(clinic.check().await["status"], "error");
    let path = format!("/api/orgs/{}/connections/{}", clinic.org.id, clinic.connection);
    let body = json!({"credentials": {"token": "another"}});
    assert_eq!(clinic.server.api(Method::PATCH, &path, Some(body)).await.0, StatusCode::OK);
    assert_eq!(clinic.check().await["ok"], true);
    let moved = call.tool("reschedule_booking", to(&code, "11:00")).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    let after = clinic.stand_in.standing();
    assert_eq!(after.len(), 1, "the old one is cancelled: {after:?}");
    assert_eq!(after[0].start.to_string(), "2026-09-24T16:00:00Z");

    // Calendly is down, then back.
    clinic.stand_in.always(Operation::Any, Trouble::FailsBefore);
    let monday = json!({"date": "2026-09-28"});
    let down = other.tool("check_availability", monday.clone()).await;
    hears(&down, "I'm having trouble accessing the calendar right now");
    clinic.stand_in.behave();
    let back = other.tool("check_availability", monday).await;
    assert_eq!(back["available"], true, "{back}");

    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 11 AM");
    assert!(clinic.stand_in.standing().is_empty());
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}
