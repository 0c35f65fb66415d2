//! Registered tools. They belong to no org, so that their changes are in the installation's audit chain.

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::model::Registration;
use crate::rows::Tx;
use crate::trees::registrations;

/// Keeps a registration in place of its earlier state.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    registration: &Registration,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    registrations::put(tx, registration)?;
    note(tx, "registration.put", &registration.vapi_tool_id, by, now)
}

/// Forgets a registration; whether there was one.
pub(crate) fn delete(
    tx: &mut Tx<'_>,
    tool_name: &str,
    variant: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(old) = registrations::get(tx, tool_name, variant)? else { return Ok(false) };
    registrations::delete(tx, tool_name, variant);
    note(tx, "registration.deleted", &old.vapi_tool_id, by, now)?;
    Ok(true)
}

fn note(
    tx: &mut Tx<'_>,
    action: &'static str,
    subject: &str,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let subject = subject.to_owned();
    audit::append(tx, None, Note { at: now, actor: by, action, subject, fields: Vec::new() })
}
