//! Every refusal of Square's, by what it comes to.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::{Value, json};

use super::*;

fn answer(status: u16, body: &Value) -> Result<Answer, NoAnswer> {
    let status = StatusCode::from_u16(status).unwrap();
    Ok(Answer { status, headers: HeaderMap::new(), body: body.to_string().into_bytes() })
}

fn refused(asked: Asked, status: u16, category: &str, code: &str, field: &str) -> Refusal {
    let mut error = json!({"category": category, "code": code, "detail": "Ann Ruiz +13125550142"});
    if !field.is_empty() {
        error["field"] = json!(field);
    }
    let refused = accept(asked, answer(status, &json!({"errors": [error]})));
    refused.map(|_| ()).unwrap_err()
}

fn missing(field: &str) -> Refusal {
    Refusal::Clear(ProviderError::MissingInput { field: field.into() })
}

/// What a refusal is, without its words.
fn kind(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Clear(ProviderError::NeedsHuman(_)) => "needs human".into(),
        Refusal::Clear(ProviderError::OutsidePolicy(_)) => "outside policy".into(),
        Refusal::Unclear(_) => "unclear".into(),
        other => format!("{other:?}"),
    }
}

#[test]
fn every_form_of_refusal_is_told_apart() {
    const REQUEST: &str = "INVALID_REQUEST_ERROR";
    const AUTH: &str = "AUTHENTICATION_ERROR";
    let unavailable =
        format!("{:?}", Refusal::Clear(ProviderError::Unavailable { retry_after: None }));
    let clear = |error: ProviderError| format!("{:?}", Refusal::Clear(error));
    let unknown = clear(ProviderError::Unknown);
    let not_found = clear(ProviderError::NotFound);
    let reconnect = clear(ProviderError::Reconnect);
    let person = "needs human".to_owned();
    let unclear = "unclear".to_owned();
    use Asked::{Cancel, Create, Customer, Move, Openings, Read};
    for (asked, status, category, code, field, meant) in [
        (Read, 401, AUTH, "ACCESS_TOKEN_EXPIRED", "", &reconnect),
        (Create, 401, AUTH, "ACCESS_TOKEN_REVOKED", "", &reconnect),
        (Create, 401, AUTH, "UNAUTHORIZED", "", &reconnect),
        (Create, 401, AUTH, "APPLICATION_DISABLED", "", &person),
        (Create, 403, AUTH, "INSUFFICIENT_SCOPES", "", &person),
        (Cancel, 403, AUTH, "INSUFFICIENT_SCOPES", "", &person),
        (Create, 403, AUTH, "FORBIDDEN", "", &person),
        (Cancel, 403, AUTH, "FORBIDDEN", "", &unclear),
        (
            Create,
            403,
            "MERCHANT_SUBSCRIPTION_ERROR",
            "MERCHANT_SUBSCRIPTION_NOT_FOUND",
            "",
            &person,
        ),
        (Read, 429, "RATE_LIMIT_ERROR", "RATE_LIMITED", "", &unavailable),
        (Create, 429, "RATE_LIMIT_ERROR", "RATE_LIMITED", "", &unavailable),
        (Read, 500, "API_ERROR", "INTERNAL_SERVER_ERROR", "", &unavailable),
        (Customer, 503, "API_ERROR", "SERVICE_UNAVAILABLE", "", &unavailable),
        (Create, 504, "API_ERROR", "GATEWAY_TIMEOUT", "", &unknown),
        (Move, 500, "API_ERROR", "TEMPORARY_ERROR", "", &unknown),
        (Cancel, 408, REQUEST, "REQUEST_TIMEOUT", "", &unknown),
        (Read, 404, REQUEST, "NOT_FOUND", "", &not_found),
        (Move, 404, REQUEST, "NOT_FOUND", "", &not_found),
        (Cancel, 404, REQUEST, "NOT_FOUND", "", &not_found),
        (Create, 404, REQUEST, "NOT_FOUND", "booking.appointment_segments", &person),
        (Openings, 404, REQUEST, "NOT_FOUND", "", &person),
        (Openings, 400, REQUEST, "INVALID_TIME_RANGE", "query.filter.start_at_range", &person),
        (Create, 400, REQUEST, "BAD_REQUEST", "booking.start_at", &unclear),
        (Create, 400, REQUEST, "INVALID_VALUE", "booking.appointment_segments[0]", &unclear),
        (Create, 409, REQUEST, "CONFLICT", "booking", &clear(ProviderError::SlotTaken)),
        (Move, 400, REQUEST, "BAD_REQUEST", "booking.start_at", &unclear),
        (Create, 400, REQUEST, "INVALID_TIME", "booking.start_at", &"outside policy".to_owned()),
        (Create, 400, REQUEST, "INVALID_LOCATION", "booking.location_id", &person),
        (
            Create,
            400,
            REQUEST,
            "NOT_FOUND",
            "booking.customer_id",
            &format!("{:?}", Refusal::NoCustomer),
        ),
        (Create, 404, REQUEST, "CUSTOMER_NOT_FOUND", "", &format!("{:?}", Refusal::NoCustomer)),
        (Create, 400, REQUEST, "IDEMPOTENCY_KEY_REUSED", "", &format!("{:?}", Refusal::KeyReused)),
        (Move, 400, REQUEST, "VERSION_MISMATCH", "", &format!("{:?}", Refusal::Stale)),
        (Move, 409, REQUEST, "CONFLICT", "", &format!("{:?}", Refusal::Stale)),
        (Cancel, 400, REQUEST, "BAD_REQUEST", "booking_version", &format!("{:?}", Refusal::Stale)),
        (Cancel, 400, REQUEST, "BAD_REQUEST", "", &unclear),
        (
            Customer,
            400,
            REQUEST,
            "INVALID_PHONE_NUMBER",
            "phone_number",
            &format!("{:?}", missing("customer_phone")),
        ),
        (
            Customer,
            400,
            REQUEST,
            "INVALID_EMAIL_ADDRESS",
            "email_address",
            &format!("{:?}", missing("customer_email")),
        ),
        (
            Create,
            400,
            REQUEST,
            "CUSTOMER_MISSING_EMAIL",
            "",
            &format!("{:?}", missing("customer_email")),
        ),
        (
            Create,
            400,
            REQUEST,
            "MISSING_REQUIRED_PARAMETER",
            "booking.customer_note",
            &format!("{:?}", missing("notes")),
        ),
        (Customer, 400, REQUEST, "VALUE_TOO_LONG", "reference_id", &person),
        (Create, 418, "SOMETHING_NEW", "UNHEARD_OF", "", &unclear),
    ] {
        let refusal = refused(asked, status, category, code, field);
        assert_eq!(kind(&refusal), *meant, "{asked:?} {status} {code} {field}");
        let words = format!("{refusal:?}");
        assert!(
            !words.contains("Ann") && !words.contains("555"),
            "theirs are not passed on: {words}"
        );
    }
}

