//! Organisations, the values that only one of them may have, and those being removed.

use std::collections::BTreeSet;

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::Org;
use crate::rows::{Key, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Orgs;

fn key(id: &OrgId) -> Vec<u8> {
    Key::global(TABLE).text(id.as_str()).done()
}

pub(crate) fn get(rows: &dyn Rows, id: &OrgId) -> Result<Option<Org>, StoreError> {
    record(rows, TABLE, &key(id))
}

pub(crate) fn exists(rows: &dyn Rows, id: &OrgId) -> Result<bool, StoreError> {
    Ok(rows.get(&key(id))?.is_some())
}

pub(crate) fn all(rows: &dyn Rows) -> Result<Vec<Org>, StoreError> {
    records(rows, TABLE, &Key::global(TABLE).range())
}

/// A value that only one org may have: the settings' field and the value.
pub(crate) type Unique = (&'static str, String);

/// The unique values of an org.
pub(crate) fn unique_values(org: &Org) -> BTreeSet<Unique> {
    let settings = &org.settings;
    let sets = [
        ("phone_numbers", &settings.phone_numbers),
        ("vapi_phone_number_ids", &settings.vapi_phone_number_ids),
    ];
    sets.into_iter()
        .flat_map(|(field, values)| values.iter().map(move |value| (field, value.clone())))
        .chain(settings.assistant_ids.iter().map(|id| ("assistant_ids", id.clone())))
        .chain([("webhook_id", org.webhook_id.to_string())])
        .collect()
}

fn unique_key((field, value): &Unique) -> Vec<u8> {
    Key::global(Table::UniqueValues).text(field).text(value).done()
}

/// The org that has a unique value.
pub(crate) fn holder(rows: &dyn Rows, value: &Unique) -> Result<Option<OrgId>, StoreError> {
    record(rows, Table::UniqueValues, &unique_key(value))
}

/// Writes an org and its unique values; `previous` is the org as it stood.
pub(crate) fn put(tx: &mut Tx<'_>, org: &Org, previous: Option<&Org>) -> Result<(), StoreError> {
    let after = unique_values(org);
    for value in previous.map(unique_values).unwrap_or_default().difference(&after) {
        tx.delete(unique_key(value));
    }
    for value in &after {
        tx.put(Table::UniqueValues, unique_key(value), &org.id)?;
    }
    tx.put(TABLE, key(&org.id), org)
}

/// Removes an org and its unique values, and notes that its other rows are to follow.
pub(crate) fn doom(tx: &mut Tx<'_>, org: &Org) -> Result<(), StoreError> {
    for value in unique_values(org) {
        tx.delete(unique_key(&value));
    }
    tx.delete(key(&org.id));
    tx.put(Table::DoomedOrgs, doomed_key(&org.id), &org.id)
}

fn doomed_key(id: &OrgId) -> Vec<u8> {
    Key::global(Table::DoomedOrgs).text(id.as_str()).done()
}

/// Orgs whose rows are still being removed.
pub(crate) fn doomed(rows: &dyn Rows) -> Result<Vec<OrgId>, StoreError> {
    records(rows, Table::DoomedOrgs, &Key::global(Table::DoomedOrgs).range())
}

/// Notes that nothing of a removed org is left.
pub(crate) fn forget_doomed(tx: &mut Tx<'_>, id: &OrgId) {
    tx.delete(doomed_key(id));
}
