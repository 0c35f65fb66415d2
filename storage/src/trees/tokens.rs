//! API tokens and their digests.

use crate::error::StoreError;
use crate::ids::TokenId;
use crate::model::ApiToken;
use crate::rows::{Key, Rows, Table, Tx, record, records};

const TABLE: Table = Table::Tokens;

fn key(id: &TokenId) -> Vec<u8> {
    Key::global(TABLE).text(id.as_str()).done()
}

fn digest_key(digest: &str) -> Vec<u8> {
    Key::global(Table::TokensByDigest).text(digest).done()
}

pub(crate) fn get(rows: &dyn Rows, id: &TokenId) -> Result<Option<ApiToken>, StoreError> {
    record(rows, TABLE, &key(id))
}

pub(crate) fn by_digest(rows: &dyn Rows, digest: &str) -> Result<Option<ApiToken>, StoreError> {
    match rows.get(&digest_key(digest))? {
        Some(target) => record(rows, TABLE, &target),
        None => Ok(None),
    }
}

pub(crate) fn all(rows: &dyn Rows) -> Result<Vec<ApiToken>, StoreError> {
    records(rows, TABLE, &Key::global(TABLE).range())
}

pub(crate) fn put(tx: &mut Tx<'_>, token: &ApiToken) -> Result<(), StoreError> {
    if let Some(old) = get(tx, &token.id)? {
        tx.delete(digest_key(&old.digest));
    }
    let target = key(&token.id);
    tx.put_bytes(digest_key(&token.digest), target.clone());
    tx.put(TABLE, target, token)
}

pub(crate) fn delete(tx: &mut Tx<'_>, token: &ApiToken) {
    tx.delete(digest_key(&token.digest));
    tx.delete(key(&token.id));
}
