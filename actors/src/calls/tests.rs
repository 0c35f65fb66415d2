//! Supervision of sessions, through the door: one falls over, the others go on.

mod bookings;
mod changed;
mod handovers;
mod jobs;
mod outside;
mod quiet;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_storage::{
    CallId, CallKey, Caller, Connection, MasterKey, Org, OrgId, Settings, Speaker, Store,
    StoreOptions, WebhookId,
};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::{CallSettings, Calls, CallsParts};
use crate::booking::{BUILTIN, Reconciler};
use crate::feed::Feed;
use crate::jobs::Worker;
use crate::orgs::{OrgEntry, Orgs};
use crate::ports::{Adapters, CallControl, Clock, NoAdapters, NoControl, SetClock};
use crate::session::facts::{CallFact, CallFacts};
use crate::session::state::CallState;
use crate::session::{SessionMsg, SessionRef};
use crate::sync::SyncSettings;
use crate::tools::{Face, Toolbox};

/// A door with one org behind it.
struct House {
    calls: Calls,
    org: Arc<OrgEntry>,
    clock: Arc<SetClock>,
    folder: TempDir,
}

/// What a house is built of.
struct Plan {
    tools: Vec<Face>,
    provider: &'static str,
    adapters: Arc<dyn Adapters>,
    control: Arc<dyn CallControl>,
    settings: Settings,
    /// Calendars side by side in which the service can be booked.
    calendars: usize,
    worker: fn() -> Worker,
    sync: SyncSettings,
    /// How long answers about free slots are given again; never, so that each test sees what it asks.
    keep_slots: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            tools: Vec::new(),
            provider: BUILTIN,
            adapters: Arc::new(NoAdapters),
            control: Arc::new(NoControl),
            settings: settings(),
            calendars: 1,
            worker: || Worker::default().with(Reconciler),
            // Only what is posted counts.
            sync: SyncSettings {
                poll_every: Duration::from_secs(36_000),
                latest_start: Duration::ZERO,
                ..SyncSettings::default()
            },
            keep_slots: Duration::ZERO,
        }
    }
}

fn morning() -> Timestamp {
    "2026-09-22T14:30:00Z".parse().unwrap()
}

fn settings() -> Settings {
    serde_json::from_value(serde_json::json!({
        "name": "Willow Street Dental",
        "timezone": "America/Chicago",
        "country": "US",
        "business_hours": {"thu": [{"start": "09:00:00", "end": "17:00:00"}]},
        "services": [{"id": "visit", "name": "Visit", "duration_minutes": 30}],
        "webhook_auth": [],
    }))
    .unwrap()
}

impl House {
    async fn open(tools: Vec<Face>) -> Self {
        Self::build(Plan { tools, ..Plan::default() }).await
    }

    async fn build(plan: Plan) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open_store(&folder).await;
        let orgs = Orgs::load(store.clone()).await.unwrap();
        let mut org = Org {
            id: OrgId::random(),
            webhook_id: WebhookId::random(),
            created_at: morning(),
            version: 1,
            settings: plan.settings.clone(),
        };
        let calendar = |_| Connection::new(org.id.clone(), plan.provider, morning());
        let calendars: Vec<Connection> = (0..plan.calendars).map(calendar).collect();
        if plan.calendars > 1 {
            let ids = calendars.iter().map(|calendar| calendar.id.clone());
            org.settings.services[0].connections = ids.collect();
        }
        orgs.create(org, calendars, "test", morning()).await.unwrap();
        Self::over(folder, store, plan, morning()).await
    }

    /// A house over what is in the folder, at this time.
    async fn over(folder: TempDir, store: Store, plan: Plan, now: Timestamp) -> Self {
        let orgs = Orgs::load(store.clone()).await.unwrap();
        let org = orgs.all().remove(0);
        let clock = Arc::new(SetClock::starting_at(now));
        let parts = CallsParts {
            directory: Arc::new(crate::ports::NoDirectory),
            messenger: Arc::new(crate::ports::NoMessenger),
            mailer: Arc::new(crate::ports::NoMailer),
            platform: Arc::new(crate::ports::NoPlatform),
            store,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            feed: Feed::new("test".into(), 64),
            adapters: plan.adapters,
            control: plan.control,
            lookup: Arc::new(crate::ports::NoLookup),
            caller_sources: Vec::new(),
            toolbox: Toolbox::standard_and(plan.tools),
            settings: CallSettings {
                sync: plan.sync,
                keep_slots: plan.keep_slots,
                days_ahead: 0,
                ..CallSettings::default()
            },
            orgs,
        };
        let calls = super::start::open_with(parts, (plan.worker)()).await.unwrap();
        let house = Self { calls, org, clock, folder };
        if plan.provider != BUILTIN {
            house.first_look().await;
        }
        house
    }

    /// The exchange asks at a start, and what it hears counts as any other answer: a test that counts
    /// begins when that is over.
    async fn first_look(&self) {
        let connection = self.calls.store().connections(self.org.id()).await.unwrap().remove(0).id;
        until("the first look", || self.calls.pulse(&connection).is_some()).await;
    }

    /// Nothing more reaches the disk; then a new house on the same folder.
    async fn crash(self, plan: Plan) -> Self {
        let now = self.clock.now();
        self.calls.store().close().await.unwrap();
        let Self { calls, folder, .. } = self;
        // What still runs has nobody to write to, as after a crash.
        drop(calls);
        let store = open_store(&folder).await;
        Self::over(folder, store, plan, now).await
    }

    /// Sets the clock ahead.
    fn wait(&self, seconds: i64) {
        let then = self.clock.now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
        self.clock.set(then);
        self.calls.shared.bell.ring();
    }

    fn facts(call: &str) -> CallFacts {
        CallFacts {
            id: Some(call.parse().unwrap()),
            caller: Caller { number: Some("+15125550143".into()), name: None },
            ..CallFacts::default()
        }
    }

    fn key(&self, call: &str) -> CallKey {
        let call: CallId = call.parse().unwrap();
        CallKey { org: self.org.id().clone(), call }
    }

    async fn say(&self, call: &str, text: &str) {
        let said = CallFact::Said { speaker: Speaker::Caller, text: text.into(), is_final: true };
        self.calls.note(&self.org, &Self::facts(call), said.into()).await;
    }

    async fn state(&self, call: &str) -> Arc<CallState> {
        self.calls.state(&self.key(call)).await.unwrap()
    }

    fn session(&self, call: &str) -> Option<SessionRef> {
        self.calls.shared.sessions.get(&self.key(call))
    }

    /// Lets the session of a call panic and waits until the index has it no more.
    async fn panic(&self, call: &str) {
        let session = self.session(call).unwrap();
        session.cast(SessionMsg::Panic).unwrap();
        let gone = || self.session(call).is_none_or(|now| now.get_id() != session.get_id());
        until("the session to be gone", gone).await;
    }

    async fn restored(&self, call: &str) -> SessionRef {
        until("the session to be back", || self.session(call).is_some()).await;
        self.session(call).unwrap()
    }
}

