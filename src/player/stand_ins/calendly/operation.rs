//! What the stand-in can be asked for. Knows no booking.

use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// The user of the token.
    Me,
    /// An event type.
    EventType,
    /// Open starts.
    Open,
    /// A new booking.
    Create,
    /// A list of events.
    Events,
    /// One event.
    Event,
    /// The people of an event.
    Invitees,
    /// One of them.
    Invitee,
    /// A cancellation.
    Cancel,
    /// A subscription to changes.
    Subscribe,
    /// A list of subscriptions.
    Subscriptions,
    /// The end of a subscription.
    Unsubscribe,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}
