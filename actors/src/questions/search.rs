//! A look-up that does not end when the time for it does, and that harms nobody by its panic. Owns who
//! has heard of what it found; knows nothing of what is looked for.

use std::time::Duration;

use tokio::task::JoinHandle;

/// Something that is being looked for.
pub(super) struct Search<T> {
    task: JoinHandle<Option<T>>,
    /// Whether it was told what was found, if anything.
    is_told: bool,
}

impl<T: Send + 'static> Search<T> {
    pub(super) fn begin(work: impl Future<Output = Option<T>> + Send + 'static) -> Self {
        Self { task: tokio::spawn(work), is_told: false }
    }

    /// What is found in time.
    pub(super) async fn within(&mut self, limit: Duration) -> Option<T> {
        let ended = tokio::time::timeout(limit, &mut self.task).await;
        self.is_told = ended.is_ok();
        let found = ended.ok()?;
        found.inspect_err(|_| tracing::error!("a look-up for an inbound call panicked")).ok()?
    }

    /// Whether it was still going on when the time was over.
    pub(super) fn is_late(&self) -> bool {
        !self.is_told
    }

    /// What is found after that, within so long; nothing that was told before.
    pub(super) async fn later(mut self, limit: Duration) -> Option<T> {
        if self.is_told {
            return None;
        }
        self.within(limit).await
    }
}

impl<T> Drop for Search<T> {
    /// Nobody would hear of it any more: one that hangs is not to hang for ever.
    fn drop(&mut self) {
        self.task.abort();
    }
}
