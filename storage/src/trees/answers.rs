//! Answers of tool calls, by (org, call or none, tool call), and by time for the sweep.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{CallId, OrgId, ToolCallId};
use crate::model::AnswerRecord;
use crate::rows::{Key, Order, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Answers;

fn prefix(org: &OrgId, call: Option<&CallId>) -> Key {
    // No call id is empty, so the empty text stands for "no call".
    Key::of(TABLE, org).text(call.map_or("", CallId::as_str))
}

fn key(org: &OrgId, call: Option<&CallId>, id: &ToolCallId) -> Vec<u8> {
    prefix(org, call).text(id.as_str()).done()
}

fn time_key(at: Timestamp, target: &[u8]) -> Vec<u8> {
    Key::global(Table::AnswersByTime).time(at).bytes(target).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    call: Option<&CallId>,
    id: &ToolCallId,
) -> Result<Option<AnswerRecord>, StoreError> {
    record(rows, TABLE, &key(org, call, id))
}

pub(crate) fn of_call(
    rows: &dyn Rows,
    org: &OrgId,
    call: &CallId,
) -> Result<Vec<AnswerRecord>, StoreError> {
    records(rows, TABLE, &prefix(org, Some(call)).range())
}

/// Writes an answer in place of an earlier one of the same tool call.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    org: &OrgId,
    call: Option<&CallId>,
    answer: &AnswerRecord,
) -> Result<(), StoreError> {
    let target = key(org, call, &answer.tool_call_id);
    if let Some(old) = record::<AnswerRecord>(tx, TABLE, &target)? {
        tx.delete(time_key(old.at, &target));
    }
    tx.put_bytes(time_key(answer.at, &target), target.clone());
    tx.put(TABLE, target, answer)
}

pub(crate) fn delete(tx: &mut Tx<'_>, org: &OrgId, call: Option<&CallId>, answer: &AnswerRecord) {
    let target = key(org, call, &answer.tool_call_id);
    tx.delete(time_key(answer.at, &target));
    tx.delete(target);
}

/// Removes at most `limit` answers given before `at`, oldest first; how many it were.
pub(crate) fn forget_before(
    tx: &mut Tx<'_>,
    at: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let mut old = Vec::new();
    let range = Key::global(Table::AnswersByTime).range();
    let range = range.ending(Key::global(Table::AnswersByTime).time(at));
    tx.visit(&range, Order::Ascending, &mut |key, target| {
        old.push((key.to_vec(), target.to_vec()));
        Ok(if old.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let count = old.len();
    for (index, target) in old {
        tx.delete(index);
        tx.delete(target);
    }
    Ok(count)
}

/// The index row of an answer row, for whoever removes rows by key.
pub(crate) fn index_of(key: &[u8], answer: &AnswerRecord) -> Vec<u8> {
    time_key(answer.at, key)
}
