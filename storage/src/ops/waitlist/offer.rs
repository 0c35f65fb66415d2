//! Keeping what became free for those in line whom it suits and fits, and passing on what they do not
//! come for.

use jiff::Timestamp;

use super::{SERVER, close, is_being_booked, opening, save};
use crate::error::StoreError;
use crate::ids::{JobId, OrgId, ServiceId};
use crate::model::{
    Booking, Job, JobState, KeptSlot, MoveTo, OfferNotice, Service, WAITLIST_OFFER, WaitlistEntry,
    WaitlistState,
};
use crate::ops::bookings::{Wanted, fits};
use crate::rows::Tx;
use crate::trees::{jobs, orgs, waitlist};

/// Slots in vain that a place remembers.
const MAX_PASSED: usize = 50;

/// Places that one operation sees to when their time has come.
const AT_ONCE: usize = 100;

/// The range of a booking as it stood is free, unless something else has taken it meanwhile: those
/// in line whom the same service would suit then are offered it, but not `except`, who gave it up.
/// Slots inside of it for other services are not looked for.
pub(crate) fn freed(
    tx: &mut Tx<'_>,
    old: &Booking,
    except: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
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
    to_next(tx, (&old.org, &old.service_id), &slot, except, now)
}

/// As [`freed`] for the range that a booking was to move to.
pub(crate) fn freed_target(
    tx: &mut Tx<'_>,
    old: &Booking,
    to: &MoveTo,
    now: Timestamp,
) -> Result<(), StoreError> {
    let there = Booking {
        start: to.start,
        end: to.end,
        occupied_until: to.occupied_until,
        capacity: to.capacity,
        places: to.places,
        time_zone: to.time_zone.clone(),
        ..old.clone()
    };
    freed(tx, &there, None, now)
}

/// Keeps the places of a slot for those in the line of a service whom it suits and who fit into what
/// is free by now, first come first, until nothing of it is left. Nothing if it would not be offered.
pub(super) fn to_next(
    tx: &mut Tx<'_>,
    (org, service): (&OrgId, &ServiceId),
    slot: &KeptSlot,
    except: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(org) = orgs::get(tx, org)? else { return Ok(()) };
    let Some(service) = org.settings.services.iter().find(|one| one.id == *service) else {
        return Ok(());
    };
    let line = waitlist::line(tx, &org.id)?;
    let mut suited = line.into_iter().filter(|entry| {
        entry.state == WaitlistState::Waiting
            // Who is being booked is offered nothing else.
            && entry.booking.is_none()
            && entry.service_id == service.id
            && !except.is_some_and(|number| entry.is_of(number))
            && entry.wants(slot.start)
            && is_bookable(service, entry)
    });
    let Some(mut next) = suited.next() else { return Ok(()) };
    let Some(slot) = opening::opened(tx, &org, service, slot, now)? else { return Ok(()) };
    let mut left = slot.places;
    while left > 0 {
        let places = service.places(next.party_size);
        let wanted = Wanted {
            org: &org.id,
            resource: &slot.resource,
            start: slot.start,
            end: slot.occupied_until,
            places,
            capacity: slot.capacity,
            caller: None,
            now,
        };
        if fits(tx, &wanted, None)? {
            keep(tx, &next, KeptSlot { places, ..slot.clone() }, now)?;
            left = left.saturating_sub(places);
        }
        let Some(after) = suited.next() else { return Ok(()) };
        next = after;
    }
    Ok(())
}

/// Whether a party can be booked without asking a person.
fn is_bookable(service: &Service, entry: &WaitlistEntry) -> bool {
    match (entry.party_size, service.largest_party()) {
        (Some(people), Some(most)) => people <= most,
        _ => true,
    }
}

/// Keeps a slot for a place and sees to it that they are told.
fn keep(
    tx: &mut Tx<'_>,
    old: &WaitlistEntry,
    slot: KeptSlot,
    now: Timestamp,
) -> Result<(), StoreError> {
    let notice = OfferNotice { entry: old.id.clone(), start: slot.start, until: slot.until };
    let job = Job {
        id: JobId::random(),
        org: old.org.clone(),
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
    entry.offer = Some(KeptSlot { job: job.id, ..slot });
    save(tx, Some(old), entry, "waitlist.offered", &["state", "offer"], SERVER, now).map(drop)
}

/// Sees to places whose time has come: a slot that nobody came for goes to the next in line, whose
/// window is over waits no more. How many it were.
pub(crate) fn lapse(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let due = waitlist::due(tx, now, AT_ONCE)?;
    for old in &due {
        let came = is_being_booked(tx, old)?;
        let mut entry = old.clone();
        entry.passed.extend(old.offer.as_ref().filter(|_| !came).map(|slot| slot.start));
        let surplus = entry.passed.len().saturating_sub(MAX_PASSED);
        entry.passed.drain(..surplus);
        let is_over = old.ends_at() <= now;
        entry.state = if is_over { WaitlistState::Expired } else { WaitlistState::Waiting };
        entry.booking = entry.booking.filter(|_| !is_over);
        let action = if is_over { "waitlist.expired" } else { "waitlist.passed" };
        // What they are being booked for is claimed, and freed if it comes to nothing.
        if let Some(slot) = close(tx, old, entry, action, SERVER, now)?.filter(|_| !came) {
            to_next(tx, (&old.org, &old.service_id), &slot, None, now)?;
        }
    }
    Ok(due.len())
}
