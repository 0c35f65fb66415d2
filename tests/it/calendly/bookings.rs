//! A booking's whole life at Calendly, as a caller and an operator see it.

use super::*;

#[tokio::test]
async fn a_caller_books_moves_and_cancels_at_calendly() {
    let clinic = Clinic::open().await;
    let (call, code) = clinic.booked().await;
    let kept = clinic.stand_in.standing();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].start.to_string(), "2026-09-24T15:00:00Z");
    assert_eq!((kept[0].name.as_str(), kept[0].email.as_str()), ("Ann Ruiz", EMAIL));
    assert_eq!((kept[0].phone.as_deref(), kept[0].zone.as_str()), (Some(ANN), "America/Chicago"));
    let ours = clinic.bookings().await;
    assert_eq!(
        (&ours[0]["status"], &ours[0]["outcome"]),
        (&json!("confirmed"), &json!("confirmed"))
    );
    assert_eq!(ours[0]["external_ids"], json!([kept[0].invitee]));
    assert_eq!(kept[0].tracking["utm_content"], ours[0]["id"], "our reference is with it");

    let found = call.tool("lookup_booking", json!({"booking_reference": code})).await;
    hears(&found, "Thursday September 24th at 10 AM");

    let moved = call.tool("reschedule_booking", to(&code, "11:00")).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    let standing = clinic.stand_in.standing();
    assert_eq!(standing.len(), 1, "one booking stands: {standing:?}");
    assert_eq!(standing[0].start.to_string(), "2026-09-24T16:00:00Z");
    assert_eq!(standing[0].tracking["utm_content"], ours[0]["id"]);
    let ours = clinic.bookings().await;
    let both = json!([kept[0].invitee, standing[0].invitee]);
    assert_eq!((ours.len(), &ours[0]["external_ids"]), (1, &both));
    assert_eq!(ours[0]["confirmation"], code, "ours keeps its code although theirs is another");

    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 11 AM");
    assert!(clinic.stand_in.standing().is_empty());
    let reason = clinic.stand_in.bookings().last().unwrap().reason.clone();
    assert_eq!(reason.as_deref(), Some("cannot come"));
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}

#[tokio::test]
async fn calendlys_open_starts_are_the_truth_and_what_the_org_forbids_is_left_out() {
    let clinic = Clinic::open().await;
    clinic.stand_in.book_elsewhere(PLAIN, "2026-09-24T16:00:00Z".parse().unwrap());
    let call = clinic.offers_what_is_free_there_and_allowed_here(60).await;
    let on = async |date: &str| call.tool("check_availability", json!({"date": date})).await;
    let today = on("2026-09-22").await;
    assert_eq!(today["data"]["slots"][0], "13:00", "three hours after 9:30: {today}");
    let asked = clinic.stand_in.asked_to(Operation::Open);
    let uri = &asked[0].uri;
    for part in [
        "event_type=https%3A%2F%2Fapi.calendly.com%2Fevent_types%2FPLAIN30",
        "start_time=2026-09-24T05%3A00%3A00Z",
        "end_time=2026-09-25T05%3A00%3A00Z",
    ] {
        assert!(uri.contains(part), "{part} is not in {uri}");
    }
    let bearer = format!("Bearer {TOKEN}");
    assert!(asked.iter().all(|asked| asked.header("authorization") == Some(bearer.as_str())));
}

#[tokio::test]
async fn the_days_on_which_the_clocks_change_have_their_own_hours() {
    for (now, date, slots, time, start) in [
        ("2026-10-28T14:30:00Z", "2026-11-01", 14, "3 AM", "2026-11-01T09:00:00Z"),
        ("2027-03-10T14:30:00Z", "2027-03-14", 10, "3 AM", "2027-03-14T08:00:00Z"),
    ] {
        let clinic = Clinic::open_at(setup(now), NIGHTS, json!({}), 5_500).await;
        let call = clinic.call();
        let free = call.tool("check_availability", json!({"date": date})).await;
        assert_eq!(free["data"]["slots"].as_array().unwrap().len(), slots, "{free}");
        let three = json!({"date": date, "time": time, "customer_name": "Ann Ruiz",
            "customer_email": EMAIL});
        let booked = call.tool("create_booking", three).await;
        assert_eq!(booked["success"], true, "{booked}");
        assert_eq!(clinic.stand_in.standing()[0].start.to_string(), start);
    }
}

