//! The waitlist: who waits for what, and who is next when a slot becomes free. Whatever frees a
//! slot offers it to the next in line in the same operation, so no crash can come between.

mod join;
mod offer;

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::model::{Booking, WaitlistEntry, WaitlistState};
use crate::requests::Waiter;
use crate::rows::Tx;
use crate::trees::waitlist;

pub(crate) use join::{join, leave};
pub(crate) use offer::{freed, lapse};

/// Who acts when time does.
const SERVER: &str = "server";

/// A booking was made or moved: whoever waited for such a slot waits no more. `caller` is the
/// number of who books, as far as that is certain.
pub(crate) fn booked(
    tx: &mut Tx<'_>,
    booking: &Booking,
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
    for place in waitlist::line(tx, &booking.org)? {
        // Passing a slot on may have changed it since the line was read.
        let Some(old) = waitlist::get(tx, &place.org, &place.id)? else { continue };
        let is_kept = old.offer.as_ref().is_some_and(|offer| {
            offer.start == booking.start && offer.resource == booking.resource
        });
        let suits = is_kept || old.suits(booking.start);
        let is_theirs = is_certain(&old, &who) && (is_kept || may_be_named(&old, &who));
        if old.service_id != booking.service_id || !suits || !is_theirs {
            continue;
        }
        let mut entry = old.clone();
        entry.state = WaitlistState::Booked;
        entry.booking = Some(booking.id);
        let other_slot = close(tx, &old, entry, "waitlist.booked", by, now)?;
        if let Some(slot) = other_slot.filter(|_| !is_kept) {
            offer::to_next(tx, &old, &slot, None, now)?;
        }
    }
    Ok(())
}

/// Whether a place belongs to who asks, by what is certain of them.
fn is_certain(entry: &WaitlistEntry, who: &Waiter) -> bool {
    let by_call = entry.call_id.is_some() && entry.call_id == who.call_id;
    by_call || who.caller.as_deref().is_some_and(|caller| entry.is_of(caller))
}

/// Whether a place may be that of somebody of this name: names are given in full one time and in
/// part another.
fn may_be_named(entry: &WaitlistEntry, who: &Waiter) -> bool {
    let squeezed = |name: &str| -> String { name.to_lowercase().split_whitespace().collect() };
    match (&entry.name, &who.name) {
        (Some(one), Some(other)) => {
            let (one, other) = (squeezed(one), squeezed(other));
            one.starts_with(&other) || other.starts_with(&one)
        }
        _ => true,
    }
}

/// Writes a place that changes as one that nothing is kept for; gives the slot that was.
fn close(
    tx: &mut Tx<'_>,
    old: &WaitlistEntry,
    mut entry: WaitlistEntry,
    action: &'static str,
    by: &str,
    now: Timestamp,
) -> Result<Option<crate::model::KeptSlot>, StoreError> {
    let slot = entry.offer.take();
    if let Some(slot) = &slot {
        super::jobs::delete(tx, &entry.org, &slot.job)?;
    }
    save(tx, Some(old), entry, action, &["state"], by, now)?;
    Ok(slot)
}

/// Writes a place and its line in the audit chain.
fn save(
    tx: &mut Tx<'_>,
    old: Option<&WaitlistEntry>,
    mut entry: WaitlistEntry,
    action: &'static str,
    fields: &[&str],
    by: &str,
    now: Timestamp,
) -> Result<WaitlistEntry, StoreError> {
    entry.updated_at = now;
    waitlist::put(tx, &entry, old)?;
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    let subject = entry.id.to_string();
    audit::append(tx, Some(&entry.org), Note { at: now, actor: by, action, subject, fields })?;
    Ok(entry)
}
