//! Pages over an index: walks index rows, loads the records behind them, remembers where it
//! stopped. Index rows hold the key of their record.

use std::ops::ControlFlow;

use serde::de::DeserializeOwned;

use super::key::{cursor_of, tail_of};
use super::{Key, KeyRange, Order, Rows, Table, record};
use crate::error::StoreError;
use crate::requests::{Listing, Page};

/// One page of the records that an index's rows under `prefix` point to and that `keep` wants.
/// `within` narrows the range further.
pub(crate) fn list<T: DeserializeOwned>(
    rows: &dyn Rows,
    table: Table,
    prefix: Key,
    within: impl FnOnce(KeyRange) -> KeyRange,
    order: Order,
    page: &Page,
    keep: impl Fn(&T) -> bool,
) -> Result<Listing<T>, StoreError> {
    let start = prefix.clone().done().len();
    let mut range = within(prefix.clone().range());
    if let Some(cursor) = &page.cursor {
        let last = prefix.bytes(&tail_of(cursor)?);
        range = match order {
            // The key after `last` is `last` with a zero byte behind it.
            Order::Ascending => range.starting(last.bytes(&[0])),
            Order::Descending => range.ending(last),
        };
    }
    let mut listing = Listing { items: Vec::new(), next: None };
    let mut reached: Vec<u8> = Vec::new();
    rows.visit(&range, order, &mut |key, target| {
        let Some(item) = record::<T>(rows, table, target)?.filter(|item| keep(item)) else {
            return Ok(ControlFlow::Continue(()));
        };
        if listing.items.len() == page.size() {
            listing.next = Some(cursor_of(&reached));
            return Ok(ControlFlow::Break(()));
        }
        listing.items.push(item);
        reached = key.get(start..).unwrap_or_default().to_vec();
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(listing)
}
