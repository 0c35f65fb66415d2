//! Settling what is known of the provider's side of a booking.

use jiff::Timestamp;

use super::{note, release};
use crate::error::StoreError;
use crate::ids::{BookingId, OrgId};
use crate::model::{Booking, BookingChange, BookingStatus, ChangeKind, Outcome};
use crate::requests::Settlement;
use crate::rows::Tx;
use crate::trees::bookings;

/// Writes down what the provider's side turned out to be. A booking that the caller cancelled in
/// the meantime stays cancelled, but what the provider has is known.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: BookingId,
    settlement: Settlement,
    by: &str,
    now: Timestamp,
) -> Result<Option<Booking>, StoreError> {
    let Some(old) = bookings::get(tx, org, id)? else { return Ok(None) };
    let mut booking = old.clone();
    let mut reason = None;
    let active = old.is_active();
    match settlement {
        Settlement::Confirmed { external_id } => {
            booking.outcome = Outcome::Confirmed;
            if active {
                booking.status = BookingStatus::Confirmed;
            }
            if let Some(external_id) = external_id {
                booking.external_ids.retain(|known| *known != external_id);
                booking.external_ids.push(external_id);
            }
        }
        Settlement::Pending | Settlement::Unknown => {
            booking.outcome = match settlement {
                Settlement::Pending => Outcome::Pending,
                _ => Outcome::Unknown,
            };
            if active {
                booking.status = BookingStatus::Pending;
            }
        }
        Settlement::Failed { reason: why } => {
            booking.outcome = Outcome::Failed;
            reason = Some(why);
            if active {
                release(tx, &old)?;
                booking.status = BookingStatus::Cancelled;
            }
        }
    }
    if booking == old {
        return Ok(Some(booking));
    }
    booking.updated_at = now;
    let change = BookingChange {
        at: now,
        kind: ChangeKind::Settled,
        from_start: None,
        reason,
        call_id: None,
    };
    booking.history.push(change);
    bookings::put(tx, &booking, Some(&old))?;
    note(tx, &booking, "booking.settled", &["outcome", "status", "external_ids"], by, now)?;
    Ok(Some(booking))
}
