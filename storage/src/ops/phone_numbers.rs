//! Phone numbers that Vapi keeps: the job that follows each change of the settings, and what was found out
//! about a number. Only what an org's settings name is kept; that no two orgs name the same is seen to where
//! settings are kept.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::PhoneNumber;
use crate::rows::{Rows, Tx};
use crate::trees::{jobs, orgs, phone_numbers};

fn is_named(rows: &dyn Rows, org: &OrgId, id: &str) -> Result<bool, StoreError> {
    Ok(orgs::get(rows, org)?.is_some_and(|org| org.settings.vapi_numbers.contains_key(id)))
}

/// Puts the job that brings a number up to date, or makes the one that waits due now; false if the org
/// names no such number.
pub(crate) fn want(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !is_named(tx, org, id)? {
        return Ok(false);
    }
    let number = phone_numbers::get(tx, org, id)?;
    let number = number.unwrap_or_else(|| PhoneNumber::new(org.clone(), id.to_owned()));
    phone_numbers::put(tx, &number)?;
    jobs::put(tx, &number.job(now))?;
    Ok(true)
}

/// Keeps what was found out about a number; false if the org names it no more.
pub(crate) fn keep(tx: &mut Tx<'_>, number: &PhoneNumber) -> Result<bool, StoreError> {
    if !is_named(tx, &number.org, &number.id)? {
        return Ok(false);
    }
    phone_numbers::put(tx, number)?;
    Ok(true)
}

/// Forgets the numbers that the org names no more.
pub(crate) fn forget_unnamed(tx: &mut Tx<'_>, org: &OrgId) -> Result<(), StoreError> {
    for number in phone_numbers::all(tx, org)? {
        if is_named(tx, org, &number.id)? {
            continue;
        }
        phone_numbers::delete(tx, org, &number.id);
        if let Some(job) = jobs::get(tx, org, &number.job_id())? {
            jobs::delete(tx, &job);
        }
    }
    Ok(())
}
