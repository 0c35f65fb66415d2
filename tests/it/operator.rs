//! What operators do without a call: book, move, cancel, look.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ControlStub, FeedClient, MORNING, TestOrg, TestServer, eventually};

async fn book(server: &TestServer, org: &TestOrg, start: &str, name: &str) -> (StatusCode, Value) {
    let body = json!({"service_id": "consultation", "start": start, "customer_name": name,
        "customer_phone": "512-555-0143", "customer_email": "ann.ruiz@example.com"});
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

/// One of the bookings of a call, as the watchers see it in the state.
fn in_state(state: &Value) -> Value {
    let booking = &state["bookings"][0];
    json!([state["bookings"].as_array().map(Vec::len), booking["status"], booking["booking_time"]])
}

#[tokio::test]
async fn what_an_operator_does_to_a_calls_booking_is_seen_in_the_call_and_told_to_the_agent() {
    let control = ControlStub::start().await;
    let server = TestServer::start_with(MORNING, control.allow(), Vec::new).await;
    let org = server.org(json!({})).await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    let mut call = org.call(&server, "+15125550143");
    call.control_url = Some(control.url("/control"));
    call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    let wish = json!({"date": "2026-09-24", "time": "09:00", "customer_name": "Ann Ruiz"});
    call.tool("create_booking", wish).await;
    feed.until("booking_made").await;
    let booking = org.bookings(&server).await.remove(0);
    let id = booking["id"].as_str().unwrap();
    let path = |verb: &str| format!("/api/orgs/{}/bookings/{id}/{verb}", org.id);
    let (status, moved) = server
        .api(Method::POST, &path("reschedule"), Some(json!({"start": "2026-09-24T11:30:00"})))
        .await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    let changed = feed.until("booking_changed").await;
    assert_eq!(changed["event"]["booking"]["booking_time"], "11:30", "{changed}");
    assert_eq!(in_state(&feed.calls[&call.id]), json!([1, "confirmed", "11:30"]));
    let told = feed.notice("booking_moved_by_hand").await;
    assert_eq!((&told["booking_id"], &told["warning"]), (&booking["id"], &json!(false)), "{told}");
    let (status, gone) = server.api(Method::POST, &path("cancel"), None).await;
    assert_eq!(status, StatusCode::OK, "{gone}");
    let cancelled = feed.until("booking_cancelled").await;
    assert_eq!(cancelled["event"]["booking"]["id"], booking["id"], "{cancelled}");
    assert_eq!(in_state(&feed.calls[&call.id])[1], "cancelled");
    feed.notice("booking_cancelled_by_hand").await;
    let heard: Vec<Value> =
        control.wait("/control", 2).await.into_iter().map(|command| command.body).collect();
    for (words, command) in ["moved", "cancelled"].iter().zip(&heard) {
        let words = format!("{words} the caller's appointment");
        assert!(command.to_string().contains(&words), "{heard:?}");
    }
    let kept = server.get(&format!("/api/orgs/{}/calls/{}", org.id, call.id)).await;
    assert_eq!(in_state(&kept["state"])[1], "cancelled", "{kept}");

    // Done a second time it is no news.
    let seen = feed.seq;
    let (status, _) = server.api(Method::POST, &path("cancel"), None).await;
    assert_eq!(status, StatusCode::OK);
    call.say("Oh, that is a pity.").await;
    feed.until("transcript").await;
    let after = feed.frames.iter().filter(|frame| frame["seq"].as_u64() > Some(seen));
    let is_news = |frame: &&Value| {
        frame["event"]["type"].as_str().is_some_and(|kind| kind.starts_with("booking_"))
    };
    let news: Vec<&Value> = after.filter(is_news).collect();
    assert!(news.is_empty(), "{news:?}");
    assert_eq!(feed.notices().len(), 2, "{:?}", feed.notices());
}

#[tokio::test]
async fn a_call_that_is_over_and_asleep_learns_what_became_of_its_booking() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    let wish = json!({"date": "2026-09-24", "time": "09:00", "customer_name": "Ann Ruiz"});
    call.tool("create_booking", wish).await;
    call.end().await;
    let id = call.id.clone();
    server.restart(None).await;
    let booking = org.bookings(&server).await.remove(0)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/orgs/{}/bookings/{booking}/cancel", org.id);
    assert_eq!(server.api(Method::POST, &path, None).await.0, StatusCode::OK);
    let path = format!("/api/orgs/{}/calls/{id}", org.id);
    eventually("the call shows it as cancelled", || async {
        let kept = server.get(&path).await;
        assert_eq!(kept["state"]["status"], "ended", "{kept}");
        (in_state(&kept["state"])[1] == "cancelled").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_booking_made_by_hand_is_told_on_the_feed() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    let (_, booking) = book(&server, &org, "2026-09-24T15:00:00", "Ann Ruiz").await;
    let told = feed.notice("booking_made_by_hand").await;
    assert_eq!(told["booking_id"], booking["id"], "{told}");
    assert!(!told.to_string().contains("Ann"), "{told}");
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
    for (body, kind) in [(json!(null), "null"), (json!(7), "a number"), (json!("x"), "a text")] {
        let (status, answer) = server.api(Method::POST, &path, Some(body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{kind}: {answer}");
        let expected = json!({"code": "malformed_json", "message": "the body is no JSON object",
            "hint": "send one JSON object, encoded as UTF-8"});
        assert_eq!(answer["error"], expected, "{kind}");
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
    for query in [
        "phone=%2B15125550143",
        "phone=5125550143",
        "name=ann%20ruiz",
        "email=ann.ruiz%40example.com",
        "email=Ann.Ruiz%40Example.com",
    ] {
        let found = server.get(&format!("/api/orgs/{}/customers?{query}", org.id)).await;
        assert_eq!(found["items"][0]["name"], "Ann Ruiz", "{query}");
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{query}");
    }
    for query in ["email=ann%40example.com", "phone=5125550199"] {
        let found = server.get(&format!("/api/orgs/{}/customers?{query}", org.id)).await;
        assert_eq!(found["items"], json!([]), "{query}");
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
