//! Proof that a webhook comes from Vapi: each way that Vapi has, changes without a gap, and
//! everything that is not proof.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{assert_refused, assert_untouched, booking};
use crate::support::{INSTANCE, MORNING, TestOrg, TestServer};

const KEY: &str = "signing-key-of-the-tests";

pub(super) fn sign(text: &str) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A message that does nothing.
fn hang() -> String {
    json!({"message": {"type": "hang"}}).to_string()
}

pub(super) async fn post(
    server: &TestServer,
    org: &TestOrg,
    headers: &[(&str, &str)],
    body: &str,
) -> (StatusCode, Value) {
    server.post_raw(&format!("/webhook/{}", org.webhook_id), headers, body.to_owned()).await
}

pub(super) async fn set_auth(server: &TestServer, org: &TestOrg, auth: Value) {
    let (status, answer) = org.patch(server, json!({"webhook_auth": auth})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// The server's time, seconds since 1970.
pub(super) async fn now(server: &TestServer) -> i64 {
    let now = server.get("/api/health").await["now"].as_str().unwrap().to_owned();
    now.parse::<jiff::Timestamp>().unwrap().as_second()
}

#[tokio::test]
async fn wrong_missing_and_empty_secrets_are_refused_alike_on_every_url() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({"vapi_phone_number_ids": ["pn_a"]})).await;
    let body = booking(&json!({"id": "call-forged", "phoneNumberId": "pn_a"})).to_string();
    let almost = format!("Bearer {}", &org.secret[..org.secret.len() - 1]);
    let longer = format!("Bearer {}x", org.secret);
    let basic = format!("Basic {}", STANDARD.encode(format!("vapi:{}", org.secret)));
    let own = format!("/webhook/{}", org.webhook_id);
    for path in [
        own.as_str(),
        "/webhook/vapi",
        "/api/vapi/webhook",
        "/api/vapi/tools",
        "/api/vapi/tools/create_booking",
        "/api/vapi/tools/calendar/check",
    ] {
        for headers in [
            &[][..],
            &[("authorization", "")],
            &[("authorization", "Bearer")],
            &[("authorization", "Bearer ")],
            &[("authorization", "Bearer wrong")],
            &[("authorization", &almost)],
            &[("authorization", &longer)],
            &[("authorization", &basic)],
            &[("x-vapi-secret", "")],
            &[("x-vapi-secret", "wrong")],
            &[("x-vapi-secret", ""), ("authorization", "Bearer ")],
            &[("x-vapi-signature", "wrong")],
            &[("authorization", &format!("Bearer {}", org.webhook_id))],
            &[("authorization", &format!("Bearer {}", org.id))],
        ] {
            let answer = server.post_raw(path, headers, body.clone()).await;
            assert_refused(&answer, &format!("{path} {headers:?}"));
        }
        let answer = server.post_raw(path, &[], "not even JSON").await;
        assert_refused(&answer, &format!("{path}: what a stranger sends is not looked at"));
    }
    let admin = format!("Bearer {}", server.token());
    let answer = post(&server, &org, &[("authorization", &admin)], &body).await;
    assert_refused(&answer, "an operator's token is no webhook secret");
    assert_untouched(&server, &org).await;
    let denied = server.get("/api/health").await["webhooks_denied"].as_u64().unwrap();
    assert_eq!(denied, 6 * 15 + 1, "each is counted");
}

#[tokio::test]
async fn without_an_instance_secret_the_shared_urls_let_nobody_in_but_orgs() {
    let server = TestServer::start().await;
    let org = server.org(json!({"vapi_phone_number_ids": ["pn_a"]})).await;
    let body = booking(&json!({"phoneNumberId": "pn_a"})).to_string();
    for headers in [&[][..], &[("x-vapi-secret", "")], &[("x-vapi-secret", INSTANCE)]] {
        let answer = server.post_raw("/webhook/vapi", headers, body.clone()).await;
        assert_refused(&answer, &format!("{headers:?}"));
    }
    assert_untouched(&server, &org).await;
    let own = [("x-vapi-secret", org.secret.as_str())];
    let (status, _) = server.post_raw("/webhook/vapi", &own, body).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_secret_is_accepted_as_bearer_token_and_in_vapis_own_header() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    let bearer = format!("Bearer {}", org.secret);
    for auth in [
        json!([{"mode": "bearer"}]),
        json!([{"mode": "secret", "secret": org.secret}]),
        json!([{"mode": "bearer", "secret": org.secret, "headerName": "X-Shop",
            "bearerPrefixEnabled": false}]),
    ] {
        set_auth(&server, &org, auth.clone()).await;
        for header in [("authorization", bearer.as_str()), ("x-vapi-secret", &org.secret)] {
            let (status, _) = post(&server, &org, &[header], &hang()).await;
            assert_eq!(status, StatusCode::OK, "{auth} {}", header.0);
        }
    }
    let own = [("x-shop", org.secret.as_str())];
    assert_eq!(post(&server, &org, &own, &hang()).await.0, StatusCode::OK);
    let (status, _) =
        server.post_raw("/webhook/vapi", &[("x-vapi-secret", INSTANCE)], hang()).await;
    assert_eq!(status, StatusCode::OK, "the instance secret in Vapi's header");
}

