//! Durable jobs: the store keeps them, their owner moves them on.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{JobId, OrgId};
use crate::model::{Job, JobState};
use crate::rows::Tx;
use crate::trees::jobs;

/// Writes a job in place of its earlier state.
pub(crate) fn put(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    super::require_org(tx, &job.org)?;
    jobs::put(tx, job)
}

/// Writes down that a job was tried and is to be tried again at `due`, or never. Nothing to a job
/// that is gone: its work ended otherwise.
pub(crate) fn tried(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &JobId,
    due: Option<Timestamp>,
    error: Option<String>,
) -> Result<(), StoreError> {
    let Some(mut job) = jobs::get(tx, org, id)? else { return Ok(()) };
    job.attempts = job.attempts.saturating_add(1);
    job.last_error = error;
    match due {
        Some(due) => job.due = due,
        None => job.state = JobState::Dead,
    }
    jobs::put(tx, &job)
}

/// Makes the waiting jobs of a kind due by `now`, those of one org or of all; how many.
pub(crate) fn hurry(
    tx: &mut Tx<'_>,
    org: Option<&OrgId>,
    kind: &str,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut waiting = match org {
        Some(org) => jobs::of_org(tx, org)?,
        None => jobs::waiting(tx)?,
    };
    let waits = |job: &Job| job.state == JobState::Waiting && job.kind == kind && job.due > now;
    waiting.retain(waits);
    for job in &mut waiting {
        job.due = now;
        jobs::put(tx, job)?;
    }
    Ok(waiting.len())
}

/// Removes a job; whether there was one.
pub(crate) fn delete(tx: &mut Tx<'_>, org: &OrgId, id: &JobId) -> Result<bool, StoreError> {
    let Some(job) = jobs::get(tx, org, id)? else { return Ok(false) };
    jobs::delete(tx, &job);
    Ok(true)
}
