//! Putting quiet sessions away, at the very moment at which something comes.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use hookswitch_storage::{CallEvent, CallWrite, StoredEvent};

use super::{House, lines, until};
use crate::calls::ToolRequest;
use crate::session::SessionMsg;
use crate::tools::{Face, Given, GivenBody, Listing, ToolContext, ToolOutcome};

static RUNS: AtomicU32 = AtomicU32::new(0);

fn counting() -> Face {
    let run = |_: ToolContext, _: serde_json::Map<String, serde_json::Value>| async {
        // Longer than a session takes to leave.
        tokio::time::sleep(Duration::from_millis(3)).await;
        let run = RUNS.fetch_add(1, Ordering::Relaxed) + 1;
        ToolOutcome::answer(Given::text(&format!("run {run}"), true))
    };
    Face::new("count", Listing::Never, "Counts.", run)
}

async fn events(house: &House, call: &str) -> Vec<StoredEvent> {
    let history = house.calls.store().call_history(&house.key(call)).await.unwrap();
    history.unwrap().events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_call_that_comes_while_its_session_is_put_away_is_run_once_and_answered() {
    let house = House::open(vec![counting()]).await;
    house.say("quiet", "Hello.").await;
    for round in 1..=60_u32 {
        if let Some(session) = house.session("quiet") {
            let _ = session.cast(SessionMsg::StopIfQuiet);
        }
        let request = ToolRequest {
            id: format!("round-{round}").parse().unwrap(),
            name: "count".into(),
            arguments: Ok("{}".into()),
        };
        let deadline = Instant::now() + Duration::from_secs(5);
        let facts = House::facts("quiet");
        let given = house.calls.run_tools(&house.org, &facts, vec![request], deadline).await;
        assert_eq!(given[0].body, GivenBody::Result(format!("run {round}")));
    }
    house.say("quiet", "Still here.").await;
    assert_eq!(lines(&*house.state("quiet").await), ["Hello.", "Still here."]);
    house.calls.store().save_call(&house.key("quiet"), CallWrite::default()).await.unwrap();
    let kept = events(&house, "quiet").await;
    let finished = kept.iter().filter(|kept| matches!(kept.event, CallEvent::ToolFinished { .. }));
    assert_eq!(finished.count(), 60, "each is in the call's history: {kept:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_is_lost_when_it_comes_while_its_session_is_put_away() {
    let house = House::open(Vec::new()).await;
    let expected: Vec<String> = (0..200).map(|n| format!("line {n}")).collect();
    for line in &expected {
        house.say("quiet", line).await;
        if let Some(session) = house.session("quiet") {
            tokio::spawn(async move {
                let _ = session.cast(SessionMsg::StopIfQuiet);
            });
        }
    }
    until("the session to be quiet", || {
        let Some(session) = house.session("quiet") else { return true };
        let _ = session.cast(SessionMsg::StopIfQuiet);
        false
    })
    .await;
    house.calls.store().save_call(&house.key("quiet"), CallWrite::default()).await.unwrap();
    let kept = events(&house, "quiet").await;
    let heard: Vec<String> = kept
        .iter()
        .filter_map(|kept| match &kept.event {
            CallEvent::Transcript { text, .. } => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(heard, expected);
}
