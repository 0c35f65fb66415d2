//! Random histories of offers, bookings, changes, failures and crashes, compared with what must
//! hold in every world: whatever was promised stands once, here and there, and nothing else does.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use hookswitch_storage::{
    Booking, BookingStatus, OutagePolicy, Outcome, Page, WaitlistFilter, WaitlistState,
};
use serde_json::json;

use super::dice::Dice;
use super::script::Mode;
use super::{DAY, Outside, size};
use crate::ports::Clock as _;

const CALLS: [&str; 3] = ["anna", "bert", "cleo"];
const NAMES: [&str; 3] = ["Anna Ruiz", "Bert Chen", "Cleo Marsh"];
const TIMES: [&str; 5] = ["10:00", "10:30", "11:00", "15:00", "15:30"];
const MODES: [Mode; 13] = [
    Mode::Fine,
    Mode::Fine,
    Mode::Fine,
    Mode::Fine,
    Mode::Down,
    Mode::LostBefore,
    Mode::LostAfter,
    Mode::HangBefore,
    Mode::HangAfter,
    Mode::HangLate,
    Mode::Taken,
    Mode::Refused,
    Mode::Late,
];

/// Less than the time after which what was sent has surely arrived, or never does: this machine may be
/// slow, and its time is the clock's as well.
const ON_ITS_WAY: Duration = Duration::from_secs(8);

/// Longer than any history takes, its rest included.
const NEVER_ENDS: Duration = Duration::from_secs(180);

/// At which time a caller's booking may be in the end, by all that they were told; `None` is no booking.
type Ends = BTreeSet<Option<String>>;

/// What a history asked for and heard, oldest first; outlives the history.
type Log = Arc<Mutex<Vec<String>>>;

/// What a caller asked to become of their booking.
#[derive(Clone, Copy)]
enum Wish<'a> {
    At(&'a str),
    Gone,
}

struct World {
    outside: Outside,
    ends: BTreeMap<&'static str, Ends>,
    log: Log,
    number: usize,
}

