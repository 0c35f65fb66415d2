//! Changes of a connection as it is at that moment, so that what an operator, a renewal of tokens and
//! a check write at the same time is all kept. What it leaves to be done goes with it as a job.

use jiff::Timestamp;

use super::orgs::{delete_connection, put_connection};
use crate::crypt::Sealed;
use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId};
use crate::model::{Connection, Job};
use crate::requests::Renewal;
use crate::rows::Tx;
use crate::trees::{connections, jobs};

/// Changes a connection; what it is then, or `None` if there is none. The job is put only together
/// with the change.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &ConnectionId,
    change: impl FnOnce(&mut Connection) -> Option<Job>,
    by: &str,
    now: Timestamp,
) -> Result<Option<Connection>, StoreError> {
    let Some(old) = connections::get(tx, org, id)? else { return Ok(None) };
    let mut new = old.clone();
    let job = change(&mut new);
    if (&new.id, &new.org, new.created_at) != (&old.id, &old.org, old.created_at) {
        return Err(StoreError::Internal("a change made another connection of one"));
    }
    if new != old {
        put_connection(tx, &new, by, now)?;
    }
    if let Some(job) = job {
        jobs::put(tx, &job)?;
    }
    Ok(Some(new))
}

/// Keeps renewed credentials in place of those that were renewed, if those are still there. Machines
/// do this every hour, so the audit chain is spared.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &ConnectionId,
    instead_of: &Sealed,
    renewed: Sealed,
    expires_at: Option<Timestamp>,
) -> Result<Renewal, StoreError> {
    let Some(mut connection) = connections::get(tx, org, id)? else { return Ok(Renewal::Gone) };
    if connection.credentials.as_ref() != Some(instead_of) {
        return Ok(Renewal::Changed(Box::new(connection)));
    }
    connection.credentials = Some(renewed);
    connection.expires_at = expires_at;
    connections::put(tx, &connection)?;
    Ok(Renewal::Kept)
}

/// Removes a connection and puts the job that its end leaves, if any; false if there is none.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &ConnectionId,
    leaves: impl FnOnce(&Connection) -> Option<Job>,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(old) = connections::get(tx, org, id)? else { return Ok(false) };
    delete_connection(tx, org, id, by, now)?;
    if let Some(job) = leaves(&old) {
        jobs::put(tx, &job)?;
    }
    Ok(true)
}
