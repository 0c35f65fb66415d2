//! Who may watch, and what of.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::support::{FeedClient, TestServer};

async fn refusal(server: &TestServer, query: &str, token: Option<&str>) -> u16 {
    match FeedClient::try_connect(server, query, token).await {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("not refused but broken: {other}"),
        Ok(_) => panic!("let in with {query}"),
    }
}

async fn ticket(server: &TestServer, wanted: Value) -> String {
    let (status, body) = server.api(Method::POST, "/api/feed/tickets", Some(wanted)).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    body["ticket"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_watches_without_a_token() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let query = format!("org={}", org.id);
    assert_eq!(refusal(&server, "", None).await, 401);
    assert_eq!(refusal(&server, &query, None).await, 401);
    assert_eq!(refusal(&server, &query, Some("hsa_wrong")).await, 401);
    assert_eq!(refusal(&server, &query, Some(&org.secret)).await, 401);
    assert_eq!(refusal(&server, "ticket=tkt_made_up", None).await, 401);
}

#[tokio::test]
async fn a_ticket_opens_the_feed_once() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let query = format!("ticket={}", ticket(&server, json!({})).await);
    let mut watcher = FeedClient::try_connect(&server, &query, None).await.unwrap();
    assert_eq!(watcher.next().await.unwrap()["org"], org.id);
    assert_eq!(refusal(&server, &query, None).await, 401);
}

#[tokio::test]
async fn a_ticket_expires_by_the_servers_clock() {
    let server = TestServer::start_at("2031-05-06T07:08:00Z").await;
    let (_, body) = server.api(Method::POST, "/api/feed/tickets", None).await;
    assert!(body["expires_at"].as_str().unwrap().starts_with("2031-05-06T07:09:"), "{body}");
}

#[tokio::test]
async fn a_ticket_opens_nothing_once_its_token_is_revoked() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let wanted = json!({"role": "viewer", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(wanted)).await;
    let secret = token["token"].as_str().unwrap();
    let (status, ticket) = server.post_as("/api/feed/tickets", secret, &json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{ticket}");
    let path = format!("/api/tokens/{}", token["id"].as_str().unwrap());
    assert_eq!(server.api(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    let query = format!("ticket={}", ticket["ticket"].as_str().unwrap());
    assert_eq!(refusal(&server, &query, None).await, 401);
}

#[tokio::test]
async fn a_ticket_for_one_org_shows_no_other() {
    let server = TestServer::start().await;
    let (mine, other) = (server.org(json!({})).await, server.org(json!({})).await);
    let wanted = json!({"org": mine.id});
    let ticket_of_mine = ticket(&server, wanted.clone()).await;
    let query = format!("ticket={ticket_of_mine}&org={}", other.id);
    assert_eq!(refusal(&server, &query, None).await, 404);

    let query = format!("ticket={}", ticket(&server, wanted).await);
    let mut watcher = FeedClient::try_connect(&server, &query, None).await.unwrap();
    assert_eq!(watcher.next().await.unwrap()["org"], mine.id);
    other.call(&server, "+15125550144").say("A secret.").await;
    let call = mine.call(&server, "+15125550143");
    call.say("Hello.").await;
    call.end().await;
    watcher.until("call_ended").await;
    assert!(watcher.frames.iter().all(|frame| frame["org"] == mine.id));
}

#[tokio::test]
async fn what_cannot_be_watched_is_refused_before_the_connection_is_made() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let token = Some(server.token());
    assert_eq!(refusal(&server, "org=org_unknown", token).await, 404);
    assert_eq!(refusal(&server, "since=abc:1", token).await, 422);
    assert_eq!(refusal(&server, &format!("org={}&since=12", org.id), token).await, 422);
    let request = server.client().get(server.url("/api/feed")).bearer_auth(server.token());
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UPGRADE_REQUIRED);
}
