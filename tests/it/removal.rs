//! Deleting an org: nothing of it goes on, nothing of it is written afterwards, nothing of it is
//! left on disk.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{FeedClient, TestServer, eventually};

#[tokio::test]
async fn a_deleted_org_takes_its_live_calls_with_it_and_leaves_the_others_alone() {
    let server = TestServer::start().await;
    let (gone, stays) = (server.org(json!({})).await, server.org(json!({})).await);
    let calls: Vec<_> = (0..5).map(|n| gone.call(&server, &format!("+1512555014{n}"))).collect();
    for call in &calls {
        call.say("Hello there, this is Ann.").await;
    }
    let other = stays.call(&server, "+15125550150");
    other.say("And this is Ben.").await;
    let live = |wanted: u64| {
        let server = &server;
        move || async move {
            let health = server.get("/api/health").await;
            let now = (health["live_calls"].as_u64(), health["awake_sessions"].as_u64());
            (now == (Some(wanted), Some(wanted))).then_some(())
        }
    };
    eventually("six live calls", live(6)).await;
    let mut watcher = FeedClient::connect(&server, "").await;
    // One snapshot for each org.
    for _ in 0..2 {
        watcher.next().await;
    }
    assert_eq!(watcher.calls.len(), 6);
    let path = format!("/api/orgs/{}", gone.id);
    assert_eq!(server.api(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    eventually("one live call", live(1)).await;

    // Whatever still comes for it is turned away, and wakes nothing.
    for call in &calls {
        let (status, _) = call
            .post(json!({"type": "transcript", "role": "user",
            "transcriptType": "final", "transcript": "Still here"}))
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(server.api(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
    other.say("Nothing has changed for me.").await;
    loop {
        let frame = watcher.next().await.unwrap();
        if frame["type"] == "event" {
            let is_of_gone = frame["org"] == gone.id.as_str();
            assert!(!is_of_gone || frame["event"]["type"] == "call_ended", "{frame}");
            if frame["event"]["text"] == "Nothing has changed for me." {
                break;
            }
        }
    }
    assert_eq!(watcher.calls.keys().collect::<Vec<_>>(), [&other.id], "no ghost of it is shown");
    eventually("one live call still", live(1)).await;
}

#[tokio::test]
async fn tools_that_run_while_their_org_is_deleted_write_nothing_more() {
    let mut server = TestServer::start().await;
    let gone = server.org(json!({})).await;
    let path = format!("/api/orgs/{}", gone.id);
    let booking = async |n: u32| {
        let call = gone.call(&server, &format!("+1512555{n:04}"));
        let arguments = json!({"date": "2026-09-24", "time": format!("{}:00", 9 + n % 8),
            "customer_name": "Ann Ruiz"});
        let tool = json!({"id": format!("tc-{n}"), "type": "function",
            "function": {"name": "create_booking", "arguments": arguments}});
        call.post(json!({"type": "tool-calls", "toolCallList": [tool]})).await.0
    };
    let bookings = futures_util::future::join_all((0..40).map(booking));
    let delete = async {
        tokio::time::timeout(Duration::from_secs(1), std::future::ready(())).await.unwrap();
        server.api(Method::DELETE, &path, None).await.0
    };
    let (answers, deleted) = tokio::join!(bookings, delete);
    assert_eq!(deleted, StatusCode::NO_CONTENT);
    for status in answers {
        assert!([StatusCode::OK, StatusCode::NOT_FOUND].contains(&status), "{status}");
    }
    let quiet = || async {
        let health = server.get("/api/health").await;
        (health["awake_sessions"] == 0 && health["live_calls"] == 0).then_some(())
    };
    eventually("no session of it", quiet).await;
    let (_, verified) = server.api(Method::POST, "/api/verify", None).await;
    assert_eq!(verified["sound"], true, "{verified}");
    server.restart(None).await;
    assert_eq!(server.get("/api/orgs").await["items"], json!([]));
    let health = server.get("/api/health").await;
    assert_eq!(health["awake_sessions"], Value::from(0), "{health}");
}
