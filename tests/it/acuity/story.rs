//! A booking's whole life at Acuity, as a caller and an operator see it.

use super::*;

#[tokio::test]
async fn a_caller_books_is_found_moves_and_cancels_through_a_lost_key_and_an_outage() {
    let take = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_as(Plan { settings: take, ..Plan::default() }).await;
    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["customer_email"] = json!("ann@example.com");
    let booked = call.tool("create_booking", ten).await;
    hears(&booked, "I've booked your appointment for Thursday September 24th at 10 AM");
    let kept = clinic.stand_in.standing();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].start.to_string(), "2026-09-24T15:00:00Z");
    assert_eq!((kept[0].first_name.as_str(), kept[0].last_name.as_str()), ("Ann", "Ruiz"));
    assert_eq!((kept[0].email.as_str(), kept[0].phone.as_str()), ("ann@example.com", ANN));
    assert_eq!(kept[0].zone, "America/Chicago");
    let ours = clinic.bookings().await;
    assert_eq!(
        (&ours[0]["outcome"], &ours[0]["status"]),
        (&json!("confirmed"), &json!("confirmed"))
    );
    assert_eq!(ours[0]["external_ids"], json!([kept[0].id.to_string()]));
    assert_eq!(json!(kept[0].fields[&REFERENCE]), ours[0]["id"], "our reference is with it");

    let code = booked["confirmationNumber"].clone();
    let found = call.tool("lookup_booking", json!({"booking_reference": code})).await;
    assert_eq!(found["success"], true, "{found}");

    let other = clinic.org.call(&clinic.server, "+13125550199");
    other.tool("check_availability", json!({"date": DAY})).await;
    let taken = other.tool("create_booking", ten_for("Omar Haddad")).await;
    assert_eq!(taken["error"], "slot_unavailable", "{taken}");

    // The key is changed at Acuity in the middle.
    clinic.stand_in.change_key("another_key");
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let refused = call.tool("reschedule_booking", to_eleven.clone()).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    assert_eq!(clinic.check().await["status"], "error");
    clinic.patch(json!({"credentials": {"user_id": USER, "api_key": "another_key"}})).await;
    assert_eq!(clinic.check().await["ok"], true);
    let moved = call.tool("reschedule_booking", to_eleven).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    let after = clinic.stand_in.standing();
    assert_eq!((after.len(), after[0].id), (1, kept[0].id), "one, under the same id");
    assert_eq!(after[0].start.to_string(), "2026-09-24T16:00:00Z");

    // Acuity is down, then back.
    clinic.stand_in.always(Operation::Any, Trouble::FailsBefore);
    let down = other.tool("check_availability", json!({"date": "2026-09-28"})).await;
    assert_eq!(down["success"], false, "{down}");
    clinic.stand_in.behave();
    let back = other.tool("check_availability", json!({"date": "2026-09-28"})).await;
    assert_eq!(back["available"], true, "{back}");

    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 11 AM");
    assert!(clinic.stand_in.standing().is_empty());
    let note = clinic.stand_in.appointments()[0].cancel_note.clone();
    assert_eq!(note.as_deref(), Some("cannot come"));
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}

#[tokio::test]
async fn the_check_names_the_account_or_what_is_wrong_and_changes_nothing_there() {
    let clinic = Clinic::open().await;
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(true), &json!("connected")));
    assert_eq!(checked["account"], "Willow Street Dental", "{checked}");
    let asked = clinic.stand_in.asked();
    assert!(asked.iter().all(|asked| asked.method == "GET"), "{asked:?}");
    for (options, word) in [
        (json!({"services": {"cleaning": PLAIN}}), "options.services.consultation"),
        (json!({"services": {"consultation": 99}}), "options.services"),
        (json!({"services": {"consultation": PLAIN}, "calendar_id": 99}), "options.calendar_id"),
    ] {
        clinic.patch(json!({"options": options})).await;
        let checked = clinic.check().await;
        assert_eq!(checked["ok"], false, "{checked}");
        assert!(checked["problem"].as_str().unwrap().contains(word), "{checked}");
    }
    clinic.stand_in.always(Operation::Any, Trouble::Redirects);
    let checked = clinic.check().await;
    assert!(checked["problem"].as_str().unwrap().contains("base_url"), "{checked}");
    let asked = clinic.stand_in.asked();
    assert!(asked.iter().all(|asked| !asked.uri.starts_with("/elsewhere")), "{asked:?}");
}

