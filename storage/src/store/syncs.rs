//! The exchange of changes with providers: how far it has come. It can be caught up with after a
//! crash, so that it need not be on disk before the answer; what a judgement changes is promised.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId};
use crate::model::{Connection, SyncState};
use crate::ops::syncs as ops;
use crate::trees::syncs;
use crate::writer::Grade::{Context, Promised};

impl Store {
    /// How far the exchange of a connection has come; the beginning if nothing is kept.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn sync_state(
        &self,
        org: &OrgId,
        connection: &ConnectionId,
    ) -> Result<SyncState, StoreError> {
        let (org, connection) = (org.clone(), connection.clone());
        self.read(move |rows| Ok(syncs::get(rows, &org, &connection)?.unwrap_or_default())).await
    }

    /// Keeps how far the exchange of a connection has come, and when changes were exchanged last if
    /// they were; false if the connection is gone.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn keep_sync(
        &self,
        org: &OrgId,
        connection: &ConnectionId,
        state: SyncState,
        synced_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let (org, id) = (org.clone(), connection.clone());
        self.write(Context, move |tx| ops::keep(tx, &org, &id, &state, synced_at)).await
    }

    /// Keeps whether a connection's provider takes its credentials. Gives the connection if its status
    /// changed by that; one that is switched off stays so.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn judge_connection(
        &self,
        org: &OrgId,
        connection: &ConnectionId,
        takes: bool,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Connection>, StoreError> {
        let (org, id, by) = (org.clone(), connection.clone(), by.to_owned());
        self.write(Promised, move |tx| ops::judge(tx, &org, &id, takes, &by, now)).await
    }
}
