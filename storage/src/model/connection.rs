//! A connection of an org to a booking provider, as stored (P084).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crypt::Sealed;
use crate::ids::{ConnectionId, OrgId};

/// The provider that is the calendar inside Hookswitch.
pub const BUILTIN: &str = "builtin";

/// One connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub org: OrgId,
    /// Name of the provider; [`BUILTIN`] is the calendar inside Hookswitch.
    pub provider: String,
    /// Where it stands.
    pub status: ConnectionStatus,
    /// Credentials, sealed under the field name `connection.credentials`.
    #[serde(default)]
    pub credentials: Option<Sealed>,
    /// The provider's id of the account.
    #[serde(default)]
    pub external_account_id: Option<String>,
    /// The provider's name of the account.
    #[serde(default)]
    pub external_account_name: Option<String>,
    /// Whether changes are exchanged with the provider.
    pub sync_enabled: bool,
    /// When changes were last exchanged.
    #[serde(default)]
    pub last_sync_at: Option<Timestamp>,
    /// When the provider last accepted the credentials.
    #[serde(default)]
    pub connected_at: Option<Timestamp>,
    /// Why the provider refuses the credentials, in words for the operator; none while it does not.
    #[serde(default)]
    pub problem: Option<String>,
    /// When the credentials end for good unless somebody connects again; none if they do not, or are
    /// renewed by themselves.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Options of the provider's adapter.
    #[serde(default)]
    pub options: serde_json::Map<String, serde_json::Value>,
}

impl Connection {
    /// A new connection without credentials or options, which works as far as known.
    #[must_use]
    pub fn new(org: OrgId, provider: impl Into<String>, now: Timestamp) -> Self {
        Self {
            id: ConnectionId::random(),
            org,
            provider: provider.into(),
            status: ConnectionStatus::Connected,
            credentials: None,
            external_account_id: None,
            external_account_name: None,
            sync_enabled: true,
            last_sync_at: None,
            connected_at: None,
            problem: None,
            expires_at: None,
            created_at: now,
            options: serde_json::Map::new(),
        }
    }
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// Works as far as known.
    Connected,
    /// Switched off by the operator.
    Disconnected,
    /// Refused by the provider; needs the operator.
    Error,
}