#[tokio::test]
async fn wrong_entries_are_refused_by_name_and_nothing_is_kept() {
    let of = |credentials: Value, options: Value| json!({"provider": "acuity", "credentials": credentials, "options": options});
    let entries = vec![
        (json!({"provider": "acuity"}), "credentials.user_id"),
        (of(json!({"user_id": USER}), json!({})), "credentials.api_key"),
        (of(json!({"user_id": "x", "api_key": KEY}), json!({})), "credentials.user_id"),
        (of(json!({"user_id": USER, "api_key": KEY}), json!({"colour": 1})), "options.colour"),
    ];
    clinic::are_refused(entries, KEY).await;
}

#[tokio::test]
async fn an_operator_moves_a_booking_that_is_not_in_its_own_way() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.book(&call).await;
    let id = clinic.stand_in.standing()[0].id;
    let ours = clinic.bookings().await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/orgs/{}/bookings/{ours}/reschedule", clinic.org.id);
    let body = json!({"start": "2026-09-24T11:00"});
    let (status, moved) = clinic.server.api(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    let asked = clinic.stand_in.asked_to(Operation::Times);
    let uri = &asked.last().unwrap().uri;
    assert!(uri.contains(&format!("ignoreAppointmentIDs%5B%5D={id}")), "{uri}");
}

#[tokio::test]
async fn a_class_takes_as_many_as_it_has_places() {
    let settings = json!({"services": [{"id": "consultation", "name": "Group",
        "duration_minutes": 30, "capacity": 3}]});
    let plan = Plan { appointment_type: GROUP, settings, ..Plan::default() };
    let clinic = Clinic::open_as(plan).await;
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
    assert_eq!((booked, clinic.stand_in.standing().len()), (3, 3));
    assert!(!clinic.stand_in.asked_to(Operation::Classes).is_empty());
}

#[tokio::test]
async fn a_question_of_the_intake_form_is_asked_and_the_answer_passed_on() {
    let questions = vec![Field::text(10, "Reason for visit?", true)];
    let clinic = Clinic::open_as(Plan { questions, ..Plan::default() }).await;
    let call = clinic.offered().await;
    let asks = clinic.book(&call).await;
    assert_eq!(asks["error"], "missing_input", "{asks}");
    hears(&asks, "I also need your Reason for visit");
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty(), "no request is wasted on it");
    let mut with_notes = ten_for("Ann Ruiz");
    with_notes["notes"] = json!("a broken tooth");
    let booked = call.tool("create_booking", with_notes).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(clinic.stand_in.standing()[0].fields[&10], "a broken tooth");
}

#[tokio::test]
async fn a_caller_with_one_name_or_no_address_is_asked_or_helped_out_as_the_operator_chose() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let asks = call.tool("create_booking", ten_for("Ann")).await;
    hears(&asks, "I also need your last name");
    let only_services = json!({"services": {"consultation": PLAIN}, "fallback_last_name": "-",
        "fallback_email": null});
    clinic.patch(json!({"options": only_services})).await;
    let asks = call.tool("create_booking", ten_for("Ann")).await;
    hears(&asks, "I also need your e-mail address");
    let mut with_address = ten_for("Ann");
    with_address["customer_email"] = json!("ann@example.com");
    let booked = call.tool("create_booking", with_address).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(clinic.stand_in.standing()[0].last_name, "-");
}
