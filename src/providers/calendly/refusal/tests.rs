//! Calendly's refusals in its documented and recorded forms, and what each means for the caller.

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
    match accept(asked, Ok(answer(status, body))) {
        Ok(_) => panic!("accepted {status}"),
        Err(refusal) => refusal,
    }
}

fn says(message: &str) -> Value {
    json!({"title": "Invalid Argument", "message": message})
}

const ALL: [Asked; 5] = [Asked::Read, Asked::Slots, Asked::Create, Asked::Cancel, Asked::Watch];

#[test]
fn the_recorded_answer_to_a_taken_start_is_understood() {
    let body = json!({"title": "Invalid Argument",
        "message": "The supplied parameters are invalid.",
        "details": [{"parameter": "event.start_time", "message": "That start time has been filled",
            "code": "already_filled"}]});
    assert_eq!(refusal(Asked::Create, 400, &body), Refusal::Clear(ProviderError::SlotTaken));
}

#[test]
fn a_lost_answer_to_a_write_is_unknown_and_to_a_question_an_outage() {
    let nothing = json!({});
    for asked in ALL {
        let unavailable = ProviderError::Unavailable { retry_after: None };
        let lost = if asked.writes() { ProviderError::Unknown } else { unavailable.clone() };
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(refusal(asked, status, &nothing), Refusal::Clear(lost.clone()), "{asked:?}");
        }
        for failure in [Failure::Late, Failure::Broken, Failure::TooLarge] {
            assert_eq!(self::failure(asked, Without::Lost(failure)), lost, "{asked:?}");
        }
        let not_sent = Without::Lost(Failure::NotSent);
        assert_eq!(self::failure(asked, not_sent), unavailable, "{asked:?}");
        let no_token = Without::Token(ProviderError::Reconnect);
        assert_eq!(self::failure(asked, no_token), ProviderError::Reconnect, "nothing was sent");
        let reconnect = Refusal::Clear(ProviderError::Reconnect);
        assert_eq!(refusal(asked, 401, &nothing), reconnect, "{asked:?}");
    }
}

#[test]
fn a_second_cancellation_and_a_late_one_are_told_apart() {
    let denied = |message: &str| json!({"title": "Permission Denied", "message": message});
    let cancel = |message: &str| refusal(Asked::Cancel, 403, &denied(message));
    assert_eq!(cancel("Event is already canceled"), Refusal::Over);
    let late = cancel("Event in the past");
    assert!(matches!(late, Refusal::Clear(ProviderError::OutsidePolicy(_))), "{late:?}");
    let other = cancel("You are not allowed to cancel this event");
    assert!(matches!(other, Refusal::Clear(ProviderError::NeedsHuman(_))), "{other:?}");
}

#[test]
fn the_operator_reads_which_plan_or_scope_is_missing() {
    let denied = |message: &str| json!({"title": "Permission Denied", "message": message});
    for asked in ALL {
        for (message, words) in [
            ("Please upgrade your Calendly account to Professional", "paid plan"),
            ("You do not have permission", "token"),
        ] {
            let said = refusal(asked, 403, &denied(message)).into_error().to_string();
            assert!(said.contains(words), "{asked:?}: {said}");
        }
    }
}

#[test]
fn too_many_says_how_long_to_wait() {
    let mut answer = answer(429, &json!({}));
    answer.headers.insert(RETRY_AFTER, 17.into());
    let refused = accept(Asked::Create, Ok(answer)).err().unwrap();
    let retry_after = Some(Duration::from_secs(17));
    assert_eq!(refused, Refusal::Clear(ProviderError::Unavailable { retry_after }));
}

#[test]
fn calendlys_words_are_never_passed_on() {
    for asked in ALL {
        for status in [300, 400, 401, 403, 404, 409, 410, 418, 422, 424, 429, 500] {
            let words = "Ann Ruiz +13125550142";
            let body = json!({"title": words, "message": words,
                "details": [{"parameter": words, "message": words, "code": words}]});
            let said = format!("{:?}", refusal(asked, status, &body));
            assert!(!said.contains("Ann"), "{asked:?} {status}: {said}");
        }
    }
}

#[test]
fn a_span_that_is_too_long_is_recognised_and_an_odd_question_is_the_operators() {
    let long = says("The date range can be no greater than 1 week");
    assert_eq!(refusal(Asked::Slots, 400, &long), Refusal::TooLong);
    let odd = refusal(Asked::Slots, 400, &says("No."));
    assert!(matches!(odd, Refusal::Clear(ProviderError::NeedsHuman(_))), "{odd:?}");
    assert_eq!(
        refusal(Asked::Watch, 409, &says("Hook with this url already exists")),
        Refusal::Exists
    );
}
