//! What the stand-in can be asked for. Knows no booking.

use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// The account.
    Me,
    /// An event type.
    EventType,
    /// Free slots.
    Slots,
    /// To keep a slot for a while.
    Reserve,
    /// To look at what is kept.
    Reserved,
    /// To give it back.
    Release,
    /// A new booking.
    Create,
    /// A list of bookings.
    List,
    /// One booking.
    Get,
    /// A move.
    Reschedule,
    /// A cancellation.
    Cancel,
    /// The webhooks: which there are, a new one, or one that goes.
    Webhooks,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}
