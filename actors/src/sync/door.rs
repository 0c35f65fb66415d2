//! The exchange as the operator's side and the providers' posts see it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hookswitch_storage::{Connection, ConnectionId, OrgId, Secret, StoreError, SyncState};

use super::look::Eyes;
use super::{Pulse, WATCH_SECRET_FIELD, pulse, watches};
use crate::booking::BUILTIN;
use crate::bounds::{FAREWELL, PROVIDER_WRITE};
use crate::calls::{Calls, Shared};
use crate::ports::Notice;

/// A connection that is about to be removed. Dropped without [`Self::gone`], as when whoever asked for it
/// goes away or storage fails, its exchange begins anew.
#[must_use = "dropped at once the connection stays"]
pub struct Leaving {
    stays: Option<(Arc<Shared>, Connection)>,
}

impl Leaving {
    /// The connection is removed.
    pub fn gone(mut self) {
        self.stays = None;
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        // A server that stops drops this too, and has nowhere left to run an exchange.
        if let Some((shared, connection)) = self.stays.take()
            && tokio::runtime::Handle::try_current().is_ok()
        {
            super::changed(&shared, &connection);
        }
    }
}

impl Calls {
    /// A connection was made, changed or tried: its exchange begins, goes on anew or ends.
    pub fn connection_changed(&self, connection: &Connection) {
        super::changed(&self.shared, connection);
        self.assistants_may_differ();
    }

    /// A connection is about to be removed: its provider is asked to post no more. Waits for a request to
    /// post that is under way, or the provider would do so for ever after. Its exchange goes on as before
    /// unless what is given back is told that it is gone.
    pub async fn connection_leaves(&self, connection: &Connection) -> Leaving {
        let (shared, syncs) = (&self.shared, &self.shared.syncs);
        let leaving = Leaving { stays: Some((Arc::clone(shared), connection.clone())) };
        let follower = syncs.followers.get(&connection.id).map(|follower| Arc::clone(&follower));
        if let Some(follower) = &follower {
            follower.leaves.store(true, Ordering::Relaxed);
        }
        let watching = async {
            match &follower {
                Some(follower) => Some(follower.watching.lock().await),
                None => None,
            }
        };
        let _alone = tokio::time::timeout(PROVIDER_WRITE + FAREWELL, watching).await;
        syncs.homes.remove(&connection.id);
        syncs.pulses.remove(&connection.id);
        if connection.provider == BUILTIN {
            return leaving;
        }
        let state = shared.store.sync_state(&connection.org, &connection.id).await;
        let Ok(state) = state else { return leaving };
        if state.watch.is_none() && state.asking.is_none() {
            return leaving;
        }
        let provider = shared.connections.get(&connection.org, &connection.id).await;
        let Ok(provider) = provider else { return leaving };
        // If it is not removed after all, it is to ask anew: what it had is given back.
        let asking = state.asking.clone().or_else(|| state.watch.as_ref().map(|it| it.url.clone()));
        let without = SyncState { watch: None, asking, ..state.clone() };
        let kept = shared.store.keep_sync(&connection.org, &connection.id, without, None).await;
        if let Err(error) = kept {
            tracing::warn!(connection.id = %connection.id, %error, "its leaving was not written down");
        }
        let eyes = Eyes { shared, provider: &provider, connection };
        if let Err(error) = watches::end(&eyes, &state, FAREWELL).await {
            tracing::warn!(connection.id = %connection.id, %error, "a watch could not be given back");
        }
        leaving
    }

    /// An operator tried a connection, and its provider took its credentials or refused them; `turned` if
    /// its status is another by that. Those who watch are told.
    pub fn connection_checked(&self, connection: &Connection, takes: bool, turned: bool) {
        if connection.provider != BUILTIN {
            pulse::checked(&self.shared, connection, takes, turned);
        }
        if turned {
            self.assistants_may_differ();
        }
    }

    /// Whose a connection is, by its id alone; for posts of providers, which name nothing else.
    /// `None` also for the built-in calendar, to which nobody posts.
    #[must_use]
    pub fn home_of(&self, connection: &ConnectionId) -> Option<OrgId> {
        self.shared.syncs.home_of(connection)
    }

    /// Where a connection's provider was told to post to and what signs its posts, if it was told.
    ///
    /// # Errors
    /// When storage fails or the secret does not open with the present key.
    pub async fn watch_of(
        &self,
        connection: &Connection,
    ) -> Result<Option<(String, Secret)>, StoreError> {
        let store = self.store();
        let state = store.sync_state(&connection.org, &connection.id).await?;
        let Some(watch) = state.watch else { return Ok(None) };
        let secret = store.unseal(&connection.org, WATCH_SECRET_FIELD, &watch.secret)?;
        Ok(Some((watch.url, secret)))
    }

    /// A provider posted something that is proven to be from it. Returns at once; posts that come
    /// late, twice or in another order do no harm.
    pub fn provider_noticed(&self, connection: &Connection, notice: Notice) {
        super::noticed(&self.shared, &connection.org, &connection.id, notice);
    }

    /// Something was posted for a connection that does not prove itself the provider's. Returns at once.
    pub fn post_doubted(&self, connection: &Connection) {
        super::doubted(&self.shared, &connection.org, &connection.id);
    }

    /// How a connection was when it was last asked for something in the background; `None` if it was
    /// not yet.
    #[must_use]
    pub fn pulse(&self, connection: &ConnectionId) -> Option<Pulse> {
        self.shared.syncs.pulses.get(connection).map(|pulse| pulse.clone())
    }

    /// The address that a connection's provider is to post to, if the server is known outside.
    #[must_use]
    pub fn notice_url(&self, connection: &Connection) -> Option<String> {
        self.shared.syncs.settings.notice_url.as_ref().map(|url| url.of(connection))
    }
}
