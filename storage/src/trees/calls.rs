//! Calls: records with their indexes, events, and the call log.

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::{CallKey, CallLogEntry, CallRecord, StoredEvent};
use crate::requests::{CallState, Listing, Page};
use crate::rows::{Key, Order, Rows, Table, Tx, list, record, records};

const TABLE: Table = Table::Calls;

fn of_call(table: Table, key: &CallKey) -> Key {
    Key::of(table, &key.org).text(key.call.as_str())
}

pub(crate) fn get(rows: &dyn Rows, key: &CallKey) -> Result<Option<CallRecord>, StoreError> {
    record(rows, TABLE, &of_call(TABLE, key).done())
}

fn start_key(call: &CallRecord) -> Vec<u8> {
    let prefix = Key::of(Table::CallsByStart, &call.key.org).time(call.started_at);
    prefix.text(call.key.call.as_str()).done()
}

/// Writes a call's record and its index rows.
pub(crate) fn put(tx: &mut Tx<'_>, call: &CallRecord) -> Result<(), StoreError> {
    if let Some(old) = get(tx, &call.key)? {
        tx.delete(start_key(&old));
    }
    let target = of_call(TABLE, &call.key).done();
    let live = of_call(Table::LiveCalls, &call.key).done();
    if call.ended_at.is_none() {
        tx.put_bytes(live, target.clone());
    } else {
        tx.delete(live);
    }
    tx.put_bytes(start_key(call), target.clone());
    tx.put(TABLE, target, call)
}

/// The live calls of all orgs.
pub(crate) fn live(rows: &dyn Rows) -> Result<Vec<CallRecord>, StoreError> {
    let mut found = Vec::new();
    let range = Key::global(Table::LiveCalls).range();
    rows.visit(&range, Order::Ascending, &mut |_, target| {
        found.extend(record::<CallRecord>(rows, TABLE, target)?);
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Calls of an org, newest first.
pub(crate) fn of_org(
    rows: &dyn Rows,
    org: &OrgId,
    state: CallState,
    page: &Page,
) -> Result<Listing<CallRecord>, StoreError> {
    let prefix = Key::of(Table::CallsByStart, org);
    list(
        rows,
        TABLE,
        prefix,
        |range| range,
        Order::Descending,
        page,
        |call: &CallRecord| match state {
            CallState::Any => true,
            CallState::Live => call.ended_at.is_none(),
            CallState::Ended => call.ended_at.is_some(),
        },
    )
}

pub(crate) fn put_event(
    tx: &mut Tx<'_>,
    key: &CallKey,
    event: &StoredEvent,
) -> Result<(), StoreError> {
    tx.put(Table::CallEvents, of_call(Table::CallEvents, key).number(event.seq).done(), event)
}

pub(crate) fn events(rows: &dyn Rows, key: &CallKey) -> Result<Vec<StoredEvent>, StoreError> {
    records(rows, Table::CallEvents, &of_call(Table::CallEvents, key).range())
}

/// Adds a line to a call's log.
pub(crate) fn append_log(
    tx: &mut Tx<'_>,
    key: &CallKey,
    entry: &CallLogEntry,
) -> Result<(), StoreError> {
    let prefix = of_call(Table::CallLog, key);
    let start = prefix.clone().done().len();
    let mut next = 0;
    tx.visit(&prefix.clone().range(), Order::Descending, &mut |key, _| {
        let number = key.get(start..).and_then(|tail| tail.try_into().ok());
        next = number.map_or(0, u64::from_be_bytes).saturating_add(1);
        Ok(std::ops::ControlFlow::Break(()))
    })?;
    tx.put(Table::CallLog, prefix.number(next).done(), entry)
}

pub(crate) fn log(rows: &dyn Rows, key: &CallKey) -> Result<Vec<CallLogEntry>, StoreError> {
    records(rows, Table::CallLog, &of_call(Table::CallLog, key).range())
}