#[tokio::test]
async fn an_address_is_asked_for_unless_the_clinic_has_one_for_such_callers() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let ten = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"});
    let asks = call.tool("create_booking", ten.clone()).await;
    assert_eq!(asks["error"], "missing_input", "{asks}");
    hears(&asks, "I also need your e-mail address");
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty(), "no request is wasted on it");
    clinic.set(json!({"email": "bookings+{confirmation}@willow.example"})).await;
    let booked = call.tool("create_booking", ten).await;
    assert_eq!(booked["success"], true, "{booked}");
    let code = booked["confirmationNumber"].as_str().unwrap();
    assert_eq!(clinic.stand_in.standing()[0].email, format!("bookings+{code}@willow.example"));
}

#[tokio::test]
async fn questions_are_answered_by_the_options_and_by_the_caller() {
    let clinic = Clinic::open_with(ASKING, json!({})).await;
    let call = clinic.offered().await;
    let asks = clinic.book(&call).await;
    assert_eq!(asks["error"], "missing_input", "{asks}");
    hears(&asks, "I also need your Reason for visit");
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty());
    clinic
        .set(json!({"answers": {"insurance": "private", "Anything else?": "{confirmation}"}}))
        .await;
    let mut with_notes = ten_for("Ann Ruiz");
    with_notes["notes"] = json!("a broken tooth");
    let booked = call.tool("create_booking", with_notes).await;
    assert_eq!(booked["success"], true, "{booked}");
    let answers = json!(clinic.stand_in.standing()[0].answers);
    assert_eq!(
        answers,
        json!([
            {"question": "Reason for visit", "answer": "a broken tooth", "position": 0},
            {"question": "Insurance", "answer": "Private", "position": 1},
            {"question": "Anything else?", "answer": booked["confirmationNumber"], "position": 2},
        ])
    );
}

#[tokio::test]
async fn a_question_that_was_added_meanwhile_is_asked_by_its_name() {
    let clinic = Clinic::open_with(ASKING, json!({})).await;
    clinic.set(json!({"answers": {"insurance": "Public"}})).await;
    let plain = json!({"resource": {"uri": "x", "duration": 30}});
    clinic.stand_in.next(Operation::EventType, Trouble::Answers { status: 200, body: plain });
    let call = clinic.offered().await;
    let asks = clinic.book(&call).await;
    assert_eq!(asks["error"], "missing_input", "{asks}");
    hears(&asks, "I also need your Reason for visit");
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);
}

#[tokio::test]
async fn the_place_is_the_callers_phone_or_what_the_options_say() {
    let clinic = Clinic::open_with(PHONE, json!({})).await;
    clinic.booked().await;
    let kept = clinic.stand_in.standing();
    assert_eq!(kept[0].location, Some(json!({"kind": "outbound_call", "location": ANN})));

    let clinic = Clinic::open_with(PHONE, json!({})).await;
    let place = json!({"kind": "ask_invitee", "location": "at home"});
    clinic.set(json!({"location": place})).await;
    clinic.booked().await;
    assert_eq!(clinic.stand_in.standing()[0].location, Some(place));
}

#[tokio::test]
async fn a_group_takes_as_many_as_it_has_places_and_nobody_is_cancelled_for_another() {
    let services = json!({"services": [{"id": "consultation", "name": "Group",
        "duration_minutes": 30, "capacity": 3}]});
    let clinic = Clinic::open_with(GROUP, services).await;
    let mut codes = Vec::new();
    for guest in 0..4 {
        let call = clinic.org.call(&clinic.server, &format!("+1312555010{guest}"));
        call.tool("check_availability", json!({"date": DAY})).await;
        let result = call.tool("create_booking", ten_for(&format!("Guest {guest}"))).await;
        if guest == 3 {
            hears(&result, "not available");
        } else {
            codes.push((call, result["confirmationNumber"].clone()));
        }
    }
    assert_eq!((codes.len(), clinic.stand_in.standing().len()), (3, 3));
    let (call, code) = &codes[0];
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], false, "{cancelled}");
    let moved = call.tool("reschedule_booking", to(code, "11:00")).await;
    assert_eq!(moved["success"], false, "{moved}");
    assert_eq!(clinic.stand_in.standing().len(), 3, "the others keep their places");
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 3, "and nothing was added");
}

#[tokio::test]
async fn an_operator_books_through_calendly_by_the_same_rules() {
    let clinic = Clinic::open().await;
    let path = format!("/api/orgs/{}/bookings", clinic.org.id);
    let body = json!({"service_id": "consultation", "start": "2026-09-24T10:00:00-05:00",
        "customer_name": "Ann Ruiz", "customer_phone": ANN, "customer_email": EMAIL});
    let (status, made) = clinic.server.api(Method::POST, &path, Some(body.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["external_ids"], json!([clinic.stand_in.standing()[0].invitee]));
    let mut other = body;
    other["customer_name"] = json!("Omar Haddad");
    let (status, taken) = clinic.server.api(Method::POST, &path, Some(other)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{taken}");
    assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1);
}
