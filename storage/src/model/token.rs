//! API tokens, as stored: only a digest of the secret, never the secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{OrgId, TokenId};

/// One API token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// What it may do.
    pub role: Role,
    /// The only org it reaches; `None` for admins.
    pub org: Option<OrgId>,
    /// SHA-256 of the secret, hexadecimal. The secret is random, so a plain digest suffices.
    pub digest: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
}

/// What a token may do, smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees one org, phone numbers masked.
    Viewer,
    /// Sees one org, steps into calls, manages bookings.
    Supervisor,
    /// Everything of one org.
    Org,
    /// Everything.
    Admin,
}
