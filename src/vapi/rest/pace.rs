//! When a request may go: no two closer together than the distance that is kept, and none before a pause is
//! over. Goes by the server's clock, so that a test that moves the clock waits for nothing.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_actors::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

/// The clock may be set: longer than this it is not relied on.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The distance between requests.
pub(super) struct Pace {
    clock: Arc<dyn Clock>,
    spacing: Duration,
    /// When the last request went. Held while somebody waits, so that requests go in their order.
    last: Mutex<Option<Timestamp>>,
}

impl Pace {
    pub(super) fn new(clock: Arc<dyn Clock>, spacing: Duration) -> Self {
        Self { clock, spacing, last: Mutex::new(None) }
    }

    /// The server's time.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits until the next request may go.
    pub(super) async fn turn(&self) {
        let mut last = self.last.lock().await;
        if let Some(last) = *last {
            self.wait(last, self.spacing).await;
        }
        *last = Some(self.clock.now());
    }

    /// Waits for so long, and nobody else with it.
    pub(super) async fn pause(&self, pause: Duration) {
        self.wait(self.clock.now(), pause).await;
    }

    /// Waits until so long after `from`; a clock that was set back does not make it longer.
    async fn wait(&self, from: Timestamp, long: Duration) {
        let long = SignedDuration::try_from(long).unwrap_or(SignedDuration::MAX);
        loop {
            let since = self.clock.now().duration_since(from);
            if since >= long || since.is_negative() {
                return;
            }
            let left = Duration::try_from(long - since).unwrap_or_default();
            tokio::time::sleep(left.min(LOOK_EVERY)).await;
        }
    }
}
