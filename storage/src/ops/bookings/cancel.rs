//! Cancelling a booking.

use jiff::Timestamp;

use super::{note, release, unsettled};
use crate::error::StoreError;
use crate::ids::CallId;
use crate::model::{Act, Booking, BookingChange, BookingStatus, ChangeKind, Intent, ToolCallRef};
use crate::ops::answers::{self, Seen};
use crate::ops::{messages, waitlist};
use crate::requests::{CancelBooking, CancelOutcome};
use crate::rows::Tx;
use crate::trees::bookings;

/// Why a cancellation need not or must not begin.
fn refusal(
    tx: &Tx<'_>,
    request: &CancelBooking,
) -> Result<Result<Booking, CancelOutcome>, StoreError> {
    let Some(old) = bookings::get(tx, &request.org, request.id)? else {
        return Ok(Err(CancelOutcome::NotFound));
    };
    let call = request.call_id.as_ref();
    if let Seen::Reused = answers::seen(tx, &request.org, call, request.tool_call.as_ref())? {
        return Ok(Err(CancelOutcome::KeyReused));
    }
    Ok(if !old.is_active() {
        Err(CancelOutcome::Already(Box::new(old)))
    } else if old.intent.is_some() && !old.is_unasked() {
        Err(CancelOutcome::Unsettled(Box::new(old)))
    } else {
        Ok(old)
    })
}

/// Cancels a booking and frees its range. One that its provider has not been asked to make will
/// not be made.
pub(crate) fn cancel(tx: &mut Tx<'_>, request: CancelBooking) -> Result<CancelOutcome, StoreError> {
    let old = match refusal(tx, &request)? {
        Ok(old) => old,
        Err(outcome) => return Ok(outcome),
    };
    let CancelBooking { reason, tool_call, call_id, by, now, .. } = request;
    let wanted = Wanted { reason, tool_call, call_id };
    let booking = finish(tx, &old, wanted, &by, now)?;
    Ok(CancelOutcome::Cancelled(Box::new(booking)))
}

/// Writes down that the provider is about to be asked to cancel a booking.
pub(crate) fn begin_cancel(
    tx: &mut Tx<'_>,
    request: CancelBooking,
    look_at: Timestamp,
) -> Result<CancelOutcome, StoreError> {
    let old = match refusal(tx, &request)? {
        Ok(old) => old,
        Err(outcome) => return Ok(outcome),
    };
    let mut booking = old.clone();
    booking.intent = Some(Intent {
        act: Act::Cancel { reason: request.reason },
        asked_at: Some(request.now),
        ended_at: None,
        promised: false,
        outcome_before: old.outcome,
        tool_call: request.tool_call,
        call_id: request.call_id,
    });
    bookings::put(tx, &booking, Some(&old))?;
    unsettled::keep_job(tx, &booking, look_at)?;
    Ok(CancelOutcome::Begun(Box::new(booking)))
}

/// On whose behalf, and why.
pub(super) struct Wanted {
    pub(super) reason: Option<String>,
    pub(super) tool_call: Option<ToolCallRef>,
    pub(super) call_id: Option<CallId>,
}

/// A booking is cancelled, with nothing left to settle.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    old: &Booking,
    wanted: Wanted,
    by: &str,
    now: Timestamp,
) -> Result<Booking, StoreError> {
    release(tx, old)?;
    unsettled::end_job(tx, old)?;
    let Wanted { reason, tool_call, call_id } = wanted;
    let mut booking = old.clone();
    if let Some(intent) = booking.intent.take() {
        booking.outcome = intent.outcome_before;
    }
    booking.status = BookingStatus::Cancelled;
    booking.updated_at = now;
    booking.history.push(BookingChange {
        at: now,
        kind: ChangeKind::Cancelled,
        from_start: None,
        reason,
        call_id: call_id.clone(),
    });
    bookings::put(tx, &booking, Some(old))?;
    answers::note(tx, &booking.org, call_id.as_ref(), tool_call, booking.id, now)?;
    note(tx, &booking, "booking.cancelled", &["status"], by, now)?;
    waitlist::fell_through(tx, &booking, None, by, now)?;
    // Who gave it up does not want it back.
    waitlist::freed(tx, old, old.customer_phone.as_deref(), now)?;
    messages::of_booking(tx, Some(old), &booking, now)?;
    Ok(booking)
}
