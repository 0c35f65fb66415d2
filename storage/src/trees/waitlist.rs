//! The waitlists: places of an org in line order, the slots that are kept, and the places of all
//! orgs by the moment at which something happens to them. Index rows hold the place's key.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{OrgId, ResourceId, WaitlistId};
use crate::model::{WaitlistEntry, WaitlistState};
use crate::requests::{Listing, Page, WaitlistFilter};
use crate::rows::{Key, KeyRange, Order, Rows, Table, Tx, list, record};

const TABLE: Table = Table::Waitlist;

/// Marks in line keys: who stands in the line comes before who did.
const OPEN: [u8; 1] = [0];
const CLOSED: [u8; 1] = [1];

fn key(org: &OrgId, id: &WaitlistId) -> Vec<u8> {
    Key::of(TABLE, org).text(id.as_str()).done()
}

fn line_key(entry: &WaitlistEntry) -> Vec<u8> {
    let rank = if entry.is_open() { OPEN } else { CLOSED };
    let prefix = Key::of(Table::WaitlistLine, &entry.org).bytes(&rank);
    prefix.time(entry.created_at).text(entry.id.as_str()).done()
}

/// The row by which a place is found when its time has come; `None` if nothing more happens.
pub(crate) fn due_key(entry: &WaitlistEntry) -> Option<Vec<u8>> {
    let due = match (entry.state, &entry.offer) {
        (WaitlistState::Offered, Some(offer)) => offer.until,
        (WaitlistState::Waiting, _) => entry.ends_at(),
        _ => return None,
    };
    let target = key(&entry.org, &entry.id);
    Some(Key::global(Table::WaitlistDue).time(due).bytes(&target).done())
}

fn kept_key(entry: &WaitlistEntry) -> Option<Vec<u8>> {
    let offer = entry.offer.as_ref()?;
    let prefix = Key::of(Table::KeptSlots, &entry.org).text(offer.resource.as_str());
    Some(prefix.time(offer.start).text(entry.id.as_str()).done())
}

fn index_keys(entry: &WaitlistEntry) -> impl Iterator<Item = Vec<u8>> {
    [Some(line_key(entry)), due_key(entry), kept_key(entry)].into_iter().flatten()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    id: &WaitlistId,
) -> Result<Option<WaitlistEntry>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

/// Writes a place and its index rows; `previous` is the record as it stood.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    entry: &WaitlistEntry,
    previous: Option<&WaitlistEntry>,
) -> Result<(), StoreError> {
    for old in previous.into_iter().flat_map(index_keys) {
        tx.delete(old);
    }
    let target = key(&entry.org, &entry.id);
    for index in index_keys(entry) {
        tx.put_bytes(index, target.clone());
    }
    tx.put(TABLE, target, entry)
}

/// Who stands in the line of an org, first come first.
pub(crate) fn line(rows: &dyn Rows, org: &OrgId) -> Result<Vec<WaitlistEntry>, StoreError> {
    pointed_to(rows, &Key::of(Table::WaitlistLine, org).bytes(&OPEN).range(), usize::MAX)
}

/// The places for which a slot is kept, of one resource or of all.
pub(crate) fn kept(
    rows: &dyn Rows,
    org: &OrgId,
    resource: Option<&ResourceId>,
) -> Result<Vec<WaitlistEntry>, StoreError> {
    let mut prefix = Key::of(Table::KeptSlots, org);
    if let Some(resource) = resource {
        prefix = prefix.text(resource.as_str());
    }
    pointed_to(rows, &prefix.range(), usize::MAX)
}

/// At most `limit` places of all orgs whose time has come at `now`, longest due first.
pub(crate) fn due(
    rows: &dyn Rows,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<WaitlistEntry>, StoreError> {
    let all = Key::global(Table::WaitlistDue);
    // What is due at `now` sorts before everything of the next nanosecond.
    let next = now.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX);
    let range = all.clone().range().ending(all.time(next));
    pointed_to(rows, &range, limit)
}

/// Places of an org that match: who stands in the line first come first, then who did.
pub(crate) fn matching(
    rows: &dyn Rows,
    org: &OrgId,
    filter: &WaitlistFilter,
    page: &Page,
) -> Result<Listing<WaitlistEntry>, StoreError> {
    let prefix = Key::of(Table::WaitlistLine, org);
    list(
        rows,
        TABLE,
        prefix,
        |range| range,
        Order::Ascending,
        page,
        |entry: &WaitlistEntry| {
            filter.state.is_none_or(|state| entry.state == state)
                && filter.service.as_ref().is_none_or(|service| entry.service_id == *service)
        },
    )
}

fn pointed_to(
    rows: &dyn Rows,
    range: &KeyRange,
    limit: usize,
) -> Result<Vec<WaitlistEntry>, StoreError> {
    let mut found = Vec::new();
    rows.visit(range, Order::Ascending, &mut |_, target| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.extend(record::<WaitlistEntry>(rows, TABLE, target)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
