//! Bookings at a provider outside, with everything that can go wrong there.

mod changes;
mod dice;
mod histories;
mod outages;
mod quota;
mod races;
pub(super) mod script;
mod there;
mod unknown;
mod waiting;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_storage::{
    Act, Booking, BookingFilter, BookingStatus, CallLinks, Connection, OutagePolicy, Outcome, Page,
};
use serde_json::{Value, json};

use super::{House, Plan, settings};
use crate::ToolRequest;
use crate::booking::Reconciler;
use crate::jobs::Worker;
use crate::messages::TellOffers;
use crate::ports::{CallControl, ControlCommand, ControlError};
use crate::session::facts::{CallFact, CallFacts};
use crate::sync::SyncSettings;
use crate::tools::{Given, GivenBody};
use script::Script;

/// A call control that only listens.
#[derive(Default)]
struct Listener {
    heard: Mutex<Vec<String>>,
}

#[async_trait]
impl CallControl for Listener {
    fn accepts(&self, _: &str) -> bool {
        true
    }

    async fn send(&self, _: &str, command: &ControlCommand) -> Result<(), ControlError> {
        if let ControlCommand::Inject { text, .. } = command {
            self.heard.lock().unwrap().push(text.clone());
        }
        Ok(())
    }
}

/// A house whose org books at a scripted provider.
struct Outside {
    house: House,
    script: Script,
    listener: Arc<Listener>,
    policy: OutagePolicy,
    capacity: u32,
    sync: SyncSettings,
}

/// The only connection.
impl Outside {
    async fn connection(&self) -> Connection {
        self.house.calls.store().connections(self.house.org.id()).await.unwrap().remove(0)
    }
}

fn plan(script: &Script, listener: &Arc<Listener>, policy: OutagePolicy, capacity: u32) -> Plan {
    let mut settings = settings();
    settings.services[0].capacity = capacity;
    settings.booking.outage_policy = policy;
    Plan {
        provider: "scripted",
        adapters: Arc::new(script.clone()),
        control: Arc::clone(listener) as Arc<dyn CallControl>,
        settings,
        worker: || Worker::default().with(Reconciler).with(TellOffers),
        ..Plan::default()
    }
}

/// Calls from a number of their own; all others are from one number.
const NUMBERS: [(&str, &str); 3] =
    [("anna", "+15125550151"), ("bert", "+15125550152"), ("cleo", "+15125550153")];

/// Longer than anything takes, however many ask.
const LONG: Duration = Duration::from_secs(60);

/// The Thursday on which all tests book; the org is open from nine to five.
const DAY: &str = "2026-09-24";

impl Outside {
    async fn open() -> Self {
        Self::with(OutagePolicy::Defaults, 1).await
    }

    async fn with(policy: OutagePolicy, capacity: u32) -> Self {
        Self::among(policy, capacity, 1).await
    }

    /// With so many calendars side by side, each of this capacity.
    async fn among(policy: OutagePolicy, capacity: u32, calendars: usize) -> Self {
        let (script, listener) = (Script::with_room(capacity), Arc::new(Listener::default()));
        let plan = Plan { calendars, ..plan(&script, &listener, policy, capacity) };
        let house = House::build(plan).await;
        Self { house, script, listener, policy, capacity, sync: Plan::default().sync }
    }

    /// With an exchange at this pace.
    async fn syncing(sync: SyncSettings) -> Self {
        let (script, listener) = (Script::new(), Arc::new(Listener::default()));
        let (policy, capacity) = (OutagePolicy::Defaults, 1);
        let plan = Plan { sync: sync.clone(), ..plan(&script, &listener, policy, capacity) };
        let house = House::build(plan).await;
        Self { house, script, listener, policy, capacity, sync }
    }

    /// With a provider that allows so many requests a second, and so many at once.
    async fn allowing(limit: (u32, u32)) -> Self {
        let (script, listener) = (Script::new(), Arc::new(Listener::default()));
        script.allow(limit);
        let policy = OutagePolicy::TakeMessage;
        let house = House::build(plan(&script, &listener, policy, 1)).await;
        Self { house, script, listener, policy, capacity: 1, sync: Plan::default().sync }
    }

    /// With answers about free slots that are given again for so long.
    async fn caching(keep_slots: Duration) -> Self {
        let (script, listener) = (Script::new(), Arc::new(Listener::default()));
        let policy = OutagePolicy::TakeMessage;
        let plan = Plan { keep_slots, ..plan(&script, &listener, policy, 1) };
        let house = House::build(plan).await;
        Self { house, script, listener, policy, capacity: 1, sync: Plan::default().sync }
    }

    /// With services of different lengths that are offered every quarter of an hour.
    async fn overlapping(policy: OutagePolicy) -> Self {
        let (script, listener) = (Script::new(), Arc::new(Listener::default()));
        let mut plan = plan(&script, &listener, policy, 1);
        let visit = plan.settings.services[0].clone();
        for (name, minutes) in [("short", 15), ("long", 60)] {
            let mut service = visit.clone();
            service.id = name.parse().unwrap();
            service.name = name.into();
            service.duration_minutes = minutes;
            plan.settings.services.push(service);
        }
        let house = House::build(plan).await;
        Self { house, script, listener, policy, capacity: 1, sync: Plan::default().sync }
    }

    async fn crash(self) -> Self {
        let Self { house, script, listener, policy, capacity, sync } = self;
        let plan = Plan { sync: sync.clone(), ..plan(&script, &listener, policy, capacity) };
        let house = house.crash(plan).await;
        script.forget_hanging();
        Self { house, script, listener, policy, capacity, sync }
    }

