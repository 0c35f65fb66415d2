//! One allowance, kept in every window and not only on average. Owns when the next requests may go,
//! by when the last ones went. A cell rate, as governor has it, would give the provider's burst and its
//! rate both, or only a part of each: a log of a window gives all of the burst and never more than
//! is allowed. Pure in the time that it is given; knows nobody who waits.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::ports::Allowance;

/// Requests take unequally long to arrive. What was sent so long after another window still arrives
/// after it: a quarter of the window, at most this.
const LONGEST_ON_THE_WAY: Duration = Duration::from_secs(2);

/// One part in so many is kept for those that are not patient.
const KEPT: usize = 4;

/// What an allowance is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// All requests.
    Requests,
    /// New bookings alone.
    Bookings,
}

/// What is left of an allowance, for those who watch over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// What it is of.
    pub of: Counts,
    /// Requests that are allowed within the window.
    pub requests: u32,
    /// The window.
    pub within: Duration,
    /// Requests that could be sent at this moment without waiting.
    pub remaining: u32,
}

/// Keeps one allowance.
pub(crate) struct Meter {
    allowance: Allowance,
    all: Log,
    /// Where less may be sent at one moment than in the window.
    burst: Option<Log>,
}

/// When the latest requests went: at most so many within so long.
struct Log {
    most: usize,
    within: Duration,
    /// Oldest first.
    went: VecDeque<Instant>,
    /// What the patient leave.
    kept: usize,
}

impl Log {
    fn new(most: u32, within: Duration) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
        let within = within + (within / 4).min(LONGEST_ON_THE_WAY);
        let kept = if most > 1 { (most / KEPT).max(1) } else { 0 };
        Self { most, within, went: VecDeque::new(), kept }
    }

    fn counted(&self, now: Instant) -> usize {
        let counts = |at: &&Instant| now.saturating_duration_since(**at) < self.within;
        self.went.iter().rev().take_while(counts).count()
    }

    /// More may have gone than is allowed now: it was more before.
    fn free(&self, now: Instant) -> usize {
        self.most.saturating_sub(self.counted(now))
    }

    fn may_go_at(&self, patient: bool, ahead: usize, now: Instant) -> Instant {
        let kept = if patient { self.kept } else { 0 };
        // Beyond a whole window, those ahead take the places of those ahead of them.
        let places = self.most - kept;
        let (windows, ahead) = (ahead / places, ahead % places);
        let needed = 1 + ahead + kept;
        let counted = self.counted(now);
        let over = (counted + needed).saturating_sub(self.most);
        let windows = self.within.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX));
        if over == 0 {
            return now.checked_add(windows).unwrap_or(now);
        }
        // Those that do not count any more are the oldest.
        let last = self.went.get(self.went.len() - counted + over - 1);
        last.and_then(|at| at.checked_add(self.within)?.checked_add(windows)).unwrap_or(now)
    }

    fn take(&mut self, now: Instant) {
        while self.went.len() >= self.most {
            self.went.pop_front();
        }
        self.went.push_back(now);
    }
}

impl Meter {
    pub(crate) fn new(allowance: Allowance) -> Self {
        let requests = allowance.requests.max(1);
        let burst = allowance.burst.clamp(1, requests);
        let part =
            || Log::new(burst, allowance.within.mul_f64(f64::from(burst) / f64::from(requests)));
        let burst = (burst < requests).then(part);
        Self { allowance, all: Log::new(requests, allowance.within), burst }
    }

    /// From now on another allowance is kept; what went counts on.
    pub(crate) fn allow(&mut self, allowance: Allowance) {
        if allowance == self.allowance {
            return;
        }
        let went = std::mem::take(&mut self.all.went);
        *self = Self::new(allowance);
        if let Some(burst) = &mut self.burst {
            burst.went.clone_from(&went);
        }
        self.all.went = went;
    }

    fn logs(&self) -> impl Iterator<Item = &Log> {
        self.burst.iter().chain([&self.all])
    }

    /// When a request may go that has `ahead` others before it. One that is `patient` leaves what is
    /// kept for those that are not.
    pub(crate) fn may_go_at(&self, patient: bool, ahead: usize, now: Instant) -> Instant {
        self.logs().map(|log| log.may_go_at(patient, ahead, now)).max().unwrap_or(now)
    }

    /// Counts a request that goes now, which it may.
    pub(crate) fn take(&mut self, now: Instant) {
        self.burst.iter_mut().chain([&mut self.all]).for_each(|log| log.take(now));
    }

    /// Whether nothing that went counts any more.
    pub(crate) fn is_whole(&self, now: Instant) -> bool {
        self.logs().all(|log| log.free(now) == log.most)
    }