#[tokio::test]
async fn a_secret_changes_without_a_gap_while_two_are_set() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let old = format!("Bearer {}", org.secret);
    let new = "Bearer the-next-secret";
    let try_both = async || {
        let old = post(&server, &org, &[("authorization", &old)], &hang()).await.0;
        let new = post(&server, &org, &[("authorization", new)], &hang()).await.0;
        (old.as_u16(), new.as_u16())
    };
    assert_eq!(try_both().await, (200, 401));
    let next = json!({"mode": "bearer", "secret": "the-next-secret"});
    set_auth(&server, &org, json!([{"mode": "bearer"}, next])).await;
    assert_eq!(try_both().await, (200, 200));
    set_auth(&server, &org, json!([next])).await;
    assert_eq!(try_both().await, (401, 200));
    let (status, answer) = org.patch(&server, json!({"webhook_auth": []})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "never without any: {answer}");
    let (status, _) = org.patch(&server, json!({"webhook_auth": null})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(try_both().await, (401, 200));
}

#[tokio::test]
async fn signatures_are_accepted_by_the_plan_that_the_operator_set() {
    let server = TestServer::start().await;
    let org = server.org(json!({"vapi_phone_number_ids": ["pn_a"]})).await;
    let body = json!({"message": {"type": "hang", "call": {"phoneNumberId": "pn_a"}}}).to_string();
    let time = now(&server).await.to_string();
    let with_time = sign(&format!("{time}.{body}"));
    let body_only = sign(&body);
    for (plan, header, signature) in [
        (json!({}), "x-signature", hex(&with_time)),
        (json!({"algorithm": "sha256"}), "x-signature", hex(&with_time).to_uppercase()),
        (json!({"signatureEncoding": "base64"}), "x-signature", STANDARD.encode(&with_time)),
        (
            json!({"includeTimestamp": false, "signatureHeader": "X-Vapi-Signature",
                "signaturePrefix": "sha256="}),
            "x-vapi-signature",
            format!("sha256={}", hex(&body_only)),
        ),
        (
            json!({"includeTimestamp": false, "payloadFormat": "{body}"}),
            "x-signature",
            hex(&body_only),
        ),
    ] {
        let mut auth = plan.clone();
        auth["mode"] = json!("hmac");
        auth["secret"] = json!(KEY);
        set_auth(&server, &org, json!([auth])).await;
        let headers = [("x-timestamp", time.as_str()), (header, signature.as_str())];
        let (status, answer) = post(&server, &org, &headers, &body).await;
        assert_eq!(status, StatusCode::OK, "{plan}: {answer}");
        let (status, _) = server.post_raw("/webhook/vapi", &headers, body.clone()).await;
        assert_eq!(status, StatusCode::OK, "{plan} on the shared URL, found by its number id");
        let other = body.replace("hang", "bang");
        assert_refused(&post(&server, &org, &headers, &other).await, "another body");
        let token = [("authorization", format!("Bearer {KEY}"))];
        let token = [(token[0].0, token[0].1.as_str())];
        assert_refused(&post(&server, &org, &token, &body).await, "the key itself");
    }
}

#[tokio::test]
async fn stale_and_replayed_signatures_are_refused() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    set_auth(&server, &org, json!([{"mode": "hmac", "secret": KEY}])).await;
    let body = booking(&json!({})).to_string();
    let now = now(&server).await;
    let signed = |time: String| {
        let signature = hex(&sign(&format!("{time}.{body}")));
        (time, signature)
    };
    for time in [now - 400, now + 400, 0] {
        for (time, signature) in [signed(time.to_string()), signed(format!("{time}000"))] {
            let headers = [("x-timestamp", time.as_str()), ("x-signature", signature.as_str())];
            assert_refused(&post(&server, &org, &headers, &body).await, &time);
        }
    }
    let (_, old) = signed((now - 400).to_string());
    let fresh = now.to_string();
    for headers in [
        &[("x-timestamp", fresh.as_str()), ("x-signature", old.as_str())][..],
        &[("x-signature", &old)],
        &[("x-timestamp", &fresh)],
        &[("x-timestamp", &fresh), ("x-signature", "")],
        &[("x-timestamp", "soon"), ("x-signature", &old)],
    ] {
        assert_refused(&post(&server, &org, headers, &body).await, &format!("{headers:?}"));
    }
    assert_untouched(&server, &org).await;

    let (time, signature) = signed(fresh);
    let captured = [("x-timestamp", time.as_str()), ("x-signature", signature.as_str())];
    let (status, first) = post(&server, &org, &captured, &body).await;
    assert_eq!(status, StatusCode::OK);
    let (status, again) = post(&server, &org, &captured, &body).await;
    assert_eq!((status, &again), (StatusCode::OK, &first), "a repeat at once runs nothing anew");
    assert_eq!(org.bookings(&server).await.len(), 1);
    server.restart(Some("2026-09-22T14:36:00Z")).await;
    assert_refused(&post(&server, &org, &captured, &body).await, "replayed six minutes later");
    assert_eq!(org.bookings(&server).await.len(), 1);
}
