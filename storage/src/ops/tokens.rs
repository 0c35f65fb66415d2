//! API tokens. Tokens of an org are audited in its chain, others in the installation's.

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::ids::TokenId;
use crate::model::ApiToken;
use crate::rows::Tx;
use crate::trees::tokens;

pub(crate) fn put(
    tx: &mut Tx<'_>,
    token: &ApiToken,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(org) = &token.org {
        super::require_org(tx, org)?;
    }
    if tokens::by_digest(tx, &token.digest)?.is_some_and(|other| other.id != token.id) {
        return Err(StoreError::Invalid {
            field: "digest",
            problem: "belongs to another token; make a new secret",
        });
    }
    tokens::put(tx, token)?;
    let fields = ["role", "org", "expires_at"].map(str::to_owned).to_vec();
    let subject = token.id.to_string();
    let note = Note { at: now, actor: by, action: "token.put", subject, fields };
    audit::append(tx, token.org.as_ref(), note)
}

/// Removes a token; whether there was one.
pub(crate) fn delete(
    tx: &mut Tx<'_>,
    id: &TokenId,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(token) = tokens::get(tx, id)? else { return Ok(false) };
    tokens::delete(tx, &token);
    let subject = token.id.to_string();
    let note = Note { at: now, actor: by, action: "token.deleted", subject, fields: Vec::new() };
    audit::append(tx, token.org.as_ref(), note)?;
    Ok(true)
}