    pub(crate) fn left(&self, of: Counts, now: Instant) -> Left {
        let free = self.logs().map(|log| log.free(now)).min().unwrap_or(0);
        Left {
            of,
            requests: self.allowance.requests,
            within: self.allowance.within,
            remaining: u32::try_from(free).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::booking::trials;

    /// Asks after each of these pauses; gives when it was let through.
    fn granted(meter: &mut Meter, start: Instant, pauses: &[u64], patient: bool) -> Vec<Instant> {
        let mut now = start;
        let mut granted = Vec::new();
        for pause in pauses {
            now += Duration::from_micros(*pause);
            if meter.may_go_at(patient, 0, now) <= now {
                meter.take(now);
                granted.push(now);
            }
        }
        granted
    }

    fn most_in_a_window(granted: &[Instant], window: Duration) -> usize {
        let count = |(place, first): (usize, &Instant)| {
            granted[place..].iter().take_while(|at| **at - *first < window).count()
        };
        granted.iter().enumerate().map(count).max().unwrap_or(0)
    }

    proptest! {
        #![proptest_config(trials::trials(64))]

        #[test]
        fn no_window_ever_holds_more_than_is_allowed(
            requests in 1_u32..40,
            burst in 1_u32..80,
            millis in 200_u64..30_000,
            pauses in proptest::collection::vec(0_u64..400_000, 1..400),
        ) {
            let within = Duration::from_millis(millis);
            let start = Instant::now();
            let mut meter = Meter::new(Allowance { requests, within, burst });
            let granted = granted(&mut meter, start, &pauses, false);
            prop_assert!(!granted.is_empty());
            prop_assert!(most_in_a_window(&granted, within) <= requests as usize);
        }
    }

    #[test]
    fn most_of_an_allowance_can_be_used_over_time() {
        for (requests, within) in [(10, 1), (2, 1), (120, 60), (1_000, 3_600)] {
            let start = Instant::now();
            let window = Duration::from_secs(within);
            let mut meter = Meter::new(Allowance::new(requests, window));
            let pauses = vec![window.as_micros() as u64 / 4_000; 16_000];
            let used = granted(&mut meter, start, &pauses, false).len();
            let allowed = 4 * requests as usize;
            assert!(used * 100 >= allowed * 75 && used <= allowed, "{used} of {allowed}");
        }
    }

    #[test]
    fn who_waits_patiently_leaves_something_to_those_who_cannot() {
        let start = Instant::now();
        let mut meter = Meter::new(Allowance::new(120, Duration::from_secs(60)));
        let reads = granted(&mut meter, start, &[0; 200], true).len();
        let writes = granted(&mut meter, start, &[0; 200], false).len();
        assert_eq!((reads, writes), (90, 30));
    }

    #[test]
    fn all_of_a_burst_may_come_at_one_moment_and_a_smaller_one_is_kept_as_well() {
        let start = Instant::now();
        let mut whole = Meter::new(Allowance::per_second(10, 10));
        assert_eq!(granted(&mut whole, start, &[0; 30], false).len(), 10);
        let mut part = Meter::new(Allowance::per_second(10, 3));
        assert_eq!(granted(&mut part, start, &[0; 30], false).len(), 3);
    }

    #[test]
    fn what_went_counts_on_when_less_is_allowed_and_when_it_is_more_again() {
        let start = Instant::now();
        let minute = Duration::from_secs(60);
        let mut meter = Meter::new(Allowance::new(120, minute));
        assert_eq!(granted(&mut meter, start, &[0; 50], false).len(), 50);
        meter.allow(Allowance::new(20, minute));
        assert_eq!(granted(&mut meter, start, &[0; 50], false).len(), 0);
        assert_eq!(meter.left(Counts::Requests, start).remaining, 0);
        let again = meter.may_go_at(false, 0, start);
        assert!(again >= start + minute, "{:?}", again - start);
        meter.allow(Allowance::new(120, minute));
        assert_eq!(granted(&mut meter, start, &[0; 100], false).len(), 70);
        meter.allow(Allowance::new(20, minute));
        assert_eq!(granted(&mut meter, start + minute * 2, &[0; 50], false).len(), 20);
    }

    #[test]
    fn what_was_sent_is_forgotten_when_it_counts_no_more() {
        let start = Instant::now();
        let mut meter = Meter::new(Allowance::per_second(10, 10));
        assert!(meter.is_whole(start));
        meter.take(start);
        assert!(!meter.is_whole(start + Duration::from_secs(1)));
        assert!(meter.is_whole(start + Duration::from_secs(2)));
    }

    proptest! {
        #![proptest_config(trials::trials(32))]

        #[test]
        fn a_prediction_is_what_comes_true(
            requests in 1_u32..20,
            burst in 1_u32..20,
            before in proptest::collection::vec(0_u64..400_000, 0..40),
            ahead in 0_usize..60,
        ) {
            let start = Instant::now();
            let mut meter = Meter::new(Allowance::per_second(requests, burst));
            granted(&mut meter, start, &before, false);
            let now = start + Duration::from_micros(before.iter().sum());
            let predicted = meter.may_go_at(false, ahead, now);
            let mut at = now;
            for _ in 0..=ahead {
                at = meter.may_go_at(false, 0, at).max(at);
                meter.take(at);
            }
            prop_assert!(predicted <= at, "it may be too hopeful, never too timid");
            if burst >= requests {
                prop_assert_eq!(predicted, at);
            }
        }
    }
}
