//! The feed as its watchers get it: a snapshot and what follows make the state, with every event
//! once and in order.

mod doors;
mod ghosts;
mod goodbyes;
mod slow;

use serde_json::{Value, json};

use crate::support::{FeedClient, Host, TestOrg, TestServer, VapiCall};

/// What is shown for one org right now.
async fn fresh(server: &impl Host, org: &TestOrg) -> FeedClient {
    let mut watcher = FeedClient::connect(server, &format!("org={}", org.id)).await;
    watcher.next().await;
    watcher
}

/// Reads on until nothing has happened that the watcher has not seen; gives what a newcomer sees.
async fn level(server: &impl Host, org: &TestOrg, watcher: &mut FeedClient) -> FeedClient {
    loop {
        let newcomer = fresh(server, org).await;
        watcher.catch_up(newcomer.seq).await;
        if watcher.seq == newcomer.seq {
            return newcomer;
        }
    }
}

/// A call with a bit of everything; left at the end if `hang_up` is false.
async fn converse(call: &VapiCall, day: &str, name: &str, hang_up: bool) {
    call.post(json!({"type": "status-update", "status": "in-progress"})).await;
    call.say("Hello, I need an appointment.").await;
    let free = call.tool("check_availability", json!({"date": day})).await;
    let none = json!({"date": day, "time": "03:00", "customer_name": name});
    assert_eq!(call.tool("create_booking", none).await["success"], false);
    let slots = free["data"]["slots"].as_array().unwrap();
    for time in [&slots[0], &slots[1]] {
        let arguments = json!({"date": day, "time": time, "customer_name": name});
        let booked = call.tool("create_booking", arguments).await;
        assert_eq!(booked["success"], true, "{booked}");
    }
    if hang_up {
        call.end().await;
    }
}

fn events<'a>(watcher: &'a FeedClient, call: &VapiCall) -> Vec<&'a str> {
    let of_call = watcher.frames.iter().filter(|frame| frame["call_id"] == call.id);
    of_call.filter_map(|frame| frame["event"]["type"].as_str()).collect()
}

/// Frames after the first snapshot that break the numbering.
fn holes(watcher: &FeedClient) -> Vec<&Value> {
    let mut next = 0;
    let mut holes = Vec::new();
    for frame in &watcher.frames {
        let seq = frame["seq"].as_u64().unwrap();
        if frame["type"] == "event" && seq != next {
            holes.push(frame);
        }
        next = seq + 1;
    }
    holes
}

#[tokio::test]
async fn two_watchers_each_fold_snapshot_and_events_into_the_state() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut early = fresh(&server, &org).await;
    let calls: Vec<VapiCall> =
        (0..4).map(|n| org.call(&server, &format!("+1512555014{n}"))).collect();
    let days = ["2026-09-23", "2026-09-24", "2026-09-25", "2026-09-28"];
    let names = ["Ann Ruiz", "Bo Lind", "Cy Marsh", "Di Novak"];
    converse(&calls[0], days[0], names[0], false).await;
    let mut midway = fresh(&server, &org).await;
    let rest = [1, 2, 3].map(|n| converse(&calls[n], days[n], names[n], n == 3));
    futures_util::future::join_all(rest).await;

    for watcher in [&mut early, &mut midway] {
        let newcomer = level(&server, &org, watcher).await;
        assert_eq!(watcher.calls, newcomer.calls);
        assert_eq!(watcher.calls.len(), 3);
        assert!(holes(watcher).is_empty(), "{:?}", holes(watcher));
        for (id, state) in &watcher.calls {
            let path = format!("/api/orgs/{}/calls/{id}", org.id);
            assert_eq!(server.get(&path).await["state"], *state);
        }
    }
    assert_eq!(early.frames[0]["seq"], 0);
    let shared = midway.frames.len() - 1;
    assert_eq!(early.frames[early.frames.len() - shared..], midway.frames[1..]);
}

#[tokio::test]
async fn a_call_is_told_in_the_order_in_which_it_happened() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut watcher = fresh(&server, &org).await;
    let call = org.call(&server, "+15125550143");
    converse(&call, "2026-09-24", "Ann Ruiz", true).await;
    watcher.until("call_ended").await;
    let told = events(&watcher, &call);
    assert_eq!(
        told,
        [
            "call_started",
            "transcript",
            "tool_started",
            "slots_offered",
            "tool_finished",
            "tool_started",
            "slots_offered",
            "booking_failed",
            "attempt_counted",
            "tool_finished",
            "tool_started",
            "booking_made",
            "tool_finished",
            "tool_started",
            "booking_changed",
            "tool_finished",
            "call_ended",
        ]
    );
    assert!(watcher.calls.is_empty());
    assert!(fresh(&server, &org).await.calls.is_empty());
}

