//! Whose turn it is: upon a booking, so that a tool and the job that settles never ask a provider about it at
//! the same time; upon a tool call, so that a repeat waits for the first. Kept in memory: after a crash
//! nobody has a turn. Knows nothing of what is done in one.

use std::hash::Hash;
use std::sync::{Arc, Weak};

use dashmap::DashMap;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Whenever there are so many entries, those that nobody has any more are forgotten.
const SWEEP: usize = 256;

/// The turns of all that have a key. Cheap to clone.
#[derive(Debug)]
pub(crate) struct Turns<K: Eq + Hash> {
    taken: Arc<DashMap<K, Arc<Mutex<()>>>>,
}

impl<K: Eq + Hash> Default for Turns<K> {
    fn default() -> Self {
        Self { taken: Arc::default() }
    }
}

impl<K: Eq + Hash> Clone for Turns<K> {
    fn clone(&self) -> Self {
        Self { taken: Arc::clone(&self.taken) }
    }
}

/// A turn; ends when it is dropped.
pub(crate) struct Turn<K: Eq + Hash> {
    guard: Option<OwnedMutexGuard<()>>,
    key: K,
    turns: Turns<K>,
}

impl<K: Eq + Hash + Clone> Turns<K> {
    fn lock_of(&self, key: &K) -> Arc<Mutex<()>> {
        let lock = Arc::clone(&self.taken.entry(key.clone()).or_default());
        if self.taken.len().is_multiple_of(SWEEP) {
            // Whoever gave up waiting just when the turn ended left an entry behind.
            self.taken.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        lock
    }

    /// Waits for the turn.
    pub(crate) async fn take(&self, key: K) -> Turn<K> {
        // Entered at once where nobody has it, so that nothing comes between.
        if let Some(turn) = self.try_take(key.clone()) {
            return turn;
        }
        let guard = self.lock_of(&key).lock_owned().await;
        Turn { guard: Some(guard), key, turns: self.clone() }
    }

    /// The turn, unless somebody has it.
    pub(crate) fn try_take(&self, key: K) -> Option<Turn<K>> {
        let guard = self.lock_of(&key).try_lock_owned().ok()?;
        Some(Turn { guard: Some(guard), key, turns: self.clone() })
    }
}

impl<K: Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        drop(self.guard.take());
        // Whoever waits holds the lock as well, and looks for it under the same shard's lock.
        self.turns.taken.remove_if(&self.key, |_, lock| Arc::strong_count(lock) == 1);
    }
}

/// Lets the tools of a call that book, move or cancel run one after another, each seeing what the
/// one before did.
pub(crate) type WriteGate = Arc<Mutex<()>>;

/// The gates of calls: one to a call for as long as anybody has it, in whatever way its tools run.
#[derive(Debug)]
pub(crate) struct WriteGates<K: Eq + Hash> {
    known: DashMap<K, Weak<Mutex<()>>>,
}

impl<K: Eq + Hash> Default for WriteGates<K> {
    fn default() -> Self {
        Self { known: DashMap::new() }
    }
}

impl<K: Eq + Hash + Clone> WriteGates<K> {
    /// The gate of a call.
    pub(crate) fn of(&self, call: &K) -> WriteGate {
        let gate = {
            let mut known = self.known.entry(call.clone()).or_default();
            known.upgrade().unwrap_or_else(|| {
                let gate = WriteGate::default();
                *known = Arc::downgrade(&gate);
                gate
            })
        };
        if self.known.len().is_multiple_of(SWEEP) {
            self.known.retain(|_, gate| gate.strong_count() > 0);
        }
        gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_nothing_stays_behind() {
        let turns = Turns::default();
        let (one, other) = (1, 2);
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

    #[test]
    fn a_call_has_one_gate_while_anybody_holds_it_and_those_of_the_past_are_forgotten() {
        let gates = WriteGates::default();
        let first = gates.of(&0);
        for call in 1..2_000 {
            drop(gates.of(&call));
        }
        assert!(Arc::ptr_eq(&first, &gates.of(&0)));
        assert!(gates.known.len() <= SWEEP + 1, "{}", gates.known.len());
    }
}
