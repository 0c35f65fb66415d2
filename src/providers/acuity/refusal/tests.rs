//! Every refusal of Acuity's, by what it comes to.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::json;

use super::*;

fn answer(status: u16, code: &str) -> Answer {
    let body = json!({"status_code": status, "message": "Ann Ruiz said so", "error": code});
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers: HeaderMap::new(), body: serde_json::to_vec(&body).unwrap() }
}

fn refused(asked: Asked, status: u16, code: &str) -> Refusal {
    accept(asked, answer(status, code)).err().unwrap()
}

fn missing(field: &str) -> ProviderError {
    ProviderError::MissingInput { field: field.into() }
}

const UNAVAILABLE: ProviderError = ProviderError::Unavailable { retry_after: None };

#[test]
fn every_code_of_the_reference_says_what_the_caller_can_do() {
    use Asked::{Cancel, Create, Move};
    for (asked, code, error) in [
        (Create, "not_available", ProviderError::SlotTaken),
        (Create, "no_available_calendar", ProviderError::SlotTaken),
        (Create, "required_first_name", missing("customer_name")),
        (Create, "required_last_name", missing("last_name")),
        (Create, "required_email", missing("customer_email")),
        (Create, "invalid_email", missing("customer_email")),
        (Move, "reschedule_canceled", ProviderError::StaleVersion),
    ] {
        assert_eq!(refused(asked, 400, code), Refusal::Clear(error), "{code}");
    }
    assert_eq!(refused(Move, 400, "not_available"), Refusal::NotHere);
    assert_eq!(refused(Create, 400, "required_field"), Refusal::FormIncomplete);
    for code in ["not_available_min_hours_in_advance", "not_available_max_days_in_advance"] {
        let error = refused(Create, 400, code).into_error();
        assert!(matches!(error, ProviderError::OutsidePolicy(_)), "{code}: {error:?}");
    }
    for (asked, code) in [
        (Move, "reschedule_not_allowed"),
        (Move, "reschedule_too_close"),
        (Move, "reschedule_series"),
        (Cancel, "cancel_not_allowed"),
        (Cancel, "cancel_too_close"),
    ] {
        let error = refused(asked, 400, code).into_error();
        assert!(matches!(error, ProviderError::NeedsHuman(_)), "{code}: {error:?}");
    }
    for (code, option) in [
        ("required_appointment_type_id", "options.services"),
        ("invalid_appointment_type", "options.services"),
        ("invalid_calendar", "options.calendar_id"),
        ("invalid_fields", "options.form_fields"),
    ] {
        let error = refused(Create, 400, code).into_error();
        assert!(error.to_string().contains(option), "{code}: {error}");
    }
    for code in ["required_datetime", "invalid_datetime", "invalid_certificate", "bad_request", ""]
    {
        assert!(matches!(refused(Create, 400, code), Refusal::Unclear(_)), "{code}");
    }
}

#[test]
fn the_status_alone_says_the_rest_and_a_write_that_may_be_done_is_unknown() {
    for (asked, status, error) in [
        (Asked::Read, 401, ProviderError::Reconnect),
        (Asked::Create, 401, ProviderError::Reconnect),
        (Asked::Read, 404, ProviderError::NotFound),
        (Asked::Cancel, 404, ProviderError::NotFound),
        (Asked::Create, 500, ProviderError::Unknown),
        (Asked::Move, 503, ProviderError::Unknown),
        (Asked::Cancel, 408, ProviderError::Unknown),
        (Asked::Create, 302, ProviderError::Unknown),
        (Asked::Times, 502, UNAVAILABLE),
    ] {
        assert_eq!(refused(asked, status, "x").into_error(), error, "{asked:?} {status}");
    }
    for (asked, status) in [(Asked::Create, 403), (Asked::Times, 404), (Asked::Read, 302)] {
        let error = refused(asked, status, "x").into_error();
        assert!(matches!(error, ProviderError::NeedsHuman(_)), "{asked:?} {status}: {error:?}");
    }
    for asked in [Asked::Create, Asked::Times] {
        let told = accept(asked, answer(429, "too_many_requests")).err().unwrap().into_error();
        assert_eq!(told, ProviderError::Unavailable { retry_after: Some(PAUSE) });
    }
    let mut too_many = answer(429, "too_many_requests");
    too_many.headers.insert(RETRY_AFTER, 3.into());
    let told = accept(Asked::Times, too_many).err().unwrap().into_error();
    let after = Some(Duration::from_secs(3));
    assert_eq!(told, ProviderError::Unavailable { retry_after: after });
}

#[test]
fn a_request_without_an_answer_is_judged_by_whether_it_may_have_arrived() {
    for (asked, without, error) in [
        (Asked::Create, Failure::NotSent, UNAVAILABLE),
        (Asked::Create, Failure::Late, ProviderError::Unknown),
        (Asked::Move, Failure::Broken, ProviderError::Unknown),
        (Asked::Cancel, Failure::TooLarge, ProviderError::Unknown),
        (Asked::Read, Failure::Late, UNAVAILABLE),
        (Asked::Times, Failure::Broken, UNAVAILABLE),
    ] {
        assert_eq!(failure(asked, without), error, "{asked:?} {without:?}");
    }
}

#[test]
fn what_acuity_says_in_words_is_never_passed_on() {
    for status in [400, 401, 403, 404, 405, 409, 429, 500] {
        for asked in [Asked::Read, Asked::Times, Asked::Create, Asked::Move, Asked::Cancel] {
            let error = refused(asked, status, "Ann Ruiz").into_error();
            assert!(!error.to_string().contains("Ann"), "{status}: {error}");
        }
    }
}
