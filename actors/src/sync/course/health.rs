//! Whether the connection works: tried when nobody uses it, left alone for a while when it does not, and
//! let go when it is switched off.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use hookswitch_storage::{Connection, StoreError, SyncState};

use super::{Course, Eyes, Trouble};
use crate::bounds::FAREWELL;
use crate::calls::Shared;
use crate::ports::ProviderError;
use crate::sync::pace::{Ways, sooner};
use crate::sync::{pulse, watches};

impl Course {
    /// Tries a connection that nobody has used for a while; whether it was tried.
    pub(super) async fn probe(&mut self, eyes: &Eyes<'_>) -> Result<bool, Trouble> {
        let now = Instant::now();
        if self.probe_at > now {
            return Ok(false);
        }
        let every = self.pace.probe(self.failures > 0);
        let quiet = eyes.provider.quiet_for();
        if quiet < every && self.failures == 0 && !std::mem::take(&mut self.try_anew) {
            self.probe_at = now + (every - quiet);
            return Ok(false);
        }
        self.probe_at = now + every;
        // Where there are no accounts nothing was asked, so that nothing is proven.
        Ok(Self::account(eyes).await?.is_some())
    }

    /// A connection that exchanges nothing is not told either.
    pub(super) async fn let_go(&mut self, eyes: &Eyes<'_>) -> Result<(), StoreError> {
        let connection = eyes.connection;
        let (org, id, store) = (&connection.org, &connection.id, &eyes.shared.store);
        let far = Instant::now() + self.pace.walk(Ways::default());
        (self.poll_at, self.walk_at, self.watch_at) = (far, far, far);
        self.plans.clear();
        self.walk.clear();
        self.ahead = None;
        let state = store.sync_state(org, id).await?;
        self.follower.proven.store(false, Ordering::Relaxed);
        if state.watch.is_some() || state.asking.is_some() {
            let now = SyncState { watch: None, asking: None, ..state.clone() };
            store.keep_sync(org, id, now, None).await?;
            watches::end(eyes, &state, FAREWELL).await?;
        }
        Ok(())
    }

    pub(super) async fn failed(
        &mut self,
        shared: &Arc<Shared>,
        connection: &Connection,
        error: &ProviderError,
    ) -> Result<(), StoreError> {
        let asked_for = match error {
            ProviderError::Unavailable { retry_after } => *retry_after,
            _ => None,
        };
        let now = Instant::now();
        self.rest_until = Some(now + self.pace.rest(self.failures, asked_for));
        self.failures = self.failures.saturating_add(1);
        // Whether it is back is found out even when there is nothing else to ask.
        sooner(&mut self.probe_at, now + self.pace.probe(true));
        tracing::debug!(connection.id = %connection.id, %error, "exchange rests");
        pulse::heard(shared, connection, Err(error)).await
    }
}
