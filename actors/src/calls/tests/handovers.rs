//! Hand-overs and callbacks while a session panics, the disk is full or the server dies.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;
use hookswitch_storage::{
    CallEvent, CallLinks, CallRecord, CallWrite, Callback, Direction, StoredEvent, TransferSign,
};

use super::*;
use crate::calls::ToolRequest;
use crate::ports::{ControlCommand, ControlError};
use crate::session::state::TransferStage;

const BENCH: &str = "+13035550170";

/// Why a call ended that nobody took.
const NO_ANSWER: &str = "call.forwarding.no-answer";

/// Counts commands, and refuses each or never answers.
#[derive(Default)]
struct Counting {
    refuses: bool,
    transfers: AtomicUsize,
    notes: AtomicUsize,
}

#[async_trait]
impl CallControl for Counting {
    fn accepts(&self, _: &str) -> bool {
        true
    }

    async fn send(&self, _: &str, command: &ControlCommand) -> Result<(), ControlError> {
        match command {
            ControlCommand::Transfer(_) => self.transfers.fetch_add(1, Ordering::Relaxed),
            _ => self.notes.fetch_add(1, Ordering::Relaxed),
        };
        if self.refuses { Err(ControlError::Refused) } else { std::future::pending().await }
    }
}

fn with_a_bench() -> Settings {
    let mut settings = settings();
    let bench = serde_json::json!({"bench": {"number": BENCH}});
    settings.departments = serde_json::from_value(bench).unwrap();
    settings
}

async fn callbacks(house: &House) -> Vec<Callback> {
    let page = hookswitch_storage::Page::default();
    house.calls.store().callbacks(house.org.id(), None, &page).await.unwrap().items
}

