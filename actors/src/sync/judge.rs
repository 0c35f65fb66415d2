//! What follows from what a provider has of a booking of ours. Pure: no clock, no storage, no provider.

use hookswitch_storage::{AtProvider, Booking};
use jiff::{SignedDuration, Timestamp};

use crate::bounds::ASK_DECISION;
use crate::ports::{ProviderRecord, ProviderState};

pub(super) const CANCELLED: &str = "it was cancelled in the provider's calendar";
pub(super) const DECLINED: &str = "the provider declined it";
pub(super) const VANISHED: &str = "it is no longer in the provider's calendar";

/// How the provider's record is to be taken over. Whether that changes anything is seen by who does it.
pub(super) fn there(booking: &Booking, record: &ProviderRecord, now: Timestamp) -> AtProvider {
    let undecided = match record.state {
        ProviderState::Cancelled => {
            let reason = if booking.is_requested() { DECLINED } else { CANCELLED };
            return AtProvider::Gone { reason: reason.to_owned() };
        }
        ProviderState::Confirmed => None,
        ProviderState::Pending => {
            let after = SignedDuration::try_from(ASK_DECISION).unwrap_or(SignedDuration::ZERO);
            Some(now.checked_add(after).unwrap_or(now))
        }
    };
    let length = booking.end.duration_since(booking.start);
    let end = record.end.filter(|end| *end > record.start);
    AtProvider::Stands {
        external_id: record.external_id.clone(),
        start: record.start,
        end: end.or_else(|| record.start.checked_add(length).ok()).unwrap_or(booking.end),
        undecided,
    }
}

/// Whether a booking stands here otherwise than its provider says.
pub(super) fn differs(booking: &Booking, record: &ProviderRecord) -> bool {
    if !booking.is_active() {
        return false;
    }
    record.state == ProviderState::Cancelled
        || record.start != booking.start
        || record.end.is_some_and(|end| end != booking.end)
        || booking.external_ids.last() != Some(&record.external_id)
        || booking.is_requested() != (record.state == ProviderState::Pending)
}
