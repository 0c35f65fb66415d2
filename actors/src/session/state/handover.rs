//! What a call's state knows of being steered: where the call takes commands, and whether the
//! caller is being handed over. Pure, as the state itself.

use std::time::Duration;

use jiff::Timestamp;

use super::CallState;
use crate::bounds::TRANSFER_UNDER_WAY;

/// Warning: a transfer was sent and did not happen.
pub(crate) const TRANSFER_FAILED: &str = "transfer_failed";

/// Warning: the call takes no commands.
pub(crate) const NO_CALL_CONTROL: &str = "no_call_control";

/// Warning: there is nobody to whom the call could be handed over.
pub(crate) const NO_TRANSFER_NUMBER: &str = "no_transfer_number";

/// Warning: nobody is there at this hour.
pub(crate) const NOBODY_THERE: &str = "nobody_there";

/// Whether a warning takes the hand-over before it back.
pub(super) fn takes_back(warning: &str) -> bool {
    [TRANSFER_FAILED, NO_CALL_CONTROL, NO_TRANSFER_NUMBER, NOBODY_THERE].contains(&warning)
}

impl CallState {
    /// Whether the caller is being handed over right now.
    #[must_use]
    pub fn transfer_under_way(&self, now: Timestamp) -> bool {
        self.transfer_requested_at.is_some_and(|at| {
            Duration::try_from(now.duration_since(at)).unwrap_or_default() < TRANSFER_UNDER_WAY
        })
    }
}
