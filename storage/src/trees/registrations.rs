//! Registered tools, and their links to assistants.

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::{Registration, ToolLink};
use crate::rows::{Key, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Registrations;

fn key(tool_name: &str, variant: &str) -> Vec<u8> {
    Key::global(TABLE).text(tool_name).text(variant).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    tool_name: &str,
    variant: &str,
) -> Result<Option<Registration>, StoreError> {
    record(rows, TABLE, &key(tool_name, variant))
}

/// Every registration, by name and variant.
pub(crate) fn all(rows: &dyn Rows) -> Result<Vec<Registration>, StoreError> {
    records(rows, TABLE, &Key::global(TABLE).range())
}

pub(crate) fn put(tx: &mut Tx<'_>, registration: &Registration) -> Result<(), StoreError> {
    tx.put(TABLE, key(&registration.tool_name, &registration.variant), registration)
}

pub(crate) fn delete(tx: &mut Tx<'_>, tool_name: &str, variant: &str) {
    tx.delete(key(tool_name, variant));
}

fn links_key(org: &OrgId, assistant_id: &str) -> Key {
    Key::of(Table::ToolLinks, org).text(assistant_id)
}

fn link_key(link: &ToolLink) -> Vec<u8> {
    links_key(&link.org, &link.assistant_id).text(&link.tool_name).done()
}

/// Every link of an org, by assistant and tool.
pub(crate) fn links(rows: &dyn Rows, org: &OrgId) -> Result<Vec<ToolLink>, StoreError> {
    records(rows, Table::ToolLinks, &Key::of(Table::ToolLinks, org).range())
}

/// The links of one assistant, by tool.
pub(crate) fn links_of(
    rows: &dyn Rows,
    org: &OrgId,
    assistant_id: &str,
) -> Result<Vec<ToolLink>, StoreError> {
    records(rows, Table::ToolLinks, &links_key(org, assistant_id).range())
}

pub(crate) fn put_link(tx: &mut Tx<'_>, link: &ToolLink) -> Result<(), StoreError> {
    tx.put(Table::ToolLinks, link_key(link), link)
}

pub(crate) fn delete_link(tx: &mut Tx<'_>, link: &ToolLink) {
    tx.delete(link_key(link));
}
