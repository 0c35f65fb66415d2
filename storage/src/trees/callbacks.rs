//! Callbacks of an org, in the order in which they are listed, and by the call that asked.

use crate::error::StoreError;
use crate::ids::{CallId, CallbackId, OrgId};
use crate::model::{Callback, CallbackState};
use crate::requests::{Listing, Page};
use crate::rows::{Key, Order, Rows, Table, Tx, list, record};

const TABLE: Table = Table::Callbacks;

fn key(org: &OrgId, id: &CallbackId) -> Vec<u8> {
    Key::of(TABLE, org).text(id.as_str()).done()
}

/// The row by which it is listed: read backwards, what is open comes first, the newest first.
fn order_key(callback: &Callback) -> Vec<u8> {
    let rank = match callback.state {
        CallbackState::Done => 0,
        CallbackState::InProgress => 1,
        CallbackState::Open => 2,
    };
    let prefix = Key::of(Table::CallbacksInOrder, &callback.org).bytes(&[rank]);
    prefix.time(callback.created_at).text(callback.id.as_str()).done()
}

fn call_key(org: &OrgId, call: &CallId) -> Vec<u8> {
    Key::of(Table::CallbackOfCall, org).text(call.as_str()).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    id: &CallbackId,
) -> Result<Option<Callback>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

/// The newest that was asked for in a call.
pub(crate) fn of_call(
    rows: &dyn Rows,
    org: &OrgId,
    call: &CallId,
) -> Result<Option<Callback>, StoreError> {
    match rows.get(&call_key(org, call))? {
        Some(target) => record(rows, TABLE, &target),
        None => Ok(None),
    }
}

/// Writes a callback and its index rows; `previous` is the record as it stood.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    callback: &Callback,
    previous: Option<&Callback>,
) -> Result<(), StoreError> {
    if let Some(old) = previous {
        tx.delete(order_key(old));
    }
    let target = key(&callback.org, &callback.id);
    tx.put_bytes(order_key(callback), target.clone());
    if let Some(call) = &callback.call_id {
        tx.put_bytes(call_key(&callback.org, call), target.clone());
    }
    tx.put(TABLE, target, callback)
}

/// Callbacks of an org: open ones, then those in progress, then done ones, each newest first.
pub(crate) fn of_org(
    rows: &dyn Rows,
    org: &OrgId,
    state: Option<CallbackState>,
    page: &Page,
) -> Result<Listing<Callback>, StoreError> {
    let prefix = Key::of(Table::CallbacksInOrder, org);
    list(
        rows,
        TABLE,
        prefix,
        |range| range,
        Order::Descending,
        page,
        |callback: &Callback| state.is_none_or(|state| callback.state == state),
    )
}
