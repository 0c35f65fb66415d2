//! Organisations, their settings and connections. Some settings' values belong to one org only.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId};
use crate::model::{AnswerRecord, Connection, Job, Org, SEND_MESSAGE, Settings, WaitlistEntry};
use crate::requests::{CreateOrg, PutSettings};
use crate::rows::{Key, Order, Rows, Table, Tx, decode};
use crate::trees::{answers, connections, jobs, orgs, syncs, tokens, waitlist};

/// Most rows that one operation of an org's removal takes away, so that others get their turn.
const SWEEP: usize = 2_000;

fn conflict(rows: &dyn Rows, org: &Org) -> Result<Option<orgs::Unique>, StoreError> {
    for value in orgs::unique_values(org) {
        if orgs::holder(rows, &value)?.is_some_and(|holder| holder != org.id) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

pub(crate) fn create(
    tx: &mut Tx<'_>,
    org: &Org,
    with: &[Connection],
    by: &str,
    now: Timestamp,
) -> Result<CreateOrg, StoreError> {
    if orgs::exists(tx, &org.id)? || orgs::doomed(tx)?.contains(&org.id) {
        return Ok(CreateOrg::Conflict { field: "id", value: org.id.to_string() });
    }
    if let Some((field, value)) = conflict(tx, org)? {
        return Ok(CreateOrg::Conflict { field, value });
    }
    if with.iter().any(|connection| connection.org != org.id) {
        return Err(StoreError::Invalid {
            field: "connections",
            problem: "must belong to the new org",
        });
    }
    orgs::put(tx, org, None)?;
    let subject = org.id.to_string();
    let note = Note { at: now, actor: by, action: "org.created", subject, fields: Vec::new() };
    audit::append(tx, Some(&org.id), note)?;
    with.iter().try_for_each(|connection| put_connection(tx, connection, by, now))?;
    Ok(CreateOrg::Created)
}

pub(crate) fn put_settings(
    tx: &mut Tx<'_>,
    id: &OrgId,
    expected_version: u64,
    settings: Settings,
    fields: Vec<String>,
    by: &str,
    now: Timestamp,
) -> Result<PutSettings, StoreError> {
    let Some(old) = orgs::get(tx, id)? else { return Ok(PutSettings::NotFound) };
    if old.version != expected_version {
        return Ok(PutSettings::Stale(Box::new(old)));
    }
    let new = Org { version: old.version + 1, settings, ..old.clone() };
    if let Some((field, value)) = conflict(tx, &new)? {
        return Ok(PutSettings::Conflict { field, value });
    }
    orgs::put(tx, &new, Some(&old))?;
    messages_follow(tx, &old, &new, now)?;
    let subject = id.to_string();
    audit::append(
        tx,
        Some(id),
        Note { at: now, actor: by, action: "settings.changed", subject, fields },
    )?;
    Ok(PutSettings::Saved(Box::new(new)))
}

/// What waits to be sent, or is planned, goes by the rules as they are now.
fn messages_follow(
    tx: &mut Tx<'_>,
    old: &Org,
    new: &Org,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rules = |org: &Org| (org.settings.messages.clone(), org.settings.timezone.clone());
    if rules(old) == rules(new) {
        return Ok(());
    }
    super::reminders::rules_changed(tx, &new.id, now)?;
    super::jobs::hurry(tx, Some(&new.id), SEND_MESSAGE, now).map(drop)
}

/// Takes an org out of sight at once; [`sweep`] removes what is left of it.
pub(crate) fn doom(
    tx: &mut Tx<'_>,
    id: &OrgId,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(org) = orgs::get(tx, id)? else { return Ok(false) };
    super::departures::leave_all(tx, id, now)?;
    orgs::doom(tx, &org)?;
    for token in tokens::all(tx)?.iter().filter(|token| token.org.as_ref() == Some(id)) {
        tokens::delete(tx, token);
    }
    // The feed of live calls goes over all orgs, so these rows may not wait for the sweep.
    for key in keys(tx, Key::of(Table::LiveCalls, id), usize::MAX)? {
        tx.delete(key);
    }
    // The org's own chain goes with it, so the installation's remembers.
    let subject = id.to_string();
    let note = Note { at: now, actor: by, action: "org.deleted", subject, fields: Vec::new() };
    audit::append(tx, None, note)?;
    Ok(true)
}

/// Removes some of what is left of a removed org; whether anything may be left.
pub(crate) fn sweep(tx: &mut Tx<'_>, id: &OrgId) -> Result<bool, StoreError> {
    let mut room = SWEEP;
    for table in Table::of_orgs() {
        for key in keys(tx, Key::of(table, id), room)? {
            if let Some(bytes) = tx.get(&key)? {
                match table {
                    Table::Answers => {
                        tx.delete(answers::index_of(&key, &decode::<AnswerRecord>(table, &bytes)?));
                    }
                    Table::Waitlist => {
                        let due = waitlist::due_key(&decode::<WaitlistEntry>(table, &bytes)?);
                        due.into_iter().for_each(|key| tx.delete(key));
                    }
                    Table::Jobs => tx.delete(jobs::due_key(&decode::<Job>(table, &bytes)?)),
                    _ => {}
                }
            }
            tx.delete(key);
            room -= 1;
        }
        if room == 0 {
            return Ok(true);
        }
    }
    orgs::forget_doomed(tx, id);
    Ok(false)
}

fn keys(rows: &dyn Rows, prefix: Key, limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut found = Vec::new();
    rows.visit(&prefix.range(), Order::Ascending, &mut |key, _| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.push(key.to_vec());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

pub(crate) fn put_connection(
    tx: &mut Tx<'_>,
    connection: &Connection,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    super::require_org(tx, &connection.org)?;
    let old = connections::get(tx, &connection.org, &connection.id)?;
    let mut connection = connection.clone();
    // Whoever changes it read it some time ago.
    connection.last_sync_at =
        connection.last_sync_at.max(old.as_ref().and_then(|old| old.last_sync_at));
    let fields = changed(old, &connection);
    connections::put(tx, &connection)?;
    let subject = connection.id.to_string();
    let note = Note { at: now, actor: by, action: "connection.put", subject, fields };
    audit::append(tx, Some(&connection.org), note)
}

/// Names of the fields in which a connection differs from what it was.
fn changed(old: Option<Connection>, new: &Connection) -> Vec<String> {
    let Some(old) = old else { return vec!["created".into()] };
    let differences = [
        ("provider", old.provider != new.provider),
        ("status", old.status != new.status),
        ("credentials", old.credentials != new.credentials),
        ("external_account_id", old.external_account_id != new.external_account_id),
        ("external_account_name", old.external_account_name != new.external_account_name),
        ("sync_enabled", old.sync_enabled != new.sync_enabled),
        ("last_sync_at", old.last_sync_at != new.last_sync_at),
        ("connected_at", old.connected_at != new.connected_at),
        ("problem", old.problem != new.problem),
        ("expires_at", old.expires_at != new.expires_at),
        ("options", old.options != new.options),
    ];
    differences.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.into()).collect()
}

pub(crate) fn delete_connection(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &ConnectionId,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if connections::get(tx, org, id)?.is_none() {
        return Ok(false);
    }
    connections::delete(tx, org, id);
    syncs::delete(tx, org, id);
    let mut fields = Vec::new();
    if let Some(old) = orgs::get(tx, org)?
        && old.settings.default_connection.as_ref() == Some(id)
    {
        let mut new = Org { version: old.version + 1, ..old.clone() };
        new.settings.default_connection = None;
        orgs::put(tx, &new, Some(&old))?;
        fields.push("default_connection".into());
    }
    let subject = id.to_string();
    let note = Note { at: now, actor: by, action: "connection.deleted", subject, fields };
    audit::append(tx, Some(org), note)?;
    Ok(true)
}