    fn facts(call: &str) -> CallFacts {
        let links = CallLinks { control_url: Some("http://control".into()), listen_url: None };
        let mut facts = CallFacts { links, ..House::facts(call) };
        if let Some((_, number)) = NUMBERS.iter().find(|(known, _)| *known == call) {
            facts.caller.number = Some((*number).into());
        }
        facts
    }

    /// Runs a tool in a call; gives its result as JSON.
    async fn tool(&self, call: &str, id: &str, name: &str, arguments: Value) -> Value {
        self.tool_within(call, id, name, arguments, Duration::from_secs(5)).await
    }

    async fn tool_within(
        &self,
        call: &str,
        id: &str,
        name: &str,
        arguments: Value,
        within: Duration,
    ) -> Value {
        let given = self.given(call, id, name, arguments, within).await;
        let (GivenBody::Result(text) | GivenBody::Error(text)) = &given.body;
        serde_json::from_str(text).unwrap_or_else(|_| json!({"success": false, "error": text}))
    }

    async fn given(
        &self,
        call: &str,
        id: &str,
        name: &str,
        arguments: Value,
        within: Duration,
    ) -> Arc<Given> {
        let request = ToolRequest {
            id: id.parse().unwrap(),
            name: name.into(),
            arguments: Ok(arguments.to_string()),
        };
        let (house, deadline) = (&self.house, Instant::now() + within);
        let facts = Self::facts(call);
        house.calls.run_tools(&house.org, &facts, vec![request], deadline).await.remove(0)
    }

    /// Asks for the day's free times as data, so that they are offered and kept from nobody.
    async fn see(&self, call: &str) {
        let day = json!({"date": DAY});
        let seen = self.tool_within(call, "see", "checkAvailability", day, LONG).await;
        assert_eq!(seen["success"], true, "{seen}");
    }

    /// Asks for the day's free times, so that they are offered.
    async fn offer(&self, call: &str) -> Value {
        self.tool(call, &format!("free-{call}"), "check_availability", json!({"date": DAY})).await
    }

    async fn book(&self, call: &str, id: &str, time: &str) -> Value {
        self.book_within(call, id, time, Duration::from_secs(5)).await
    }

    async fn book_within(&self, call: &str, id: &str, time: &str, within: Duration) -> Value {
        let arguments = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
        self.tool_within(call, id, "create_booking", arguments, within).await
    }

    async fn bookings(&self) -> Vec<Booking> {
        let (store, all) = (self.house.calls.store(), BookingFilter::default());
        store.bookings(self.house.org.id(), &all, &Page::first(10_000)).await.unwrap().items
    }

    /// The only booking, once it stands as wanted.
    async fn only(&self, what: &str, fits: impl Fn(&Booking) -> bool) -> Booking {
        let started = Instant::now();
        loop {
            let mut bookings = self.bookings().await;
            assert!(bookings.len() < 2, "{bookings:#?}");
            if bookings.first().is_some_and(&fits) {
                return bookings.remove(0);
            }
            // A provider that failed is left alone for a quarter of a minute first.
            let waited = started.elapsed();
            assert!(waited < Duration::from_secs(60), "waited for {what}: {bookings:#?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn heard(&self, what: &str) {
        let listener = Arc::clone(&self.listener);
        let said = || listener.heard.lock().unwrap().iter().any(|text| text.contains(what));
        super::until(what, said).await;
    }

    async fn warned(&self, call: &str, code: &str) {
        let started = Instant::now();
        loop {
            let state = self.house.calls.known(&self.house.key(call)).await.unwrap();
            if state.warnings.iter().any(|warning| warning.code == code) {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "no {code}: {state:#?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn hang_up(&self, call: &str) {
        let ended =
            CallFact::Status { status: "ended".into(), ended_reason: Some("hung up".into()) };
        self.house.calls.note(&self.house.org, &Self::facts(call), ended.into()).await;
    }

    /// Nothing is left to be settled, and our records and the provider's agree.
    async fn agrees(&self) {
        let ours: Vec<_> = self
            .bookings()
            .await
            .into_iter()
            .filter(Booking::is_active)
            .map(|booking| {
                assert_eq!(booking.intent, None, "{booking:#?}");
                assert_eq!(booking.outcome, Outcome::Confirmed, "{booking:#?}");
                (booking.id, booking.start)
            })
            .collect();
        let mut theirs = self.script.standing();
        let mut ours = ours;
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs);
        assert!(self.house.calls.store().jobs(self.house.org.id()).await.unwrap().is_empty());
    }
}

fn is_confirmed(booking: &Booking) -> bool {
    (booking.outcome, booking.status) == (Outcome::Confirmed, BookingStatus::Confirmed)
        && booking.intent.is_none()
}

fn is_unknown(booking: &Booking) -> bool {
    booking.outcome == Outcome::Unknown
}

fn is_failed(booking: &Booking) -> bool {
    booking.outcome == Outcome::Failed && booking.status == BookingStatus::Cancelled
}

fn is_moving(booking: &Booking) -> bool {
    booking.intent.as_ref().is_some_and(|intent| matches!(intent.act, Act::Move(_)))
}

/// How much of something: little by default, much on the build machine, and what is promised when
/// asked for by `HOOKSWITCH_SAGA=full`.
fn size(usual: usize, on_ci: usize, in_full: usize) -> usize {
    if std::env::var_os("HOOKSWITCH_SAGA").is_some_and(|asked| asked == "full") {
        in_full
    } else if std::env::var_os("CI").is_some() {
        on_ci
    } else {
        usual
    }
}
