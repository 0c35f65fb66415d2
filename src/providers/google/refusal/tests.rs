//! What each answer of Google's means, by a table.

#![expect(clippy::unwrap_used, reason = "tests")]

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::json;

use super::*;

fn answer(status: u16, reason: &str, message: &str) -> Answer {
    let one = json!({"domain": "global", "reason": reason, "message": message});
    let body = json!({"error": {"code": status, "message": message, "errors": [one]}});
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: serde_json::to_vec(&body).unwrap(),
    }
}

fn meaning(asked: Asked, status: u16, reason: &str, message: &str) -> Refusal {
    accept(asked, answer(status, reason, message)).map(|_| ()).unwrap_err()
}

#[test]
fn every_documented_error_has_its_meaning() {
    use Asked::{Calendar, Delete, Event, Insert, Patch, Watch};
    let now = || Refusal::Clear(ProviderError::Unavailable { retry_after: None });
    let hours = Refusal::Clear(ProviderError::Unavailable { retry_after: Some(QUOTA_REST) });
    for (asked, status, reason, meant) in [
        (Calendar, 401, "authError", ProviderError::Reconnect.into()),
        (Calendar, 403, "userRateLimitExceeded", now()),
        (Insert, 403, "rateLimitExceeded", now()),
        (Insert, 429, "rateLimitExceeded", now()),
        (Insert, 403, "quotaExceeded", hours.clone()),
        (Calendar, 403, "dailyLimitExceeded", hours),
        (Event, 404, "notFound", Refusal::Absent),
        (Patch, 404, "notFound", Refusal::Absent),
        (Insert, 409, "duplicate", Refusal::Duplicate),
        (Patch, 409, "conflict", now()),
        (Delete, 410, "deleted", Refusal::Gone),
        (Calendar, 410, "fullSyncRequired", Refusal::Gone),
        (Calendar, 410, "updatedMinTooLongAgo", Refusal::Gone),
        (Patch, 412, "conditionNotMet", Refusal::Stale),
        (Calendar, 500, "backendError", now()),
        (Insert, 500, "backendError", ProviderError::Unknown.into()),
        (Patch, 503, "backendError", ProviderError::Unknown.into()),
        (Delete, 408, "", ProviderError::Unknown.into()),
        (Insert, 307, "", ProviderError::Unknown.into()),
        (Watch, 503, "backendError", now()),
    ] {
        assert_eq!(meaning(asked, status, reason, "x"), meant, "{asked:?} {status} {reason}");
    }
    for (asked, status, reason, words) in [
        (Calendar, 404, "notFound", "options.calendar_ids"),
        (Insert, 404, "notFound", "options.calendar_ids"),
        (Insert, 403, "insufficientPermissions", "connect again"),
        (Patch, 403, "forbiddenForNonOrganizer", "right to make changes"),
        (Insert, 403, "forbiddenForServiceAccounts", "options.invite"),
        (Insert, 400, "timeRangeEmpty", "options.event_fields"),
        (Watch, 400, "webhookUrlNotHttps", "https"),
        (Calendar, 307, "", "base_url"),
    ] {
        let meant = meaning(asked, status, reason, "secret words");
        let Refusal::Clear(ProviderError::NeedsHuman(told)) = meant else {
            panic!("{asked:?} {status} {reason}: {meant:?}")
        };
        assert!(told.contains(words) && !told.contains("secret"), "{told}");
    }
    let asks = ProviderError::MissingInput { field: "customer_email".into() };
    assert_eq!(meaning(Insert, 400, "invalid", "Invalid attendee email."), asks.into());
}

#[test]
fn a_pause_that_google_names_is_kept() {
    let mut answer = answer(403, "rateLimitExceeded", "x");
    answer.headers.insert(RETRY_AFTER, "17".parse().unwrap());
    let meant = accept(Asked::Calendar, answer).map(|_| ()).unwrap_err();
    let retry_after = Some(Duration::from_secs(17));
    assert_eq!(meant, ProviderError::Unavailable { retry_after }.into());
}

#[test]
fn what_has_no_answer_is_unknown_only_if_something_may_have_been_done() {
    for lost in [Failure::Late, Failure::Broken, Failure::TooLarge] {
        assert_eq!(failure(Asked::Insert, lost), ProviderError::Unknown);
        assert_eq!(failure(Asked::Calendar, lost), unreadable());
    }
    assert_eq!(failure(Asked::Insert, Failure::NotSent), unreadable());
}
