//! How much may be asked of Acuity at a time. Its limits hold per address, not per account, so every
//! connection of this server goes through one gate: ten requests in any one second, twenty under way
//! at once. Knows no request.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Requests in one [`WINDOW`].
pub(super) const PER_SECOND: usize = 10;
/// Requests under way at once.
pub(super) const AT_ONCE: usize = 20;
/// Their second and a tenth, since requests do not all take equally long to arrive.
const WINDOW: Duration = Duration::from_millis(1_100);

/// The gate.
pub(super) struct Gate {
    window: Mutex<Window>,
    places: Semaphore,
}

#[derive(Default)]
struct Window {
    /// When the last requests were or will be sent, oldest first; at most [`PER_SECOND`].
    sent: VecDeque<Instant>,
    /// Nothing is sent before.
    rests_until: Option<Instant>,
}

impl Window {
    /// The next moment at which a request may be sent, taken; `None` if that is after `latest`.
    fn take(&mut self, now: Instant, latest: Instant) -> Option<Instant> {
        let mut at = self.rests_until.map_or(now, |until| until.max(now));
        if self.sent.len() >= PER_SECOND
            && let Some(oldest) = self.sent.front()
        {
            at = at.max(*oldest + WINDOW);
        }
        if at > latest {
            return None;
        }
        if self.sent.len() >= PER_SECOND {
            self.sent.pop_front();
        }
        self.sent.push_back(at);
        Some(at)
    }
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { window: Mutex::default(), places: Semaphore::new(AT_ONCE) }
    }

    /// Waits until a request may be sent; it is under way for as long as the permit lives. `None`,
    /// and at once if that can be known, if it may not before `latest`.
    pub(super) async fn enter(&self, latest: Instant) -> Option<SemaphorePermit<'_>> {
        let place = tokio::time::timeout_at(latest, self.places.acquire()).await.ok()?.ok()?;
        let at = {
            let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
            window.take(Instant::now(), latest)?
        };
        tokio::time::sleep_until(at).await;
        Some(place)
    }

    /// Nothing is sent for so long: Acuity said that it had enough.
    pub(super) fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.rests_until = window.rests_until.max(Some(until));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_second_ever_has_more_than_ten_requests_in_the_order_they_came(
            pauses in prop::collection::vec(0_u64..400, 1..120),
        ) {
            let mut window = Window::default();
            let mut now = Instant::now();
            let mut sent = Vec::new();
            for pause in pauses {
                now += Duration::from_millis(pause);
                sent.extend(window.take(now, now + Duration::from_secs(30)));
            }
            prop_assert!(sent.is_sorted());
            for (first, eleventh) in sent.iter().zip(sent.iter().skip(PER_SECOND)) {
                prop_assert!(eleventh.duration_since(*first) > Duration::from_secs(1));
            }
        }
    }

    #[tokio::test]
    async fn who_cannot_be_let_in_in_time_hears_it_at_once_and_takes_no_turn() {
        let gate = Gate::new();
        let begun = Instant::now();
        for _ in 0..PER_SECOND {
            drop(gate.enter(begun + WINDOW).await.unwrap());
        }
        assert!(gate.enter(begun + WINDOW / 2).await.is_none());
        assert!(begun.elapsed() < WINDOW / 2, "it was not waited for: {:?}", begun.elapsed());
        assert!(gate.enter(begun + 2 * WINDOW).await.is_some());
        assert!(begun.elapsed() >= WINDOW);
    }

    #[tokio::test]
    async fn twenty_are_under_way_at_most() {
        let gate = Gate::new();
        let later = Instant::now() + Duration::from_secs(60);
        let mut under_way = Vec::new();
        for _ in 0..AT_ONCE {
            under_way.push(gate.enter(later).await.unwrap());
        }
        assert!(gate.enter(Instant::now() + Duration::from_millis(50)).await.is_none());
        under_way.pop();
        assert!(gate.enter(later).await.is_some());
    }

    #[tokio::test]
    async fn a_rest_holds_for_everyone() {
        let gate = Gate::new();
        let begun = Instant::now();
        gate.rest(Duration::from_millis(300));
        gate.rest(Duration::from_millis(100));
        assert!(gate.enter(begun + Duration::from_millis(200)).await.is_none());
        assert!(gate.enter(begun + Duration::from_secs(9)).await.is_some());
        assert!(begun.elapsed() >= Duration::from_millis(300));
    }
}