#[tokio::test]
async fn one_who_comes_back_gets_exactly_what_was_missed() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let mut watcher = fresh(&server, &org).await;
    call.say("One.").await;
    watcher.until("transcript").await;
    let left_at = watcher.seq;
    let epoch = watcher.epoch.clone();
    // Several times, since between leaving and coming back anything may happen.
    let other = org.call(&server, "+15125550144");
    call.say("Two.").await;
    converse(&other, "2026-09-24", "Bo Lind", false).await;
    let mut watcher = watcher.resume(&server, &org.id).await;
    call.say("Three.").await;
    let newcomer = level(&server, &org, &mut watcher).await;
    assert_eq!(watcher.calls, newcomer.calls);
    assert!(watcher.frames.iter().all(|frame| frame["type"] == "event"));
    assert_eq!(watcher.frames[0]["seq"], left_at + 1);
    assert!(holes(&watcher)[1..].is_empty(), "{:?}", holes(&watcher));

    // Where there is nothing to go on from, the whole state comes instead.
    for since in [format!("another:{left_at}"), format!("{epoch}:{}", newcomer.seq + 1)] {
        let query = format!("org={}&since={since}", org.id);
        let mut watcher = FeedClient::connect(&server, &query).await;
        assert_eq!(watcher.next().await.unwrap()["type"], "snapshot", "since={since}");
        assert_eq!(watcher.calls, newcomer.calls);
    }
}

#[tokio::test]
async fn without_an_org_each_org_is_shown_and_a_new_one_appears() {
    let server = TestServer::start().await;
    let orgs = [server.org(json!({})).await, server.org(json!({})).await];
    let first = orgs[0].call(&server, "+15125550143");
    first.say("Hello.").await;
    let mut watcher = FeedClient::connect(&server, "").await;
    let mut shown = Vec::new();
    for _ in 0..2 {
        let frame = watcher.next().await.unwrap();
        assert_eq!(frame["type"], "snapshot");
        shown.push(frame["org"].as_str().unwrap().to_owned());
    }
    shown.sort();
    let mut ids = orgs.clone().map(|org| org.id);
    ids.sort();
    assert_eq!(shown, ids);

    let third = server.org(json!({})).await;
    let call = third.call(&server, "+15125550145");
    call.say("Good morning.").await;
    orgs[1].call(&server, "+15125550144").say("Good evening.").await;
    while watcher.calls.len() < 3 {
        watcher.next().await.unwrap();
    }
    assert_eq!(watcher.calls[&call.id]["org"], third.id);
    assert_eq!(watcher.calls[&first.id]["org"], orgs[0].id);
    call.end().await;
    watcher.until("call_ended").await;
    assert!(!watcher.calls.contains_key(&call.id));
}

#[tokio::test]
async fn one_call_can_be_watched_alone() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let (mine, other) = (org.call(&server, "+15125550143"), org.call(&server, "+15125550144"));
    mine.say("Hello.").await;
    other.say("Hello.").await;
    let query = format!("org={}&call={}", org.id, mine.id);
    let mut watcher = FeedClient::connect(&server, &query).await;
    watcher.next().await;
    assert_eq!(watcher.calls.keys().collect::<Vec<_>>(), [&mine.id]);
    converse(&other, "2026-09-24", "Bo Lind", true).await;
    converse(&mine, "2026-09-25", "Ann Ruiz", true).await;
    watcher.until("call_ended").await;
    assert!(watcher.frames[1..].iter().all(|frame| frame["call_id"] == mine.id));
    assert!(watcher.calls.is_empty());
}

#[tokio::test]
async fn who_asks_is_answered_after_everything_that_was_before() {
    let server = TestServer::start().await;
    let (one, other) = (server.org(json!({})).await, server.org(json!({})).await);
    one.call(&server, "+15125550143").say("Hello.").await;
    let mut watcher = FeedClient::connect(&server, "").await;
    watcher.ping().await;
    let mut orgs = Vec::new();
    loop {
        let frame = watcher.next().await.unwrap();
        if frame["type"] == "pong" {
            assert!(frame["now"].as_str().unwrap().starts_with("2026-09-22T14:30"), "{frame}");
            break;
        }
        if frame["type"] == "snapshot" {
            orgs.push(frame["org"].as_str().unwrap().to_owned());
        }
    }
    orgs.sort();
    let mut expected = [one.id.clone(), other.id.clone()];
    expected.sort();
    assert_eq!(orgs, expected);
}

#[tokio::test]
async fn events_of_the_feed_and_of_the_call_can_be_laid_together() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut watcher = fresh(&server, &org).await;
    let call = org.call(&server, "+15125550143");
    converse(&call, "2026-09-24", "Ann Ruiz", true).await;
    watcher.until("call_ended").await;
    let path = format!("/api/orgs/{}/calls/{}/events", org.id, call.id);
    let kept = server.get(&path).await;
    let kept = kept["items"].as_array().unwrap();
    assert!(kept.len() > 5, "{kept:?}");
    for stored in kept {
        let frame = watcher.frames.iter().find(|frame| frame["call_seq"] == stored["seq"]);
        let frame = frame.unwrap_or_else(|| panic!("the feed did not show {stored}"));
        assert_eq!(frame["event"], stored["event"]);
        assert_eq!(frame["at"], stored["at"]);
    }
}
