//! The demo as somebody watches it: the link that signs in, and that it does not end with its first callers.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::program::Program;
use super::{client, post};

/// One caller takes about twenty seconds; machines may be slow.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_signs_in_by_its_link_and_others_ring_while_somebody_watches() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["demo", "--calls", "1", "--bind", "127.0.0.1:0"];
    let mut demo = Program::start(folder.path(), &flags, &[]);
    let base = demo.next_line().strip_prefix("listening on ").unwrap().to_owned();
    let link = demo.next_line().strip_prefix("open ").unwrap().to_owned();
    let token = link.strip_prefix(&format!("{base}/#token=")).unwrap().to_owned();
    let page = client().get(&base).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let who = post(&format!("{base}/api/login"), "", &json!({"token": token})).await;
    assert_eq!(who["role"], "admin");

    let url = format!("{}/api/feed", base.replacen("http", "ws", 1));
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let (mut feed, _) = connect_async(request).await.unwrap();
    let mut ended = Vec::new();
    let mut unfinished = 0;
    let watching = async {
        loop {
            let frame = feed.next().await.unwrap().unwrap();
            let Ok(text) = frame.to_text() else { continue };
            let Ok(frame) = serde_json::from_str::<Value>(text) else { continue };
            let call = frame["call_id"].clone();
            unfinished += usize::from(frame["event"]["final"] == false);
            match frame["event"]["type"].as_str() {
                Some("call_ended") if !ended.contains(&call) => ended.push(call),
                Some("call_started") if !ended.is_empty() && !ended.contains(&call) => {
                    break frame["event"]["caller"]["number"].clone();
                }
                _ => {}
            }
        }
    };
    let number = tokio::time::timeout(PATIENCE, watching).await.expect("somebody else rings");
    assert_eq!(ended.len(), 1, "the first caller had ended, and nobody else was there");
    assert!(number.as_str().is_some_and(|number| number != "+13125550100"), "{number}");
    assert!(unfinished > 3, "sentences are heard word by word");
}
