//! What the stand-in can be asked for. Knows no event.

use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// Events of a calendar.
    List,
    /// Changes since a sync token.
    Sync,
    /// When calendars are busy.
    FreeBusy,
    /// One event.
    Get,
    /// A new event.
    Insert,
    /// A change of one.
    Patch,
    /// Removing one.
    Delete,
    /// Opening a channel.
    Watch,
    /// Closing one.
    Stop,
    /// A calendar as it stands in the account's list.
    Listed,
    /// Nothing that Google knows.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}
