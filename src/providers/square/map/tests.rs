//! Bodies and records, without a server.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::providers::trials::booking;

fn opening() -> Opening {
    let opening = json!({"start_at": "2026-09-24T15:00:00Z", "appointment_segments": [
        {"team_member_id": "TM1", "service_variation_id": "VAR1", "any_team_member": true,
            "service_variation_version": 1_605_808_735_978i64, "duration_minutes": 30,
            "intermission_minutes": 0, "resource_ids": ["R1"]}]});
    serde_json::from_value(opening).unwrap()
}

fn body(more: Value) -> BookingBody {
    let mut body = json!({"id": "B1", "version": 3, "status": "ACCEPTED",
        "start_at": "2026-09-24T15:00:00Z",
        "appointment_segments": [{"team_member_id": "TM1", "duration_minutes": 30}]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    serde_json::from_value(body).unwrap()
}

#[test]
fn a_booking_is_sent_with_our_reference_and_nothing_that_square_sets_itself() {
    let booking = Booking { notes: Some("first visit".into()), ..booking() };
    let sent = create(&booking, ("L1", "C1"), &opening(), None, 0);
    let expected = json!({
        "idempotency_key": booking.id.to_string(),
        "booking": {
            "start_at": "2026-09-24T15:00:00Z",
            "location_id": "L1",
            "customer_id": "C1",
            "customer_note": "first visit\nConfirmation KM73TN",
            "seller_note": format!("Booked by phone\nhookswitch_booking:{}", booking.id),
            "appointment_segments": [{"team_member_id": "TM1", "service_variation_id": "VAR1",
                "service_variation_version": 1_605_808_735_978i64, "duration_minutes": 30}],
        },
    });
    assert_eq!(sent, expected);
    let again = create(&booking, ("L1", "C1"), &opening(), Some("For {customer_name}"), 1);
    assert_eq!(again["idempotency_key"], format!("{}-2", booking.id));
    let note = again["booking"]["seller_note"].as_str().unwrap();
    assert!(note.starts_with("For Ann Ruiz\n"), "{note}");
    let empty = create(&booking, ("L1", "C1"), &opening(), Some("{customer_email}"), 0);
    let note = empty["booking"]["seller_note"].as_str().unwrap();
    assert!(note.starts_with("Booked by phone\n"), "what is not known is left out: {note}");
}

#[test]
fn a_move_names_people_only_if_they_change() {
    let booking = booking();
    let to = "2026-09-24T16:00:00Z".parse().unwrap();
    let asked = reschedule(&booking, &body(json!({})), to, Some(&opening()));
    assert_eq!(asked["booking"], json!({"version": 3, "start_at": "2026-09-24T16:00:00Z"}));
    let other = body(json!({"appointment_segments": [{"team_member_id": "TM2"}]}));
    let asked = reschedule(&booking, &other, to, Some(&opening()));
    assert_eq!(asked["booking"]["appointment_segments"][0]["team_member_id"], "TM1");
    let key = |version: i64| {
        let body = body(json!({"version": version}));
        reschedule(&booking, &body, to, None)["idempotency_key"].clone()
    };
    assert_ne!(key(3), key(4), "to and fro and to again are three moves");
}

#[test]
fn every_status_has_its_meaning() {
    for (status, state, standing) in [
        ("ACCEPTED", ProviderState::Confirmed, true),
        ("PENDING", ProviderState::Pending, true),
        ("DECLINED", ProviderState::Cancelled, false),
        ("CANCELLED_BY_CUSTOMER", ProviderState::Cancelled, false),
        ("CANCELLED_BY_SELLER", ProviderState::Cancelled, false),
        ("NO_SHOW", ProviderState::Confirmed, false),
        ("INVENTED_LATER", ProviderState::Pending, true),
    ] {
        let body = body(json!({"status": status}));
        assert_eq!(record(&body).state, state, "{status}");
        assert_eq!(made(&body).is_some(), standing, "{status}");
    }
    assert!(made(&body(json!({}))).unwrap().confirmed);
    assert!(!made(&body(json!({"status": "PENDING"}))).unwrap().confirmed);
}

#[test]
fn a_booking_is_ours_by_the_sellers_note_and_by_its_code_only_without_one() {
    let booking = booking();
    let other = crate::providers::trials::booking();
    let with = |seller: Option<String>, customer: Option<&str>| {
        body(json!({"seller_note": seller, "customer_note": customer}))
    };
    let note = |booking: &Booking| Some(seller_note(booking, None));
    assert!(is_of(&with(note(&booking), None), &booking));
    assert!(is_of(&with(Some(format!("{} edited", note(&booking).unwrap())), None), &booking));
    assert!(!is_of(&with(note(&other), Some("Confirmation KM73TN")), &booking));
    assert!(is_of(&with(None, Some("first visit\nConfirmation KM73TN")), &booking));
    assert!(is_of(
        &with(Some("a note of the seller's".into()), Some("Confirmation KM73TN")),
        &booking
    ));
    assert!(!is_of(&with(None, Some("Confirmation KM73TN or so")), &booking));
    assert!(!is_of(&with(None, None), &booking));
    assert_eq!(reference(&with(Some("hookswitch_booking:".into()), None)), None);
}

#[test]
fn an_appointment_ends_with_its_last_part() {
    let parts = json!({"appointment_segments": [
        {"team_member_id": "A", "duration_minutes": 30, "intermission_minutes": 15},
        {"team_member_id": "B", "duration_minutes": 45, "intermission_minutes": 5}]});
    assert_eq!(record(&body(parts)).end, Some("2026-09-24T16:30:00Z".parse().unwrap()));
    let unsaid = json!({"appointment_segments": [{"team_member_id": "A"}]});
    assert_eq!(record(&body(unsaid)).end, None);
    let length = SignedDuration::from_mins(20);
    let none = Opening { start_at: opening().start_at, appointment_segments: Vec::new() };
    assert_eq!(slots(&[none], length)[0].end, "2026-09-24T15:20:00Z".parse().unwrap());
    assert_eq!(slots(&[opening()], length)[0].end, "2026-09-24T15:30:00Z".parse().unwrap());
}

proptest! {
    #[test]
    fn notes_keep_their_mark_whatever_is_said_and_fit(notes in "\\PC{0,6000}") {
        let booking = Booking { notes: Some(notes), ..booking() };
        let sent = create(&booking, ("L1", "C1"), &opening(), Some("{notes}"), 0);
        let there = body(json!({"customer_note": sent["booking"]["customer_note"]}));
        prop_assert!(is_of(&there, &booking));
        let there = body(json!({"seller_note": sent["booking"]["seller_note"]}));
        prop_assert_eq!(reference(&there), Some(booking.id));
        for note in ["customer_note", "seller_note"] {
            let note = sent["booking"][note].as_str().unwrap();
            prop_assert!(note.chars().count() <= LONGEST_NOTE);
        }
    }
}
