//! What is not settled between a booking and its provider: the job that sees to it comes and goes
//! with it, in the same operation.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{BookingId, OrgId};
use crate::model::{Booking, Job};
use crate::rows::Tx;
use crate::trees::{bookings, jobs};

/// Keeps the job that settles a booking, not before `due`; one that waits already keeps its count
/// of attempts.
pub(super) fn keep_job(
    tx: &mut Tx<'_>,
    booking: &Booking,
    due: Timestamp,
) -> Result<(), StoreError> {
    let mut job = Job::settle(booking, due);
    if let Some(old) = jobs::get(tx, &booking.org, &job.id)? {
        job.attempts = old.attempts;
        job.last_error = old.last_error;
    }
    jobs::put(tx, &job)
}

/// Removes the job of a booking that has nothing left to settle.
pub(super) fn end_job(tx: &mut Tx<'_>, booking: &Booking) -> Result<(), StoreError> {
    if let Some(job) = jobs::get(tx, &booking.org, &Job::settles(&booking.id))? {
        jobs::delete(tx, &job);
    }
    Ok(())
}

/// Removes the job of a booking if it has nothing left to settle as it stands now, or is gone.
pub(crate) fn end_settling(tx: &mut Tx<'_>, org: &OrgId, id: BookingId) -> Result<(), StoreError> {
    let booking = bookings::get(tx, org, id)?;
    if booking.is_some_and(|booking| booking.intent.is_some() || booking.is_requested()) {
        return Ok(());
    }
    if let Some(job) = jobs::get(tx, org, &Job::settles(&id))? {
        jobs::delete(tx, &job);
    }
    Ok(())
}

/// Writes down that the provider is about to be asked again, before it is; `None` if there is
/// nothing to ask it for.
pub(crate) fn ask_again(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: BookingId,
    now: Timestamp,
    look_at: Timestamp,
) -> Result<Option<Booking>, StoreError> {
    let Some(old) = bookings::get(tx, org, id)? else { return Ok(None) };
    let mut booking = old.clone();
    let Some(intent) = &mut booking.intent else { return Ok(None) };
    intent.asked_at = Some(now);
    intent.ended_at = None;
    bookings::put(tx, &booking, Some(&old))?;
    keep_job(tx, &booking, look_at)?;
    Ok(Some(booking))
}

/// Writes down that the caller was told that what is unsettled will be seen to.
pub(crate) fn promise(tx: &mut Tx<'_>, org: &OrgId, id: BookingId) -> Result<(), StoreError> {
    let Some(old) = bookings::get(tx, org, id)? else { return Ok(()) };
    let mut booking = old.clone();
    match &mut booking.intent {
        Some(intent) if !intent.promised => intent.promised = true,
        _ => return Ok(()),
    }
    bookings::put(tx, &booking, Some(&old))
}
