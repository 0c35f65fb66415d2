//! Durable jobs of an org, and the waiting ones of all orgs by due time.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{JobId, OrgId};
use crate::model::{Job, JobState};
use crate::rows::{Key, Order, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Jobs;

fn key(org: &OrgId, id: &JobId) -> Vec<u8> {
    Key::of(TABLE, org).text(id.as_str()).done()
}

/// The row by which a waiting job is found when it is due.
pub(crate) fn due_key(job: &Job) -> Vec<u8> {
    Key::global(Table::JobsByDue).time(job.due).bytes(&key(&job.org, &job.id)).done()
}

pub(crate) fn get(rows: &dyn Rows, org: &OrgId, id: &JobId) -> Result<Option<Job>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

pub(crate) fn put(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    if let Some(old) = get(tx, &job.org, &job.id)? {
        tx.delete(due_key(&old));
    }
    let target = key(&job.org, &job.id);
    if job.state == JobState::Waiting {
        tx.put_bytes(due_key(job), target.clone());
    }
    tx.put(TABLE, target, job)
}

pub(crate) fn delete(tx: &mut Tx<'_>, job: &Job) {
    tx.delete(due_key(job));
    tx.delete(key(&job.org, &job.id));
}

/// At most `limit` waiting jobs that are due at `now`, longest due first.
pub(crate) fn due(rows: &dyn Rows, now: Timestamp, limit: usize) -> Result<Vec<Job>, StoreError> {
    let mut found = Vec::new();
    let range = Key::global(Table::JobsByDue).range();
    rows.visit(&range, Order::Ascending, &mut |_, target| {
        let job = record::<Job>(rows, TABLE, target)?;
        if found.len() == limit || job.as_ref().is_some_and(|job| job.due > now) {
            return Ok(ControlFlow::Break(()));
        }
        found.extend(job);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

pub(crate) fn of_org(rows: &dyn Rows, org: &OrgId) -> Result<Vec<Job>, StoreError> {
    records(rows, TABLE, &Key::of(TABLE, org).range())
}
