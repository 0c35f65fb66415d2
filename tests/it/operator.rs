//! What operators do without a call: book, move, cancel, look.

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
