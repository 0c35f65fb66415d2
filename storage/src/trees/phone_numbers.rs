//! Phone numbers that Vapi keeps for an org, by Vapi's ids of them.

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::PhoneNumber;
use crate::rows::{Key, Rows, Table, Tx, record, records};

const TABLE: Table = Table::PhoneNumbers;

fn key(org: &OrgId, id: &str) -> Vec<u8> {
    Key::of(TABLE, org).text(id).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    id: &str,
) -> Result<Option<PhoneNumber>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

/// Every one of an org, by id.
pub(crate) fn all(rows: &dyn Rows, org: &OrgId) -> Result<Vec<PhoneNumber>, StoreError> {
    records(rows, TABLE, &Key::of(TABLE, org).range())
}

pub(crate) fn put(tx: &mut Tx<'_>, number: &PhoneNumber) -> Result<(), StoreError> {
    tx.put(TABLE, key(&number.org, &number.id), number)
}

pub(crate) fn delete(tx: &mut Tx<'_>, org: &OrgId, id: &str) {
    tx.delete(key(org, id));
}
