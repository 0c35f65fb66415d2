//! Who is let in.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use hmac::{Hmac, Mac};
use hookswitch_storage::{HmacEncoding, HmacHash, HmacPlan, Secret};
use jiff::{Timestamp, ToSpan};

use super::super::{
    Attempt, Denied, OpenedAuth, Problem, Scheme, presented_tokens, token_digest, verify,
};

const SECRET: &str = "test-secret-123";
const BODY: &[u8] = br#"{"message":{"type":"hang","timestamp":1790087417000}}"#;
const TIME: &str = "1790087412300";
const HEX: &str = "1d98332bf9e4ad87676ec895a3e62947699752725806805e8b7e381bc8f28748";

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect()
}

fn now() -> Timestamp {
    Timestamp::from_millisecond(1_790_087_412_300).unwrap()
}

fn try_at(now: Timestamp, schemes: &[OpenedAuth], pairs: &[(&str, &str)]) -> Result<(), Denied> {
    let headers = headers(pairs);
    let url = "https://calls.example/webhook/wh_1";
    verify(Attempt { headers: &headers, method: "POST", url, body: BODY, now }, schemes)
}

fn problem(result: Result<(), Denied>) -> Problem {
    result.unwrap_err().refusals.remove(0).problem
}

fn opened(scheme: Scheme, secret: &str) -> OpenedAuth {
    OpenedAuth::new(scheme, Secret::from(secret.to_owned()))
}

fn bearer() -> OpenedAuth {
    opened(Scheme::Bearer { header: "authorization".into(), prefix: true }, SECRET)
}

fn hmac(change: impl FnOnce(&mut HmacPlan)) -> OpenedAuth {
    let mut plan = HmacPlan::default();
    change(&mut plan);
    opened(Scheme::Hmac(plan), SECRET)
}

#[test]
fn a_token_is_accepted_wherever_vapi_puts_it() {
    let own = Scheme::Bearer { header: "x-shop-token".into(), prefix: false };
    let own = opened(own, SECRET);
    for auth in [&bearer(), &opened(Scheme::Secret, SECRET), &own] {
        for (name, value) in [
            ("authorization", "Bearer test-secret-123"),
            ("authorization", "bearer test-secret-123"),
            ("authorization", "test-secret-123"),
            ("x-vapi-secret", "test-secret-123"),
        ] {
            let result = try_at(now(), std::slice::from_ref(auth), &[(name, value)]);
            assert_eq!(result, Ok(()), "{auth:?} {name}: {value}");
        }
    }
    assert_eq!(try_at(now(), &[own], &[("x-shop-token", SECRET)]), Ok(()));
    let result = try_at(now(), &[bearer()], &[("x-shop-token", SECRET)]);
    assert_eq!(problem(result), Problem::Missing("authorization".into()));
}

#[test]
fn nothing_empty_ever_matches() {
    for secret in ["", "   "] {
        for scheme in [
            Scheme::Secret,
            Scheme::Bearer { header: "authorization".into(), prefix: true },
            Scheme::Hmac(HmacPlan::default()),
        ] {
            let auth = opened(scheme, secret);
            for pairs in [&[("x-vapi-secret", secret)][..], &[("authorization", "Bearer ")], &[]] {
                assert_eq!(
                    problem(try_at(now(), std::slice::from_ref(&auth), pairs)),
                    Problem::NoSecret
                );
            }
        }
    }
    let result = try_at(now(), &[opened(Scheme::Secret, SECRET)], &[("x-vapi-secret", "")]);
    assert_eq!(problem(result), Problem::Empty("x-vapi-secret".into()));
}

#[test]
fn without_any_scheme_nobody_is_let_in() {
    let denied = try_at(now(), &[], &[("x-vapi-secret", SECRET)]).unwrap_err();
    assert!(denied.refusals.is_empty());
    assert!(denied.to_string().contains("set webhook_auth"));
}

#[test]
fn either_of_two_secrets_is_enough_and_a_third_is_not() {
    let schemes = [bearer(), opened(Scheme::Secret, "the-next-secret")];
    for (token, is_let_in) in [(SECRET, true), ("the-next-secret", true), ("a-third", false)] {
        let result = try_at(now(), &schemes, &[("authorization", &format!("Bearer {token}"))]);
        assert_eq!(result.is_ok(), is_let_in, "{token}");
    }
}

#[test]
fn a_refusal_names_schemes_and_headers_but_no_value() {
    let denied = try_at(
        now(),
        &[bearer(), hmac(|_| {})],
        &[("authorization", "Bearer guessed-value"), ("x-timestamp", TIME)],
    )
    .unwrap_err();
    let text = format!("{denied} {denied:?} {:?}", bearer());
    assert!(text.contains("bearer: header `authorization` does not match"), "{text}");
    assert!(text.contains("hmac: header `x-signature` is missing"), "{text}");
    for value in [SECRET, "guessed-value", TIME] {
        assert!(!text.contains(value), "{value} in {text}");
    }
}

