//! Proof by OAuth 2.0 client credentials: the token that Vapi fetches here opens the org's webhook until
//! it ends, and nothing else does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{assert_refused, assert_untouched, booking};
use crate::support::{TestOrg, TestServer};

const SECRET: &str = "a client secret of 32 characters";

async fn org(server: &TestServer) -> TestOrg {
    let org = server.org(json!({"vapi_phone_number_ids": ["pn_a"]})).await;
    set(server, &org, json!([{"mode": "oauth2", "secret": SECRET}])).await;
    org
}

async fn set(server: &TestServer, org: &TestOrg, auth: Value) {
    let (status, answer) = org.patch(server, json!({"webhook_auth": auth})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// Asks for a token as Vapi does.
async fn grant(server: &TestServer, form: &[(&str, &str)], basic: Option<&str>) -> (u16, Value) {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut request =
        Client::builder().no_proxy().build().unwrap().post(server.url("/api/oauth/token"));
    if let Some(basic) = basic {
        request = request.header("authorization", format!("Basic {}", STANDARD.encode(basic)));
    }
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn token(server: &TestServer, org: &TestOrg, secret: &str) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &org.webhook_id),
        ("client_secret", secret),
        ("scope", "calls"),
    ];
    let (status, answer) = grant(server, &form, None).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(3_600)));
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn post(server: &TestServer, org: &TestOrg, token: &str) -> (StatusCode, Value) {
    let bearer = format!("Bearer {token}");
    let path = format!("/webhook/{}", org.webhook_id);
    server.post_raw(&path, &[("authorization", &bearer)], booking(&json!({})).to_string()).await
}

#[tokio::test]
async fn a_token_for_the_secret_opens_the_webhook_until_it_ends_and_the_secret_itself_never_does() {
    let mut server = TestServer::start().await;
    let org = org(&server).await;
    let token = token(&server, &org, SECRET).await;
    for wrong in [SECRET, "", "hsv_", &token[..token.len() - 1], &format!("{token}A")] {
        assert_refused(&post(&server, &org, wrong).await, wrong);
    }
    for at in 0..token.len() {
        let mut altered = token.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        // The last of these letters says nothing with some of its bits.
        if at + 1 == token.len() {
            continue;
        }
        let altered = String::from_utf8(altered).unwrap();
        assert_refused(&post(&server, &org, &altered).await, &format!("byte {at} is another"));
    }
    assert_untouched(&server, &org).await;
    assert_eq!(post(&server, &org, &token).await.0, StatusCode::OK);
    let path = "/webhook/vapi";
    let marked = booking(&json!({"id": "call-2", "phoneNumberId": "pn_a"})).to_string();
    let bearer = format!("Bearer {token}");
    let (status, answer) = server.post_raw(path, &[("authorization", &bearer)], marked).await;
    assert_eq!(status, StatusCode::OK, "on a shared URL, found by its number: {answer}");

    server.restart(Some("2026-09-22T15:29:00Z")).await;
    assert_eq!(post(&server, &org, &token).await.0, StatusCode::OK, "it outlives a restart");
    server.set_clock("2026-09-22T15:31:00Z");
    assert_refused(&post(&server, &org, &token).await, "replayed after an hour");
}

#[tokio::test]
async fn no_token_is_given_for_anything_but_the_right_client_and_secret() {
    let server = TestServer::start().await;
    let org = org(&server).await;
    let other = server.org(json!({})).await;
    let ask = async |kind: &str, client: &str, secret: &str| {
        let form = [("grant_type", kind), ("client_id", client), ("client_secret", secret)];
        grant(&server, &form, None).await
    };
    for (client, secret) in [
        (org.webhook_id.as_str(), "wrong"),
        (&org.webhook_id, ""),
        (&org.webhook_id, &org.secret),
        (&other.webhook_id, SECRET),
        (&other.webhook_id, &other.secret),
        ("wh_none", SECRET),
        ("", ""),
    ] {
        let (status, answer) = ask("client_credentials", client, secret).await;
        assert_eq!((status, &answer["error"]), (401, &json!("invalid_client")), "{client}");
        assert!(answer["access_token"].is_null(), "{answer}");
    }
    let (status, answer) = ask("password", &org.webhook_id, SECRET).await;
    assert_eq!((status, &answer["error"]), (400, &json!("unsupported_grant_type")));
    let basic = format!("{}:{}", org.webhook_id, SECRET.replace(' ', "%20"));
    let (status, answer) =
        grant(&server, &[("grant_type", "client_credentials")], Some(&basic)).await;
    assert_eq!(status, 200, "name and secret in the header: {answer}");
    let held = server.get(&format!("/api/orgs/{}", org.id)).await["webhook_auth"].clone();
    assert_eq!(held, json!([{"mode": "oauth2"}]), "the secret is not shown");
}

#[tokio::test]
async fn a_token_ends_with_its_secret_and_two_secrets_overlap() {
    let server = TestServer::start().await;
    let org = org(&server).await;
    let old = token(&server, &org, SECRET).await;
    let next = json!({"mode": "oauth2", "secret": "the next client secret"});
    set(&server, &org, json!([{"mode": "oauth2"}, next])).await;
    let new = token(&server, &org, "the next client secret").await;
    assert_eq!(post(&server, &org, &old).await.0, StatusCode::OK);
    assert_eq!(post(&server, &org, &new).await.0, StatusCode::OK);
    set(&server, &org, json!([next])).await;
    assert_refused(&post(&server, &org, &old).await, "its secret is no more");
    assert_eq!(post(&server, &org, &new).await.0, StatusCode::OK);
    let other = server.org(json!({})).await;
    set(&server, &other, json!([{"mode": "oauth2", "secret": "another org's secret"}])).await;
    assert_refused(&post(&server, &other, &new).await, "another org's token");
}
