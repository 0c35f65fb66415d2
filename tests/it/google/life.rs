//! A booking's whole life at Google, as a caller and an operator see it.

use super::*;

#[tokio::test]
async fn a_caller_books_moves_and_cancels_at_google_in_good_days_and_in_bad_ones() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(policy, json!({"calendar_ids": [DESK, ROOM]}), 5_500).await;
    let stand_in = &clinic.stand_in;
    stand_in.book_elsewhere(DESK, at("2026-09-24T14:00:00Z"), at("2026-09-24T14:20:00Z"));
    stand_in.book_elsewhere(ROOM, at("2026-09-24T20:15:00Z"), at("2026-09-24T20:45:00Z"));
    let free = clinic.free(DAY).await;
    assert!(!free.contains(&json!("09:00")), "somebody is there: {free:?}");
    assert!(!free.contains(&json!("15:00")) && !free.contains(&json!("15:30")), "{free:?}");
    assert_eq!(free.len(), 13, "nine to five less three: {free:?}");

    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["notes"] = json!("first visit");
    let booked = call.tool("create_booking", ten).await;
    hears(&booked, "I've booked your appointment for Thursday September 24th at 10 AM");
    let event = stand_in.standing().remove(0);
    assert_eq!((event.start, event.end), (at("2026-09-24T15:00:00Z"), at("2026-09-24T15:30:00Z")));
    assert_eq!(event.fields["start"]["dateTime"], "2026-09-24T10:00:00-05:00");
    assert_eq!(event.fields["start"]["timeZone"], "America/Chicago");
    assert_eq!(event.text("summary"), Some("Ann Ruiz: consultation"));
    assert!(event.text("description").unwrap().contains("first visit"));
    let ours = clinic.bookings().await;
    assert_eq!(
        (&ours[0]["status"], &ours[0]["outcome"]),
        (&json!("confirmed"), &json!("confirmed"))
    );
    assert_eq!(event.reference(), ours[0]["id"].as_str(), "our reference is with it");
    assert_eq!(ours[0]["external_ids"], json!([format!("{DESK}/{}", event.id)]));
    assert!(!clinic.free(DAY).await.contains(&json!("10:00")));

    let found = call.tool("lookup_booking", json!({})).await;
    assert!(found.to_string().contains(ours[0]["confirmation"].as_str().unwrap()), "{found}");
    let code = booked["confirmationNumber"].clone();
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    let there = stand_in.standing();
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!((there[0].start, &there[0].id), (at("2026-09-24T16:00:00Z"), &event.id));
    assert!(clinic.free(DAY).await.contains(&json!("10:00")), "what it left is free");

    // A conflict that comes between the look and the write.
    let other = clinic.org.call(&clinic.server, "+13125550199");
    other.tool("check_availability", json!({"date": DAY})).await;
    stand_in.next(Operation::Insert, Trouble::SlotTaken);
    let lost = other.tool("create_booking", ten_for("Omar Haddad")).await;
    assert_eq!(lost["error"], "slot_unavailable", "{lost}");
    assert_eq!(stand_in.standing().len(), 1, "ours was taken back");

    // The access ends in the middle.
    stand_in.change_token("ya29.another");
    let refused = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(refused["success"], false, "{refused}");
    assert!(!message(&refused).contains("cancelled your"), "{refused}");
    let again = json!({"credentials": {"access_token": "ya29.another"}});
    clinic.patch(again).await;
    assert_eq!(clinic.check().await["ok"], true);

    // Google is down, and back.
    stand_in.always(Operation::Any, Trouble::FailsBefore);
    let third = clinic.org.call(&clinic.server, "+13125550177");
    let down = third.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(down["error"], "Could not connect to booking provider", "{down}");
    stand_in.behave();
    let back = third.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(back["available"], true, "{back}");

    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 11 AM");
    assert!(stand_in.standing().is_empty());
}

