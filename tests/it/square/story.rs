//! A booking's whole life at Square, as a caller and an operator see it.

use super::*;

#[tokio::test]
async fn a_caller_books_finds_moves_and_cancels_at_square_whatever_happens_to_it_meanwhile() {
    let clinic = Clinic::open().await;
    let checked = clinic.check().await;
    assert_eq!(checked["ok"], true, "{checked}");
    assert_eq!(checked["account"], "Willow Street Dental");

    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["notes"] = json!("first visit");
    ten["customer_email"] = json!("ann@example.com");
    let booked = call.tool("create_booking", ten).await;
    hears(&booked, "I've booked your appointment for Thursday September 24th at 10 AM");
    let code = booked["confirmationNumber"].clone();
    let kept = clinic.stand_in.standing().pop().unwrap();
    assert_eq!(kept.start.to_string(), "2026-09-24T15:00:00Z");
    let note = format!("first visit\nConfirmation {}", code.as_str().unwrap());
    assert_eq!(kept.customer_note.as_deref(), Some(note.as_str()));
    let ours = clinic.bookings().await;
    assert_eq!(
        (&ours[0]["outcome"], &ours[0]["external_ids"]),
        (&json!("confirmed"), &json!([kept.id]))
    );
    let carried = kept.seller_note.unwrap();
    assert!(carried.ends_with(ours[0]["id"].as_str().unwrap()), "our reference is with it");
    let customer = clinic.stand_in.customers().pop().unwrap();
    assert_eq!(kept.customer.as_ref(), Some(&customer.id));
    assert_eq!(
        (customer.phone.as_deref(), customer.email.as_deref()),
        (Some(ANN), Some("ann@example.com"))
    );

    let found = call.tool("lookup_booking", json!({"confirmation_number": code})).await;
    assert!(found.to_string().contains("10 AM"), "{found}");

    // Somebody books eleven past us, a moment before the caller wants it.
    clinic.stand_in.book_elsewhere("VAR1", "TM1", "2026-09-24T16:00:00Z".parse().unwrap());
    let to = |time: &str| json!({"booking_reference": code, "new_date": DAY, "new_time": time});
    let taken = call.tool("reschedule_booking", to("11:00")).await;
    hears(&taken, "not available");
    let moved = call.tool("reschedule_booking", to("10:30")).await;
    hears(&moved, "to Thursday September 24th at 10:30 AM");
    let ours = clinic.bookings().await;
    assert_eq!(ours[0]["external_ids"], json!([kept.id]), "it keeps its id there");

    // The token is withdrawn in the middle of the call.
    clinic.stand_in.set_token("EAAA_another");
    let refused = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(refused["success"], false, "{refused}");
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")));
    assert!(checked["hint"].as_str().unwrap().contains("credentials"), "{checked}");
    let patched = clinic.patch(json!({"credentials": {"access_token": "EAAA_another"}})).await;
    assert_eq!(patched["status"], "connected");
    assert_eq!(clinic.check().await["ok"], true);

    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 10:30 AM");
    assert!(clinic.stand_in.standing().iter().all(|kept| !kept.by_token));
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");

    // Square is down, and back again.
    let call = clinic.org.call(&clinic.server, "+13125550199");
    call.tool("check_availability", json!({"date": DAY})).await;
    clinic.stand_in.always(Operation::Any, Trouble::DropsBefore);
    let promised = call.tool("create_booking", ten_for("Omar Haddad")).await;
    assert_eq!(promised["success"], true, "{promised}");
    assert!(!message(&promised).contains("I've booked"), "{promised}");
    assert!(clinic.stand_in.standing().iter().all(|kept| !kept.by_token));
    clinic.stand_in.behave();
    let settled = eventually("the booking to be made good", || async {
        let of_org = format!("/api/orgs/{}/bookings?outcome=confirmed", clinic.org.id);
        let confirmed = clinic.server.get(&of_org).await;
        let items = confirmed["items"].as_array().unwrap();
        items.iter().find(|item| item["status"] == "confirmed").cloned()
    });
    assert_eq!(settled.await["customer_name"], "Omar Haddad");
    let kept = clinic.stand_in.standing().into_iter().find(|kept| kept.by_token).unwrap();
    assert_eq!(kept.start.to_string(), "2026-09-24T15:00:00Z");
}

#[tokio::test]
async fn every_request_has_the_version_and_the_token_and_says_what_square_wants_to_know() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    clinic.check().await;
    for asked in clinic.stand_in.asked() {
        assert_eq!(asked.header("square-version"), Some("2025-08-20"), "{}", asked.uri);
        assert_eq!(
            asked.header("authorization"),
            Some(format!("Bearer {TOKEN}").as_str()),
            "{}",
            asked.uri
        );
        assert_ne!(asked.operation, Operation::Unknown, "{}", asked.uri);
    }
    let first = clinic.stand_in.asked_to(Operation::Availability)[0].body.clone().unwrap();
    let expected = json!({"location_id": "LWILLOW1",
        "start_at_range": {"start_at": "2026-09-24T05:00:00Z", "end_at": "2026-09-25T05:00:00Z"},
        "segment_filters": [{"service_variation_id": "VAR1"}]});
    assert_eq!(first["query"]["filter"], expected);
    let create = clinic.stand_in.asked_to(Operation::Create)[0].body.clone().unwrap();
    let ours = clinic.bookings().await;
    assert_eq!(create["idempotency_key"], ours[0]["id"]);
    assert_eq!(clinic.stand_in.asked_to(Operation::Locations).len(), 1, "read once");
    assert_eq!(clinic.stand_in.asked_to(Operation::TokenStatus).len(), 1, "read once");
}

