//! What bookings mean for those who wait: a place ends with a booking that stands. While its provider
//! is asked or decides, the place stays, knows the booking and is offered nothing else; if that comes
//! to nothing they wait on, and what was kept for them is kept on.

use jiff::Timestamp;

use super::{close, is_certain, may_be_named, offer, save};
use crate::error::StoreError;
use crate::ids::{BookingId, OrgId};
use crate::model::{Booking, Outcome, WaitlistEntry, WaitlistState};
use crate::requests::Waiter;
use crate::rows::Tx;
use crate::trees::waitlist;

/// A booking was made or moved, or is to be moved to `start`: whoever waited for such a slot waits no
/// more if it stands, and is being booked if that is asked for. `caller` is the number of who books,
/// as far as that is certain.
pub(crate) fn claimed(
    tx: &mut Tx<'_>,
    booking: &Booking,
    start: Timestamp,
    caller: Option<&str>,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let who = Waiter {
        org: booking.org.clone(),
        caller: caller.map(str::to_owned),
        call_id: booking.call_id.clone(),
        name: Some(booking.customer_name.clone()),
    };
    let stands = is_settled(booking);
    for old in waitlist::line(tx, &booking.org)? {
        // Passing a slot on may have changed it since the line was read.
        let Some(old) = waitlist::get(tx, &old.org, &old.id)?.filter(WaitlistEntry::is_open) else {
            continue;
        };
        let is_kept =
            old.offer.as_ref().is_some_and(|o| o.start == start && o.resource == booking.resource);
        let suits = old.service_id == booking.service_id && (is_kept || old.suits(start));
        let is_theirs = old.booking == Some(booking.id)
            || is_certain(&old, &who) && (is_kept || may_be_named(&old, &who));
        if !suits || !is_theirs {
            continue;
        }
        if stands {
            ends(tx, &old, booking, by, now)?;
        } else if old.booking.is_none() {
            let entry = WaitlistEntry { booking: Some(booking.id), ..old.clone() };
            save(tx, Some(&old), entry, "waitlist.asked", &["booking"], by, now)?;
        }
    }
    Ok(())
}

/// What was asked for a booking is done, and it stands: whoever was being booked waits no more.
pub(crate) fn stands(
    tx: &mut Tx<'_>,
    booking: &Booking,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for old in being_booked(tx, &booking.org, booking.id)? {
        if let Some(old) = waitlist::get(tx, &old.org, &old.id)?.filter(WaitlistEntry::is_open) {
            ends(tx, &old, booking, by, now)?;
        }
    }
    Ok(())
}

/// A place ends with a booking. A slot that was kept for it beside goes to the next in line.
fn ends(
    tx: &mut Tx<'_>,
    old: &WaitlistEntry,
    booking: &Booking,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut entry = old.clone();
    entry.state = WaitlistState::Booked;
    entry.booking = Some(booking.id);
    let slot = close(tx, old, entry, "waitlist.booked", by, now)?;
    let beside =
        slot.filter(|slot| slot.start != booking.start || slot.resource != booking.resource);
    match beside {
        Some(slot) => offer::to_next(tx, (&old.org, &old.service_id), &slot, None, now),
        None => Ok(()),
    }
}

/// What was asked for a booking came to nothing, or it is elsewhere now: whoever was being booked and
/// is not any more waits on, and what was kept for them is kept while its time runs. `taken` is a start
/// that somebody else has, as its provider says.
pub(crate) fn fell_through(
    tx: &mut Tx<'_>,
    booking: &Booking,
    taken: Option<Timestamp>,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let is_asked = booking.is_active() && !is_settled(booking);
    for old in being_booked(tx, &booking.org, booking.id)? {
        if is_asked && old.suits(booking.start) {
            continue;
        }
        let mut entry = WaitlistEntry { booking: None, ..old.clone() };
        let is_over = old.offer.as_ref().is_some_and(|slot| {
            let is_taken = Some(slot.start) == taken && slot.resource == booking.resource;
            slot.until <= now || is_taken
        });
        if is_over {
            entry.state = WaitlistState::Waiting;
            close(tx, &old, entry, "waitlist.waits_on", by, now)?;
        } else {
            save(tx, Some(&old), entry, "waitlist.waits_on", &["booking"], by, now)?;
        }
    }
    Ok(())
}

/// Whether a booking is agreed with its provider, and nothing else is asked for it.
fn is_settled(booking: &Booking) -> bool {
    booking.intent.is_none() && booking.outcome == Outcome::Confirmed
}

fn being_booked(
    tx: &Tx<'_>,
    org: &OrgId,
    booking: BookingId,
) -> Result<Vec<WaitlistEntry>, StoreError> {
    let mut line = waitlist::line(tx, org)?;
    line.retain(|entry| entry.booking == Some(booking));
    Ok(line)
}
