//! How soon a failed job is tried again: later each time, up to a longest pause, and not at the
//! same moment as others that failed together.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use hookswitch_storage::JobId;

/// How soon a kind of work is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Pause after the first failure; doubles with each further one.
    pub(crate) first: Duration,
    /// Longest pause.
    pub(crate) longest: Duration,
    /// Runs after which the job is given up; `None` for never.
    pub(crate) most_runs: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(2),
            longest: Duration::from_secs(600),
            most_runs: Some(50),
        }
    }
}

impl Pace {
    /// The pause after a job has been run `runs` times: between three quarters of the full pause
    /// and the whole. The spread comes from the job's id, so that it is the same on every machine.
    pub(crate) fn pause(&self, job: &JobId, runs: u32) -> Duration {
        let doublings = runs.saturating_sub(1).min(20);
        let full = self.first.saturating_mul(1 << doublings).min(self.longest);
        let mut hasher = DefaultHasher::new();
        (job.as_str(), runs).hash(&mut hasher);
        let share = u32::try_from(hasher.finish() % 1_000).unwrap_or_default();
        full.mul_f64(0.75 + f64::from(share) / 4_000.0)
    }

    /// Whether a job that was run `runs` times is to be given up.
    pub(crate) fn is_spent(&self, runs: u32) -> bool {
        self.most_runs.is_some_and(|most| runs >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_spread_out() {
        let pace = Pace {
            first: Duration::from_secs(2),
            longest: Duration::from_secs(60),
            most_runs: Some(3),
        };
        let jobs: Vec<JobId> = (0..50).map(|_| JobId::random()).collect();
        for (runs, full) in [(1, 2), (2, 4), (5, 32), (6, 60), (4_000_000, 60)] {
            let full = Duration::from_secs(full);
            let pauses: Vec<_> = jobs.iter().map(|job| pace.pause(job, runs)).collect();
            assert!(pauses.iter().all(|pause| *pause >= full.mul_f64(0.75) && *pause <= full));
            let (least, most) = (pauses.iter().min(), pauses.iter().max());
            assert!(most > least, "all at once after {runs}");
        }
        assert!(!pace.is_spent(2) && pace.is_spent(3));
    }
}