async fn open_store(folder: &TempDir) -> Store {
    Store::open(store_options(folder)).await.unwrap()
}

fn store_options(folder: &TempDir) -> StoreOptions {
    let mut options = StoreOptions::new(folder.path().join("data"));
    options.master_key = Some(MasterKey::from_bytes([7; 32]));
    options.sled_cache_bytes = 16 << 20;
    options.reserve_bytes = 0;
    options
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(10), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What a supervisor sees of a call.
fn lines(state: &CallState) -> Vec<String> {
    state.transcript_tail.iter().map(|line| line.text.clone()).collect()
}

#[tokio::test]
async fn a_failed_session_is_started_again_from_its_events_and_the_others_go_on() {
    let house = House::open(Vec::new()).await;
    for call in ["one", "two", "three"] {
        house.say(call, "Hello.").await;
    }
    let before = house.state("two").await;
    let others = [house.session("one").unwrap(), house.session("three").unwrap()];

    house.panic("two").await;
    house.restored("two").await;
    let after = house.state("two").await;
    assert_eq!(lines(&after), ["Hello."]);
    assert_eq!((after.started_at, after.today), (before.started_at, before.today));
    assert_eq!(after.caller, before.caller);
    house.say("two", "Are you there?").await;
    assert_eq!(lines(&*house.state("two").await), ["Hello.", "Are you there?"]);

    for (call, session) in ["one", "three"].iter().zip(others) {
        assert_eq!(house.session(call).unwrap().get_id(), session.get_id());
        house.say(call, "Still here.").await;
        assert_eq!(lines(&*house.state(call).await), ["Hello.", "Still here."]);
    }
}

#[tokio::test]
async fn a_session_that_fails_again_and_again_is_left_until_its_next_message() {
    let house = House::open(Vec::new()).await;
    house.say("bad", "Hello.").await;
    house.say("good", "Hello.").await;
    for _ in 0..crate::bounds::MAX_RESTARTS {
        house.panic("bad").await;
        house.restored("bad").await;
    }
    house.panic("bad").await;
    // Exits are handled one after another: once a later one has been, this one has been as well.
    house.panic("good").await;
    house.restored("good").await;
    assert!(house.session("bad").is_none());
    assert_eq!(lines(&*house.state("good").await), ["Hello."]);

    house.say("bad", "And now?").await;
    assert_eq!(lines(&*house.state("bad").await), ["Hello.", "And now?"]);
}

#[tokio::test]
async fn an_ended_call_stays_ended_when_its_session_fails() {
    let house = House::open(Vec::new()).await;
    house.say("over", "Bye.").await;
    let ended = CallFact::Status { status: "ended".into(), ended_reason: Some("hung up".into()) };
    house.calls.note(&house.org, &House::facts("over"), ended.into()).await;
    let before = house.state("over").await;
    assert!(before.ended.is_some());
    house.panic("over").await;
    house.restored("over").await;
    house.say("over", "Hello?").await;
    let after = house.state("over").await;
    assert_eq!(after.ended, before.ended);
    assert_eq!(
        lines(&after),
        ["Bye.", "Hello?"],
        "a line that comes late still belongs to the call"
    );
    assert!(house.calls.feed().snapshot(house.org.id()).calls.is_empty());
}
