//! Signing in: a token for a cookie that only the page itself can use.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::support::TestServer;

/// Signs in as the page does; gives the cookie as the browser sends it back.
async fn sign_in(server: &TestServer, token: &str) -> String {
    let request = server.client().post(server.url("/api/login")).json(&json!({"token": token}));
    let answer = request.header("origin", server.url("")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict; Path=/; Max-Age="), "{cookie}");
    assert!(!cookie.contains(token), "the cookie is encoded: {cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

async fn token(server: &TestServer, wanted: Value) -> Value {
    let (status, body) = server.api(Method::POST, "/api/tokens", Some(wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    body
}

#[tokio::test]
async fn a_token_is_exchanged_for_a_cookie_that_says_who_one_is() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let viewer = token(&server, json!({"role": "viewer", "org": org.id})).await;
    let cookie = sign_in(&server, viewer["token"].as_str().unwrap()).await;
    let request = server.client().get(server.url("/api/login")).header("cookie", &cookie);
    let answer = request.send().await.unwrap();
    assert!(answer.headers()["set-cookie"].to_str().unwrap().starts_with(&cookie), "lasts on");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let who: Value = answer.json().await.unwrap();
    assert_eq!(who["role"], "viewer");
    assert_eq!(who["org"], org.id);
    assert_eq!(who["name"], viewer["id"]);
    assert!(who["now"].as_str().unwrap().starts_with("2026-09-22T14:30"), "{who}");

    let read = |path: &str| server.client().get(server.url(path)).header("cookie", &cookie);
    assert_eq!(status(read(&format!("/api/orgs/{}/bookings", org.id))).await, StatusCode::OK);
    let other = server.org(json!({})).await;
    let foreign = format!("/api/orgs/{}/bookings", other.id);
    assert_eq!(status(read(&foreign)).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wrong_token_gets_no_cookie() {
    let server = TestServer::start().await;
    for (body, expected) in [
        (json!({"token": "hsa_wrong"}), StatusCode::UNAUTHORIZED),
        (json!({"token": ""}), StatusCode::UNAUTHORIZED),
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"token": 5}), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let request = server.client().post(server.url("/api/login")).json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), expected, "{body}");
        assert!(answer.headers().get("set-cookie").is_none());
    }
    assert_eq!(
        status(server.client().get(server.url("/api/login"))).await,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn signing_out_takes_the_cookie_back_and_leaves_the_token() {
    let server = TestServer::start().await;
    let request = server.client().post(server.url("/api/logout"));
    let answer = request.header("origin", server.url("")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("hookswitch=;") && cookie.contains("Max-Age=0"), "{cookie}");
    server.get("/api/login").await;
}

#[tokio::test]
async fn the_cookie_does_nothing_for_another_site() {
    let server = TestServer::start().await;
    let cookie = sign_in(&server, server.token()).await;
    let post = |headers: &[(&str, &str)]| {
        let body = json!({"name": "Made", "timezone": "UTC"});
        let request = server.client().post(server.url("/api/orgs")).json(&body);
        headers.iter().fold(request.header("cookie", &cookie), |request, (name, value)| {
            request.header(*name, *value)
        })
    };
    for headers in [
        vec![],
        vec![("origin", "http://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "http://127.0.0.1:1")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
    ] {
        assert_eq!(status(post(&headers)).await, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
    assert_eq!(server.get("/api/orgs").await["items"], json!([]));
    let own = server.url("");
    assert_eq!(status(post(&[("origin", &own)])).await, StatusCode::CREATED);
    assert_eq!(status(post(&[("sec-fetch-site", "same-origin")])).await, StatusCode::CREATED);

    // A bearer token is its own proof, and goes first.
    let request = post(&[("origin", "http://evil.example")]).bearer_auth(server.token());
    assert_eq!(status(request).await, StatusCode::CREATED);
    let request = post(&[("origin", &own)]).bearer_auth("hsa_wrong");
    assert_eq!(status(request).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn another_site_cannot_sign_its_visitors_in_or_out() {
    let server = TestServer::start().await;
    for path in ["/api/login", "/api/logout"] {
        for (name, value) in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
            let body = json!({"token": server.token()});
            let request = server.client().post(server.url(path)).json(&body).header(name, value);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {name}");
            assert!(answer.headers().get("set-cookie").is_none(), "{path} {name}");
        }
    }
}

async fn watch(server: &TestServer, cookie: &str, origin: Option<&str>) -> Result<(), u16> {
    let url = server.url("/api/feed").replacen("http", "ws", 1);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("cookie", HeaderValue::from_str(cookie).unwrap());
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
    }
    match connect_async(request).await {
        Ok(_) => Ok(()),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_feed_opens_by_cookie_for_our_own_page_alone() {
    let server = TestServer::start().await;
    server.org(json!({})).await;
    let cookie = sign_in(&server, server.token()).await;
    assert_eq!(watch(&server, &cookie, None).await, Err(401));
    assert_eq!(watch(&server, &cookie, Some("http://evil.example")).await, Err(401));
    assert_eq!(watch(&server, "hookswitch=d3Jvbmc", Some(&server.url(""))).await, Err(401));
    assert_eq!(watch(&server, &cookie, Some(&server.url(""))).await, Ok(()));
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_by_its_cookie() {
    let server = TestServer::start().await;
    let made = token(&server, json!({"role": "admin"})).await;
    let cookie = sign_in(&server, made["token"].as_str().unwrap()).await;
    let read = || server.client().get(server.url("/api/orgs")).header("cookie", &cookie);
    assert_eq!(status(read()).await, StatusCode::OK);
    let path = format!("/api/tokens/{}", made["id"].as_str().unwrap());
    server.api(Method::DELETE, &path, None).await;
    assert_eq!(status(read()).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn behind_https_the_cookie_is_for_https_alone() {
    let change = |config: &mut hookswitch::config::Config| {
        config.server.public_url = Some("https://calls.example.com".into());
    };
    let server = TestServer::start_with(crate::support::MORNING, change, Vec::new).await;
    let body = json!({"token": server.token()});
    let request = server.client().post(server.url("/api/login")).json(&body);
    // The proxy in front has asked with its own `Host`.
    let answer = request.header("origin", "https://calls.example.com").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-hookswitch=") && cookie.ends_with("; Secure"), "{cookie}");
}
