//! What the exchange of changes asks of a connection: what changed, and to be told. Goes through the
//! connection's actor like everything else. Knows nothing of what follows from the answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ProviderHandle;
use crate::outbound::Rank;
use crate::ports::{Changes, ProviderError, Watch, WatchTarget};

/// When something was last asked of a connection. Clones are the same.
#[derive(Clone)]
pub(super) struct LastAsked(Arc<Mutex<Instant>>);

impl Default for LastAsked {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }
}

impl LastAsked {
    pub(super) fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

impl ProviderHandle {
    /// What changed since `cursor`; `None` where the provider cannot be asked.
    ///
    /// # Errors
    /// As the provider; [`ProviderError::Unavailable`] when `deadline` passes.
    pub(crate) async fn changes(
        &self,
        cursor: Option<String>,
        deadline: Instant,
    ) -> Result<Option<Changes>, ProviderError> {
        let ask = move |adapter: Arc<dyn crate::ports::BookingProvider>| async move {
            adapter.changes(cursor.as_deref()).await
        };
        self.run(Rank::Read, false, deadline, ask).await.map_err(|fault| fault.error)
    }

    /// Asks the provider to post its changes; `None` where it does not.
    ///
    /// # Errors
    /// As the provider. After a time-out it may post all the same; what it posts is then refused.
    pub(crate) async fn watch(
        &self,
        target: WatchTarget,
        deadline: Instant,
    ) -> Result<Option<Watch>, ProviderError> {
        let ask = move |adapter: Arc<dyn crate::ports::BookingProvider>| async move {
            adapter.watch(&target).await
        };
        self.run(Rank::Read, false, deadline, ask).await.map_err(|fault| fault.error)
    }

    /// Asks the provider to post no more.
    ///
    /// # Errors
    /// As the provider.
    pub(crate) async fn unwatch(
        &self,
        watch: Watch,
        deadline: Instant,
    ) -> Result<(), ProviderError> {
        let ask = move |adapter: Arc<dyn crate::ports::BookingProvider>| async move {
            adapter.unwatch(&watch).await
        };
        self.run(Rank::Read, false, deadline, ask).await.map_err(|fault| fault.error)
    }

    /// The provider's calendar changed: free slots that are remembered are not to be trusted.
    pub(crate) fn forget_slots(&self) {
        self.changed_there();
    }

    /// For how long nothing was asked of it.
    pub(crate) fn quiet_for(&self) -> Duration {
        self.asked.elapsed()
    }
}
