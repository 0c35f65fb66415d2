//! Removing an org with everything of it that is awake. Storage refuses writes for an org that is
//! gone, so what is still running can end, but leaves nothing behind.

use std::time::Duration;

use futures_util::future::join_all;
use hookswitch_storage::{OrgId, StoreError};
use jiff::Timestamp;

use super::Calls;
use crate::provider::Parting;

/// How long a session may take to end; what it does later is refused by storage anyway.
const END_WITHIN: Duration = Duration::from_secs(2);

impl Calls {
    /// Deletes an org: its records, its live sessions, its provider actors and its feed. False if
    /// there was none. `by` is an id, for the audit log.
    ///
    /// # Errors
    /// When storage fails; the org may then be gone already, but not yet all of its rows.
    pub async fn delete_org(
        &self,
        org: &OrgId,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // While there are credentials to ask with: nobody is to post about an org that is gone.
        let connections = self.store().connections(org).await?;
        let leaving = connections.iter().map(|connection| self.connection_leaves(connection));
        let leaving = join_all(leaving).await;
        // As they are now: a renewal in the meantime has used up what was read before.
        let connections = self.store().connections(org).await?;
        let parting = Parting::of(&self.shared, connections);
        let deleted = self.orgs.delete(org, by, now).await?;
        for connection in leaving {
            connection.gone();
        }
        parting.gone();
        self.end_org(org).await;
        self.shared.registrations.leave();
        Ok(deleted)
    }

    /// Ends what is awake of an org that is gone.
    pub(super) async fn end_org(&self, org: &OrgId) {
        for (key, session) in self.shared.sessions.remove_org(org) {
            if session.stop_and_wait(None, Some(END_WITHIN)).await.is_err() {
                tracing::warn!(org.id = %key.org, call.id = %key.call, "a session did not end in time");
            }
            self.shared.holds.release(&key);
            self.shared.opened.forget(&key);
        }
        self.shared.connections.forget_org(org);
        self.shared.syncs.forget_org(org);
        self.shared.tool_health.forget(org);
        // Last, or a session that was still ending would bring the feed back.
        self.shared.feed.forget(org, self.shared.clock.now());
    }
}
