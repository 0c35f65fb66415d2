//! Random histories of offers, bookings, changes, failures and crashes, compared with what must
//! hold in every world: whatever was promised stands once, here and there, and nothing else does.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use hookswitch_storage::{Booking, BookingStatus, OutagePolicy, Outcome};
use serde_json::json;

use super::script::Mode;
use super::{DAY, Outside, size};

/// Numbers that look random and are the same for the same seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub(super) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }
}

const CALLS: [&str; 3] = ["anna", "bert", "cleo"];
const NAMES: [&str; 3] = ["Anna Ruiz", "Bert Chen", "Cleo Marsh"];
const TIMES: [&str; 5] = ["10:00", "10:30", "11:00", "15:00", "15:30"];
const MODES: [Mode; 12] = [
    Mode::Fine,
    Mode::Fine,
    Mode::Fine,
    Mode::Fine,
    Mode::Down,
    Mode::LostBefore,
    Mode::LostAfter,
    Mode::HangBefore,
    Mode::HangAfter,
    Mode::Taken,
    Mode::Refused,
    Mode::Late,
];

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
        match dice.below(10) {
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
                        0 => self.outside.script.arrive(),
                        _ => self.outside.script.lose_late(),
                    }
                }
                self.outside.house.wait(20);
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
            8 => {
                self.note("crash".into());
                self.outside = self.outside.crash().await;
            }
            _ => {
                self.note("arrives".into());
                self.outside.script.arrive();
            }
        }
        self
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

    /// Everything comes to rest, and then everyone's books agree.
    async fn rest(&mut self) {
        self.outside.script.forget_hanging();
        self.outside.script.always(Mode::Fine);
        self.outside.script.arrive();
        for _ in 0..600 {
            self.outside.house.wait(60);
            let jobs = self.outside.house.calls.store().jobs(self.outside.house.org.id()).await;
            if jobs.unwrap().is_empty() {
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
        let mut starts: Vec<_> = active.iter().map(|booking| booking.start).collect();
        starts.sort();
        let slots = starts.len();
        starts.dedup();
        if slots != starts.len() {
            wrong.push(format!("a slot is booked twice: {active:?}"));
        }
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
}

async fn history(seed: u64, log: Log) -> Vec<String> {
    let mut dice = Dice(seed);
    let policy = dice.of(&[OutagePolicy::Defaults, OutagePolicy::TakeMessage]);
    log.lock().unwrap().push(format!("{policy:?}"));
    let outside = Outside::with(policy, 1).await;
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