impl World {
    async fn ask(
        &mut self,
        who: usize,
        name: &str,
        arguments: serde_json::Value,
    ) -> serde_json::Value {
        self.number += 1;
        let id = format!("{name}-{}", self.number);
        let within = Duration::from_millis(650);
        let told = self.outside.tool_within(CALLS[who], &id, name, arguments, within).await;
        self.note(format!("{} {name}: {told}", CALLS[who]));
        told
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    async fn step(mut self, dice: &mut Dice) -> Self {
        let who = usize::try_from(dice.below(3)).unwrap();
        let time = dice.of(&TIMES);
        match dice.below(12) {
            10 => {
                let wish = json!({"date": DAY, "earliest_time": time, "latest_time": time,
                    "customer_name": NAMES[who]});
                self.ask(who, "join_waitlist", wish).await;
            }
            11 => {
                self.ask(who, "join_waitlist", json!({"leave": true})).await;
            }
            0..=3 => {
                self.ask(who, "check_availability", json!({"date": DAY})).await;
                let mode = self.coming(dice);
                let arguments = json!({"date": DAY, "time": time, "customer_name": NAMES[who]});
                let told = self.ask(who, "create_booking", arguments).await;
                self.note(format!("  with {mode:?}"));
                self.heard(who, Wish::At(time), &told);
            }
            4 | 5 => {
                let mode = self.coming(dice);
                let arguments =
                    json!({"new_date": DAY, "new_time": time, "customer_name": NAMES[who]});
                let told = self.ask(who, "reschedule_booking", arguments).await;
                self.note(format!("  with {mode:?}"));
                self.heard(who, Wish::At(time), &told);
            }
            6 => {
                let mode = self.coming(dice);
                let arguments = json!({"customer_name": NAMES[who]});
                let told = self.ask(who, "cancel_booking", arguments).await;
                self.note(format!("  with {mode:?}"));
                self.heard(who, Wish::Gone, &told);
            }
            7 => {
                self.note("time passes".into());
                // What is on its way arrives before it counts as surely absent, or never. What comes
                // even later is found only where nothing was asked for again: see `unknown`.
                if self.outside.policy == OutagePolicy::Defaults {
                    match dice.below(2) {
                        0 => self.arrive(),
                        _ => self.outside.script.lose_late(),
                    }
                }
                // Longer than anything is on its way, and nearly as long as a request may hang: what
                // hung until now is on its way from now on.
                self.outside.house.wait(22);
                self.outside.script.break_hanging();
                self.pass_on().await;
                tokio::time::sleep(Duration::from_millis(30)).await;
                // It is looked for before it can have arrived.
                self.outside.house.wait(3);
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
            8 => {
                self.note("crash".into());
                self.outside = self.outside.crash().await;
            }
            _ => {
                self.note("arrives".into());
                self.arrive();
            }
        }
        self
    }

    fn arrive(&self) {
        if self.outside.policy == OutagePolicy::Defaults {
            self.outside.script.lose_older(ON_ITS_WAY);
        }
        self.outside.script.arrive();
    }

    /// What nobody came for goes to the next in line, as it does every few seconds.
    async fn pass_on(&self) {
        let store = self.outside.house.calls.store();
        while store.lapse_waitlist(self.outside.house.clock.now()).await.unwrap() > 0 {}
    }

    fn coming(&mut self, dice: &mut Dice) -> Mode {
        let mode = dice.of(&MODES);
        self.outside.script.plan(mode);
        mode
    }

    /// What may come of a wish, by what the caller heard. A refusal leaves what was before, a doubt
    /// leaves that as well, and a request may turn out to be in vain.
    fn heard(&mut self, who: usize, wish: Wish<'_>, told: &serde_json::Value) {
        let words = told["message"].as_str().unwrap_or_default();
        let is_unsure = words.contains("could not get a confirmation")
            || told["error"] == "still_working"
            || told["error"] == "outcome_unknown";
        let wished = match wish {
            Wish::At(time) => Some(time.to_owned()),
            Wish::Gone => None,
        };
        let ends = self.ends.entry(CALLS[who]).or_insert_with(|| Ends::from([None]));
        if told["success"] == true {
            *ends = Ends::from([wished]);
            if words.contains("requested") {
                ends.insert(None);
            }
        } else if is_unsure {
            ends.insert(wished);
        }
    }

    /// Whether a tool runs in any of the calls.
    async fn runs(&self) -> bool {
        let house = &self.outside.house;
        for call in CALLS {
            let state = house.calls.known(&house.key(call)).await;
            if state.is_some_and(|state| !state.tools_in_flight.is_empty()) {
                return true;
            }
        }
        false
    }

    /// Everything comes to rest, and then everyone's books agree.
    async fn rest(&mut self) {
        self.outside.script.forget_hanging();
        self.outside.script.always(Mode::Fine);
        self.arrive();
        for _ in 0..600 {
            self.outside.house.wait(60);
            self.pass_on().await;
            // A tool that still runs after its answer may not have written anything so far.
            let runs = self.runs().await;
            let jobs = self.outside.house.calls.store().jobs(self.outside.house.org.id()).await;
            if !runs && jobs.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let jobs = self.outside.house.calls.store().jobs(self.outside.house.org.id()).await;
        panic!("never at rest: {jobs:#?} {:#?}", self.outside.bookings().await);
    }

    async fn check(&self) -> Vec<String> {
        let bookings = self.outside.bookings().await;
        let active: Vec<&Booking> = bookings.iter().filter(|booking| booking.is_active()).collect();
        let mut wrong = Vec::new();
        for booking in &bookings {
            let ended = match booking.status {
                BookingStatus::Confirmed => booking.outcome == Outcome::Confirmed,
                BookingStatus::Cancelled => booking.outcome != Outcome::Unknown,
                BookingStatus::Pending => false,
            };
            if !ended || booking.intent.is_some() {
                wrong.push(format!("has not come to an end: {booking:?}"));
            }
        }
        let mut ours: Vec<_> = active.iter().map(|b| (b.id, b.start)).collect();
        let mut theirs = self.outside.script.standing();
        ours.sort();
        theirs.sort();
        if ours != theirs {
            wrong.push(format!("ours {ours:?}, theirs {theirs:?}"));
        }
        let capacity = usize::try_from(self.outside.capacity).unwrap();
        for one in &active {
            let beside =
                |other: &&&Booking| (&other.resource, other.start) == (&one.resource, one.start);
            if active.iter().filter(beside).count() > capacity {
                wrong.push(format!("a slot is booked too often: {active:?}"));
            }
        }
        self.outside.claims_agree().await;
        wrong.extend(self.check_line(&bookings).await);
        let nothing = Ends::from([None]);
        for who in CALLS {
            let of_call: Vec<_> = active
                .iter()
                .filter(|b| b.call_id.as_ref().is_some_and(|call| call.as_str() == who))
                .collect();
            if of_call.len() > 1 {
                wrong.push(format!("{who} has two: {of_call:?}"));
            }
            let at = of_call.first().map(|booking| {
                let zoned = booking.start.in_tz("America/Chicago").unwrap();
                zoned.strftime("%H:%M").to_string()
            });
            let ends = self.ends.get(who).unwrap_or(&nothing);
            if !ends.contains(&at) {
                wrong.push(format!("{who} was told {ends:?} and has {at:?}"));
            }
        }
        wrong
    }

    /// What is wrong with those who wait: a place that ended with a booking which never came about, or
    /// waits for one that is over; a slot that is kept and not there.
    async fn check_line(&self, bookings: &[Booking]) -> Vec<String> {
        let (store, org) = (self.outside.house.calls.store(), self.outside.house.org.id());
        let line = store.waitlist(org, &WaitlistFilter::default(), &Page::first(1_000)).await;
        let line = line.unwrap().items;
        let mut wrong = Vec::new();
        for entry in &line {
            let booking = bookings.iter().find(|one| Some(one.id) == entry.booking);
            let is_right = match entry.state {
                WaitlistState::Booked => {
                    booking.is_some_and(|one| one.is_active() || one.outcome != Outcome::Failed)
                }
                _ => entry.booking.is_none(),
            };
            if !is_right || entry.offer.is_some() != (entry.state == WaitlistState::Offered) {
                wrong.push(format!("a place is not as it should be: {entry:?} with {booking:?}"));
            }
            let Some(slot) = &entry.offer else { continue };
            let taken = bookings
                .iter()
                .filter(|one| one.is_active())
                .filter(|one| (one.start, &one.resource) == (slot.start, &slot.resource))
                .count();
            let kept = line
                .iter()
                .filter_map(|other| other.offer.as_ref())
                .filter(|other| (other.start, &other.resource) == (slot.start, &slot.resource))
                .count();
            if taken + kept > usize::try_from(self.outside.capacity).unwrap() {
                wrong.push(format!("what is kept is not there: {entry:?}"));
            }
        }
        wrong
    }
}

async fn history(seed: u64, log: Log) -> Vec<String> {
    let mut dice = Dice(seed);
    let policy = dice.of(&[OutagePolicy::Defaults, OutagePolicy::TakeMessage]);
    let (capacity, calendars) = (dice.of(&[1, 1, 2]), dice.of(&[1, 1, 2]));
    log.lock().unwrap().push(format!("{policy:?}, {calendars} calendars for {capacity}"));
    let outside = Outside::among(policy, capacity, calendars).await;
    let mut world = World { outside, ends: BTreeMap::new(), log, number: 0 };
    for _ in 0..3 + dice.below(12) {
        world = world.step(&mut dice).await;
    }
    world.rest().await;
    world.check().await
}

/// Plays one history.
///
/// # Errors
/// Whatever goes wrong, be it a panic or that it never ends: the seed, why, and what was heard.
async fn play(seed: u64) -> Result<(), String> {
    let log = Log::default();
    told_with_seed(seed, &log, NEVER_ENDS, history(seed, Arc::clone(&log))).await
}

async fn told_with_seed(
    seed: u64,
    log: &Log,
    within: Duration,
    history: impl Future<Output = Vec<String>>,
) -> Result<(), String> {
    let whole = tokio::time::timeout(within, AssertUnwindSafe(history).catch_unwind());
    let why = match whole.await {
        Ok(Ok(wrong)) if wrong.is_empty() => return Ok(()),
        Ok(Ok(wrong)) => format!("{wrong:#?}"),
        Ok(Err(panic)) => format!("panicked: {}", words_of(&*panic)),
        Err(_) => "it never ended".into(),
    };
    let log = log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Err(format!("seed {seed} (replay with HOOKSWITCH_SAGA_SEED={seed}): {why}\n{log:#?}"))
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_every_booking_ends_and_both_sides_agree() {
    if let Some(seed) = std::env::var("HOOKSWITCH_SAGA_SEED").ok().and_then(|s| s.parse().ok()) {
        return play(seed).await.unwrap_or_else(|told| panic!("{told}"));
    }
    let first = u64::from(std::process::id()) * 10_000;
    eprintln!("seeds from {first}");
    let histories = u64::try_from(size(6, 60, 1_000)).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    let judge = |played: Result<Result<(), String>, _>| match played {
        Ok(told) => told.unwrap_or_else(|told| panic!("{told}")),
        Err(error) => panic!("one of the seeds from {first}: {error}"),
    };
    for seed in first..first + histories {
        if tasks.len() >= 6 {
            judge(tasks.join_next().await.unwrap());
        }
        tasks.spawn(play(seed));
    }
    while let Some(played) = tasks.join_next().await {
        judge(played);
    }
}

#[tokio::test]
async fn whatever_goes_wrong_in_a_history_its_seed_is_told() {
    let log = Log::default();
    log.lock().unwrap().push("anna create_booking".into());
    let nobody: Vec<Vec<String>> = Vec::new();
    let soon = Duration::from_millis(20);
    let unwraps = told_with_seed(41, &log, soon, async { nobody.first().unwrap().clone() }).await;
    let disagrees = told_with_seed(42, &log, soon, async { vec!["anna has two".into()] }).await;
    let hangs = told_with_seed(43, &log, soon, std::future::pending()).await;
    let poisons = told_with_seed(44, &log, soon, async {
        let _held = log.lock().unwrap();
        panic!("while it was noted")
    });
    let told = [unwraps, disagrees, hangs, poisons.await];
    for (place, what) in
        ["None", "anna has two", "never ended", "while it was noted"].iter().enumerate()
    {
        let told = told[place].as_ref().unwrap_err();
        for part in [format!("SEED={}", 41 + place).as_str(), what, "anna create_booking"] {
            assert!(told.contains(part), "`{part}` is not in {told}");
        }
    }
    assert_eq!(told_with_seed(45, &log, soon, async { Vec::new() }).await, Ok(()));
}

/// A filter that fits no test runs none and passes.
#[test]
fn the_commands_of_the_readme_run_the_tests_that_they_name() {
    let readme = include_str!("../../../../../README.md");
    let commands: Vec<&str> = readme
        .split('`')
        .filter(|piece| {
            piece.starts_with("HOOKSWITCH_") && piece.contains("-p hookswitch-actors --lib ")
        })
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        let (setting, filter) =
            (command.split(' ').next().unwrap(), command.rsplit(' ').next().unwrap());
        let tests = |arguments: &[&str]| {
            let mut tests = std::process::Command::new(std::env::current_exe().unwrap());
            tests.args(arguments);
            tests
        };
        let listed = tests(&[filter, "--list"]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let named = listed.lines().filter(|line| line.ends_with(": test"));
        let named: Vec<&str> = named.filter(|line| line.contains("::outside::")).collect();
        assert!(named.len() > 1, "`{command}` runs nothing that it is for");
        // The other one takes long.
        if let Some(("HOOKSWITCH_SAGA_SEED", seed)) = setting.split_once('=') {
            let one = "whatever_happens_every_booking_ends_and_both_sides_agree";
            assert!(named.iter().any(|line| line.contains(one)), "{named:?}");
            let played = tests(&[one]).env("HOOKSWITCH_SAGA_SEED", seed).output().unwrap();
            let said = String::from_utf8_lossy(&played.stdout);
            assert!(said.contains("1 passed"), "`{command}`: {said}");
        }
    }
}
