//! The audit chains: one per org, one for the installation. A head row holds the newest entry, so
//! that a chain that lost its end is noticed.

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::AuditEntry;
use crate::requests::{Listing, Page};
use crate::rows::{Key, Order, Rows, Table, Tx, list, record, records};

/// Whose chain; `None` is the installation's.
pub(crate) type Chain<'a> = Option<&'a OrgId>;

fn table(chain: Chain<'_>) -> Table {
    chain.map_or(Table::InstanceAudit, |_| Table::Audit)
}

fn prefix(chain: Chain<'_>) -> Key {
    chain.map_or(Key::global(Table::InstanceAudit), |org| Key::of(Table::Audit, org))
}

fn head_key(chain: Chain<'_>) -> Vec<u8> {
    chain
        .map_or(Key::global(Table::InstanceAuditHead), |org| Key::of(Table::AuditHeads, org))
        .done()
}

/// The newest entry.
pub(crate) fn head(rows: &dyn Rows, chain: Chain<'_>) -> Result<Option<AuditEntry>, StoreError> {
    match rows.get(&head_key(chain))? {
        Some(target) => record(rows, table(chain), &target),
        None => Ok(None),
    }
}

/// The position that the head row names; `None` for a chain without entries.
pub(crate) fn head_exists(rows: &dyn Rows, chain: Chain<'_>) -> Result<bool, StoreError> {
    Ok(rows.get(&head_key(chain))?.is_some())
}

pub(crate) fn append(
    tx: &mut Tx<'_>,
    chain: Chain<'_>,
    entry: &AuditEntry,
) -> Result<(), StoreError> {
    let key = prefix(chain).number(entry.seq).done();
    tx.put_bytes(head_key(chain), key.clone());
    tx.put(table(chain), key, entry)
}

/// Every entry, oldest first.
pub(crate) fn all(rows: &dyn Rows, chain: Chain<'_>) -> Result<Vec<AuditEntry>, StoreError> {
    records(rows, table(chain), &prefix(chain).range())
}

/// A page of entries, newest first.
pub(crate) fn page(
    rows: &dyn Rows,
    chain: Chain<'_>,
    page: &Page,
) -> Result<Listing<AuditEntry>, StoreError> {
    // The chain is its own index: each row is looked up by the key it was found under.
    list(
        &OwnIndex(rows),
        table(chain),
        prefix(chain),
        |range| range,
        Order::Descending,
        page,
        |_| true,
    )
}

struct OwnIndex<'a>(&'a dyn Rows);

impl Rows for OwnIndex<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(key)
    }

    fn visit(
        &self,
        range: &crate::rows::KeyRange,
        order: Order,
        visit: crate::rows::Visit<'_>,
    ) -> Result<(), StoreError> {
        self.0.visit(range, order, &mut |key, _| visit(key, key))
    }
}
