//! Connections of an org.

use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId};
use crate::model::Connection;
use crate::rows::{Key, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Connections;

fn key(org: &OrgId, id: &ConnectionId) -> Vec<u8> {
    Key::of(TABLE, org).text(id.as_str()).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    id: &ConnectionId,
) -> Result<Option<Connection>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

pub(crate) fn all(rows: &dyn Rows, org: &OrgId) -> Result<Vec<Connection>, StoreError> {
    records(rows, TABLE, &Key::of(TABLE, org).range())
}

pub(crate) fn put(tx: &mut Tx<'_>, connection: &Connection) -> Result<(), StoreError> {
    tx.put(TABLE, key(&connection.org, &connection.id), connection)
}

pub(crate) fn delete(tx: &mut Tx<'_>, org: &OrgId, id: &ConnectionId) {
    tx.delete(key(org, id));
}
