//! Rows as the rules see them: keys in order, bytes behind them, no matter whether they come from
//! disk or from an operation that is still being written. Called by `trees`; knows no table.

mod codec;
mod key;
mod listing;
mod snapshot;
mod tx;

use std::ops::ControlFlow;

use serde::de::DeserializeOwned;

use crate::error::StoreError;

pub(crate) use codec::{decode, encode};
pub(crate) use key::{Key, KeyRange, Table};
pub(crate) use listing::list;
pub(crate) use snapshot::Snapshot;
pub(crate) use tx::{Changes, Tx};

/// In which direction rows are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// What a visitor is given and how it says whether it wants more.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError>;

/// Ordered rows that can be read.
pub(crate) trait Rows {
    /// The row under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Shows the rows of a range to `visit` until it breaks.
    fn visit(&self, range: &KeyRange, order: Order, visit: Visit<'_>) -> Result<(), StoreError>;
}

/// The record under a key.
pub(crate) fn record<T: DeserializeOwned>(
    rows: &dyn Rows,
    table: Table,
    key: &[u8],
) -> Result<Option<T>, StoreError> {
    rows.get(key)?.map(|bytes| decode(table, &bytes)).transpose()
}

/// Every record of a range.
pub(crate) fn records<T: DeserializeOwned>(
    rows: &dyn Rows,
    table: Table,
    range: &KeyRange,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    rows.visit(range, Order::Ascending, &mut |_, bytes| {
        found.push(decode(table, bytes)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
