//! A booking's whole life at Cal.com as a caller and an operator see it, through everything that may come
//! in between.

use super::*;

#[tokio::test]
async fn a_caller_books_is_found_moves_and_cancels_through_a_lost_key_and_an_outage() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(PLAIN, policy, 5_500).await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    hears(&booked, "I've booked your appointment for Thursday September 24th at 10 AM");
    let first = clinic.stand_in.standing();
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(first[0].start.to_string(), "2026-09-24T15:00:00Z");
    let code = booked["confirmationNumber"].clone();
    let found = call.tool("lookup_booking", json!({"booking_reference": code})).await;
    hears(&found, "Thursday September 24th at 10 AM");

    // Somebody else wants the same time: first as it is listed, then as they only believe it is.
    let other = clinic.org.call(&clinic.server, "+13125550199");
    let free = other.tool("check_availability", json!({"date": DAY})).await;
    let slots = free["data"]["slots"].as_array().unwrap();
    assert!(!slots.contains(&json!("10:00")) && slots.contains(&json!("10:30")), "{free}");
    let taken = other.tool("create_booking", ten_for("Omar Haddad")).await;
    assert_eq!(taken["error"], "slot_unavailable", "{taken}");
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);

    // The key is replaced at Cal.com in the middle of the call.
    clinic.stand_in.change_key("cal_live_another");
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let refused = call.tool("reschedule_booking", to_eleven.clone()).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    hears(&refused, "Can I take a message instead?");
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")), "{checked}");
    clinic.patch(json!({"credentials": {"api_key": "cal_live_another"}})).await;
    assert_eq!(clinic.check().await["ok"], true);
    let moved = call.tool("reschedule_booking", to_eleven).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    let after = clinic.stand_in.standing();
    assert_eq!((after.len(), after[0].from.as_ref()), (1, Some(&first[0].uid)), "{after:?}");
    assert_eq!(after[0].start.to_string(), "2026-09-24T16:00:00Z");

    // Cal.com is down, then back.
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
    assert!(clinic.stand_in.standing().is_empty(), "{:?}", clinic.stand_in.standing());
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
    let free = other.tool("check_availability", json!({"date": DAY})).await;
    assert!(free["data"]["slots"].as_array().unwrap().contains(&json!("11:00")), "{free}");
}
