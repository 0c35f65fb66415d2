//! How connections end: with a goodbye from both sides, and a reason where there is one.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::support::{FeedClient, TestOrg, TestServer};

/// Reads until the other side says goodbye; what it says, and whether the end was clean.
async fn goodbye(
    socket: &mut (impl StreamExt<Item = Result<Message, Error>> + Unpin),
) -> (Option<CloseFrame>, bool) {
    let mut said = None;
    let reading = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(frame))) => said = frame,
                Some(Ok(_)) => {}
                Some(Err(error)) => return matches!(error, Error::ConnectionClosed),
                None => return true,
            }
        }
    };
    let is_clean = tokio::time::timeout(Duration::from_secs(5), reading).await;
    let is_clean = is_clean.expect("the connection ends");
    (said, is_clean)
}

async fn ticket_url(server: &TestServer, org: Option<&TestOrg>) -> String {
    let wanted = org.map_or(json!({}), |org| json!({"org": org.id}));
    let (_, ticket) = server.api(Method::POST, "/api/feed/tickets", Some(wanted)).await;
    let query = format!("/api/feed?ticket={}", ticket["ticket"].as_str().unwrap());
    server.url(&query).replacen("http", "ws", 1)
}

#[tokio::test]
async fn a_watcher_that_says_goodbye_hears_it_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for org in [Some(&org), None] {
        let (mut socket, _) = connect_async(ticket_url(&server, org).await).await.unwrap();
        socket.next().await.unwrap().unwrap();
        let frame = CloseFrame { code: CloseCode::Normal, reason: "seen enough".into() };
        socket.send(Message::Close(Some(frame))).await.unwrap();
        let (said, is_clean) = goodbye(&mut socket).await;
        assert_eq!(said.map(|frame| frame.code), Some(CloseCode::Normal));
        assert!(is_clean, "the connection broke instead of ending");
    }
}

#[tokio::test]
async fn who_watches_a_deleted_org_sees_its_calls_end_and_is_told_why_it_is_over() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    call.say("Hello.").await;
    let (mut socket, _) = connect_async(ticket_url(&server, Some(&org)).await).await.unwrap();
    let snapshot = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(snapshot.contains(&call.id), "{snapshot}");
    let path = format!("/api/orgs/{}", org.id);
    let (deleted, ended) = tokio::join!(server.api(Method::DELETE, &path, None), async {
        loop {
            let frame = socket.next().await.unwrap().unwrap().into_text().expect("a text frame");
            if frame.contains("call_ended") && frame.contains(&call.id) {
                return goodbye(&mut socket).await;
            }
        }
    });
    assert!(deleted.0.is_success(), "{deleted:?}");
    let (said, is_clean) = ended;
    let said = said.expect("a close frame");
    assert_eq!(said.code, CloseCode::Normal);
    assert!(said.reason.contains("deleted"), "{said:?}");
    assert!(is_clean);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_of_all_orgs_is_told_of_which_org_it_missed_how_much() {
    let small = |config: &mut hookswitch::config::Config| config.feed.buffer_events = 16;
    let server = TestServer::start_with(crate::support::MORNING, small, Vec::new).await;
    let (loud, quiet) = (server.org(json!({})).await, server.org(json!({})).await);
    let bystander = quiet.call(&server, "+15125550150");
    bystander.say("I am here.").await;
    let mut watcher = FeedClient::connect(&server, "").await;
    for _ in 0..2 {
        watcher.next().await;
    }
    // More than the system keeps for a connection that nobody reads, and than the server does.
    let call = loud.call(&server, "+15125550143");
    for number in 0..600 {
        call.say(&format!("{number} {}", "bla ".repeat(500))).await;
    }
    call.say("The last word.").await;
    let mut newcomer = FeedClient::connect(&server, &format!("org={}", loud.id)).await;
    newcomer.next().await;
    let is_there = |watcher: &FeedClient| {
        let tail = watcher.calls.get(&call.id).map(|state| state["transcript_tail"].to_string());
        tail.is_some_and(|tail| tail.contains("The last word."))
    };
    while !is_there(&watcher) {
        watcher.next().await.expect("the feed goes on");
    }
    let lagged: Vec<_> = watcher.frames.iter().filter(|frame| frame["type"] == "lagged").collect();
    assert!(!lagged.is_empty(), "the watcher was told that it missed something");
    for frame in &lagged {
        assert_eq!(frame["org"], loud.id, "nothing of the other org was missed: {frame}");
    }
    // What was missed and what was seen is all that there was.
    let missed: u64 = lagged.iter().map(|frame| frame["missed"].as_u64().unwrap()).sum();
    let seen = watcher.frames.iter();
    let seen = seen.filter(|f| f["type"] == "event" && f["org"] == loud.id.as_str()).count();
    assert_eq!(missed + seen as u64, newcomer.seq);
    assert_eq!(watcher.calls[&call.id], newcomer.calls[&call.id]);
    assert!(watcher.calls.contains_key(&bystander.id), "the other org's call is still there");
}
