//! One link of an audit chain, as stored: who did what to which record, without personal data.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One audited operation. Each org has its own chain (R14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Position in the chain, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who acted: an id or a role, never a person's name.
    pub actor: String,
    /// What was done (`booking.made`).
    pub action: String,
    /// The id of what it was done to.
    pub subject: String,
    /// Names of the fields that changed, never their values.
    pub fields: Vec<String>,
    /// `hash` of the entry before, 64 hexadecimal digits; zeros for the first.
    pub previous: String,
    /// BLAKE3 over every other field, 64 hexadecimal digits.
    pub hash: String,
}
