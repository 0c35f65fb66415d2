//! What operators do without a call: book, move, cancel, look; and what their tokens may.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{FeedClient, TestOrg, TestServer};

async fn book(server: &TestServer, org: &TestOrg, start: &str, name: &str) -> (StatusCode, Value) {
    let body = json!({"service_id": "consultation", "start": start, "customer_name": name,
        "customer_phone": "512-555-0143"});
    server.api(Method::POST, &format!("/api/orgs/{}/bookings", org.id), Some(body)).await
}

#[tokio::test]
async fn an_operator_books_moves_and_cancels_by_the_same_rules() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let (status, booking) = book(&server, &org, "2026-09-24T15:00:00", "Ann Ruiz").await;
    assert_eq!(status, StatusCode::CREATED, "{booking}");
    assert_eq!(booking["start"], "2026-09-24T15:00:00-05:00");
    assert_eq!(booking["source"], "manual");
    assert_eq!(booking["customer_phone"], "+15125550143");
    let (status, refused) = book(&server, &org, "2026-09-24T15:00:00", "Ben Ode").await;
    assert_eq!((status, &refused["error"]["code"]), (StatusCode::CONFLICT, &json!("slot_taken")));
    let path = |verb: &str| {
        format!("/api/orgs/{}/bookings/{}/{verb}", org.id, booking["id"].as_str().unwrap())
    };
    let wish = json!({"start": "2026-09-25T09:30:00"});
    let (status, moved) = server.api(Method::POST, &path("reschedule"), Some(wish)).await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    assert_eq!(moved["start"], "2026-09-25T09:30:00-05:00");
    assert_eq!(moved["confirmation"], booking["confirmation"]);
    let (status, gone) = server.api(Method::POST, &path("cancel"), None).await;
    assert_eq!((status, &gone["status"]), (StatusCode::OK, &json!("cancelled")));
    let (status, _) = book(&server, &org, "2026-09-25T09:30:00", "Ben Ode").await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_wrong_booking_is_refused_by_the_name_of_its_field() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/bookings", org.id);
    for (body, named) in [
        (json!({"customer_name": "Ann"}), "start"),
        (json!({"start": "2026-09-24T15:00:00"}), "customer_name"),
        (json!({"start": "2026-09-24T15:00:00", "customer_name": " "}), "customer_name"),
        (
            json!({"start": "2026-09-24T15:00:00", "customer_name": "Ann", "service_id": "x"}),
            "service_id",
        ),
        (
            json!({"start": "2026-09-24T15:00:00", "customer_name": "Ann", "colour": "red"}),
            "colour",
        ),
    ] {
        let (status, answer) = server.api(Method::POST, &path, Some(body.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(named), "{body}: {answer}");
    }
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn availability_lists_free_slots_over_days_and_leaves_out_what_is_taken() {
    let server = TestServer::start().await;
    let org = server.org(json!({"business_hours": {"fri": [["09:00", "10:00"]]}})).await;
    book(&server, &org, "2026-09-25T09:00:00", "Ann Ruiz").await;
    let path = format!(
        "/api/orgs/{}/availability?service_id=consultation&from=2026-09-25&to=2026-09-27",
        org.id
    );
    let free = server.get(&path).await;
    let starts: Vec<&Value> =
        free["items"].as_array().unwrap().iter().map(|s| &s["start"]).collect();
    assert_eq!(starts, [&json!("2026-09-25T09:30:00-05:00")]);
}

#[tokio::test]
async fn customers_are_found_by_phone_email_and_name() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    book(&server, &org, "2026-09-25T09:00:00", "Ann Ruiz").await;
    for query in ["phone=%2B15125550143", "phone=5125550143", "name=ann%20ruiz"] {
        let found = server.get(&format!("/api/orgs/{}/customers?{query}", org.id)).await;
        assert_eq!(found["items"][0]["name"], "Ann Ruiz", "{query}");
    }
    let path = format!("/api/orgs/{}/customers", org.id);
    let (status, _) = server.api(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Every operation of one org as method, path below the org, and the smallest role that may use
/// it: from the published document, which another test holds against the router.
async fn operations(server: &TestServer) -> Vec<(String, String, String)> {
    let document = server.get("/api/openapi.json").await;
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(below) = path.strip_prefix("/api/orgs/{org}") else { continue };
        for (method, operation) in operations.as_object().unwrap() {
            let role = operation["x-role"].as_str().unwrap().to_owned();
            found.push((method.to_uppercase(), below.to_owned(), role));
        }
    }
    assert!(found.len() >= 20, "the document has the operations of an org: {found:?}");
    found
}

/// Fills in a path's parameters with what the org has.
fn filled(path: &str, booking: &str, connection: &str, call: &str) -> String {
    path.replace("{booking}", booking)
        .replace("{connection}", connection)
        .replace("{call}", call)
        .replace("{name}", "check_availability")
}

#[tokio::test]
async fn no_token_reaches_another_org_and_none_does_more_than_its_role() {
    let server = TestServer::start().await;
    let (own, foreign) = (server.org(json!({})).await, server.org(json!({})).await);
    let rank =
        |role: &str| ["viewer", "supervisor", "org", "admin"].iter().position(|r| *r == role);
    let (_, booking) = book(&server, &foreign, "2026-09-24T15:00:00", "Ann Ruiz").await;
    let booking = booking["id"].as_str().unwrap().to_owned();
    let connections = server.get(&format!("/api/orgs/{}/connections", foreign.id)).await;
    let connection = connections["items"][0]["id"].as_str().unwrap().to_owned();
    let call = foreign.call(&server, "+15125550143");
    call.say("This is Ann.").await;
    let operations = operations(&server).await;
    for role in ["viewer", "supervisor", "org"] {
        let body = json!({"role": role, "org": own.id});
        let (status, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{token}");
        let token = token["token"].as_str().unwrap().to_owned();
        let send = async |method: &str, path: String, token: Option<&str>| {
            let method: Method = method.parse().unwrap();
            let mut request = server.client().request(method, server.url(&path)).json(&json!({}));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        for (method, path, least) in &operations {
            let path = filled(path, &booking, &connection, &call.id);
            let theirs = format!("/api/orgs/{}{path}", foreign.id);
            let nobody = send(method, theirs.clone(), None).await;
            assert_eq!(nobody.0, StatusCode::UNAUTHORIZED, "{method} {path}");
            let (status, body) = send(method, theirs, Some(&token)).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{role} {method} {path}: {body}");
            assert!(!body.contains("Ann"), "{body}");
            assert!(rank(least).is_some(), "{method} {path} has the unknown role {least}");
            if rank(role) < rank(least) {
                let (status, _) =
                    send(method, format!("/api/orgs/{}{path}", own.id), Some(&token)).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{role} {method} {path}");
            }
        }
        for (method, path) in [
            ("POST", "/api/orgs"),
            ("GET", "/api/tokens"),
            ("GET", "/api/health"),
            ("POST", "/api/backup"),
            ("POST", "/api/verify"),
        ] {
            assert_eq!(send(method, path.into(), Some(&token)).await.0, StatusCode::FORBIDDEN);
        }
        let (_, orgs) = send("GET", "/api/orgs".into(), Some(&token)).await;
        assert!(orgs.contains(&own.id) && !orgs.contains(&foreign.id));
    }
    assert_eq!(foreign.bookings(&server).await[0]["status"], "confirmed");
    let after = server.get(&format!("/api/orgs/{}/connections", foreign.id)).await;
    assert_eq!(after, connections);
}

/// Without a role large enough nothing happens; with it the operation is found and runs.
#[tokio::test]
async fn the_smallest_role_that_the_document_names_is_enough() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let (_, booking) = book(&server, &org, "2026-09-24T15:00:00", "Ann Ruiz").await;
    let booking = booking["id"].as_str().unwrap().to_owned();
    let connections = server.get(&format!("/api/orgs/{}/connections", org.id)).await;
    let connection = connections["items"][0]["id"].as_str().unwrap().to_owned();
    let call = org.call(&server, "+15125550143");
    call.say("This is Ann.").await;
    let known = || async {
        let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
        (server.api(Method::GET, &path, None).await.0 == StatusCode::OK).then_some(())
    };
    crate::support::eventually("the call to be known", known).await;
    for (method, path, least) in operations(&server).await {
        if least == "admin" || method == "DELETE" {
            continue;
        }
        let body = json!({"role": least, "org": org.id});
        let (_, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
        let path = filled(&path, &booking, &connection, &call.id);
        let url = server.url(&format!("/api/orgs/{}{path}", org.id));
        let request = server.client().request(method.parse().unwrap(), url).json(&json!({}));
        let answer = request.bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
        let status = answer.status();
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(!refused.contains(&status), "{least} {method} {path}: {status}");
        assert!(!status.is_server_error(), "{least} {method} {path}: {status}");
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
    let short = make(Some("2026-09-22T14:30:04Z")).await;
    let ends = || async { (!works(&short).await).then_some(()) };
    crate::support::eventually("the token to expire", ends).await;
}

#[tokio::test]
async fn a_revoked_token_ends_the_feed_that_it_opened() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let body = json!({"role": "viewer", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
    let secret = token["token"].as_str().unwrap();
    let mut feed = FeedClient::try_connect(&server, "", Some(secret)).await.unwrap();
    assert_eq!(feed.next().await.unwrap()["type"], "snapshot");
    let path = format!("/api/tokens/{}", token["id"].as_str().unwrap());
    assert_eq!(server.api(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    org.call(&server, "+15125550143").say("nobody without a token hears this").await;
    while let Some(frame) = feed.next().await {
        assert!(!frame.to_string().contains("nobody without a token"), "{frame}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_in_an_address_is_refused_in_the_usual_form() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for (path, expected) in [
        (format!("/api/orgs/{}/calls?limit=abc", org.id), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("/api/orgs/{}/bookings?cursor=zzz", org.id), StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/orgs/%FF".to_owned(), StatusCode::NOT_FOUND),
    ] {
        let (status, body) = server.api(Method::GET, &path, None).await;
        assert_eq!(status, expected, "{path}: {body}");
        assert!(body["error"]["message"].is_string(), "{path}: {body}");
    }
}
