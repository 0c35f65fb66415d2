//! The call log (R16): what came in and what we answered, without secrets, sealed on disk.

use std::fs;
use std::path::Path;

use hookswitch_storage::{CallKey, LogKind, Store, StoreOptions};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::TestServer;

/// Every byte of every file below a folder.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(bytes_below(&path));
        } else {
            bytes.extend(fs::read(&path).unwrap());
        }
    }
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_webhook_is_logged_with_its_answer_sealed_and_without_secrets() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let (status, _) = call
        .post(json!({
            "type": "tool-calls",
            "toolCallList": [{"id": "call_log_1", "function": {"name": "check_availability",
                "arguments": {"date": "2026-09-24"}}}],
            "assistant": {"name": "Robin", "serverUrlSecret": "the-secret-of-the-assistant"},
            "artifact": {"note": "a-remark-to-be-found-again", "messages": [{"role": "user",
                "message": "what-was-said-before"}]},
        }))
        .await;
    assert_eq!(status, StatusCode::OK);
    let data = server.data();
    let key = CallKey { org: org.id.parse().unwrap(), call: call.id.parse().unwrap() };
    let folder = server.stop().await;

    let store = Store::open(StoreOptions::new(&data)).await.unwrap();
    let log = store.call_log(&key).await.unwrap();
    let kinds: Vec<_> = log.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [LogKind::Inbound, LogKind::Answer]);
    let text = |place: usize| {
        let opened = store.unseal(&key.org, "call_log", &log[place].body).unwrap();
        opened.text().unwrap().to_owned()
    };
    assert!(text(0).contains("a-remark-to-be-found-again"));
    assert!(text(0).contains("check_availability"));
    assert!(!text(0).contains("the-secret-of-the-assistant"));
    assert!(!text(0).contains("what-was-said-before"));
    assert!(text(1).contains("call_log_1"));
    store.close().await.unwrap();

    let disk = bytes_below(folder.path());
    assert!(contains(&disk, &call.id), "the call itself is there");
    assert!(!contains(&disk, "a-remark-to-be-found-again"));
    assert!(!contains(&disk, "the-secret-of-the-assistant"));
    assert!(!contains(&disk, &org.secret));
}
