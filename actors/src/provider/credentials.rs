//! Who keeps the access tokens of connections fresh: one [`Keeper`] a connection, for as long as
//! somebody uses it, whatever becomes of the connection's actor meanwhile. Two renewals of one grant at
//! the same time would be fatal where a refresh token is good for one use. Knows no provider and no
//! way to ask for a token; that is behind [`TokenIssuer`].

mod keeper;
mod record;
mod renewal;
mod revoke;

use std::sync::{Arc, Weak};

use dashmap::DashMap;
use hookswitch_storage::{Connection, ConnectionId, Store};

use crate::ports::{AccessTokens, Clock, TokenIssuer};
use keeper::Keeper;
pub use record::{CREDENTIALS_FIELD, GRANT, grant_in, sealed_with};
pub(crate) use revoke::Parting;
pub(crate) use revoke::RevokeGrant;
pub use revoke::farewell;

/// The keepers of all connections. Cheap to clone.
#[derive(Clone)]
pub struct Keepers {
    store: Store,
    clock: Arc<dyn Clock>,
    known: Arc<DashMap<ConnectionId, Weak<Keeper>>>,
}

impl Keepers {
    /// Keepers that write to `store`.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, known: Arc::default() }
    }

    /// Who keeps a connection's tokens. The connection may have been changed: what is stored counts
    /// from here on, and `issuer` is asked.
    #[must_use]
    pub fn of(
        &self,
        connection: &Connection,
        issuer: Arc<dyn TokenIssuer>,
    ) -> Arc<dyn AccessTokens> {
        self.known.retain(|_, keeper| keeper.strong_count() > 0);
        let mut place = self.known.entry(connection.id.clone()).or_default();
        if let Some(keeper) = place.upgrade() {
            keeper.start_over(issuer);
            return keeper;
        }
        let (store, clock) = (self.store.clone(), Arc::clone(&self.clock));
        let keeper = Keeper::new(connection, store, clock, issuer);
        *place = Arc::downgrade(&keeper);
        keeper
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
