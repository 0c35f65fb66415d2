//! What a request teaches about a connection as a whole: a provider that refuses the credentials puts it
//! into the state `error`, during a call as well as in a check. What takes it out again is a check that
//! goes well, new credentials or a renewal.

use std::sync::{Arc, Weak};

use dashmap::DashMap;
use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus, OrgId, Store};
use ractor::ActorId;

use super::ProviderHandle;
use crate::ports::Clock;

/// Who changes a connection, in the audit chain.
const BY: &str = "provider";

/// What the operator reads of refused credentials unless more is known.
pub const REFUSED: &str = "the provider refuses the credentials; connect again or enter new ones";

/// Where the state of connections is kept. Cheap to clone.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    /// Weak, since each of those holds this.
    pub(super) running: Weak<DashMap<ConnectionId, ProviderHandle>>,
}

impl Standing {
    /// The provider refused the credentials of a connection, through this actor. Nobody waits for it.
    /// An actor that was put away since had other credentials, maybe.
    pub(super) fn refused(&self, org: &OrgId, connection: &ConnectionId, through: ActorId) {
        let is_it = |handle: &ProviderHandle| handle.actor.get_id() == through;
        let Some(running) = self.running.upgrade() else { return };
        if !running.get(connection).is_some_and(|handle| is_it(&handle)) {
            return;
        }
        let (standing, org, id) = (self.clone(), org.clone(), connection.clone());
        tokio::spawn(async move {
            let now = standing.clock.now();
            let changed = standing.store.change_connection(&org, &id, put_out, BY, now).await;
            if let Err(error) = changed {
                tracing::error!(connection.id = %id, %error, "a connection's state could not be kept");
            }
        });
    }
}

fn put_out(connection: &mut Connection) -> Option<hookswitch_storage::Job> {
    if connection.status == ConnectionStatus::Connected {
        connection.status = ConnectionStatus::Error;
        connection.problem.get_or_insert_with(|| REFUSED.to_owned());
    }
    None
}
