//! The bodies that Calendly is sent, and the starts that a moving booking frees.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::providers::trials::booking;

fn options(given: Value) -> Options {
    Options::read(given.as_object().unwrap()).unwrap()
}

fn details(body: Value) -> EventTypeBody {
    serde_json::from_value(body).unwrap()
}

const TYPE: &str = "https://api.calendly.com/event_types/AAAA";

fn made(booking: &Booking, details: Option<Value>, given: Value) -> Result<Value, ProviderError> {
    let details = details.map(self::details);
    create(booking, booking.start, TYPE, details.as_ref(), &options(given))
}

#[test]
fn a_booking_becomes_the_documented_body() {
    let booking = Booking { customer_email: Some("ana@example.com".into()), ..booking() };
    let body = made(&booking, None, json!({})).unwrap();
    let wanted = json!({
        "event_type": TYPE,
        "start_time": "2026-09-24T15:00:00Z",
        "invitee": {"name": "Ann Ruiz", "email": "ana@example.com",
            "timezone": "America/Chicago", "text_reminder_number": "+13125550142"},
        "tracking": {"utm_campaign": null, "utm_source": "hookswitch", "utm_medium": null,
            "utm_content": booking.id.to_string(), "utm_term": null, "salesforce_uuid": null},
    });
    assert_eq!(body, wanted);
    let mut without = wanted;
    without["invitee"].as_object_mut().unwrap().remove("text_reminder_number");
    assert_eq!(without_reminders(body), without);
}

#[test]
fn what_nobody_gave_is_named() {
    let question = |kind: &str| {
        json!({"custom_questions": [{"name": "Why do you come?", "type": kind, "position": 0,
            "enabled": true, "required": true, "answer_choices": ["Pain", "Check"]}]})
    };
    let with_email = Booking { customer_email: Some("a@example.com".into()), ..booking() };
    let without_phone = Booking { customer_phone: None, ..with_email.clone() };
    let places = json!({"locations": [{"kind": "outbound_call", "location": null}]});
    for (booking, details, given, field) in [
        (&booking(), None, json!({}), "customer_email"),
        (&with_email, Some(question("text")), json!({}), "Why do you come"),
        (&with_email, Some(question("single_select")), json!({}), "Why do you come"),
        (
            &with_email,
            Some(question("single_select")),
            json!({"answers": {"why do you come?": "Tea"}}),
            "Why do you come",
        ),
        (&without_phone, Some(question("phone_number")), json!({}), "customer_phone"),
        (&without_phone, Some(places), json!({}), "customer_phone"),
        (
            &with_email,
            None,
            json!({"location": {"kind": "ask_invitee", "location": "{notes}"}}),
            "notes",
        ),
    ] {
        let missing = ProviderError::MissingInput { field: field.into() };
        assert_eq!(made(booking, details, given), Err(missing), "{field}");
    }
}

#[test]
fn of_several_places_the_first_that_is_known_is_taken() {
    let booking =
        Booking { customer_phone: None, customer_email: Some("a@example.com".into()), ..booking() };
    for (places, place) in [
        (
            json!([{"kind": "outbound_call"}, {"kind": "physical", "location": "1 Main St"}]),
            json!({"kind": "physical", "location": "1 Main St"}),
        ),
        (
            json!([{"kind": "ask_invitee"}, {"kind": "zoom_conference"}]),
            json!({"kind": "zoom_conference"}),
        ),
        (json!([]), Value::Null),
    ] {
        let body = made(&booking, Some(json!({"locations": places})), json!({})).unwrap();
        assert_eq!(body.get("location").cloned().unwrap_or_default(), place, "{places}");
    }
    let asks = made(&booking, Some(json!({"locations": [{"kind": "ask_invitee"}]})), json!({}));
    assert!(matches!(asks, Err(ProviderError::NeedsHuman(_))), "{asks:?}");
}

