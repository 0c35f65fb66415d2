//! Whose turn it is upon a booking: a tool and the job that settles never ask a provider about one
//! booking at the same time. Kept in memory: after a crash nobody has a turn.

use std::sync::Arc;

use dashmap::DashMap;
use hookswitch_storage::BookingId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The turns of all bookings. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns {
    taken: Arc<DashMap<BookingId, Arc<Mutex<()>>>>,
}

/// A turn; ends when it is dropped.
pub(crate) struct Turn {
    guard: Option<OwnedMutexGuard<()>>,
    booking: BookingId,
    turns: Turns,
}

impl Turns {
    fn lock_of(&self, booking: BookingId) -> Arc<Mutex<()>> {
        Arc::clone(&self.taken.entry(booking).or_default())
    }

    /// Waits for the turn.
    pub(crate) async fn take(&self, booking: BookingId) -> Turn {
        let guard = self.lock_of(booking).lock_owned().await;
        Turn { guard: Some(guard), booking, turns: self.clone() }
    }

    /// The turn, unless somebody has it.
    pub(crate) fn try_take(&self, booking: BookingId) -> Option<Turn> {
        let guard = self.lock_of(booking).try_lock_owned().ok()?;
        Some(Turn { guard: Some(guard), booking, turns: self.clone() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        drop(self.guard.take());
        // Whoever waits holds the lock as well, and looks for it under the same shard's lock.
        self.turns.taken.remove_if(&self.booking, |_, lock| Arc::strong_count(lock) == 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_nothing_stays_behind() {
        let turns = Turns::default();
        let (one, other) = (BookingId::random(), BookingId::random());
        let first = turns.take(one).await;
        assert!(turns.try_take(one).is_none());
        drop(turns.try_take(other));
        let waiting = tokio::spawn({
            let turns = turns.clone();
            async move { drop(turns.take(one).await) }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(waiting.await.is_ok());
        assert!(turns.try_take(one).is_some());
        assert_eq!(turns.taken.len(), 0);
    }
}
