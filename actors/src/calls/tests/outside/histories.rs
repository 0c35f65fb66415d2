//! Random histories of offers, bookings, changes, failures and crashes, compared with what must
//! hold in every world: whatever was promised stands once, here and there, and nothing else does.

use std::collections::BTreeMap;
use std::time::Duration;

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

/// What each caller was last told of their booking: at which time it is, or that it is not known.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Booked(String),
    Requested(String),
    Gone,
    Unsure,
}

struct World {
    outside: Outside,
    told: BTreeMap<&'static str, Told>,
    log: Vec<String>,
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
        self.log.push(format!("{} {name}: {told}", CALLS[who]));
        told
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
                self.log.push(format!("  with {mode:?}"));
                self.heard(who, time, &told);
            }
            4 | 5 => {
                let mode = self.coming(dice);
                let arguments =
                    json!({"new_date": DAY, "new_time": time, "customer_name": NAMES[who]});
                let told = self.ask(who, "reschedule_booking", arguments).await;
                self.log.push(format!("  with {mode:?}"));
                self.heard(who, time, &told);
            }
            6 => {
                let mode = self.coming(dice);
                let arguments = json!({"customer_name": NAMES[who]});
                let told = self.ask(who, "cancel_booking", arguments).await;
                self.log.push(format!("  with {mode:?}"));
                if told["success"] == true {
                    self.told.insert(CALLS[who], Told::Gone);
                } else {
                    self.heard(who, time, &told);
                }
            }
            7 => {
                self.log.push("time passes".into());
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
                self.forget_what_may_have_settled();
            }
            8 => {
                self.log.push("crash".into());
                self.outside = self.outside.crash().await;
                self.forget_what_may_have_settled();
            }
            _ => {
                self.log.push("arrives".into());
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

    fn heard(&mut self, who: usize, time: &str, told: &serde_json::Value) {
        let words = told["message"].as_str().unwrap_or_default();
        let is_unsure = words.contains("could not get a confirmation")
            || told["error"] == "still_working"
            || told["error"] == "outcome_unknown";
        let told = match told["success"] == true {
            true if words.contains("requested") => Told::Requested(time.into()),
            true => Told::Booked(time.into()),
            false if is_unsure => Told::Unsure,
            // A refusal leaves what was before.
            false => return,
        };
        self.told.insert(CALLS[who], told);
    }

    /// What waits may have been settled by now; the caller hears it by message, not by a tool.
    fn forget_what_may_have_settled(&mut self) {
        for told in self.told.values_mut() {
            if matches!(told, Told::Requested(_)) {
                *told = Told::Unsure;
            }
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
        for (who, told) in &self.told {
            let of_call: Vec<_> = active
                .iter()
                .filter(|b| b.call_id.as_ref().is_some_and(|call| call.as_str() == *who))
                .collect();
            if of_call.len() > 1 {
                wrong.push(format!("{who} has two: {of_call:?}"));
            }
            let at = of_call.first().map(|booking| {
                let zoned = booking.start.in_tz("America/Chicago").unwrap();
                zoned.strftime("%H:%M").to_string()
            });
            let holds = match told {
                Told::Booked(time) => at.as_ref() == Some(time),
                Told::Gone => at.is_none(),
                Told::Requested(_) | Told::Unsure => true,
            };
            if !holds {
                wrong.push(format!("{who} was told {told:?} and has {at:?}"));
            }
        }
        wrong
    }
}

async fn play(seed: u64) {
    let mut dice = Dice(seed);
    let policy = dice.of(&[OutagePolicy::Defaults, OutagePolicy::TakeMessage]);
    let outside = Outside::with(policy, 1).await;
    let mut world = World { outside, told: BTreeMap::new(), log: Vec::new(), number: 0 };
    for _ in 0..3 + dice.below(12) {
        world = world.step(&mut dice).await;
    }
    world.rest().await;
    let wrong = world.check().await;
    assert!(
        wrong.is_empty(),
        "seed {seed} ({policy:?}; replay with HOOKSWITCH_SAGA_SEED={seed}): {wrong:#?}\n{:#?}",
        world.log
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_every_booking_ends_and_both_sides_agree() {
    if let Some(seed) = std::env::var("HOOKSWITCH_SAGA_SEED").ok().and_then(|s| s.parse().ok()) {
        return play(seed).await;
    }
    let first = u64::from(std::process::id()) * 10_000;
    eprintln!("seeds from {first}");
    let histories = u64::try_from(size(6, 60, 1_000)).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for seed in first..first + histories {
        if tasks.len() >= 6 {
            tasks.join_next().await.unwrap().unwrap();
        }
        tasks.spawn(play(seed));
    }
    while let Some(played) = tasks.join_next().await {
        played.unwrap();
    }
}
