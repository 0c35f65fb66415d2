//! States of the exchange with providers, one a connection.

use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId};
use crate::model::SyncState;
use crate::rows::{Key, Rows, Table, Tx, record};

const TABLE: Table = Table::Syncs;

fn key(org: &OrgId, connection: &ConnectionId) -> Vec<u8> {
    Key::of(TABLE, org).text(connection.as_str()).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    connection: &ConnectionId,
) -> Result<Option<SyncState>, StoreError> {
    record(rows, TABLE, &key(org, connection))
}

pub(crate) fn put(
    tx: &mut Tx<'_>,
    org: &OrgId,
    connection: &ConnectionId,
    state: &SyncState,
) -> Result<(), StoreError> {
    tx.put(TABLE, key(org, connection), state)
}

pub(crate) fn delete(tx: &mut Tx<'_>, org: &OrgId, connection: &ConnectionId) {
    tx.delete(key(org, connection));
}
