//! Voice agents of an org, and what their assistants were before they were changed.

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::{Agent, AssistantSnapshot};
use crate::rows::{Key, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Agents;

fn key(org: &OrgId, name: &str) -> Vec<u8> {
    Key::of(TABLE, org).text(name).done()
}

pub(crate) fn get(rows: &dyn Rows, org: &OrgId, name: &str) -> Result<Option<Agent>, StoreError> {
    record(rows, TABLE, &key(org, name))
}

/// Every agent of an org, by name.
pub(crate) fn all(rows: &dyn Rows, org: &OrgId) -> Result<Vec<Agent>, StoreError> {
    records(rows, TABLE, &Key::of(TABLE, org).range())
}

pub(crate) fn put(tx: &mut Tx<'_>, agent: &Agent) -> Result<(), StoreError> {
    tx.put(TABLE, key(&agent.org, &agent.name), agent)
}

pub(crate) fn delete(tx: &mut Tx<'_>, agent: &Agent) {
    tx.delete(key(&agent.org, &agent.name));
}

fn snapshots_of(org: &OrgId, assistant_id: &str) -> Key {
    Key::of(Table::Snapshots, org).text(assistant_id)
}

fn snapshot_key(snapshot: &AssistantSnapshot) -> Vec<u8> {
    snapshots_of(&snapshot.org, &snapshot.assistant_id).time(snapshot.taken_at).done()
}

/// What an assistant was, the oldest first.
pub(crate) fn snapshots(
    rows: &dyn Rows,
    org: &OrgId,
    assistant_id: &str,
) -> Result<Vec<AssistantSnapshot>, StoreError> {
    records(rows, Table::Snapshots, &snapshots_of(org, assistant_id).range())
}

pub(crate) fn put_snapshot(
    tx: &mut Tx<'_>,
    snapshot: &AssistantSnapshot,
) -> Result<(), StoreError> {
    tx.put(Table::Snapshots, snapshot_key(snapshot), snapshot)
}

pub(crate) fn delete_snapshot(tx: &mut Tx<'_>, snapshot: &AssistantSnapshot) {
    tx.delete(snapshot_key(snapshot));
}
