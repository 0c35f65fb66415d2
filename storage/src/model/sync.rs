//! How far the exchange of changes with a connection's provider has come, as stored. Kept apart from
//! the connection itself, so that an operator's change and this never overwrite each other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::crypt::Sealed;

/// The state of one connection's exchange.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncState {
    /// Where the next question for changes begins, in the provider's terms.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The provider's promise to post its changes.
    #[serde(default)]
    pub watch: Option<KeptWatch>,
    /// Where the provider is being asked to post to, until its answer is known: it may post there although
    /// nobody here knows its promise.
    #[serde(default)]
    pub asking: Option<String>,
    /// Digest of what bookings are looked for in: the provider's account and the connection's options.
    #[serde(default)]
    pub basis: Option<String>,
    /// Since when it is that, if it was something else before. What was booked earlier may be in
    /// another account or calendar: that it is not found proves nothing.
    #[serde(default)]
    pub basis_since: Option<Timestamp>,
}

/// A provider's promise to post its changes, as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptWatch {
    /// The provider's id of it.
    pub id: String,
    /// Where it posts to.
    pub url: String,
    /// What signs the posts, sealed under the field name `connection.watch_secret`.
    pub secret: Sealed,
    /// When it ends unless it is asked for again; `None` if it does not.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}
