//! How long the machine kept a test waiting, so that what arrives late is not taken for what was sent too
//! early. For tests of limits alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a limit of a second leaves between two of its windows for requests on their way.
const MARGIN: Duration = Duration::from_millis(250);

/// Notes the longest time for which this runtime did not go on with a task.
pub(crate) struct Stalls(Arc<AtomicU64>);

impl Stalls {
    /// Notes them from now on.
    pub(crate) fn watch() -> Self {
        const TICK: Duration = Duration::from_millis(5);
        let stalls = Self(Arc::default());
        let noted = Self(Arc::clone(&stalls.0));
        tokio::spawn(async move {
            loop {
                let at = Instant::now();
                tokio::time::sleep(TICK).await;
                noted.also(at.elapsed().saturating_sub(TICK));
            }
        });
        stalls
    }

    /// Something else took so long meanwhile.
    pub(crate) fn also(&self, took: Duration) {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_max(took, Ordering::Relaxed);
    }

    /// The most of these times within any one second, or within what is left of it for certain: one task
    /// may have been kept from its work twice as long as another.
    pub(crate) fn most_in_a_second(&self, times: &[Instant]) -> usize {
        let late = Duration::from_millis(self.0.load(Ordering::Relaxed));
        let second = Duration::from_secs(1);
        let sure = (second + MARGIN).saturating_sub(late.saturating_mul(2)).min(second);
        let count = |(place, first): (usize, &Instant)| {
            times[place..].iter().take_while(|at| **at - *first < sure).count()
        };
        times.iter().enumerate().map(count).max().unwrap_or(0)
    }
}