#[tokio::test]
async fn what_is_in_the_calendar_is_busy_only_if_google_would_say_so() {
    let clinic = Clinic::open().await;
    let timed = |more: Value| {
        let mut event = json!({"summary": "x", "start": {"dateTime": "2026-09-24T09:00:00-05:00"},
            "end": {"dateTime": "2026-09-24T17:00:00-05:00"}});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let declined = json!([{"email": DESK, "self": true, "responseStatus": "declined"},
        {"email": "a@example.com", "responseStatus": "accepted"}]);
    for free in
        [timed(json!({"transparency": "transparent"})), timed(json!({"attendees": declined}))]
    {
        let id = clinic.stand_in.put_by_hand(DESK, free.clone());
        assert_eq!(clinic.free(DAY).await.len(), 16, "{free}");
        assert!(clinic.stand_in.remove_by_hand(&id));
    }
    let gone = clinic.stand_in.put_by_hand(DESK, timed(json!({})));
    assert!(clinic.stand_in.remove_by_hand(&gone));
    assert_eq!(clinic.free(DAY).await.len(), 16, "it was removed");
    let tentative = clinic.stand_in.put_by_hand(DESK, timed(json!({"status": "tentative"})));
    assert!(clinic.free(DAY).await.is_empty());
    assert!(clinic.stand_in.remove_by_hand(&tentative));
    let whole = json!({"start": {"date": DAY}, "end": {"date": "2026-09-25"}});
    let _ = clinic.stand_in.put_by_hand(DESK, whole);
    assert!(clinic.free(DAY).await.is_empty(), "a whole day of the calendar's zone");
    assert_eq!(clinic.free("2026-09-25").await.len(), 16, "and no more than that");
}

#[tokio::test]
async fn a_calendar_is_read_page_by_page_and_what_was_not_read_to_its_end_is_not_free() {
    let clinic = Clinic::open().await;
    let fill = |half_hours: std::ops::Range<i64>| {
        for half_hour in half_hours {
            let start =
                at("2026-09-24T14:00:00Z") + jiff::SignedDuration::from_mins(30 * half_hour);
            let end = start + jiff::SignedDuration::from_mins(5);
            clinic.stand_in.book_elsewhere(DESK, start, end);
        }
    };
    fill(0..7);
    assert_eq!(clinic.free(DAY).await[0], "12:30", "seven events on four pages");
    fill(7..15);
    let free = clinic.call().tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(free["unconfirmed"], true, "fifteen are on more than are read: {free}");
}

#[tokio::test]
async fn a_booking_moved_by_hand_is_busy_where_it_is_and_can_still_be_moved_and_cancelled() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    let id = clinic.stand_in.standing()[0].id.clone();
    let (two, later) = (at("2026-09-24T19:00:00Z"), at("2026-09-24T19:30:00Z"));
    assert!(clinic.stand_in.move_by_hand(&id, two, later));
    assert!(!clinic.free(DAY).await.contains(&json!("14:00")), "nobody is booked on top of it");
    let code = booked["confirmationNumber"].clone();
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    assert_eq!(moved["success"], true, "{moved}");
    assert_eq!(clinic.stand_in.standing()[0].start, at("2026-09-24T16:00:00Z"));
    assert!(clinic.stand_in.remove_by_hand(&id));
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "removed by hand is cancelled: {cancelled}");
}

#[tokio::test]
async fn changes_are_made_to_the_version_that_was_read() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    let code = booked["confirmationNumber"].clone();
    clinic.stand_in.next(Operation::Patch, Trouble::LosesRace);
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    assert_eq!(moved["success"], true, "read again once: {moved}");
    let patches = clinic.stand_in.asked_to(Operation::Patch);
    assert_eq!(patches.len(), 2);
    assert!(patches.iter().all(|patch| patch.header("if-match").is_some()), "{patches:?}");
    clinic.stand_in.always(Operation::Patch, Trouble::LosesRace);
    let to_two = json!({"booking_reference": code, "new_date": DAY, "new_time": "14:00"});
    let refused = call.tool("reschedule_booking", to_two).await;
    assert_eq!(refused["success"], false, "{refused}");
    assert_eq!(clinic.stand_in.standing()[0].start, at("2026-09-24T16:00:00Z"), "it stays");
}

#[tokio::test]
async fn a_customer_with_an_address_is_invited_where_the_operator_wants_that() {
    let options = json!({"calendar_ids": [DESK], "invite": true,
        "event_fields": {"location": "12 Willow Street", "summary": "{customer_name} ({confirmation})"}});
    let clinic = Clinic::open_with(json!({}), options, 5_500).await;
    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["customer_email"] = json!("ann@example.com");
    let booked = call.tool("create_booking", ten).await;
    assert_eq!(booked["success"], true, "{booked}");
    let event = clinic.stand_in.standing().remove(0);
    assert_eq!(event.fields["attendees"][0]["email"], "ann@example.com");
    assert_eq!(event.text("location"), Some("12 Willow Street"));
    let code = booked["confirmationNumber"].as_str().unwrap();
    assert_eq!(event.text("summary"), Some(format!("Ann Ruiz ({code})").as_str()));
    let insert = clinic.stand_in.asked_to(Operation::Insert).remove(0);
    assert!(insert.uri.contains("sendUpdates=all"), "{}", insert.uri);
}

#[tokio::test]
async fn the_night_on_which_the_clocks_go_back_is_booked_with_its_offset() {
    let hours = json!({"business_hours": {"sun": [["00:00", "06:00"]]}});
    let options = json!({"calendar_ids": [DESK]});
    let clinic = Clinic::open_at("2026-10-28T14:30:00Z", hours, options, 5_500).await;
    let free = clinic.free("2026-11-01").await;
    assert_eq!(free.len(), 14, "seven hours: {free:?}");
    let call = clinic.call();
    call.tool("check_availability", json!({"date": "2026-11-01"})).await;
    let three = json!({"date": "2026-11-01", "time": "03:00", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", three).await["success"], true);
    let event = clinic.stand_in.standing().remove(0);
    assert_eq!(event.fields["start"]["dateTime"], "2026-11-01T03:00:00-06:00");
    assert_eq!(event.start, at("2026-11-01T09:00:00Z"));
}
