//! A booking's whole life at Cal.com, as a caller and an operator see it.

use super::*;

#[tokio::test]
async fn a_caller_books_moves_and_cancels_at_calcom() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["notes"] = json!("first visit");
    ten["customer_email"] = json!("ann@example.com");
    let booked = call.tool("create_booking", ten).await;
    assert_eq!(booked["success"], true, "{booked}");
    hears(&booked, "I've booked your appointment for Thursday September 24th at 10 AM");
    let kept = clinic.stand_in.standing();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].start.to_string(), "2026-09-24T15:00:00Z");
    assert_eq!((kept[0].name.as_str(), kept[0].email.as_str()), ("Ann Ruiz", "ann@example.com"));
    assert_eq!((kept[0].phone.as_deref(), kept[0].zone.as_str()), (Some(ANN), "America/Chicago"));
    assert_eq!(kept[0].fields["notes"], "first visit");
    let ours = clinic.bookings().await;
    assert_eq!(ours[0]["outcome"], "confirmed");
    assert_eq!(ours[0]["external_ids"], json!([kept[0].uid]));
    assert_eq!(ours[0]["connection_id"], json!(clinic.connection));
    assert_eq!(kept[0].metadata["hookswitch_booking"], ours[0]["id"], "our reference is with it");

    let code = booked["confirmationNumber"].clone();
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    let kept = clinic.stand_in.standing();
    assert_eq!(kept.len(), 1, "one booking stands: {kept:?}");
    assert_eq!(kept[0].start.to_string(), "2026-09-24T16:00:00Z");
    let ours = clinic.bookings().await;
    assert_eq!(ours[0]["external_ids"].as_array().unwrap().last(), Some(&json!(kept[0].uid)));
    assert_eq!(ours[0]["confirmation"], code, "ours keeps its code although theirs has a new id");

    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 11 AM");
    assert!(clinic.stand_in.standing().is_empty());
    let reason = clinic.stand_in.bookings().last().unwrap().reason.clone();
    assert_eq!(reason.as_deref(), Some("cannot come"));
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}

#[tokio::test]
async fn every_request_has_the_version_that_its_endpoint_wants_and_the_key() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    let details = clinic.stand_in.asked_to(Operation::EventType);
    assert_eq!(details.len(), 1, "details are read once: {details:?}");
    let uri = clinic.stand_in.asked_to(Operation::Slots).pop().unwrap().uri;
    clinic.check().await;
    let asked = clinic.stand_in.asked();
    for asked in &asked {
        let version = match asked.operation {
            Operation::Me => None,
            Operation::Slots | Operation::Reserve | Operation::Release => Some("2024-09-04"),
            Operation::EventType => Some("2024-06-14"),
            _ => Some("2024-08-13"),
        };
        assert_eq!(asked.header("cal-api-version"), version, "{}", asked.uri);
        assert_eq!(
            asked.header("authorization"),
            Some(format!("Bearer {KEY}").as_str()),
            "{}",
            asked.uri
        );
    }
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);
    for part in [
        "eventTypeId=30",
        "start=2026-09-24T05%3A00%3A00Z",
        "end=2026-09-25T04%3A59%3A59Z",
        "timeZone=America%2FChicago",
        "format=range",
    ] {
        assert!(uri.contains(part), "{part} is not in {uri}");
    }
}

#[tokio::test]
async fn calcoms_slots_are_the_truth_and_what_the_org_forbids_is_left_out() {
    let clinic = Clinic::open().await;
    clinic.stand_in.book_elsewhere(PLAIN, "2026-09-24T16:00:00Z".parse().unwrap());
    let call = clinic.offers_what_is_free_there_and_allowed_here(30).await;
    let on = async |date: &str| call.tool("check_availability", json!({"date": date})).await;
    let today = on("2026-09-22").await;
    assert_eq!(today["data"]["slots"][0], "13:00", "three hours after 9:30: {today}");
    let asked = clinic.stand_in.asked_to(Operation::Slots);
    assert!(asked.iter().all(|asked| !asked.uri.contains("start=2026-09-25")), "{asked:?}");
    assert_eq!(on("2026-11-24").await["success"], false);
}

#[tokio::test]
async fn what_we_have_claimed_is_not_offered_although_calcom_still_lists_it() {
    let clinic = Clinic::open_with(PLAIN, json!({}), 5_500).await;
    clinic.stand_in.next(Operation::Create, Trouble::NeedsConfirmation);
    let call = clinic.offered().await;
    let requested = clinic.book(&call).await;
    hears(&requested, "I've requested your appointment");
    hears(&requested, "not confirmed yet");
    assert_eq!(clinic.bookings().await[0]["status"], "pending");
    let other = clinic.org.call(&clinic.server, "+13125550199");
    let free = other.tool("check_availability", json!({"date": DAY})).await;
    let slots = free["data"]["slots"].as_array().unwrap();
    assert!(!slots.contains(&json!("10:00")), "a request keeps its slot with us: {free}");
}

