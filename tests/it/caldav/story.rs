//! A booking's whole life on a calendar server as a caller and an operator see it, through everything that
//! may come in between.

use super::*;

#[tokio::test]
async fn a_caller_books_is_found_moves_and_cancels_through_a_lost_password_and_an_outage() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(Setup::new(USER, PASSWORD), policy).await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    hears(&booked, "I've booked your appointment for Thursday September 24th at 10 AM");
    let there = || -> Vec<String> {
        clinic.stand_in.booked().iter().map(|kept| kept.text.clone()).collect()
    };
    assert!(there()[0].contains("DTSTART:20260924T150000Z"), "{:?}", there());
    let code = booked["confirmationNumber"].clone();
    let found = call.tool("lookup_booking", json!({"booking_reference": code})).await;
    hears(&found, "Thursday September 24th at 10 AM");

    let other = clinic.org.call(&clinic.server, "+13125550199");
    assert!(!slots(&other).await.contains(&"10:00".into()));
    let taken = other.tool("create_booking", ten_for("Omar Haddad")).await;
    assert_eq!(taken["error"], "slot_unavailable", "{taken}");
    assert_eq!(there().len(), 1);

    // The password is changed in the middle of the call, and entered anew.
    clinic.stand_in.set_password("another");
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let refused = call.tool("reschedule_booking", to_eleven.clone()).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    hears(&refused, "Can I take a message instead?");
    assert_eq!(clinic.check().await["status"], "error");
    let login = json!({"url": format!("{}/dav/", clinic.stand_in.url()), "username": USER,
        "password": "another"});
    clinic.patch(json!({"credentials": login})).await;
    assert_eq!(clinic.check().await["ok"], true);
    let moved = call.tool("reschedule_booking", to_eleven).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    assert_eq!(there().len(), 1, "{:?}", there());
    assert!(there()[0].contains("DTSTART:20260924T160000Z"), "{:?}", there());

    // The server is down, then back.
    clinic.stand_in.always(Operation::Any, Trouble::FailsBefore);
    hears(&free(&other).await, "I'm having trouble accessing the calendar right now");
    clinic.stand_in.behave();
    assert!(slots(&other).await.contains(&"10:00".into()), "what was moved away is free");

    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 11 AM");
    assert!(there().is_empty(), "{:?}", there());
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}
