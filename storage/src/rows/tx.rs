//! Rows as one operation sees them: what is on disk, over it what earlier operations of the same
//! batch wrote, over that what the operation itself wrote. Called by `ops`; used by the writer.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use serde::Serialize;

use super::{KeyRange, Order, Rows, Table, Visit, encode};
use crate::error::StoreError;

/// Absolute changes by key; `None` deletes.
pub(crate) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// One operation in progress. Dropped, it leaves no trace.
pub(crate) struct Tx<'a> {
    base: &'a dyn Rows,
    batch: &'a Changes,
    own: Changes,
}

impl<'a> Tx<'a> {
    /// An operation over `base` and what its batch has written so far.
    pub(crate) fn new(base: &'a dyn Rows, batch: &'a Changes) -> Self {
        Self { base, batch, own: Changes::new() }
    }

    /// Writes a record.
    pub(crate) fn put<T: Serialize>(
        &mut self,
        table: Table,
        key: Vec<u8>,
        record: &T,
    ) -> Result<(), StoreError> {
        self.own.insert(key, Some(encode(table, record)?));
        Ok(())
    }

    /// Writes bytes as they are: index rows and the keys they point to.
    pub(crate) fn put_bytes(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.own.insert(key, Some(value));
    }

    /// Removes a row, if it is there.
    pub(crate) fn delete(&mut self, key: Vec<u8>) {
        self.own.insert(key, None);
    }

    /// What the operation wrote.
    pub(crate) fn into_changes(self) -> Changes {
        self.own
    }

    fn overlay(&self, range: &KeyRange) -> BTreeMap<&[u8], Option<&[u8]>> {
        let bounds = (Bound::Included(range.from.as_slice()), Bound::Excluded(range.to.as_slice()));
        // Own writes come last, so that they win.
        [self.batch, &self.own]
            .into_iter()
            .flat_map(|changes| changes.range::<[u8], _>(bounds))
            .map(|(key, value)| (key.as_slice(), value.as_deref()))
            .collect()
    }
}

impl Rows for Tx<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.own.get(key).or_else(|| self.batch.get(key)) {
            Some(value) => Ok(value.clone()),
            None => self.base.get(key),
        }
    }

    fn visit(&self, range: &KeyRange, order: Order, visit: Visit<'_>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let overlay: Vec<_> = match order {
            Order::Ascending => self.overlay(range).into_iter().collect(),
            Order::Descending => self.overlay(range).into_iter().rev().collect(),
        };
        let mut above = overlay.into_iter().peekable();
        let mut stopped = false;
        self.base.visit(range, order, &mut |key, value| {
            while let Some((written, change)) = above.next_if(|(written, _)| match order {
                Order::Ascending => *written < key,
                Order::Descending => *written > key,
            }) {
                if let Some(value) = change
                    && visit(written, value)?.is_break()
                {
                    stopped = true;
                    return Ok(ControlFlow::Break(()));
                }
            }
            let flow = match above.next_if(|(written, _)| *written == key) {
                Some((_, None)) => ControlFlow::Continue(()),
                Some((_, Some(changed))) => visit(key, changed)?,
                None => visit(key, value)?,
            };
            stopped = flow.is_break();
            Ok(flow)
        })?;
        if stopped {
            return Ok(());
        }
        for (key, change) in above {
            if let Some(value) = change
                && visit(key, value)?.is_break()
            {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "tx/tests.rs"]
mod tests;