#[test]
fn an_answer_that_would_be_empty_is_left_out() {
    let booking = Booking { customer_email: Some("a@example.com".into()), ..booking() };
    let question = |required: bool| {
        json!({"custom_questions": [{"name": "Note", "type": "text", "position": 3,
            "enabled": true, "required": required}]})
    };
    let given = json!({"answers": {"Note": "{notes}"}});
    let body = made(&booking, Some(question(false)), given.clone()).unwrap();
    assert!(body.get("questions_and_answers").is_none(), "{body}");
    let body = made(&booking, None, given).unwrap();
    assert!(body.get("questions_and_answers").is_none(), "{body}");
    let disabled = json!({"custom_questions": [{"name": "Note", "type": "text", "position": 3,
        "enabled": false, "required": true}]});
    assert!(made(&booking, Some(disabled), json!({})).is_ok(), "nobody asks it");
}

fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 / 86_400 * 86_400 + minutes * 60).unwrap()
}

proptest! {
    #[test]
    fn parts_of_a_span_follow_each_other_and_none_is_too_long(hours in 0..2_000_i64, most in 1..800_i64) {
        let (from, to) = (minute(0), minute(hours * 60));
        let longest = SignedDuration::from_hours(most);
        let parts = parts((from, to), longest);
        let mut at = from;
        for (start, end) in &parts {
            prop_assert_eq!(*start, at);
            prop_assert!(end.duration_since(*start) <= longest && end > start);
            at = *end;
        }
        prop_assert_eq!(at, if parts.is_empty() { from } else { to });
        prop_assert_eq!(parts.is_empty(), hours == 0);
    }

    /// Of a day in which some starts are taken, one by the booking that moves: what is opened by moving
    /// it is exactly what is free once it is gone, as far as what was listed can tell.
    #[test]
    fn what_a_moving_booking_frees_is_free_when_it_is_gone(
        step in prop::sample::select(vec![15_i64, 20, 30, 60]),
        steps_long in 1..5_i64,
        at in 0..12_i64,
        others in prop::collection::vec(0..16_i64, 0..4),
    ) {
        let length = step * steps_long;
        let starts: Vec<i64> = (0..16).map(|place| place * step).filter(|start| start + length <= 16 * step).collect();
        prop_assume!(starts.contains(&(at * step)));
        let busy: Vec<(i64, i64)> = others.iter().map(|place| (place * step, place * step + length)).collect();
        let meets = |start: i64, (from, to): (i64, i64)| start < to && from < start + length;
        let own = (at * step, at * step + length);
        prop_assume!(busy.iter().all(|taken| !meets(own.0, *taken)));
        let free = |without_own: bool| -> Vec<i64> {
            starts.iter().copied().filter(|start| {
                busy.iter().all(|taken| !meets(*start, *taken)) && (without_own || !meets(*start, own))
            }).collect()
        };
        let span = |start: i64| FreeSlot::new(minute(start), minute(start + length));
        let open: Vec<FreeSlot> = free(false).into_iter().map(span).collect();
        let length = SignedDuration::from_mins(length);
        let opened = opened_by_moving(&open, (minute(own.0), minute(own.1)), length);
        let truly: Vec<FreeSlot> = free(true).into_iter().map(span).collect();
        for slot in &opened {
            prop_assert!(truly.contains(slot), "{:?} is not free", slot);
            prop_assert!(!open.contains(slot) && slot.start != minute(own.0));
        }
    }
}

#[test]
fn half_an_hour_later_is_opened_by_moving_an_hour() {
    let hour = SignedDuration::from_hours(1);
    let span = |start: i64| FreeSlot::new(minute(start), minute(start + 60));
    // Nine to five by half hours, with ten o'clock booked.
    let open: Vec<FreeSlot> =
        (0..15).map(|place| place * 30).filter(|at| !(30..120).contains(at)).map(span).collect();
    let opened = opened_by_moving(&open, (minute(60), minute(120)), hour);
    assert_eq!(opened, [span(30), span(90)]);
    assert!(opened_by_moving(&[], (minute(60), minute(120)), hour).is_empty());
}
