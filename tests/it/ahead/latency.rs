//! What a slow calendar costs the first question of a call: nothing, as its answer is there.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::*;

/// How long the slow calendar takes.
const SLOW: u64 = 800;
/// How much slower an answer may be, in parts of a hundred, beyond what two runs that differ in nothing
/// differ by.
const SLOWER: u32 = 10;
/// Calls of each kind in one try.
const CALLS: usize = 5;
/// How often all of it is tried: a machine that does something else for a second spoils one try, and the
/// more times there are, the less that weighs among them.
const TRIES: usize = 6;

/// How long answers took.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn median(&self) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        times[times.len() / 2]
    }
}

struct Run {
    house: House,
    now: Timestamp,
}

impl Run {
    /// A new call at a calendar that takes this long, a minute after the one before; times each of its
    /// questions.
    async fn call(&mut self, millis: u64, times: &mut Times) {
        self.house.stand_in.behave();
        self.house.stand_in.always(Operation::Slots, Trouble::Slow { millis });
        self.now += SignedDuration::from_secs(61);
        self.house.server.set_clock(&self.now.to_string());
        let call = self.house.begun(1).await;
        for date in ["2026-09-23", DAY, "2026-09-25", "2026-09-28"] {
            let started = Instant::now();
            let free = self.house.free_on(&call, date).await;
            times.0.push(started.elapsed());
            assert_eq!(free["available"], true, "{free}");
        }
    }

    /// One try, which adds to the times of those before it; what is wrong with all of them.
    async fn compare(&mut self, times: &mut [Times; 3]) -> Result<(), String> {
        for round in 0..CALLS {
            // In turns, so that none has the best place.
            for place in 0..3 {
                let which = (round + place) % 3;
                self.call(if which == 0 { SLOW } else { 0 }, &mut times[which]).await;
            }
        }
        let [slow, quick, control] = [0, 1, 2].map(|which| times[which].median());
        let slowest = quick.max(control);
        let most = slowest + slowest * SLOWER / 100 + quick.abs_diff(control);
        let said = format!("{slow:?} when slow, {quick:?} and {control:?} when not");
        eprintln!("{said}, at most {most:?}");
        if slow > most { Err(said) } else { Ok(()) }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_calendar_makes_the_first_answers_of_a_call_no_slower() {
    let house = House::open(json!({"requests_per_minute": 60_000})).await;
    let mut run = Run { house, now: MORNING.parse().unwrap() };
    let mut warm = Times::default();
    run.call(0, &mut warm).await;
    let (mut wrong, mut times) = (Vec::new(), <[Times; 3]>::default());
    while wrong.len() < TRIES {
        match run.compare(&mut times).await {
            Ok(()) => break,
            Err(what) => wrong.push(what),
        }
    }
    assert!(wrong.len() < TRIES, "in none of {TRIES} tries: {wrong:#?}");
    // That it is slow shows where nothing was asked ahead.
    run.house.stand_in.behave();
    run.house.stand_in.always(Operation::Slots, Trouble::Slow { millis: SLOW });
    let call = run.house.begun(0).await;
    let started = Instant::now();
    run.house.free_on(&call, "2026-10-01").await;
    assert!(started.elapsed() >= Duration::from_millis(SLOW));
}