#[tokio::test]
async fn a_booking_that_the_seller_has_to_accept_is_requested_and_settled_by_what_the_seller_does()
{
    let buyers = Setup { rights: Rights::Buyer, requires_acceptance: true, ..setup() };
    for (standing, status) in [(Standing::Accepted, "confirmed"), (Standing::Declined, "cancelled")]
    {
        let clinic = Clinic::open_with(buyers.clone(), json!({}), 5_500).await;
        let call = clinic.offered().await;
        let requested = clinic.book(&call).await;
        hears(&requested, "I've requested your appointment");
        assert_eq!(clinic.bookings().await[0]["status"], "pending");
        let id = clinic.stand_in.standing()[0].id.clone();
        assert!(clinic.stand_in.set_standing(&id, standing));
        if standing == Standing::Declined {
            let code = requested["confirmationNumber"].clone();
            let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
            assert_eq!(cancelled["success"], true, "what is off is cancelled: {cancelled}");
        } else {
            let code = requested["confirmationNumber"].clone();
            let to = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
            let moved = call.tool("reschedule_booking", to).await;
            assert_eq!(moved["success"], true, "{moved}");
        }
        assert_eq!(clinic.bookings().await[0]["status"], status);
    }
}

#[tokio::test]
async fn squares_openings_are_the_truth_over_long_spans_and_clock_changes_too() {
    let clinic = Clinic::open().await;
    let call = clinic.call();
    let on = async |date: &str| call.tool("check_availability", json!({"date": date})).await;
    clinic.stand_in.book_elsewhere("VAR1", "TM1", "2026-09-24T16:00:00Z".parse().unwrap());
    let thursday = on(DAY).await;
    let slots = thursday["data"]["slots"].as_array().unwrap();
    assert_eq!(slots.len(), 15, "nine to five: {thursday}");
    assert!(!slots.contains(&json!("11:00")), "{thursday}");
    hears(&on("2026-09-26").await, "no available slots on Saturday September 26th");
    // The clocks go back on the first of November.
    let monday = on("2026-11-02").await;
    assert_eq!(monday["data"]["slots"][0], "09:00", "{monday}");
    let nine = json!({"date": "2026-11-02", "time": "9 AM", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", nine).await["success"], true);
    let kept = clinic.stand_in.standing().pop().unwrap();
    assert_eq!(kept.start.to_string(), "2026-11-02T15:00:00Z");
}

#[tokio::test]
async fn two_people_can_be_booked_at_one_time_and_a_third_caller_hears_alternatives() {
    let two = Setup {
        members: vec![Member::new("TM1"), Member::new("TM2")],
        services: vec![Variation::new("VAR1", "Consultation", 30, &["TM1", "TM2"])],
        ..setup()
    };
    let services = json!({"services": [{"id": "consultation", "name": "Consultation",
        "duration_minutes": 30, "capacity": 2}]});
    let clinic = Clinic::open_with(two, services, 5_500).await;
    for (caller, name, success) in
        [(0, "Ann Ruiz", true), (1, "Omar Haddad", true), (2, "Mia Chen", false)]
    {
        let call = clinic.org.call(&clinic.server, &format!("+1312555010{caller}"));
        call.tool("check_availability", json!({"date": DAY})).await;
        let result = call.tool("create_booking", ten_for(name)).await;
        assert_eq!(result["success"], success, "{result}");
        if !success {
            hears(&result, "The nearest openings are 9 AM, 9:30 AM, and 10:30 AM");
        }
    }
    let mut members: Vec<String> =
        clinic.stand_in.standing().into_iter().map(|kept| kept.member).collect();
    members.sort();
    assert_eq!(members, ["TM1", "TM2"]);
}

#[tokio::test]
async fn what_the_seller_moved_or_cancelled_by_hand_is_taken_as_it_is() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let code = clinic.book(&call).await["confirmationNumber"].clone();
    let id = clinic.stand_in.standing()[0].id.clone();
    clinic.stand_in.move_by_hand(&id, "2026-09-24T17:00:00Z".parse().unwrap());
    let to_two = json!({"booking_reference": code, "new_date": DAY, "new_time": "14:00"});
    let moved = call.tool("reschedule_booking", to_two).await;
    assert_eq!(moved["success"], true, "{moved}");
    let standing = clinic.stand_in.standing();
    assert_eq!(
        (standing.len(), standing[0].start.to_string().as_str()),
        (1, "2026-09-24T19:00:00Z")
    );
    clinic.stand_in.set_standing(&id, Standing::CancelledBySeller);
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
}
