//! The waitlist: who waits for what, and who is next when a slot becomes free. Whatever frees a
//! slot offers it to the next in line in the same operation, so no crash can come between.

mod claimed;
mod join;
mod offer;
mod opening;

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::ids::{OrgId, ResourceId};
use crate::model::{Act, WaitlistEntry};
use crate::requests::Waiter;
use crate::rows::{Rows, Tx};
use crate::trees::{bookings, waitlist};

pub(crate) use claimed::{claimed, fell_through, stands};
pub(crate) use join::{join, leave};
pub(crate) use offer::{freed, freed_target, lapse};

/// Who acts when time does.
const SERVER: &str = "server";

/// The places for which a slot is kept at `now`, of one resource or of all. What they are being booked
/// for is claimed, and not kept beside that.
pub(crate) fn kept(
    rows: &dyn Rows,
    org: &OrgId,
    resource: Option<&ResourceId>,
    now: Timestamp,
) -> Result<Vec<WaitlistEntry>, StoreError> {
    let mut kept = Vec::new();
    for entry in waitlist::kept(rows, org, resource)? {
        let runs = entry.offer.as_ref().is_some_and(|slot| slot.until > now);
        if runs && !is_being_booked(rows, &entry)? {
            kept.push(entry);
        }
    }
    Ok(kept)
}

/// Whether the slot that is kept for a place is claimed by a booking that is being made for it.
fn is_being_booked(rows: &dyn Rows, entry: &WaitlistEntry) -> Result<bool, StoreError> {
    let (Some(slot), Some(id)) = (&entry.offer, entry.booking) else { return Ok(false) };
    let booking = bookings::get(rows, &entry.org, id)?;
    let booking = booking.filter(|one| one.is_active() && one.resource == slot.resource);
    Ok(booking.is_some_and(|one| {
        let target = match one.intent.map(|intent| intent.act) {
            Some(Act::Move(to)) => Some(to.start),
            _ => None,
        };
        one.start == slot.start || target == Some(slot.start)
    }))
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
