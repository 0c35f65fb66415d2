//! Moving a booking: the new range is taken and the old one freed in one operation.

use super::capacity::{Wanted, fits};
use super::{check_range, claim_of, note, release};
use crate::error::StoreError;
use crate::model::{BookingChange, ChangeKind};
use crate::ops::answers::{self, Seen};
use crate::requests::{MoveBooking, MoveOutcome};
use crate::rows::Tx;
use crate::trees::{bookings, claims, meanings};

/// Moves a booking unless the new range is taken; then it stays where it was.
pub(crate) fn relocate(tx: &mut Tx<'_>, to: MoveBooking) -> Result<MoveOutcome, StoreError> {
    check_range(to.start, to.end, to.occupied_until, to.capacity)?;
    let Some(old) = bookings::get(tx, &to.org, to.id)? else { return Ok(MoveOutcome::NotFound) };
    match answers::seen(tx, &to.org, to.call_id.as_ref(), to.tool_call.as_ref())? {
        Seen::New => {}
        Seen::Reused => return Ok(MoveOutcome::KeyReused),
        // A late repeat must not undo what was moved or cancelled after it.
        Seen::Ran(_) if old.is_active() => return Ok(MoveOutcome::Same(Box::new(old))),
        Seen::Ran(_) => return Ok(MoveOutcome::Cancelled(Box::new(old))),
    }
    if !old.is_active() {
        return Ok(MoveOutcome::Cancelled(Box::new(old)));
    }
    if (old.start, old.end, old.occupied_until) == (to.start, to.end, to.occupied_until) {
        answers::note(tx, &to.org, to.call_id.as_ref(), to.tool_call, old.id, to.now)?;
        return Ok(MoveOutcome::Same(Box::new(old)));
    }
    let wanted = Wanted {
        org: &to.org,
        resource: &old.resource,
        start: to.start,
        end: to.occupied_until,
        capacity: to.capacity,
    };
    if !fits(tx, &wanted, Some(old.id))? {
        return Ok(MoveOutcome::Taken);
    }
    release(tx, &old)?;
    let mut booking = old.clone();
    booking.start = to.start;
    booking.end = to.end;
    booking.occupied_until = to.occupied_until;
    booking.capacity = to.capacity;
    booking.time_zone = to.time_zone;
    booking.updated_at = to.now;
    booking.history.push(BookingChange {
        at: to.now,
        kind: ChangeKind::Moved,
        from_start: Some(old.start),
        reason: None,
        call_id: to.call_id.clone(),
    });
    bookings::put(tx, &booking, Some(&old))?;
    claims::put(tx, &booking.org, &booking.resource, &claim_of(&booking))?;
    if let Some(meaning) = &to.meaning
        && meanings::booking(tx, &to.org, meaning)?.is_none()
    {
        meanings::put(tx, &to.org, meaning, booking.id)?;
    }
    answers::note(tx, &to.org, to.call_id.as_ref(), to.tool_call, booking.id, to.now)?;
    note(tx, &booking, "booking.moved", &["start", "end"], &to.by, to.now)?;
    Ok(MoveOutcome::Moved(Box::new(booking)))
}
