//! Acuity's limit, which is of this server's address and so of all its organisations together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::*;
use crate::support::eventually;

/// Notes the longest time, milliseconds, for which this process did not go on with a task.
fn stalls() -> Arc<AtomicU64> {
    let longest = Arc::new(AtomicU64::new(0));
    let noted = Arc::clone(&longest);
    tokio::spawn(async move {
        loop {
            let (at, tick) = (Instant::now(), Duration::from_millis(5));
            tokio::time::sleep(tick).await;
            let late = at.elapsed().saturating_sub(tick).as_millis();
            noted.fetch_max(u64::try_from(late).unwrap(), Ordering::Relaxed);
        }
    });
    longest
}

/// The most that arrived in any one second, or in what is left of it for certain: of two requests one may
/// have been late by twice the longest stall, and a quarter of a second is left for that.
fn most_in_a_second(stand_in: &StandIn, stalls: &AtomicU64) -> usize {
    let late = Duration::from_millis(2 * stalls.load(Ordering::Relaxed));
    let sure = Duration::from_millis(1_250).saturating_sub(late).min(Duration::from_secs(1));
    let asked = stand_in.asked();
    let within = |(place, first): (usize, &Instant)| {
        let window = asked[place..].iter().map(|asked| asked.at);
        window.take_while(|at| at.duration_since(*first) < sure).count()
    };
    let times: Vec<Instant> = asked.iter().map(|asked| asked.at).collect();
    times.iter().enumerate().map(within).max().unwrap_or(0)
}

async fn quota_of(server: &TestServer, connection: &str) -> Value {
    let status = server.get("/api/circuit-breaker/status").await;
    let items = status["items"].as_array().unwrap();
    items.iter().find(|item| item["connection_id"] == connection).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_searches_far_keeps_no_other_org_waiting_and_nobody_goes_beyond_the_limit() {
    let (clinic, stalls) = (Clinic::open().await, stalls());
    let other = clinic.server.org(json!({})).await;
    let others = connect(&clinic.server, &other, connection(PLAIN)).await;
    let others = others["id"].as_str().unwrap().to_owned();

    let call = other.call(&clinic.server, "+13125550199");
    // What has to be set up first is set up, so that requests arrive as soon as they are sent.
    clinic.offered().await;
    call.tool("check_availability", json!({"date": DAY})).await;

    // Each asks for a day that is closed, so that the two weeks after it are searched, day by day.
    let saturdays = ["2026-09-26", "2026-10-03", "2026-10-10", "2026-10-17", "2026-10-24"];
    let searches = saturdays.map(|date| {
        let call = clinic.call();
        async move { call.tool("check_availability", json!({"date": date})).await }
    });
    let flood = tokio::spawn(join_all(searches));
    eventually("the flood", || async {
        let quota = quota_of(&clinic.server, &clinic.connection).await;
        (quota["waiting"].as_u64() >= Some(10)).then_some(())
    })
    .await;
    let left = quota_of(&clinic.server, &others).await;
    let left = left["quota"][0]["remaining"].as_u64().unwrap();
    assert!(left <= 2, "what one org uses is gone for the other: {left}");

    let started = Instant::now();
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    let took = started.elapsed();
    assert_eq!(free["available"], true, "after {took:?}: {free}");
    assert!(took < Duration::from_millis(5_500), "{took:?}");
    assert!(!flood.is_finished(), "the flood went on meanwhile");
    for heard in flood.await.unwrap() {
        assert!(!message(&heard).is_empty(), "{heard}");
    }
    let asked = clinic.stand_in.asked().len();
    let most = most_in_a_second(&clinic.stand_in, &stalls);
    assert!(asked > 30, "there was something to limit: {asked}");
    assert!(most <= 10, "{most} in one second");
}

#[tokio::test]
async fn all_orgs_pause_when_acuity_asks_one_of_them_to() {
    let clinic = Clinic::open().await;
    let other = clinic.server.org(json!({})).await;
    connect(&clinic.server, &other, connection(PLAIN)).await;
    clinic.stand_in.next(Operation::Times, Trouble::TooMany { retry_after: Some(30) });
    let asked = clinic.call().tool("check_availability", json!({"date": DAY})).await;
    hears(&asked, "I cannot reach the calendar right now");
    let before = clinic.stand_in.asked().len();
    let started = Instant::now();
    let call = other.call(&clinic.server, "+13125550199");
    let told = call.tool("check_availability", json!({"date": DAY})).await;
    hears(&told, "I cannot reach the calendar right now");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(clinic.stand_in.asked().len(), before, "nobody asks meanwhile");
}
