//! What is kept of calls.

use crate::error::StoreError;
use crate::model::{CallKey, CallLogEntry};
use crate::requests::CallWrite;
use crate::rows::Tx;
use crate::trees::calls;

/// Keeps one step of a call, whole or not at all.
pub(crate) fn save(tx: &mut Tx<'_>, key: &CallKey, write: CallWrite) -> Result<(), StoreError> {
    super::require_org(tx, &key.org)?;
    if write.record.as_ref().is_some_and(|record| record.key != *key) {
        return Err(StoreError::Invalid {
            field: "record.key",
            problem: "must be the call's own key",
        });
    }
    for event in &write.events {
        calls::put_event(tx, key, event)?;
    }
    if let Some(record) = &write.record {
        calls::put(tx, record)?;
    }
    match write.answer {
        Some(answer) => super::answers::save(tx, &key.org, Some(&key.call), answer),
        None => Ok(()),
    }
}

/// Adds a line to a call's log.
pub(crate) fn log(tx: &mut Tx<'_>, key: &CallKey, entry: &CallLogEntry) -> Result<(), StoreError> {
    super::require_org(tx, &key.org)?;
    calls::append_log(tx, key, entry)
}
