//! Taking over what a provider's own people did in their calendar: the booking here follows, and its
//! claim, its job and its history with it. A range that is taken there is claimed here even where it
//! overlaps: two people will stand there at one time, and hiding it would add a third.

use jiff::Timestamp;

use super::cancel::{self, Wanted as OnBehalf};
use super::capacity::{Wanted, fits};
use super::settle::Change;
use super::{check_range, relocate, unsettled};
use crate::error::StoreError;
use crate::model::{Booking, BookingStatus, MoveTo, Outcome};
use crate::ops::waitlist;
use crate::requests::{AdoptBooking, AdoptOutcome, AtProvider};
use crate::rows::Tx;
use crate::trees::bookings;

const MOVED: &str = "it was moved in the provider's calendar";
const COLLIDES: &str = "it was moved in the provider's calendar onto a time that was not free here";

/// Makes a booking stand here as it does at its provider, if it still stands as it was seen.
pub(crate) fn adopt(tx: &mut Tx<'_>, request: AdoptBooking) -> Result<AdoptOutcome, StoreError> {
    let AdoptBooking { seen, there, by, now } = request;
    let old = bookings::get(tx, &seen.org, seen.id)?;
    let Some(old) = old.filter(|old| *old == seen && old.is_active() && old.intent.is_none())
    else {
        return Ok(AdoptOutcome::Stale);
    };
    let (booking, collides) = match there {
        AtProvider::Gone { reason } => (gone(tx, &old, reason, &by, now)?, false),
        AtProvider::Stands { external_id, start, end, undecided } => {
            let (moved, collides) = relocated(tx, &old, (start, end), &by, now)?;
            (decided(tx, moved, external_id, undecided, &by, now)?, collides)
        }
    };
    Ok(if booking == old {
        AdoptOutcome::Same
    } else {
        AdoptOutcome::Adopted { booking: Box::new(booking), collides }
    })
}

fn gone(
    tx: &mut Tx<'_>,
    old: &Booking,
    reason: String,
    by: &str,
    now: Timestamp,
) -> Result<Booking, StoreError> {
    if old.is_requested() {
        // It never came about, which is something else than one that was called off.
        return Change { tx, old: old.clone(), by, now }.ended(reason, None, false);
    }
    let wanted = OnBehalf { reason: Some(reason), tool_call: None, call_id: None };
    cancel::finish(tx, old, wanted, by, now)
}

/// The booking where it is at the provider, and whether that was free here.
fn relocated(
    tx: &mut Tx<'_>,
    old: &Booking,
    (start, end): (Timestamp, Timestamp),
    by: &str,
    now: Timestamp,
) -> Result<(Booking, bool), StoreError> {
    if (old.start, old.end) == (start, end) {
        return Ok((old.clone(), false));
    }
    let buffer = old.occupied_until.duration_since(old.end);
    let occupied_until = end.checked_add(buffer).unwrap_or(end);
    check_range(start, end, occupied_until, (old.places, old.capacity))?;
    let wanted = Wanted {
        org: &old.org,
        resource: &old.resource,
        start,
        end: occupied_until,
        places: old.places,
        capacity: old.capacity,
        caller: old.customer_phone.as_deref(),
        now,
    };
    let collides = !fits(tx, &wanted, Some(old.id))?;
    let to = MoveTo {
        start,
        end,
        occupied_until,
        capacity: old.capacity,
        places: old.places,
        party_size: old.party_size,
        caller: None,
        time_zone: old.time_zone.clone(),
        meaning: None,
    };
    let moved = relocate::finish(tx, old, to, None, by, now)?;
    let mut told = moved.clone();
    if let Some(change) = told.history.last_mut() {
        change.reason = Some(if collides { COLLIDES } else { MOVED }.to_owned());
    }
    bookings::put(tx, &told, Some(&moved))?;
    Ok((told, collides))
}

/// The booking as decided or not at the provider, under the id that it has there now.
fn decided(
    tx: &mut Tx<'_>,
    old: Booking,
    external_id: String,
    undecided: Option<Timestamp>,
    by: &str,
    now: Timestamp,
) -> Result<Booking, StoreError> {
    let mut booking = old.clone();
    if booking.external_ids.last() != Some(&external_id) {
        booking.external_ids.retain(|known| *known != external_id);
        booking.external_ids.push(external_id);
    }
    (booking.status, booking.outcome) = match undecided {
        None => (BookingStatus::Confirmed, Outcome::Confirmed),
        Some(_) => (BookingStatus::Pending, Outcome::Pending),
    };
    if booking == old {
        return Ok(booking);
    }
    match undecided {
        Some(ask_at) => unsettled::keep_job(tx, &booking, ask_at)?,
        None => unsettled::end_job(tx, &booking)?,
    }
    let stands = undecided.is_none();
    let decided = Change { tx, old, by, now }.write(booking, None)?;
    if stands {
        waitlist::stands(tx, &decided, by, now)?;
    }
    Ok(decided)
}
