//! Supervision: who reacts when an actor ends, and how often one may be started again. Owns the
//! reaction and the budget; what a child does is its own business.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It was done.
    Ended,
    /// It panicked or gave up.
    Failed,
}

type OnExit = Arc<dyn Fn(ActorId, Exit) + Send + Sync>;

/// The supervisor of a group of actors. The group's owner decides in `on_exit` what follows; the
/// supervisor itself never ends because of a child, which is what ractor's default would do.
#[derive(Clone)]
pub(crate) struct Nursery {
    actor: ActorRef<()>,
}

struct Supervisor {
    group: &'static str,
    on_exit: OnExit,
}

impl Nursery {
    /// Starts the supervisor of a group.
    pub(crate) async fn start(
        group: &'static str,
        on_exit: impl Fn(ActorId, Exit) + Send + Sync + 'static,
    ) -> Result<Self, ractor::SpawnErr> {
        let supervisor = Supervisor { group, on_exit: Arc::new(on_exit) };
        let (actor, _) = Actor::spawn(None, supervisor, ()).await?;
        Ok(Self { actor })
    }

    /// What children are linked to.
    pub(crate) fn cell(&self) -> ActorCell {
        self.actor.get_cell()
    }

    /// Ends the group: children first, each after the message it is working on.
    pub(crate) async fn stop(&self, within: Duration) {
        let _ = tokio::time::timeout(within, self.actor.stop_children_and_wait(None, Some(within)))
            .await;
        self.actor.stop(None);
    }
}

impl Actor for Supervisor {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(child, _, _) => {
                (self.on_exit)(child.get_id(), Exit::Ended);
            }
            SupervisionEvent::ActorFailed(child, _) => {
                // The panic's own text may hold a caller's words; the panic hook names the place.
                tracing::error!(group = self.group, actor = %child.get_id(), "an actor failed");
                (self.on_exit)(child.get_id(), Exit::Failed);
            }
            _ => {}
        }
        Ok(())
    }
}

/// How often something may be started again within a window.
#[derive(Debug, Clone)]
pub(crate) struct RestartBudget {
    most: usize,
    window: Duration,
    spent: VecDeque<Instant>,
}

impl RestartBudget {
    pub(crate) fn new(most: usize, window: Duration) -> Self {
        Self { most, window, spent: VecDeque::new() }
    }

    /// Takes one restart at `now`; false if none is left.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        while self.spent.front().is_some_and(|at| now.duration_since(*at) >= self.window) {
            self.spent.pop_front();
        }
        if self.spent.len() >= self.most {
            return false;
        }
        self.spent.push_back(now);
        true
    }
}

/// A restart budget for each of many. Remembers only those that spent something within the window.
#[derive(Debug)]
pub(crate) struct RestartBudgets<K> {
    most: usize,
    window: Duration,
    budgets: HashMap<K, RestartBudget>,
    /// Looking for what can be forgotten is worth while from this size on.
    sweep_at: usize,
}

/// Budgets that are remembered before any is looked at again.
const FEW: usize = 64;

impl<K: Clone + Eq + Hash> RestartBudgets<K> {
    pub(crate) fn new(most: usize, window: Duration) -> Self {
        Self { most, window, budgets: HashMap::new(), sweep_at: FEW }
    }

    /// Takes one restart of `key` at `now`; false if it has none left.
    pub(crate) fn take(&mut self, key: &K, now: Instant) -> bool {
        if self.budgets.len() >= self.sweep_at {
            let is_recent = |at: &Instant| now.duration_since(*at) < self.window;
            self.budgets.retain(|_, budget| budget.spent.back().is_some_and(is_recent));
            self.sweep_at = FEW.max(self.budgets.len() * 2);
        }
        let fresh = || RestartBudget::new(self.most, self.window);
        self.budgets.entry(key.clone()).or_insert_with(fresh).take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_budget_of_its_own_and_those_long_unused_are_forgotten() {
        let start = Instant::now();
        let mut budgets = RestartBudgets::new(1, Duration::from_secs(60));
        for key in 0..10_000_u64 {
            let now = start + Duration::from_secs(key);
            assert!(budgets.take(&key, now), "{key}");
            assert!(!budgets.take(&key, now), "{key}");
        }
        assert!(budgets.budgets.len() <= 4 * FEW, "{} are remembered", budgets.budgets.len());
        assert!(!budgets.take(&9_999, start + Duration::from_secs(10_058)), "a recent one is");
    }

    #[test]
    fn a_budget_is_spent_and_comes_back_when_the_window_has_passed() {
        let start = Instant::now();
        let mut budget = RestartBudget::new(2, Duration::from_secs(60));
        assert!(budget.take(start));
        assert!(budget.take(start + Duration::from_secs(30)));
        assert!(!budget.take(start + Duration::from_secs(59)));
        assert!(budget.take(start + Duration::from_secs(60)));
        assert!(!budget.take(start + Duration::from_secs(89)));
        assert!(budget.take(start + Duration::from_secs(90)));
    }
}
