//! Tools as they are kept at the voice platform: one registration for all orgs that use a tool in the same
//! way, and a link for each assistant that has it. Knows no definition, only its digest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{LinkId, OrgId};

/// A tool that is registered once for everybody (K10, R2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The tool's name.
    pub tool_name: String,
    /// In which way it is used: empty for the usual one, otherwise the arguments that make the difference.
    pub variant: String,
    /// Vapi's id of it.
    pub vapi_tool_id: String,
    /// SHA-256 of the definition that was sent last, as 64 hexadecimal digits.
    pub definition_hash: String,
    /// Digest of what Vapi made of it, by which a change by hand is known.
    pub seen: String,
    /// Whether it was made by us; others are never removed.
    pub created: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its definition was sent last.
    pub updated_at: Timestamp,
}

/// A tool of an org on one assistant (P133, P187).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolLink {
    /// Its id.
    pub id: LinkId,
    /// Whose.
    pub org: OrgId,
    /// Vapi's id of the assistant.
    pub assistant_id: String,
    /// The tool's name.
    pub tool_name: String,
    /// The registration's variant.
    pub variant: String,
    /// Vapi's id of the tool.
    pub vapi_tool_id: String,
    /// What the agent is told of it.
    pub description: String,
    /// Whether the org wants it; what it does not want is on none of its assistants.
    pub enabled: bool,
    /// SHA-256 of its definition.
    pub definition_hash: String,
    /// Whether it is one of the program's own.
    pub is_system: bool,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Who made it.
    pub creator: String,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