#[test]
fn the_known_signatures_are_accepted() {
    let signed = [("x-timestamp", TIME), ("x-signature", HEX)];
    assert_eq!(try_at(now(), &[hmac(|_| {})], &signed), Ok(()));
    let upper = HEX.to_uppercase();
    assert_eq!(
        try_at(now(), &[hmac(|_| {})], &[("x-timestamp", TIME), ("x-signature", &upper)]),
        Ok(())
    );
    let base64 = "HZgzK/nkrYdnbsiVo+YpR2mXUnJYBoBei344G8jyh0g=";
    let plan = hmac(|plan| plan.signature_encoding = HmacEncoding::Base64);
    assert_eq!(try_at(now(), &[plan], &[("x-timestamp", TIME), ("x-signature", base64)]), Ok(()));
    let body_only = "d2a76430c68882c65cb48706e435150ad5407960834101df73e9bc13cf81849b";
    let plan = hmac(|plan| {
        plan.include_timestamp = false;
        plan.signature_header = "x-vapi-signature".into();
        plan.signature_prefix = "sha256=".into();
    });
    let prefixed = format!("sha256={body_only}");
    assert_eq!(
        try_at(now(), std::slice::from_ref(&plan), &[("x-vapi-signature", &prefixed)]),
        Ok(())
    );
    let bare = try_at(now(), &[plan], &[("x-vapi-signature", body_only)]);
    assert_eq!(problem(bare), Problem::Mismatch("x-vapi-signature".into()));
}

#[test]
fn one_changed_byte_spoils_a_signature() {
    for (time, signature) in [
        ("1790087412301", HEX.to_owned()),
        (TIME, HEX.replacen('1', "2", 1)),
        (TIME, HEX[..62].to_owned()),
        (TIME, "not hexadecimal".to_owned()),
    ] {
        let pairs = [("x-timestamp", time), ("x-signature", signature.as_str())];
        let result = try_at(now(), &[hmac(|_| {})], &pairs);
        assert_eq!(problem(result), Problem::Mismatch("x-signature".into()));
    }
    let headers = headers(&[("x-timestamp", TIME), ("x-signature", HEX)]);
    let attempt = Attempt { headers: &headers, method: "POST", url: "", body: b"{}", now: now() };
    assert!(verify(attempt, &[hmac(|_| {})]).is_err());
}

fn sign(text: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_signature_may_be_five_minutes_off_and_no_more() {
    let body = std::str::from_utf8(BODY).unwrap();
    for time in [TIME, "1790087412", "1790087412.3", "2026-09-22T14:30:12.3Z"] {
        let signature = sign(&format!("{time}.{body}"));
        let pairs = [("x-timestamp", time), ("x-signature", signature.as_str())];
        for (seconds, is_let_in) in
            [(0, true), (298, true), (-298, true), (302, false), (-302, false)]
        {
            let result = try_at(now() + seconds.seconds(), &[hmac(|_| {})], &pairs);
            assert_eq!(result.is_ok(), is_let_in, "{time} {seconds}: {result:?}");
            if let Err(denied) = result {
                assert!(matches!(denied.refusals[0].problem, Problem::Stale { limit: 300, .. }));
            }
        }
    }
    for time in ["soon", "9e99", "99999999999999999999"] {
        let signature = sign(&format!("{time}.{body}"));
        let result =
            try_at(now(), &[hmac(|_| {})], &[("x-timestamp", time), ("x-signature", &signature)]);
        assert_eq!(problem(result), Problem::UnreadableTime("x-timestamp".into()));
    }
}

#[test]
fn a_plan_may_sign_every_part_of_a_request() {
    let body = std::str::from_utf8(BODY).unwrap();
    let plan = || {
        hmac(|plan| {
            plan.payload_format = "{svix-id}|{method}|{url}|{timestamp}|{body}|{unknown}{".into();
            plan.message_id_header = Some("x-message-id".into());
        })
    };
    let signature =
        sign(&format!("m-1|POST|https://calls.example/webhook/wh_1|{TIME}|{body}|{{unknown}}{{"));
    let signed = [("x-timestamp", TIME), ("x-signature", signature.as_str())];
    assert_eq!(problem(try_at(now(), &[plan()], &signed)), Problem::Missing("x-message-id".into()));
    let with_id = [signed[0], signed[1], ("x-message-id", "m-1")];
    assert_eq!(try_at(now(), &[plan()], &with_id), Ok(()));
}

#[test]
fn every_hash_and_a_base64_secret_work() {
    fn signature<M: Mac + hmac::digest::KeyInit>() -> String {
        let mut mac = <M as Mac>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{TIME}.").as_bytes());
        mac.update(BODY);
        base64::engine::general_purpose::STANDARD_NO_PAD.encode(mac.finalize().into_bytes())
    }
    for (algorithm, signature) in [
        (HmacHash::Sha256, signature::<Hmac<sha2::Sha256>>()),
        (HmacHash::Sha512, signature::<Hmac<sha2::Sha512>>()),
        (HmacHash::Sha1, signature::<Hmac<sha1::Sha1>>()),
    ] {
        let plan = HmacPlan {
            algorithm,
            secret_is_base64: true,
            signature_encoding: HmacEncoding::Base64,
            signature_prefix: "v1,".into(),
            ..HmacPlan::default()
        };
        let auth = |secret| opened(Scheme::Hmac(plan.clone()), secret);
        let several = format!("v1,AAAA v1,{signature}");
        let pairs = [("x-timestamp", TIME), ("x-signature", several.as_str())];
        assert_eq!(try_at(now(), &[auth("dGVzdC1zZWNyZXQtMTIz")], &pairs), Ok(()), "{algorithm:?}");
        assert_eq!(
            problem(try_at(now(), &[auth("not base64!")], &pairs)),
            Problem::SecretNotBase64
        );
    }
}

#[test]
fn a_presented_token_is_found_by_its_digest() {
    let headers =
        headers(&[("authorization", "BEARER a-token"), ("x-vapi-secret", ""), ("cookie", "x")]);
    let tokens: Vec<_> = presented_tokens(&headers).collect();
    assert_eq!(tokens, ["a-token"]);
    assert_eq!(token_digest(tokens[0]), token_digest("a-token"));
    assert_ne!(token_digest("a-token"), token_digest("A-token"));
}
