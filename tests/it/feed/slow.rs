//! A watcher that stops reading.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{fresh, level};
use crate::support::{FeedClient, MORNING, TestOrg, TestServer, VapiCall};

/// More than the system keeps for a connection that nobody reads, at 20 KB and more an event.
const LINES: usize = 150;
const CALLS: usize = 4;

/// Floods the feed from several calls at once; gives how long each webhook took, shortest first.
async fn flood(calls: &[VapiCall]) -> Vec<Duration> {
    let talks = calls.iter().map(|call| async move {
        let mut took = Vec::with_capacity(LINES);
        for number in 0..LINES {
            let line = format!("{number} {}", "bla ".repeat(500));
            let started = Instant::now();
            call.say(&line).await;
            took.push(started.elapsed());
        }
        took
    });
    let mut took = futures_util::future::join_all(talks).await.concat();
    took.sort();
    took
}

fn calls(server: &TestServer, org: &TestOrg) -> Vec<VapiCall> {
    (0..CALLS).map(|number| org.call(server, &format!("+1512555010{number}"))).collect()
}

fn most(took: &[Duration]) -> Duration {
    took[took.len() * 95 / 100]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_that_stops_reading_is_told_what_it_missed_and_slows_nobody() {
    let small = |config: &mut hookswitch::config::Config| config.feed.buffer_events = 32;
    let server = TestServer::start_with(MORNING, small, Vec::new).await;
    let org = server.org(json!({})).await;
    flood(&calls(&server, &org)[..1]).await;
    let mut reader = fresh(&server, &org).await;
    let (done, mut is_done) = tokio::sync::oneshot::channel::<()>();
    let reading = tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = &mut is_done => return reader,
                frame = reader.next() => assert!(frame.is_some(), "the reader was let go"),
            }
        }
    });
    let alone = flood(&calls(&server, &org)).await;
    let mut stalled = fresh(&server, &org).await;
    let beside = flood(&calls(&server, &org)).await;
    done.send(()).unwrap();
    let mut reader = reading.await.unwrap();
    let (alone, beside) = (most(&alone), most(&beside));
    eprintln!("95 % of webhooks within {alone:?}, beside a stalled watcher within {beside:?}");

    // The one that read sees everything.
    let newcomer = level(&server, &org, &mut reader).await;
    assert_eq!(reader.calls, newcomer.calls);

    // The one that did not hears so, once it reads again, and sees how things are.
    let newcomer = level(&server, &org, &mut stalled).await;
    assert_eq!(stalled.calls, newcomer.calls);
    let place = lagged(&stalled).expect("the watcher was told that it missed something");
    assert!(stalled.frames[place]["missed"].as_u64().unwrap() > 0);
    assert_eq!(stalled.frames[place]["org"], org.id);
    assert_eq!(stalled.frames[place + 1]["type"], "snapshot");

    assert!(
        beside < alone * 4 + Duration::from_millis(50),
        "webhooks took {beside:?} beside a stalled watcher, {alone:?} without",
    );
}

fn lagged(watcher: &FeedClient) -> Option<usize> {
    watcher.frames.iter().position(|frame| frame["type"] == "lagged")
}
