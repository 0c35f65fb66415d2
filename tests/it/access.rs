//! Who may do what: every operation of the published document, tried by everybody who may not and by the least who may.
//! The document has its roles from the handlers themselves, and a test beside it holds it against the router.

mod ground;

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::TestServer;
use ground::{Ground, Operation, Proof, operations};

/// Roles, smallest first.
const ROLES: [&str; 4] = ["viewer", "supervisor", "org", "admin"];

fn rank(role: &str) -> usize {
    ROLES.iter().position(|known| *known == role).unwrap()
}

/// One route is closed in its own way (P089): everybody is forbidden it, whatever was wrong.
fn refusal(operation: &Operation) -> StatusCode {
    match operation.path.as_str() {
        "/api/vapi/tools/test" => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    }
}

fn is_closed(operation: &&Operation) -> bool {
    !["none", "vapi", "provider"].contains(&operation.least.as_str())
}

#[tokio::test]
async fn without_a_token_that_is_good_every_operation_is_closed() {
    let ground = Ground::new().await;
    let before = ground.everything().await;
    let operations = operations(&ground.server).await;
    let closed: Vec<_> = operations.iter().filter(is_closed).collect();
    assert!(closed.len() > 35, "{} operations were found", closed.len());
    for proof in ground.bad_proofs().await {
        for operation in &closed {
            for (status, body) in ground.try_all_forms(operation, &ground.own.id, &proof).await {
                assert_eq!(status, refusal(operation), "{operation} with {}: {body}", proof.what);
            }
        }
    }
    assert!(ground.everything().await == before, "something has happened");
}

#[tokio::test]
async fn a_cookie_opens_nothing_for_another_site_and_everything_that_its_token_does_for_our_own() {
    let ground = Ground::new().await;
    let before = ground.everything().await;
    let cookie = ground.sign_in(ground.server.token()).await;
    let operations = operations(&ground.server).await;
    let foreign: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:1")],
    ];
    for operation in operations.iter().filter(is_closed) {
        for headers in foreign {
            // What changes nothing may come without a sign of where from: no stranger sees the answer.
            if headers.is_empty() && operation.method == Method::GET {
                continue;
            }
            let proof = Proof::cookie("a cookie of another site", &cookie, headers);
            for (status, body) in ground.try_all_forms(operation, &ground.own.id, &proof).await {
                assert_eq!(status, refusal(operation), "{operation} {headers:?}: {body}");
            }
        }
    }
    let viewer = ground.sign_in(ground.token("viewer")).await;
    let own = Proof::cookie("our page", &viewer, &[("origin", &ground.server.url(""))]);
    for operation in operations.iter().filter(is_closed) {
        let (status, body) = ground.attempt(operation, &ground.own.id, &own, true).await;
        let may = ["any", "viewer"].contains(&operation.least.as_str());
        assert_ne!(status, StatusCode::UNAUTHORIZED, "{operation}: {body}");
        assert_eq!(status != StatusCode::FORBIDDEN, may, "{operation}: {status} {body}");
    }
    assert!(ground.everything().await == before, "something has happened");
}

