//! How a record becomes bytes: one version byte, then JSON. An older version can be read as long
//! as its byte is known here.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Table;
use crate::error::StoreError;

const VERSION: u8 = 1;

/// The bytes of a record.
pub(crate) fn encode<T: Serialize>(table: Table, record: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, record).map_err(|_| damaged(table))?;
    Ok(bytes)
}

/// The record of some bytes.
pub(crate) fn decode<T: DeserializeOwned>(table: Table, bytes: &[u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        // The decoder's own words could quote personal data, so they go no further.
        Some((&VERSION, json)) => serde_json::from_slice(json).map_err(|_| damaged(table)),
        _ => Err(damaged(table)),
    }
}

fn damaged(table: Table) -> StoreError {
    StoreError::Damaged { table: table.name() }
}
