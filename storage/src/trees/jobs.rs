//! Durable jobs of an org, and the waiting ones of all orgs by due time.

use std::collections::{BTreeMap, BTreeSet};
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

/// At most `limit` waiting jobs that are due at `now`, longest due first, without those in `except`
/// and no more than `per_org` of one org, so that none keeps the others waiting.
pub(crate) fn ready(
    rows: &dyn Rows,
    now: Timestamp,
    limit: usize,
    per_org: usize,
    except: &BTreeSet<JobId>,
) -> Result<Vec<Job>, StoreError> {
    let mut found = Vec::new();
    let mut counts: BTreeMap<OrgId, usize> = BTreeMap::new();
    let range = Key::global(Table::JobsByDue).range();
    rows.visit(&range, Order::Ascending, &mut |_, target| {
        let Some(job) = record::<Job>(rows, TABLE, target)? else {
            return Ok(ControlFlow::Continue(()));
        };
        if found.len() == limit || job.due > now {
            return Ok(ControlFlow::Break(()));
        }
        let count = counts.entry(job.org.clone()).or_default();
        if *count < per_org && !except.contains(&job.id) {
            *count += 1;
            found.push(job);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// When the next waiting job is due, without those in `except`.
pub(crate) fn next_due(
    rows: &dyn Rows,
    except: &BTreeSet<JobId>,
) -> Result<Option<Timestamp>, StoreError> {
    let mut next = None;
    let range = Key::global(Table::JobsByDue).range();
    rows.visit(&range, Order::Ascending, &mut |_, target| {
        next = record::<Job>(rows, TABLE, target)?
            .filter(|job| !except.contains(&job.id))
            .map(|job| job.due);
        Ok(if next.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(next)
}

/// Every waiting job, by due time.
pub(crate) fn waiting(rows: &dyn Rows) -> Result<Vec<Job>, StoreError> {
    let mut found = Vec::new();
    let range = Key::global(Table::JobsByDue).range();
    rows.visit(&range, Order::Ascending, &mut |_, target| {
        found.extend(record::<Job>(rows, TABLE, target)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

pub(crate) fn of_org(rows: &dyn Rows, org: &OrgId) -> Result<Vec<Job>, StoreError> {
    records(rows, TABLE, &Key::of(TABLE, org).range())
}