async fn until_called_back(house: &House) -> Callback {
    let started = Instant::now();
    loop {
        if let Some(kept) = callbacks(house).await.pop() {
            return kept;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "no callback is kept");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn warns(state: &CallState, code: &str) -> bool {
    state.warnings.iter().any(|warning| warning.code == code)
}

/// A house whose calls can be handed over to a bench.
async fn steered_by(control: &Arc<Counting>) -> House {
    let control = Arc::clone(control) as Arc<dyn CallControl>;
    House::build(Plan { control, settings: with_a_bench(), ..Plan::default() }).await
}

/// The agent of a call hands over.
async fn hand_over(house: &House, call: &str) {
    let links = CallLinks { control_url: Some("https://control".into()), listen_url: None };
    let facts = CallFacts { links, ..House::facts(call) };
    let request = ToolRequest {
        id: "hand".parse().unwrap(),
        name: "transfer_call".into(),
        arguments: Ok(r#"{"summary": "Gears.", "department": "bench"}"#.into()),
    };
    let deadline = Instant::now() + Duration::from_secs(5);
    let given = house.calls.run_tools(&house.org, &facts, vec![request], deadline).await;
    assert!(given[0].success, "{:?}", given[0]);
}

fn stage(state: &CallState) -> TransferStage {
    state.transfer.as_ref().unwrap().stage()
}

#[tokio::test]
async fn a_session_that_dies_in_a_hand_over_says_so_and_does_not_hand_over_again() {
    let control = Arc::<Counting>::default();
    let house = steered_by(&control).await;
    hand_over(&house, "handed").await;
    until("the command", || control.transfers.load(Ordering::Relaxed) == 1).await;
    assert_eq!(stage(&*house.state("handed").await), TransferStage::Requested);
    for _ in 0..2 {
        house.panic("handed").await;
        house.restored("handed").await;
        let state = house.state("handed").await;
        assert!(warns(&state, "transfer_failed"), "{:?}", state.warnings);
        assert_eq!(stage(&state), TransferStage::BackToAgent);
    }
    until("the agent to be told", || control.notes.load(Ordering::Relaxed) == 1).await;
    assert_eq!(control.transfers.load(Ordering::Relaxed), 1, "never twice");
}

#[tokio::test]
async fn whoever_hangs_up_while_the_hand_over_is_sent_is_called_back() {
    let control = Arc::new(Counting { refuses: true, ..Counting::default() });
    let house = steered_by(&control).await;
    hand_over(&house, "gone").await;
    house.calls.note(&house.org, &House::facts("gone"), ended("customer-ended-call").into()).await;
    assert_eq!(until_called_back(&house).await.phone, "+15125550143");
    assert!(warns(&*house.state("gone").await, "transfer_failed"));
}

fn ended(reason: &str) -> CallFact {
    let ended_reason = Some(reason.into());
    CallFact::Report { report: Box::default(), ended_reason, made_at: None }
}

#[tokio::test]
async fn a_callback_that_the_disk_refuses_is_kept_as_soon_as_there_is_room_and_told_only_then() {
    let house = House::open(Vec::new()).await;
    let House { calls, folder, .. } = house;
    calls.store().close().await.unwrap();
    drop(calls);
    let room = Arc::new(AtomicU64::new(u64::MAX));
    let mut options = store_options(&folder);
    options.journal_room = Some(Arc::clone(&room));
    let store = Store::open(options).await.unwrap();
    let house = House::over(folder, store, Plan::default(), morning()).await;
    let wanted = CallFact::Transfer {
        department: Some("bench".into()),
        to: Some(BENCH.into()),
        summary: "Gears.".into(),
    };
    house.calls.note(&house.org, &House::facts("left"), wanted.into()).await;
    house.calls.store().save_call(&house.key("left"), CallWrite::default()).await.unwrap();

    room.store(0, Ordering::Relaxed);
    house.calls.note(&house.org, &House::facts("left"), ended(NO_ANSWER).into()).await;
    let state = house.state("left").await;
    assert!(state.ended.is_some());
    // The writer has refused it: what was queued before this is decided.
    assert!(house.calls.store().put_job(job(&house)).await.is_err());
    assert!(callbacks(&house).await.is_empty());
    assert!(!warns(&*house.state("left").await, "callback_requested"), "nothing is kept yet");

    room.store(u64::MAX, Ordering::Relaxed);
    let kept = until_called_back(&house).await;
    assert!(kept.about.unwrap().contains("Gears."));
    let started = Instant::now();
    while !warns(&*house.state("left").await, "callback_requested") {
        assert!(started.elapsed() < Duration::from_secs(10), "it is kept and nobody is told");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn job(house: &House) -> hookswitch_storage::Job {
    hookswitch_storage::Job {
        id: hookswitch_storage::JobId::random(),
        org: house.org.id().clone(),
        kind: "chore".into(),
        payload: serde_json::json!({}),
        due: morning(),
        attempts: 0,
        state: hookswitch_storage::JobState::Waiting,
        last_error: None,
    }
}

#[tokio::test]
async fn a_callback_that_was_about_to_be_kept_when_the_server_died_is_kept_at_its_start() {
    let house = House::open(Vec::new()).await;
    let key = house.key("left");
    let facts = House::facts("left");
    let events = [
        CallEvent::CallStarted {
            direction: Direction::Inbound,
            caller: facts.caller.clone(),
            today: "2026-09-22".parse().unwrap(),
            time_zone: "America/Chicago".into(),
            assistant_id: None,
            phone_number_id: None,
            links: CallLinks::default(),
        },
        CallEvent::TransferRequested {
            department: Some("bench".into()),
            number: Some(BENCH.into()),
            summary: "Gears.".into(),
            warm: false,
            by_command: true,
        },
        CallEvent::TransferChanged { sign: TransferSign::NoAnswer, number: None },
        CallEvent::CallEnded { reason: NO_ANSWER.into() },
    ];
    let events = (1..).zip(events).map(|(seq, event)| StoredEvent { seq, at: morning(), event });
    let record = CallRecord {
        key: key.clone(),
        direction: Direction::Inbound,
        caller: facts.caller,
        started_at: morning(),
        ended_at: Some(morning()),
        ended_reason: Some(NO_ANSWER.into()),
        report: Some(hookswitch_storage::CallReport::default()),
        awaits_callback: true,
    };
    let write = CallWrite { events: events.collect(), answer: None, record: Some(record) };
    house.calls.store().save_call(&key, write).await.unwrap();
    let house = house.crash(Plan::default()).await;
    let kept = until_called_back(&house).await;
    assert!(kept.about.unwrap().contains("Gears."));
    let started = Instant::now();
    while house.calls.store().call_record(&key).await.unwrap().unwrap().awaits_callback {
        assert!(started.elapsed() < Duration::from_secs(10), "it waits although it is kept");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
