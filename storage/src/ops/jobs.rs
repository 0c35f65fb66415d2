//! Durable jobs: the store keeps them, their owner moves them on.

use crate::error::StoreError;
use crate::ids::{JobId, OrgId};
use crate::model::Job;
use crate::rows::Tx;
use crate::trees::jobs;

/// Writes a job in place of its earlier state.
pub(crate) fn put(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    super::require_org(tx, &job.org)?;
    jobs::put(tx, job)
}

/// Removes a job; whether there was one.
pub(crate) fn delete(tx: &mut Tx<'_>, org: &OrgId, id: &JobId) -> Result<bool, StoreError> {
    let Some(job) = jobs::get(tx, org, id)? else { return Ok(false) };
    jobs::delete(tx, &job);
    Ok(true)
}