#[test]
fn a_version_is_known_by_its_words_where_the_code_does_not_tell() {
    let said = |detail: &str| {
        let error = json!({"category": "INVALID_REQUEST_ERROR", "code": "BAD_REQUEST",
            "detail": detail});
        accept(Asked::Move, answer(400, &json!({"errors": [error]}))).map(|_| ()).unwrap_err()
    };
    assert_eq!(said("Stale version 3; current version is 4"), Refusal::Stale);
    assert_eq!(said("The provided version does not match"), Refusal::Stale);
    assert!(matches!(said("The service version is unsupported"), Refusal::Unclear(_)));
}

#[test]
fn an_answer_without_reasons_is_read_by_its_status() {
    let none = json!({});
    let bare = |asked, status| kind(&accept(asked, answer(status, &none)).map(|_| ()).unwrap_err());
    assert_eq!(bare(Asked::Read, 404), "needs human", "that is another server");
    assert_eq!(bare(Asked::Read, 302), "needs human");
    assert_eq!(bare(Asked::Create, 302), "Clear(Unknown)");
    assert_eq!(bare(Asked::Create, 400), "unclear");
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, "9".parse().unwrap());
    let body = b"<html>".to_vec();
    let busy = Answer { status: StatusCode::TOO_MANY_REQUESTS, headers, body };
    let retry_after = Some(Duration::from_secs(9));
    let refusal = accept(Asked::Read, Ok(busy)).map(|_| ()).unwrap_err();
    assert_eq!(refusal, Refusal::Clear(ProviderError::Unavailable { retry_after }));
}

#[test]
fn a_request_without_an_answer_is_unknown_only_if_it_may_have_changed_a_booking() {
    let unavailable = ProviderError::Unavailable { retry_after: None };
    for failure in [Failure::Late, Failure::Broken, Failure::TooLarge] {
        let failed = || NoAnswer::Failed(failure);
        assert_eq!(without(Asked::Read, failed()), unavailable);
        assert_eq!(without(Asked::Customer, failed()), unavailable, "asked for again with its key");
        for asked in [Asked::Create, Asked::Move, Asked::Cancel] {
            assert_eq!(without(asked, failed()), ProviderError::Unknown);
        }
    }
    assert_eq!(without(Asked::Create, NoAnswer::Failed(Failure::NotSent)), unavailable);
    let no_token = NoAnswer::NoToken(ProviderError::Reconnect);
    assert_eq!(without(Asked::Create, no_token), ProviderError::Reconnect);
}
