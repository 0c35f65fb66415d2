//! Cancelling a booking.

use super::{note, release};
use crate::error::StoreError;
use crate::model::{BookingChange, BookingStatus, ChangeKind};
use crate::ops::answers::{self, Seen};
use crate::requests::{CancelBooking, CancelOutcome};
use crate::rows::Tx;
use crate::trees::bookings;

/// Cancels a booking and frees its range.
pub(crate) fn cancel(tx: &mut Tx<'_>, request: CancelBooking) -> Result<CancelOutcome, StoreError> {
    let Some(old) = bookings::get(tx, &request.org, request.id)? else {
        return Ok(CancelOutcome::NotFound);
    };
    let call = request.call_id.as_ref();
    if let Seen::Reused = answers::seen(tx, &request.org, call, request.tool_call.as_ref())? {
        return Ok(CancelOutcome::KeyReused);
    }
    if !old.is_active() {
        return Ok(CancelOutcome::Already(Box::new(old)));
    }
    release(tx, &old)?;
    let mut booking = old.clone();
    booking.status = BookingStatus::Cancelled;
    booking.updated_at = request.now;
    booking.history.push(BookingChange {
        at: request.now,
        kind: ChangeKind::Cancelled,
        from_start: None,
        reason: request.reason,
        call_id: request.call_id.clone(),
    });
    bookings::put(tx, &booking, Some(&old))?;
    answers::note(tx, &request.org, call, request.tool_call, booking.id, request.now)?;
    note(tx, &booking, "booking.cancelled", &["status"], &request.by, request.now)?;
    Ok(CancelOutcome::Cancelled(Box::new(booking)))
}
