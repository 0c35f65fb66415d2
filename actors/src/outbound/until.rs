//! A deadline that those who join later can move back, since what they wait for is one request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A deadline that only ever moves back. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Until(Arc<Mutex<Instant>>);

impl Until {
    pub(crate) fn new(deadline: Instant) -> Self {
        Self(Arc::new(Mutex::new(deadline)))
    }

    pub(crate) fn get(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody waits until `deadline` at least.
    pub(crate) fn extend(&self, deadline: Instant) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *until = deadline.max(*until);
    }

    /// What `work` gives, unless the deadline passes first; then it is dropped.
    pub(crate) async fn bound<W: Future>(&self, work: W) -> Option<W::Output> {
        let mut work = std::pin::pin!(work);
        loop {
            let until = self.get();
            if let Ok(given) = tokio::time::timeout_at(until.into(), &mut work).await {
                return Some(given);
            }
            if self.get() <= until {
                return None;
            }
        }
    }
}
