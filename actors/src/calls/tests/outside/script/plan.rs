//! How the scripted provider's requests go, what it was asked, and what its people do. Holds nothing.

use hookswitch_storage::BookingId;
use jiff::Timestamp;

/// How one request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Mode {
    /// As it should.
    Fine,
    /// Refused before anything happened.
    Down,
    /// Nothing happened, and the answer is lost.
    LostBefore,
    /// Done, and the answer is lost.
    LostAfter,
    /// Nothing happens and no answer comes until the connection breaks.
    HangBefore,
    /// Done, and no answer comes until the connection breaks.
    HangAfter,
    /// As [`Self::HangBefore`], and what was sent is on its way when the connection breaks; it is done
    /// by [`Script::arrive`].
    HangLate,
    /// Done, and answered when [`Script::go_on`] says so.
    Slow,
    /// Nothing happened when the answer was lost; it is done later, by [`Script::arrive`].
    Late,
    /// Accepted, to be decided later.
    Provisional,
    /// Somebody else has the slot.
    Taken,
    /// Refused for good.
    Refused,
    /// Refused for half a minute; for reads only.
    AsksToWait,
    /// The adapter itself falls over; for reads only.
    Panics,
}

/// What the provider was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Asked {
    Book(BookingId),
    Move(BookingId),
    Cancel(BookingId),
    Find(BookingId),
}

/// What the provider's people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Hand {
    Move(Timestamp),
    Cancel,
    /// As if it had never been.
    Remove,
    Confirm,
}
