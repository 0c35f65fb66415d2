//! What the stand-in can be asked for. Knows no event.

use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

/// What a request asks for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// Properties.
    Properties,
    /// The events of a span of time.
    Range,
    /// Events by a property.
    Search,
    /// Events by their paths.
    These,
    /// When a calendar is busy.
    FreeBusy,
    /// What changed.
    Changes,
    /// One object.
    Get,
    /// To write one.
    Put,
    /// To remove one.
    Delete,
    /// Something that does not exist.
    #[default]
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}