#[tokio::test]
async fn a_moving_booking_is_not_in_its_own_way() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    let id = &clinic.bookings().await[0]["id"];
    let uid = clinic.stand_in.standing()[0].uid.clone();
    let path = format!("/api/orgs/{}/bookings/{}/reschedule", clinic.org.id, id.as_str().unwrap());
    let body = json!({"start": "2026-09-24T11:00"});
    let (status, moved) = clinic.server.api(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{moved} after {booked}");
    let asked = clinic.stand_in.asked_to(Operation::Slots);
    let uri = &asked.last().unwrap().uri;
    assert!(uri.contains(&format!("bookingUidToReschedule={uid}")), "{uri}");
}

#[tokio::test]
async fn a_group_takes_as_many_as_it_has_seats() {
    let services = json!({"services": [{"id": "consultation", "name": "Group",
        "duration_minutes": 30, "capacity": 3}]});
    let clinic = Clinic::open_with(GROUP, services, 5_500).await;
    let mut booked = 0;
    for guest in 0..4 {
        let call = clinic.org.call(&clinic.server, &format!("+1312555010{guest}"));
        call.tool("check_availability", json!({"date": DAY})).await;
        let result = call.tool("create_booking", ten_for(&format!("Guest {guest}"))).await;
        booked += usize::from(result["success"] == true);
        if guest == 3 {
            hears(&result, "not available");
        }
    }
    assert_eq!(booked, 3);
    assert_eq!(clinic.stand_in.standing().len(), 3);
}

#[tokio::test]
async fn a_question_of_the_event_type_is_asked_and_the_answer_passed_on() {
    let clinic = Clinic::open_with(ASKING, json!({}), 5_500).await;
    let call = clinic.offered().await;
    let asks = clinic.book(&call).await;
    assert_eq!((&asks["success"], &asks["error"]), (&json!(false), &json!("missing_input")));
    hears(&asks, "I also need your reason");
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty(), "no request is wasted on it");
    let mut with_notes = ten_for("Ann Ruiz");
    with_notes["notes"] = json!("a broken tooth");
    let booked = call.tool("create_booking", with_notes).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(clinic.stand_in.standing()[0].fields["reason"], "a broken tooth");
}

#[tokio::test]
async fn an_operator_books_through_calcom_by_the_same_rules() {
    let clinic = Clinic::open().await;
    let path = format!("/api/orgs/{}/bookings", clinic.org.id);
    let body = json!({"service_id": "consultation", "start": "2026-09-24T10:00:00-05:00",
        "customer_name": "Ann Ruiz", "customer_phone": ANN});
    let (status, made) = clinic.server.api(Method::POST, &path, Some(body.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["external_ids"], json!([clinic.stand_in.standing()[0].uid]));
    let mut other = body;
    other["customer_name"] = json!("Omar Haddad");
    let (status, taken) = clinic.server.api(Method::POST, &path, Some(other)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{taken}");
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);
}

#[tokio::test]
async fn copies_of_one_tool_call_that_come_at_once_outside_of_a_call_are_one_booking_and_one_answer()
 {
    let clinic = Clinic::open().await;
    // Each look takes so long that all copies are there before the first is answered.
    let slow = Trouble::Slow { millis: 300 };
    clinic.stand_in.always(Operation::Slots, slow);
    let arguments = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz",
        "customer_phone": "+13125550143", "customer_email": "ann@example.com"});
    let tool = json!({"id": "toolu_copies", "type": "function",
        "function": {"name": "create_booking", "arguments": arguments}});
    let body = json!({"message": {"type": "tool-calls", "toolCallList": [tool]}});
    let path = format!("/webhook/{}", clinic.org.webhook_id);
    let post = || clinic.server.post_as(&path, &clinic.org.secret, &body);
    let answers = futures_util::future::join_all((0..5).map(|_| post())).await;
    for (status, answer) in &answers {
        assert_eq!((*status, answer), (StatusCode::OK, &answers[0].1));
        assert_eq!(crate::support::result_of(answer)["success"], true, "{answer}");
    }
    assert_eq!(clinic.stand_in.standing().len(), 1);
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);
    // And so does one that comes later.
    assert_eq!(post().await.1, answers[0].1);
}

#[tokio::test]
async fn a_party_is_not_moved_with_others_where_the_calendar_cannot_be_told_of_them() {
    let tables = json!([{"id": "consultation", "name": "Consultation", "duration_minutes": 30,
        "capacity": 10, "capacity_counts": "guests"}]);
    let clinic = Clinic::open_with(PLAIN, json!({"services": tables}), 5_500).await;
    let call = clinic.offered().await;
    let party = |time: &str, people: u32| json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz", "party_size": people});
    let booked = call.tool("create_booking", party("10:00", 4)).await;
    assert_eq!(booked["success"], true, "{booked}");
    let refused = call.tool("create_booking", party("11:00", 2)).await;
    assert_eq!(refused["error"], "party_size", "{refused}");
    assert_eq!(refused["transferSuggested"], true, "{refused}");
    let booking = &clinic.bookings().await[0];
    assert_eq!((&booking["booking_time"], &booking["party_size"]), (&json!("10:00"), &json!(4)));
    // With those it was booked for, it moves.
    let moved = call.tool("create_booking", party("11:00", 4)).await;
    assert_eq!(moved["success"], true, "{moved}");
    assert_eq!(clinic.bookings().await[0]["booking_time"], "11:00");
}
