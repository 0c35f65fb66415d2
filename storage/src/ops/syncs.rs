//! What is learnt of a connection while nobody changes it: how far its exchange has come, and whether
//! its provider takes its credentials. Never touches what an operator sets.

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId};
use crate::model::{Connection, ConnectionStatus, SyncState};
use crate::rows::Tx;
use crate::trees::{connections, syncs};

/// Keeps how far the exchange has come; false if the connection is gone.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &ConnectionId,
    state: &SyncState,
    synced_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let Some(mut connection) = connections::get(tx, org, id)? else { return Ok(false) };
    syncs::put(tx, org, id, state)?;
    if synced_at > connection.last_sync_at {
        connection.last_sync_at = synced_at;
        connections::put(tx, &connection)?;
    }
    Ok(true)
}

/// Keeps whether the provider takes the credentials; `None` if that is nothing new, or the connection
/// is gone or switched off.
pub(crate) fn judge(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &ConnectionId,
    takes: bool,
    by: &str,
    now: Timestamp,
) -> Result<Option<Connection>, StoreError> {
    let Some(mut connection) = connections::get(tx, org, id)? else { return Ok(None) };
    let status = if takes { ConnectionStatus::Connected } else { ConnectionStatus::Error };
    if connection.status == ConnectionStatus::Disconnected || connection.status == status {
        return Ok(None);
    }
    connection.status = status;
    let mut fields = vec!["status".to_owned()];
    if takes {
        connection.connected_at = Some(now);
        fields.push("connected_at".into());
        if connection.problem.take().is_some() {
            fields.push("problem".into());
        }
    }
    connections::put(tx, &connection)?;
    let subject = id.to_string();
    let note = Note { at: now, actor: by, action: "connection.put", subject, fields };
    audit::append(tx, Some(org), note)?;
    Ok(Some(connection))
}
