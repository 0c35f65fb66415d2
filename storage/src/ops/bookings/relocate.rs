//! Moving a booking: the new range is taken before the old one is freed, in one operation where
//! the calendar is ours, in two with the provider's answer between them where it is not.

use jiff::Timestamp;

use super::capacity::{Wanted, fits};
use super::{check_range, claim_of, claim_to, day_cap, note, release, unsettled};
use crate::error::StoreError;
use crate::ids::CallId;
use crate::model::{Act, Booking, BookingChange, ChangeKind, Intent, MoveTo};
use crate::ops::answers::{self, Seen};
use crate::ops::{messages, waitlist};
use crate::requests::{MoveBooking, MoveOutcome};
use crate::rows::Tx;
use crate::trees::{bookings, claims, meanings};

/// The places that a booking takes after a move, and how many people come.
fn party(old: &Booking, to: &MoveBooking) -> (u32, Option<u32>) {
    match to.party {
        Some((places, people)) => (places, Some(people)),
        // A service that was made smaller since must not trap what was booked before.
        None => (old.places.min(to.capacity), old.party_size),
    }
}

/// What keeps a move from beginning, or the booking that is to move.
fn refusal(tx: &mut Tx<'_>, to: &MoveBooking) -> Result<Result<Booking, MoveOutcome>, StoreError> {
    let Some(old) = bookings::get(tx, &to.org, to.id)? else {
        return Ok(Err(MoveOutcome::NotFound));
    };
    let (places, party_size) = party(&old, to);
    check_range(to.start, to.end, to.occupied_until, (places, to.capacity))?;
    match answers::seen(tx, &to.org, to.call_id.as_ref(), to.tool_call.as_ref())? {
        Seen::New => {}
        Seen::Reused => return Ok(Err(MoveOutcome::KeyReused)),
        // A late repeat must not undo what was moved or cancelled after it.
        Seen::Ran(_) if old.is_active() => return Ok(Err(MoveOutcome::Same(Box::new(old)))),
        Seen::Ran(_) => return Ok(Err(MoveOutcome::Cancelled(Box::new(old)))),
    }
    if !old.is_active() {
        return Ok(Err(MoveOutcome::Cancelled(Box::new(old))));
    }
    if old.intent.is_some() && !old.is_unasked() {
        return Ok(Err(MoveOutcome::Unsettled(Box::new(old))));
    }
    let same_range =
        (old.start, old.end, old.occupied_until) == (to.start, to.end, to.occupied_until);
    if same_range && (old.places, old.party_size) == (places, party_size) {
        answers::note(tx, &to.org, to.call_id.as_ref(), to.tool_call.clone(), old.id, to.now)?;
        return Ok(Err(MoveOutcome::Same(Box::new(old))));
    }
    let wanted = Wanted {
        org: &to.org,
        resource: &old.resource,
        start: to.start,
        end: to.occupied_until,
        places,
        capacity: to.capacity,
        caller: to.caller.as_deref(),
        now: to.now,
    };
    let of = (&to.org, &old.service_id);
    let free =
        fits(tx, &wanted, Some(old.id))? && day_cap::has_room(tx, of, to.start, Some(old.id))?;
    Ok(if free { Ok(old) } else { Err(MoveOutcome::Taken) })
}

/// Moves a booking unless the new range is taken; then it stays where it was. One that its
/// provider has not been asked to make will be made where it is then.
pub(crate) fn relocate(tx: &mut Tx<'_>, to: MoveBooking) -> Result<MoveOutcome, StoreError> {
    let old = match refusal(tx, &to)? {
        Ok(old) => old,
        Err(outcome) => return Ok(outcome),
    };
    let MoveBooking { tool_call, call_id, by, now, .. } = to.clone();
    answers::note(tx, &to.org, call_id.as_ref(), tool_call, old.id, now)?;
    let booking = finish(tx, &old, target(&old, to), call_id, &by, now)?;
    Ok(MoveOutcome::Moved(Box::new(booking)))
}

/// Claims the new range beside the old one and writes down that the provider is about to be asked.
pub(crate) fn begin_move(
    tx: &mut Tx<'_>,
    to: MoveBooking,
    look_at: Timestamp,
) -> Result<MoveOutcome, StoreError> {
    let old = match refusal(tx, &to)? {
        Ok(old) => old,
        Err(outcome) => return Ok(outcome),
    };
    if old.start == to.start {
        // Its two claims would be one row.
        return Err(StoreError::Invalid {
            field: "start",
            problem: "must differ from where it is",
        });
    }
    let mut booking = old.clone();
    let (tool_call, call_id, now) = (to.tool_call.clone(), to.call_id.clone(), to.now);
    let by = to.by.clone();
    let to = target(&old, to);
    let (start, caller) = (to.start, to.caller.clone());
    claims::put(tx, &booking.org, &booking.resource, &claim_to(&booking, &to))?;
    booking.intent = Some(Intent {
        act: Act::Move(to),
        asked_at: Some(now),
        ended_at: None,
        promised: false,
        outcome_before: old.outcome,
        tool_call,
        call_id,
    });
    bookings::put(tx, &booking, Some(&old))?;
    unsettled::keep_job(tx, &booking, look_at)?;
    waitlist::claimed(tx, &booking, start, caller.as_deref(), &by, now)?;
    Ok(MoveOutcome::Begun(Box::new(booking)))
}

fn target(old: &Booking, to: MoveBooking) -> MoveTo {
    let (places, party_size) = party(old, &to);
    MoveTo {
        places,
        party_size,
        caller: to.caller,
        start: to.start,
        end: to.end,
        occupied_until: to.occupied_until,
        capacity: to.capacity,
        time_zone: to.time_zone,
        meaning: to.meaning,
    }
}

/// A booking has moved: its old range is freed. What else there is to settle stays.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    old: &Booking,
    to: MoveTo,
    call_id: Option<CallId>,
    by: &str,
    now: Timestamp,
) -> Result<Booking, StoreError> {
    let moves = (old.start, old.end) != (to.start, to.end);
    release(tx, old)?;
    let mut booking = old.clone();
    if booking.intent.as_ref().is_some_and(|intent| matches!(intent.act, Act::Move(_))) {
        booking.intent = None;
    }
    booking.start = to.start;
    booking.end = to.end;
    booking.occupied_until = to.occupied_until;
    booking.capacity = to.capacity;
    booking.places = to.places;
    booking.party_size = to.party_size;
    booking.time_zone = to.time_zone;
    booking.customer_confirmed_at = booking.customer_confirmed_at.filter(|_| !moves);
    booking.updated_at = now;
    booking.history.push(BookingChange {
        at: now,
        kind: if moves { ChangeKind::Moved } else { ChangeKind::Resized },
        from_start: moves.then_some(old.start),
        reason: None,
        call_id,
    });
    bookings::put(tx, &booking, Some(old))?;
    claims::put(tx, &booking.org, &booking.resource, &claim_of(&booking))?;
    if let Some(meaning) = &to.meaning
        && meanings::booking(tx, &booking.org, meaning)?.is_none()
    {
        meanings::put(tx, &booking.org, meaning, booking.id)?;
    }
    note(tx, &booking, "booking.moved", &["start", "end"], by, now)?;
    waitlist::fell_through(tx, &booking, None, by, now)?;
    waitlist::claimed(tx, &booking, booking.start, to.caller.as_deref(), by, now)?;
    // Who gave it up does not want it back.
    waitlist::freed(tx, old, old.customer_phone.as_deref(), now)?;
    messages::of_booking(tx, Some(old), &booking, now)?;
    Ok(booking)
}
