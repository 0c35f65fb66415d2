//! Every refusal of OpenTable's, by what it comes to.

#![expect(clippy::unwrap_used, reason = "tests")]

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::*;

fn refused(asked: Asked, status: u16, body: &Value) -> Refusal {
    let status = StatusCode::from_u16(status).unwrap();
    let body = serde_json::to_vec(body).unwrap();
    accept(asked, Answer { status, headers: HeaderMap::new(), body }).err().unwrap()
}

fn words(code: &str, message: &str) -> Value {
    json!({"errors": [{"code": code, "message": message}], "requestid": "x"})
}

#[test]
fn what_needs_a_person_at_the_restaurant_is_told_apart_whatever_was_asked() {
    for asked in [Asked::Times, Asked::Lock, Asked::Reserve, Asked::Change, Asked::Cancel] {
        let refusal = refused(asked, 403, &words("RedirectToHost", "Ann Ruiz must call"));
        let error = refusal.into_error();
        assert!(error.to_string().contains("own staff"), "{asked:?}: {error}");
        let denied = refused(asked, 403, &words("", "Permission denied")).into_error();
        assert!(denied.to_string().contains("options.restaurant_id"), "{asked:?}: {denied}");
    }
}

#[test]
fn every_other_answer_means_what_the_caller_can_do() {
    let none = json!({});
    let dead = words("", "reservation_token or restaurant id is invalid");
    let unavailable = ProviderError::Unavailable { retry_after: None };
    for (asked, status, body, error) in [
        (Asked::Lock, 400, &none, ProviderError::SlotTaken),
        (Asked::Lock, 404, &none, ProviderError::SlotTaken),
        (Asked::Lock, 409, &none, ProviderError::SlotTaken),
        (Asked::Lock, 500, &none, unavailable.clone()),
        (Asked::Reserve, 400, &dead, ProviderError::SlotTaken),
        (Asked::Reserve, 409, &none, ProviderError::SlotTaken),
        (Asked::Reserve, 500, &none, ProviderError::Unknown),
        (Asked::Change, 409, &none, ProviderError::SlotTaken),
        (Asked::Change, 404, &none, ProviderError::NotFound),
        (Asked::Change, 503, &none, ProviderError::Unknown),
        (Asked::Cancel, 302, &none, ProviderError::Unknown),
        (Asked::Times, 429, &none, unavailable.clone()),
        (Asked::Times, 503, &none, unavailable.clone()),
        (Asked::Reserve, 401, &none, ProviderError::Reconnect),
        (Asked::Read, 401, &none, ProviderError::Reconnect),
    ] {
        assert_eq!(refused(asked, status, body).into_error(), error, "{asked:?} {status}");
    }
    assert_eq!(refused(Asked::Cancel, 404, &none), Refusal::Gone);
    for asked in [Asked::Times, Asked::Reserve, Asked::Change] {
        assert_eq!(refused(asked, 400, &none), Refusal::Unclear, "{asked:?}");
    }
}

#[test]
fn a_request_without_an_answer_is_judged_by_whether_it_may_have_arrived() {
    let failed = |asked, failed| failure(asked, NoAnswer::Failed(failed));
    assert_eq!(failed(Asked::Reserve, Failure::Late), ProviderError::Unknown);
    assert_eq!(failed(Asked::Cancel, Failure::Broken), ProviderError::Unknown);
    for (asked, without) in [
        (Asked::Reserve, Failure::NotSent),
        (Asked::Lock, Failure::Late),
        (Asked::Times, Failure::Broken),
        (Asked::Read, Failure::TooLarge),
    ] {
        assert_eq!(failed(asked, without), unreadable(), "{asked:?} {without:?}");
    }
    let no_token = NoAnswer::NoToken(ProviderError::Reconnect);
    assert_eq!(failure(Asked::Reserve, no_token), ProviderError::Reconnect);
}
