//! Cal.com's refusals in the forms and words of its source, and what each means for the caller.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::{Value, json};

use super::*;

fn answer(status: u16, body: &Value) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers: HeaderMap::new(), body: body.to_string().into_bytes() }
}

fn refusal(asked: Asked, status: u16, body: &Value) -> Refusal {
    match accept(asked, answer(status, body)) {
        Ok(_) => panic!("accepted {status}"),
        Err(refusal) => refusal,
    }
}

/// The usual envelope.
fn says(message: &str) -> Value {
    json!({"status": "error", "timestamp": "2026-09-26T10:00:00.000Z", "path": "/v2/bookings",
        "error": {"code": "BadRequestException", "message": message,
            "details": {"message": message, "error": "Bad Request", "statusCode": 400}}})
}

fn clear(error: ProviderError) -> Refusal {
    Refusal::Clear(error)
}

#[test]
fn a_taken_slot_is_understood_in_every_form() {
    let taken = clear(ProviderError::SlotTaken);
    for body in [
        says("User either already has booking at this time or is not available"),
        says("One of the hosts either already has booking at this time or is not available"),
        says("no_available_users_found_error"),
        json!({"statusCode": 400, "message": ["booking_seats_full_error"]}),
    ] {
        assert_eq!(refusal(Asked::Create, 400, &body), taken, "{body}");
        assert_eq!(refusal(Asked::Move, 400, &body), taken, "{body}");
    }
    let bare = json!({"statusCode": 409, "message": "booking_conflict_error"});
    assert_eq!(refusal(Asked::Create, 409, &bare), taken);
}

#[test]
fn a_rule_of_the_event_type_is_not_a_taken_slot() {
    for text in [
        "The event type can't be booked at the \"start\" time provided. This could be because it's too soon",
        "Attempting to book a meeting in the past.",
        "The maximum number of active bookings has been reached for this attendee",
        "booking_limit_reached",
    ] {
        let refused = refusal(Asked::Create, 400, &says(text));
        assert!(
            matches!(refused, Refusal::Clear(ProviderError::OutsidePolicy(_))),
            "{text}: {refused:?}"
        );
    }
}

#[test]
fn a_missing_detail_is_named_as_we_name_it() {
    for (text, field) in [
        ("Missing attendee phone number - it is required by the event type.", "customer_phone"),
        (
            "Missing required booking field response: Reason-For-visit - it is required by the event type",
            "Reason-For-visit",
        ),
        ("responses - {insurance}error_required_field", "insurance"),
        ("Invalid option 'x' for booking field 'branch'. Allowed options are: a, b.", "branch"),
        ("Invalid type for booking field 'count'. Expected type number", "count"),
        ("attendee.email property is wrong,email must be an email", "customer_email"),
    ] {
        let wanted = clear(ProviderError::MissingInput { field: field.to_owned() });
        assert_eq!(refusal(Asked::Create, 400, &says(text)), wanted, "{text}");
    }
    let nested = json!({"status": "error", "error": {"code": "BadRequestException",
        "message": "Validation failed", "details": {"errors": [{"property": "attendee", "children": [
            {"property": "phoneNumber", "constraints": {"isPhoneNumber": "must be a phone number"}}]}]}}});
    let wanted = clear(ProviderError::MissingInput { field: "customer_phone".into() });
    assert_eq!(refusal(Asked::Create, 400, &nested), wanted);
}

#[test]
fn what_is_neither_is_left_open_and_never_repeated() {
    let odd = says("Ana Ruiz <ana@example.com> +34600000000 cannot do that");
    let Refusal::Unclear(words) = refusal(Asked::Create, 400, &odd) else { panic!("not open") };
    assert!(!words.contains("Ana") && !words.contains("600"), "{words}");
    for (asked, status) in [(Asked::Read, 400), (Asked::Cancel, 422), (Asked::Slots, 418)] {
        let refused = refusal(asked, status, &odd);
        assert!(matches!(refused, Refusal::Clear(ProviderError::NeedsHuman(_))), "{refused:?}");
        assert!(!format!("{refused:?}").contains("Ana"), "{refused:?}");
    }
}

#[test]
fn a_booking_that_is_over_is_told_apart_from_one_that_is_not_there() {
    for text in [
        "Can't reschedule booking with uid=abc because it has been cancelled. Please provide uid",
        "Can't reschedule booking with uid=abc because it has been cancelled and rescheduled already to booking with uid=def.",
        "Can't cancel booking with uid=abc because it has been cancelled already.",
    ] {
        assert_eq!(refusal(Asked::Move, 400, &says(text)), Refusal::Over, "{text}");
        assert_eq!(refusal(Asked::Cancel, 400, &says(text)), Refusal::Over, "{text}");
    }
    let gone = says("Booking with uid=abc was not found in the database");
    assert_eq!(refusal(Asked::Move, 404, &gone), clear(ProviderError::NotFound));
    assert_eq!(refusal(Asked::Read, 404, &gone), clear(ProviderError::NotFound));
    let ended =
        json!({"statusCode": 400, "message": "Cannot cancel a booking that has already ended"});
    let refused = refusal(Asked::Cancel, 400, &ended);
    assert!(matches!(refused, Refusal::Clear(ProviderError::OutsidePolicy(_))), "{refused:?}");
}

#[test]
fn a_wrong_address_or_event_type_is_the_operators_affair() {
    for (asked, status, body, word) in [
        (Asked::Slots, 404, says("Cannot GET /v2/slots?eventTypeId=1"), "base_url"),
        (Asked::Move, 404, says("Cannot POST /v2/bookings/abc/reschedule"), "base_url"),
        (Asked::Create, 404, says("Event type with id 1 not found"), "options.services"),
        (Asked::Slots, 404, says("Event Type not found"), "options.services"),
        (Asked::Create, 403, says("Forbidden"), "API key"),
        (Asked::Slots, 302, Value::Null, "redirect"),
    ] {
        match refusal(asked, status, &body) {
            Refusal::Clear(ProviderError::NeedsHuman(words)) => {
                assert!(words.contains(word), "{words}");
            }
            other => panic!("{status} {body}: {other:?}"),
        }
    }
    let key = says("Invalid API Key");
    assert_eq!(refusal(Asked::Create, 401, &key), clear(ProviderError::Reconnect));
}

#[test]
fn after_a_write_every_trouble_leaves_the_outcome_open_and_after_a_question_none_does() {
    let down = clear(ProviderError::Unavailable { retry_after: None });
    for status in [500, 502, 503, 504, 408] {
        for asked in [Asked::Create, Asked::Move, Asked::Cancel] {
            assert_eq!(refusal(asked, status, &Value::Null), clear(ProviderError::Unknown));
        }
        assert_eq!(refusal(Asked::Read, status, &Value::Null), down);
    }
    assert_eq!(refusal(Asked::Create, 307, &Value::Null), clear(ProviderError::Unknown));
    for failed in [Failure::Late, Failure::Broken, Failure::TooLarge] {
        assert_eq!(failure(Asked::Create, failed), ProviderError::Unknown);
        assert_eq!(clear(failure(Asked::Slots, failed)), down);
    }
    assert_eq!(clear(failure(Asked::Create, Failure::NotSent)), down);
}

#[test]
fn a_pause_is_passed_on() {
    let mut busy = answer(429, &says("ThrottlerException: Too Many Requests"));
    busy.headers.insert(RETRY_AFTER, 7.into());
    let pause = Some(Duration::from_secs(7));
    let Err(refused) = accept(Asked::Create, busy) else { panic!("accepted") };
    assert_eq!(refused, clear(ProviderError::Unavailable { retry_after: pause }));
}
