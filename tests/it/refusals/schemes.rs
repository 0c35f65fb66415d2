//! Every scheme against every kind of forgery: what is right is let in, and one byte less, more or other
//! is not.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::proof::{hex, now, post, set_auth, sign};
use super::{assert_refused, assert_untouched, booking};
use crate::support::{TestOrg, TestServer};

const SECRET: &str = "signing-key-of-the-tests";

/// The headers that are right for a body, in the scheme that is set.
async fn right(server: &TestServer, scheme: &str, body: &str) -> Vec<(&'static str, String)> {
    match scheme {
        "bearer" => vec![("authorization", format!("Bearer {SECRET}"))],
        "secret" => vec![("x-vapi-secret", SECRET.to_owned())],
        _ => {
            let time = now(server).await.to_string();
            let signature = hex(&sign(&format!("{time}.{body}")));
            vec![("x-signature", signature), ("x-timestamp", time)]
        }
    }
}

async fn try_with(
    server: &TestServer,
    org: &TestOrg,
    headers: &[(&'static str, String)],
    body: &str,
) -> (StatusCode, Value) {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    post(server, org, &headers, body).await
}

#[tokio::test]
async fn one_byte_less_more_or_other_is_refused_in_every_scheme() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let body = booking(&json!({})).to_string();
    for scheme in ["bearer", "secret", "hmac"] {
        set_auth(&server, &org, json!([{"mode": scheme, "secret": SECRET}])).await;
        let headers = right(&server, scheme, &body).await;
        let proof = headers[0].1.clone();
        let with = |proof: String| {
            let mut headers = headers.clone();
            headers[0].1 = proof;
            headers
        };
        for at in 0..proof.len() {
            let mut altered = proof.clone().into_bytes();
            altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
            let altered = with(String::from_utf8(altered).unwrap());
            let answer = try_with(&server, &org, &altered, &body).await;
            assert_refused(&answer, &format!("{scheme}: byte {at} is another"));
        }
        for (proof, what) in [
            (proof[..proof.len() - 1].to_owned(), "one byte less"),
            (format!("{proof}0"), "one byte more"),
            (String::new(), "empty"),
            (" ".to_owned(), "blank"),
        ] {
            let answer = try_with(&server, &org, &with(proof), &body).await;
            assert_refused(&answer, &format!("{scheme}: {what}"));
        }
        assert_refused(&try_with(&server, &org, &[], &body).await, scheme);
    }
    // A signature is of one body; a token cannot know which it came with.
    let headers = right(&server, "hmac", &body).await;
    for at in (0..body.len()).step_by(7) {
        let mut altered = body.clone().into_bytes();
        altered[at] ^= 1;
        let Ok(altered) = String::from_utf8(altered) else { continue };
        let answer = try_with(&server, &org, &headers, &altered).await;
        assert_refused(&answer, &format!("hmac: byte {at} of the body is another"));
    }
    assert_untouched(&server, &org).await;
    assert_eq!(try_with(&server, &org, &headers, &body).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_is_replayed_runs_nothing_anew_in_any_scheme() {
    let server = TestServer::start().await;
    for scheme in ["bearer", "secret", "hmac"] {
        let org = server.org(json!({})).await;
        set_auth(&server, &org, json!([{"mode": scheme, "secret": SECRET}])).await;
        let body = booking(&json!({})).to_string();
        let headers = right(&server, scheme, &body).await;
        let first = try_with(&server, &org, &headers, &body).await;
        assert_eq!(first.0, StatusCode::OK, "{scheme}: {}", first.1);
        assert_eq!(try_with(&server, &org, &headers, &body).await, first, "{scheme}");
        assert_eq!(org.bookings(&server).await.len(), 1, "{scheme}");
    }
}
