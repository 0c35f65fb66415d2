//! Bodies and records, without a server.

#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;

use super::super::tests::booking;
use super::*;
use crate::providers::trials::at;

fn options(given: Value) -> Options {
    Options::read(given.as_object().unwrap()).unwrap()
}

fn textbox(id: u64, name: &str) -> Field {
    Field { id: Some(id), name: name.into(), required: true, kind: "textbox".into() }
}

#[test]
fn a_new_appointment_has_its_time_with_an_offset_and_everything_acuity_insists_on() {
    let options = options(json!({"calendar_id": 7, "reference_field": 14,
        "form_fields": {"10": "Said: {notes}", "11": "{customer_email}"}}));
    let mut booking = booking();
    booking.customer_name = " Ann Maria  Ruiz ".into();
    booking.notes = Some("a tooth".into());
    booking.customer_email = Some("ann@example.com".into());
    let body = create(&booking, 30, &[textbox(12, "Reason?")], &options).unwrap();
    let expected = json!({
        "datetime": "2026-09-24T10:00:00-05:00", "appointmentTypeID": 30, "calendarID": 7,
        "firstName": "Ann", "lastName": "Maria  Ruiz", "email": "ann@example.com",
        "phone": "+13125550142", "timezone": "America/Chicago",
        "fields": [{"id": 10, "value": "Said: a tooth"}, {"id": 11, "value": "ann@example.com"},
            {"id": 12, "value": "a tooth"}, {"id": 14, "value": booking.id.to_string()}],
    });
    assert_eq!(body, expected);
}

#[test]
fn what_is_demanded_and_not_given_is_asked_for_before_anything_is_sent() {
    let none = options(json!({}));
    let asks = |booking: &Booking, required: &[Field], options: &Options| {
        create(booking, 30, required, options).unwrap_err()
    };
    let mut one = booking();
    one.customer_email = None;
    assert_eq!(asks(&one, &[], &none), missing("customer_email"));
    one.customer_email = Some("ann@example.com".into());
    one.customer_name = "Ann".into();
    assert_eq!(asks(&one, &[], &none), missing("last_name"));
    one.customer_name = "Ann Ruiz".into();
    let question = textbox(12, "Is this your first visit? ");
    assert_eq!(
        asks(&one, std::slice::from_ref(&question), &none),
        missing("Is this your first visit")
    );
    one.notes = Some("yes".into());
    let choice = Field { kind: "dropdown".into(), ..question };
    assert!(create(&one, 30, &[choice], &none).is_err(), "words are no choice from a list");
    one.customer_name = "Ann".into();
    one.customer_email = None;
    let fallbacks = json!({"fallback_email": "a@b.example", "fallback_last_name": "-"});
    let body = create(&one, 30, &[], &options(fallbacks)).unwrap();
    assert_eq!((&body["email"], &body["lastName"]), (&json!("a@b.example"), &json!("-")));
}

#[test]
fn times_on_either_side_of_a_clock_change_have_their_own_offsets() {
    for (instant, written) in [
        ("2026-11-01T06:30:00Z", "2026-11-01T01:30:00-05:00"),
        ("2026-11-01T07:30:00Z", "2026-11-01T01:30:00-06:00"),
        ("2027-03-14T08:00:00Z", "2027-03-14T03:00:00-05:00"),
    ] {
        assert_eq!(moment(at(instant), "America/Chicago"), written);
    }
}

#[test]
fn a_span_lies_in_each_month_that_it_touches() {
    let (from, to) = (date(2026, 11, 28), date(2027, 1, 2));
    let starts = [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)];
    assert_eq!(months((from, to)), starts);
    assert_eq!(months((to, to)), [date(2027, 1, 1)]);
}

#[test]
fn slots_without_room_and_sessions_of_a_series_are_left_out() {
    let body = br#"[{"time": "2026-09-24T09:00:00-0500", "slotsAvailable": 1},
        {"time": "2026-09-24T10:00:00-0500", "slotsAvailable": "3", "duration": 90},
        {"time": "2026-09-24T11:00:00-0500"},
        {"time": "2026-09-24T12:00:00-0500", "slotsAvailable": 9, "isSeries": true}]"#;
    let half = SignedDuration::from_mins(30);
    let ends = |places| -> Vec<String> {
        let slots = slots(body, half, places).unwrap();
        slots.iter().map(|slot| slot.end.to_string()).collect()
    };
    let all = ["2026-09-24T14:30:00Z", "2026-09-24T16:30:00Z", "2026-09-24T16:30:00Z"];
    assert_eq!(ends(1), all);
    assert_eq!(ends(2), all[1..]);
    assert_eq!(slots(b"{}", half, 1), None);
}

#[test]
fn our_reference_is_read_from_its_field_and_from_notes_that_people_wrote_around_it() {
    let id = booking().id;
    let appointment = |notes: String, value: String| -> Appointment {
        serde_json::from_value(json!({"id": 1, "datetime": "2026-09-24T10:00:00-0500",
            "notes": notes, "forms": [{"values": [{"fieldID": "14", "value": value}]}]}))
        .unwrap()
    };
    let with_field = options(json!({"reference_field": 14}));
    let none = options(json!({}));
    let in_field = appointment(String::new(), format!(" {id} "));
    assert_eq!(reference(&in_field, &with_field), Some(id));
    assert_eq!(reference(&in_field, &none), None);
    let in_notes = appointment(format!("likes tea\n{MARK}{id}\nmoved twice"), "x".into());
    assert_eq!(reference(&in_notes, &none), Some(id));
    assert_eq!(reference(&in_notes, &with_field), Some(id));
    assert_eq!(reference(&appointment(format!("{MARK}soon"), "x".into()), &none), None);
}

#[test]
fn without_a_reference_only_the_same_person_at_the_same_time_is_alike() {
    let booking = booking();
    let appointment = |change: Value| -> Appointment {
        let mut body = json!({"id": 1, "datetime": "2026-09-24T10:00:00-0500",
            "appointmentTypeID": "30", "phone": "(312) 555-0142", "email": ""});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        serde_json::from_value(body).unwrap()
    };
    for (change, alike) in [
        (json!({}), true),
        (json!({"phone": "+1 312 555 0142"}), true),
        (json!({"phone": "", "email": "ANN@example.com"}), true),
        (json!({"phone": ""}), false),
        (json!({"phone": "555-0143"}), false),
        (json!({"datetime": "2026-09-24T10:00:00-0400"}), false),
        (json!({"appointmentTypeID": 31}), false),
        (json!({"canceled": true}), false),
    ] {
        assert_eq!(is_alike(&appointment(change.clone()), &booking, Some(30)), alike, "{change}");
    }
}