#[tokio::test]
async fn no_token_reaches_another_org_and_none_does_more_than_its_role() {
    let ground = Ground::new().await;
    let before = ground.everything().await;
    let operations = operations(&ground.server).await;
    let of_org = |operation: &&Operation| operation.path.contains("{org}");
    assert!(operations.iter().filter(of_org).count() >= 20, "{operations:?}");
    for role in ["viewer", "supervisor", "org"] {
        let proof = Proof::bearer(role, ground.token(role));
        for operation in operations.iter().filter(of_org) {
            let absent = ground.attempt(operation, "org_unknown", &proof, true).await;
            for answer in ground.try_all_forms(operation, &ground.foreign.id, &proof).await {
                assert_eq!(answer.0, StatusCode::NOT_FOUND, "{role} {operation}: {}", answer.1);
                assert_eq!(answer, absent, "{role} {operation}: it shows that the org is there");
            }
            if rank(role) < rank(&operation.least) {
                for (status, body) in ground.try_all_forms(operation, &ground.own.id, &proof).await
                {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{role} {operation}: {body}");
                }
            }
        }
        let too_large = |it: &&Operation| ["org", "admin"].contains(&it.least.as_str());
        let too_large = |it: &&Operation| too_large(it) && rank(role) < rank(&it.least);
        for operation in operations.iter().filter(|it| !of_org(it) && too_large(it)) {
            for (status, body) in ground.try_all_forms(operation, &ground.own.id, &proof).await {
                assert_eq!(status, StatusCode::FORBIDDEN, "{role} {operation}: {body}");
            }
        }
    }
    assert!(ground.everything().await == before, "something has happened");
}

#[tokio::test]
async fn an_object_of_another_org_is_not_found_under_ones_own() {
    let ground = Ground::new().await;
    let before = ground.everything().await;
    let operations = operations(&ground.server).await;
    let mut tried = BTreeSet::new();
    for operation in &operations {
        let Some((name, theirs)) = ground.foreign_object(operation) else { continue };
        for role in ROLES.into_iter().filter(|role| rank(role) >= rank(&operation.least)) {
            let token = if role == "admin" { ground.server.token() } else { ground.token(role) };
            let proof = Proof::bearer(role, token);
            let (status, body) = ground.attempt_on(operation, name, theirs, &proof).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{role} {operation}: {body}");
            let nobodys = Ground::object_of_nobody(name);
            let absent = ground.attempt_on(operation, name, &nobodys, &proof).await;
            assert_eq!((status, body), absent, "{role} {operation}: it shows that it is there");
        }
        tried.insert(format!("{operation}"));
    }
    assert!(tried.len() >= 11, "{tried:#?}");
    assert!(ground.everything().await == before, "something has happened");
}

