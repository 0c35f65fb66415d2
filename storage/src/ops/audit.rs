//! The audit chain: what an entry's hash covers, how entries follow each other, and the check.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::AuditEntry;
use crate::rows::{Rows, Tx};
use crate::trees::audit::{self, Chain};

/// What is to be written down. Ids and field names only (R14).
pub(crate) struct Note<'a> {
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    pub(crate) action: &'static str,
    pub(crate) subject: String,
    pub(crate) fields: Vec<String>,
}

/// Adds an entry to a chain, as part of the operation that it is about.
pub(crate) fn append(tx: &mut Tx<'_>, chain: Chain<'_>, note: Note<'_>) -> Result<(), StoreError> {
    let head = audit::head(tx, chain)?;
    let mut entry = AuditEntry {
        seq: head.as_ref().map_or(1, |head| head.seq + 1),
        at: note.at,
        actor: note.actor.to_owned(),
        action: note.action.to_owned(),
        subject: note.subject,
        fields: note.fields,
        previous: head.map_or_else(nothing, |head| head.hash),
        hash: String::new(),
    };
    entry.hash = hash(&entry);
    audit::append(tx, chain, &entry)
}

/// Adds an entry to an org's chain for an act that changes no record.
pub(crate) fn act(tx: &mut Tx<'_>, org: &OrgId, note: Note<'_>) -> Result<(), StoreError> {
    super::require_org(tx, org)?;
    append(tx, Some(org), note)
}

/// Whether a chain is whole: no entry changed, none missing, none too many.
pub(crate) fn verify(rows: &dyn Rows, chain: Chain<'_>) -> Result<bool, StoreError> {
    let mut previous = nothing();
    let mut count = 0;
    for entry in audit::all(rows, chain)? {
        count += 1;
        if entry.seq != count || entry.previous != previous || entry.hash != hash(&entry) {
            return Ok(false);
        }
        previous = entry.hash;
    }
    Ok(match audit::head(rows, chain)? {
        Some(head) => head.seq == count && head.hash == previous,
        None => count == 0 && !audit::head_exists(rows, chain)?,
    })
}

fn nothing() -> String {
    "0".repeat(64)
}

fn hash(entry: &AuditEntry) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("hookswitch 2026 audit entry");
    hasher.update(&entry.seq.to_be_bytes());
    hasher.update(&entry.at.as_nanosecond().to_be_bytes());
    let texts = [&entry.actor, &entry.action, &entry.subject, &entry.previous];
    for text in texts.into_iter().chain(&entry.fields) {
        // Lengths keep "ab" + "c" apart from "a" + "bc".
        hasher.update(&text.len().to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}
