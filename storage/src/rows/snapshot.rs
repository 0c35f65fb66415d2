//! Rows on disk. One of the few files that see sled.

use std::ops::ControlFlow;

use super::{KeyRange, Order, Rows, Visit};
use crate::error::StoreError;

/// The rows that are applied; unchanging while the caller keeps the writer out.
pub(crate) struct Snapshot<'a>(pub(crate) &'a sled::Tree);

impl Rows for Snapshot<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(key).map_err(unreadable)?.map(|value| value.to_vec()))
    }

    fn visit(&self, range: &KeyRange, order: Order, visit: Visit<'_>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let mut iter = self.0.range(range.from.as_slice()..range.to.as_slice());
        loop {
            let next = match order {
                Order::Ascending => iter.next(),
                Order::Descending => iter.next_back(),
            };
            let Some(row) = next else { return Ok(()) };
            let (key, value) = row.map_err(unreadable)?;
            if let ControlFlow::Break(()) = visit(&key, &value)? {
                return Ok(());
            }
        }
    }
}

/// What a caller hears when sled fails; the details go to the log.
pub(crate) fn unreadable(error: sled::Error) -> StoreError {
    tracing::error!(%error, "rows cannot be read");
    StoreError::Unavailable { reason: "the rows cannot be read".into() }
}