/// What is for any token shows of each org only what is the asker's.
#[tokio::test]
async fn what_is_for_any_token_names_no_other_org() {
    let ground = Ground::new().await;
    let proof = Proof::bearer("org", ground.token("org"));
    let mut tried = 0;
    for operation in operations(&ground.server).await.iter().filter(|it| it.least == "any") {
        let (_, body) = ground.attempt(operation, &ground.foreign.id, &proof, true).await;
        assert!(!body.contains(&ground.foreign.id), "{operation}: {body}");
        tried += 1;
    }
    assert!(tried >= 6, "{tried}");
    // These take the org from elsewhere than the path.
    let foreign = &ground.foreign.id;
    let ticket = json!({"org": foreign});
    let test = json!({"userId": foreign, "toolName": "check_availability"});
    for (method, path, body) in [
        (Method::POST, "/api/feed/tickets".to_owned(), ticket),
        (Method::POST, "/api/vapi/tools/test".to_owned(), test),
        (Method::GET, format!("/api/feed?org={foreign}"), json!({})),
        (Method::GET, format!("/api/oauth/square/start?org={foreign}"), json!({})),
    ] {
        let request = ground.server.client().request(method, ground.server.url(&path));
        let answer = proof.on(request).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// Without a role large enough nothing happens; with it the operation is found and runs.
#[tokio::test]
async fn the_smallest_role_that_the_document_names_is_enough() {
    let ground = Ground::new().await;
    for operation in operations(&ground.server).await.iter().filter(is_closed) {
        if operation.least == "admin" || operation.method == Method::DELETE {
            continue;
        }
        let least = if operation.least == "any" { "viewer" } else { &operation.least };
        let proof = Proof::bearer(least, ground.token(least));
        let (status, body) = ground.attempt(operation, &ground.own.id, &proof, true).await;
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(!refused.contains(&status), "{least} {operation}: {status} {body}");
        assert!(!status.is_server_error(), "{least} {operation}: {status} {body}");
    }
}

#[tokio::test]
async fn webhooks_take_neither_tokens_nor_another_orgs_secret() {
    let ground = Ground::new().await;
    let proofs = [
        Proof::nothing(),
        Proof::bearer("an administrator", ground.server.token()),
        Proof::bearer("a token of the org", ground.token("org")),
        Proof::cookie(
            "a cookie of our page",
            &ground.sign_in(ground.server.token()).await,
            &[("origin", &ground.server.url(""))],
        ),
    ];
    let operations = operations(&ground.server).await;
    let webhooks: Vec<_> = operations.iter().filter(|it| it.least == "vapi").collect();
    assert!(webhooks.len() >= 5, "{webhooks:?}");
    for operation in webhooks {
        for proof in &proofs {
            for (status, body) in ground.try_all_forms(operation, &ground.own.id, proof).await {
                let refused = StatusCode::UNAUTHORIZED;
                assert_eq!(status, refused, "{operation} with {}: {body}", proof.what);
            }
        }
        if operation.path.contains("{webhook_id}") {
            let theirs = Proof::bearer("the secret of another org", &ground.foreign.secret);
            let (status, _) = ground.attempt(operation, &ground.own.id, &theirs, true).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{operation}");
        }
    }
}

/// Named one by one: what becomes open must be meant to.
#[tokio::test]
async fn these_are_open_to_anyone_and_nothing_else_is() {
    let server = TestServer::start().await;
    let open: BTreeSet<String> = operations(&server)
        .await
        .iter()
        .filter(|operation| operation.least == "none")
        .map(ToString::to_string)
        .collect();
    let meant = [
        "GET /",
        "GET /api/docs",
        // What it is given proves that it was begun here.
        "GET /api/oauth/callback",
        "GET /api/openapi.json",
        "GET /assets/{folder}/{file}",
        "GET /livez",
        "GET /readyz",
        "POST /api/login",
        "POST /api/logout",
    ];
    assert_eq!(open, meant.map(str::to_owned).into());
}

/// A second word beside the handlers' own: a role that was chosen too small by mistake is noticed.
#[tokio::test]
async fn who_only_looks_changes_nothing_and_supervisors_change_only_their_daily_work() {
    const DAILY: [&str; 4] = ["/bookings", "/calls", "/callbacks", "/waitlist"];
    let server = TestServer::start().await;
    for operation in operations(&server).await {
        let Some(below) = operation.path.strip_prefix("/api/orgs/{org}") else { continue };
        if operation.method == Method::GET {
            continue;
        }
        let daily = DAILY.iter().any(|work| below.starts_with(work));
        let least = if daily { "supervisor" } else { "org" };
        assert!(rank(&operation.least) >= rank(least), "{operation} is for {}", operation.least);
    }
}

#[tokio::test]
async fn a_token_is_worth_nothing_once_it_is_revoked_or_has_expired() {
    let server = TestServer::start_at("2026-09-22T14:30:00Z").await;
    let org = server.org(json!({})).await;
    let make = async |expires: Option<&str>| {
        let body = json!({"role": "viewer", "org": org.id, "expires_at": expires});
        server.api(Method::POST, "/api/tokens", Some(body)).await.1
    };
    let works = async |token: &Value| {
        let request = server.client().get(server.url("/api/orgs"));
        let answer = request.bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
        answer.status() == StatusCode::OK
    };
    let revoked = make(None).await;
    assert!(works(&revoked).await);
    let path = format!("/api/tokens/{}", revoked["id"].as_str().unwrap());
    assert_eq!(server.api(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert!(!works(&revoked).await);
    let short = make(Some("2026-09-22T15:00:00Z")).await;
    assert!(works(&short).await);
    server.set_clock("2026-09-22T15:00:01Z");
    let ends = || async { (!works(&short).await).then_some(()) };
    crate::support::eventually("the token to expire", ends).await;
}
