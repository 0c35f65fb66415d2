//! Connections, changed as they are at that moment. Every write is promised.

use jiff::Timestamp;

use super::Store;
use crate::crypt::Sealed;
use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId};
use crate::model::{Connection, Job};
use crate::ops;
use crate::requests::Renewal;
use crate::writer::Grade::Promised;

impl Store {
    /// Changes a connection as it is when nobody else writes; gives what it is then, or `None` if
    /// there is none. What is left as it was is not written. A job that `change` gives is put in
    /// the same operation. `change` must be quick and must not block: all writes wait for it.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn change_connection(
        &self,
        org: &OrgId,
        id: &ConnectionId,
        change: impl FnOnce(&mut Connection) -> Option<Job> + Send + 'static,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Connection>, StoreError> {
        let (org, id, by) = (org.clone(), id.clone(), by.to_owned());
        self.write(Promised, move |tx| ops::connections::change(tx, &org, &id, change, &by, now))
            .await
    }

    /// Keeps renewed credentials in place of `instead_of`, unless those were replaced meanwhile.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn renew_credentials(
        &self,
        org: &OrgId,
        id: &ConnectionId,
        instead_of: Sealed,
        renewed: Sealed,
        expires_at: Option<Timestamp>,
    ) -> Result<Renewal, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.write(Promised, move |tx| {
            ops::connections::renew(tx, &org, &id, &instead_of, renewed, expires_at)
        })
        .await
    }

    /// As [`Self::delete_connection`]; `leaves` says what is still to be done for it, which is kept
    /// in the same operation.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn remove_connection(
        &self,
        org: &OrgId,
        id: &ConnectionId,
        leaves: impl FnOnce(&Connection) -> Option<Job> + Send + 'static,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (org, id, by) = (org.clone(), id.clone(), by.to_owned());
        self.write(Promised, move |tx| ops::connections::remove(tx, &org, &id, leaves, &by, now))
            .await
    }
}
