//! Keeping a free slot for the next in line, and passing it on when they do not come for it.

use jiff::{SignedDuration, Timestamp};

use super::{SERVER, close, save};
use crate::error::StoreError;
use crate::ids::JobId;
use crate::model::{
    Booking, Job, JobState, KeptSlot, OfferNotice, WAITLIST_OFFER, WaitlistEntry, WaitlistState,
};
use crate::ops::bookings::{Wanted, fits};
use crate::rows::Tx;
use crate::trees::{jobs, orgs, waitlist};

/// Slots in vain that a place remembers.
const MAX_PASSED: usize = 50;

/// Places that one operation sees to when their time has come.
const AT_ONCE: usize = 100;

/// The range of a booking as it stood is free, unless something else has taken it meanwhile: the
/// first in line whom the same service would suit then is offered it. Slots inside of it for other
/// services depend on opening hours, which are not known here.
pub(crate) fn freed(tx: &mut Tx<'_>, old: &Booking, now: Timestamp) -> Result<(), StoreError> {
    let slot = KeptSlot {
        start: old.start,
        end: old.end,
        occupied_until: old.occupied_until,
        capacity: old.capacity,
        places: old.places,
        resource: old.resource.clone(),
        connection_id: old.connection_id.clone(),
        time_zone: old.time_zone.clone(),
        until: now,
        job: JobId::random(),
    };
    let line = waitlist::line(tx, &old.org)?;
    let Some(first) = line.iter().find(|entry| entry.service_id == old.service_id) else {
        return Ok(());
    };
    // Who gave it up does not want it back.
    to_next(tx, first, &slot, old.customer_phone.as_deref(), now)
}

/// Keeps a slot for the first in the line of `like`'s org and service whom it suits, but not for
/// `except`. Nothing if it is taken, too near, or suits nobody.
pub(super) fn to_next(
    tx: &mut Tx<'_>,
    like: &WaitlistEntry,
    slot: &KeptSlot,
    except: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(org) = orgs::get(tx, &like.org)? else { return Ok(()) };
    let rules = &org.settings.booking;
    let minutes = |minutes: u32| SignedDuration::from_mins(i64::from(minutes));
    let after = |length| now.checked_add(length).unwrap_or(Timestamp::MAX);
    if slot.start <= after(minutes(rules.min_lead_minutes)) {
        return Ok(());
    }
    let wanted = Wanted {
        org: &org.id,
        resource: &slot.resource,
        start: slot.start,
        end: slot.occupied_until,
        places: slot.places,
        capacity: slot.capacity,
        caller: None,
        now,
    };
    if !fits(tx, &wanted, None)? {
        return Ok(());
    }
    let next = waitlist::line(tx, &org.id)?.into_iter().find(|entry| {
        entry.state == WaitlistState::Waiting
            && entry.service_id == like.service_id
            && !except.is_some_and(|number| entry.is_of(number))
            && entry.wants(slot.start)
    });
    let Some(old) = next else { return Ok(()) };
    let until = after(minutes(rules.waitlist_hold_minutes)).min(slot.start);
    let notice = OfferNotice { entry: old.id.clone(), start: slot.start, until };
    let job = Job {
        id: JobId::random(),
        org: org.id.clone(),
        kind: WAITLIST_OFFER.to_owned(),
        payload: serde_json::to_value(&notice)
            .map_err(|_| StoreError::Internal("a notice could not be written"))?,
        due: now,
        attempts: 0,
        state: JobState::Waiting,
        last_error: None,
    };
    jobs::put(tx, &job)?;
    let mut entry = old.clone();
    entry.state = WaitlistState::Offered;
    entry.offer = Some(KeptSlot { until, job: job.id, ..slot.clone() });
    save(tx, Some(&old), entry, "waitlist.offered", &["state", "offer"], SERVER, now).map(drop)
}

/// Sees to places whose time has come: a slot that nobody came for goes to the next in line, whose
/// window is over waits no more. How many it were.
pub(crate) fn lapse(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let due = waitlist::due(tx, now, AT_ONCE)?;
    for old in &due {
        let mut entry = old.clone();
        entry.passed.extend(old.offer.as_ref().map(|slot| slot.start));
        let surplus = entry.passed.len().saturating_sub(MAX_PASSED);
        entry.passed.drain(..surplus);
        let is_over = old.ends_at() <= now;
        entry.state = if is_over { WaitlistState::Expired } else { WaitlistState::Waiting };
        let action = if is_over { "waitlist.expired" } else { "waitlist.passed" };
        if let Some(slot) = close(tx, old, entry, action, SERVER, now)? {
            to_next(tx, old, &slot, None, now)?;
        }
    }
    Ok(due.len())
}
