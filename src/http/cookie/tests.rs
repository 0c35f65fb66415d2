//! Which requests the cookie speaks for.

use axum::http::Request;
use axum::http::request::Parts;

use super::{is_foreign, token, with_token, without_token};

const PLAIN: &str = "http://127.0.0.1:3001";
const PUBLIC: &str = "https://calls.example.com";

fn request(method: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri("/api/orgs");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// The cookie as the browser sends it back.
fn kept(token: &str, public_url: &str) -> String {
    with_token(token, public_url).split(';').next().unwrap().to_owned()
}

fn reads(method: &str, public_url: &str, more: &[(&str, &str)]) -> bool {
    let cookie = kept("hsa_x", public_url);
    let mut headers = vec![("host", "127.0.0.1:3001"), ("cookie", cookie.as_str())];
    headers.extend(more);
    token(&request(method, &headers), public_url).is_some_and(|token| token == "hsa_x")
}

#[test]
fn any_token_comes_back_as_it_was() {
    for secret in ["hsa_abc", "a; b=c, \"d\"", "schlüssel 🔑", "="] {
        let cookie = format!("other=1; {}; last=2", kept(secret, PLAIN));
        let parts = request("GET", &[("cookie", &cookie)]);
        assert_eq!(token(&parts, PLAIN).as_deref(), Some(secret));
    }
}

#[test]
fn the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_lines() {
    for cookie in [with_token("t", PLAIN), without_token(PLAIN)] {
        assert!(cookie.starts_with("hookswitch="), "{cookie}");
        assert!(cookie.contains("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
        assert!(!cookie.contains("Secure"), "{cookie}");
    }
    let secure = with_token("t", PUBLIC);
    assert!(secure.starts_with("__Host-hookswitch=") && secure.ends_with("; Secure"), "{secure}");
    assert!(without_token(PLAIN).contains("Max-Age=0"));
    // One that a neighbour without HTTPS could have set does not count there.
    let parts = request("GET", &[("cookie", &kept("t", PLAIN))]);
    assert_eq!(token(&parts, PUBLIC), None);
}

#[test]
fn reading_needs_no_sign_but_must_not_come_from_elsewhere() {
    assert!(reads("GET", PLAIN, &[]));
    assert!(reads("GET", PLAIN, &[("sec-fetch-site", "same-origin")]));
    assert!(reads("GET", PLAIN, &[("sec-fetch-site", "none")]));
    for site in ["cross-site", "same-site", "anything"] {
        assert!(!reads("GET", PLAIN, &[("sec-fetch-site", site)]), "{site}");
    }
    assert!(!reads("GET", PLAIN, &[("origin", "http://evil.example")]));
}

#[test]
fn changing_and_the_websocket_need_a_sign_of_our_own_page() {
    let socket = ("upgrade", "websocket");
    for (method, more) in [("POST", None), ("DELETE", None), ("PATCH", None), ("GET", Some(socket))]
    {
        let with = |headers: &[(&str, &str)]| {
            let all: Vec<_> = more.into_iter().chain(headers.iter().copied()).collect();
            reads(method, PLAIN, &all)
        };
        assert!(!with(&[]), "{method} without a sign");
        assert!(!with(&[("sec-fetch-site", "none")]), "{method} by itself");
        assert!(with(&[("sec-fetch-site", "same-origin")]), "{method} of our own page");
        assert!(with(&[("origin", PLAIN)]), "{method} with our origin");
        let foreign =
            ["http://127.0.0.1:4000", "http://evil.example", "null", "file://", "\u{7f}", ""];
        for origin in foreign.iter().filter(|origin| !origin.contains('\u{7f}')) {
            assert!(!with(&[("origin", origin)]), "{method} from {origin:?}");
        }
        assert!(!with(&[("origin", PLAIN), ("sec-fetch-site", "cross-site")]), "{method} mixed");
    }
}

#[test]
fn behind_a_proxy_the_public_address_is_ours_too() {
    assert!(reads("POST", PUBLIC, &[("origin", PUBLIC)]));
    assert!(reads("POST", PUBLIC, &[("origin", "https://CALLS.example.com:443")]));
    for origin in
        ["http://calls.example.com", "https://calls.example.com:8443", "https://example.com"]
    {
        assert!(!reads("POST", PUBLIC, &[("origin", origin)]), "{origin}");
    }
}

#[test]
fn a_program_without_browser_headers_is_not_foreign_and_another_site_is() {
    let foreign = |headers: &[(&str, &str)]| is_foreign(&request("POST", headers).headers, PLAIN);
    assert!(!foreign(&[]));
    assert!(!foreign(&[("host", "127.0.0.1:3001"), ("origin", PLAIN)]));
    assert!(foreign(&[("host", "127.0.0.1:3001"), ("origin", "http://evil.example")]));
    assert!(foreign(&[("sec-fetch-site", "cross-site")]));
    assert!(foreign(&[("origin", "null")]));
}
