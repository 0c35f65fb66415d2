//! Assistants that are to be left, by Vapi's ids of them.

use crate::error::StoreError;
use crate::model::Departure;
use crate::rows::{Key, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Departures;

fn key(assistant_id: &str) -> Vec<u8> {
    Key::global(TABLE).text(assistant_id).done()
}

pub(crate) fn get(rows: &dyn Rows, assistant_id: &str) -> Result<Option<Departure>, StoreError> {
    record(rows, TABLE, &key(assistant_id))
}

pub(crate) fn all(rows: &dyn Rows) -> Result<Vec<Departure>, StoreError> {
    records(rows, TABLE, &Key::global(TABLE).range())
}

pub(crate) fn put(tx: &mut Tx<'_>, departure: &Departure) -> Result<(), StoreError> {
    tx.put(TABLE, key(&departure.assistant_id), departure)
}

pub(crate) fn delete(tx: &mut Tx<'_>, assistant_id: &str) {
    tx.delete(key(assistant_id));
}
