//! An assistant that an org has given up for good and that may still carry what was put there for it. Kept
//! apart from the org, which may be gone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::OrgId;

/// One assistant that is to be left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// Vapi's id of the assistant.
    pub assistant_id: String,
    /// Whose it was.
    pub org: OrgId,
    /// Vapi's ids of the tools that were put there.
    #[serde(default)]
    pub tool_ids: Vec<String>,
    /// When it is tried next.
    pub due: Timestamp,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
}
