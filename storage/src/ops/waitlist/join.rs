//! Coming into the line and leaving it.

use super::{close, is_certain, may_be_named, offer, save};
use crate::error::StoreError;
use crate::model::{WaitlistEntry, WaitlistState};
use crate::ops::require_org;
use crate::requests::{JoinOutcome, JoinWaitlist, LeaveWaitlist};
use crate::rows::Tx;
use crate::trees::{orgs, waitlist};

/// Gives somebody a place, or changes the one they have.
pub(crate) fn join(tx: &mut Tx<'_>, wish: JoinWaitlist) -> Result<JoinOutcome, StoreError> {
    require_org(tx, &wish.who.org)?;
    check(&wish)?;
    let known = waitlist::line(tx, &wish.who.org)?.into_iter().find(|entry| {
        entry.service_id == wish.service_id
            && is_certain(entry, &wish.who)
            && may_be_named(entry, &wish.who)
    });
    if let Some(old) = known {
        return change(tx, &old, wish).map(|entry| JoinOutcome::Changed(Box::new(entry)));
    }
    if waitlist::get(tx, &wish.who.org, &wish.id)?.is_some() {
        return Err(StoreError::Invalid {
            field: "id",
            problem: "belongs to another place; make a new one",
        });
    }
    let JoinWaitlist { id, who, phone, service_id, party_size, window, time_zone, by, now } = wish;
    let entry = WaitlistEntry {
        id,
        org: who.org,
        state: WaitlistState::Waiting,
        name: who.name,
        phone,
        caller: who.caller,
        service_id,
        party_size,
        window,
        time_zone,
        offer: None,
        passed: Vec::new(),
        booking: None,
        call_id: who.call_id,
        created_at: now,
        updated_at: now,
    };
    ahead(&entry, now)?;
    let entry = save(tx, None, entry, "waitlist.joined", &[], &by, now)?;
    Ok(JoinOutcome::Joined(Box::new(entry)))
}

fn check(wish: &JoinWaitlist) -> Result<(), StoreError> {
    let invalid = |field, problem| Err(StoreError::Invalid { field, problem });
    let window = &wish.window;
    if wish.phone.trim().is_empty() {
        return invalid("phone", "must not be empty");
    }
    if window.from > window.to {
        return invalid("window", "must not end before it begins");
    }
    match (window.earliest, window.latest) {
        (Some(earliest), Some(latest)) if earliest > latest => {
            invalid("window", "must have its earliest time before its latest")
        }
        _ => Ok(()),
    }
}

fn ahead(entry: &WaitlistEntry, now: jiff::Timestamp) -> Result<(), StoreError> {
    if entry.ends_at() > now {
        return Ok(());
    }
    Err(StoreError::Invalid { field: "window", problem: "must not be over" })
}

/// What is new of a place. A slot that is kept and no longer suits, or is of another size than their
/// party, is kept anew for whom it suits and fits by now.
fn change(
    tx: &mut Tx<'_>,
    old: &WaitlistEntry,
    wish: JoinWaitlist,
) -> Result<WaitlistEntry, StoreError> {
    let mut entry = old.clone();
    entry.name = wish.who.name.or(entry.name);
    entry.phone = wish.phone;
    entry.party_size = wish.party_size.or(entry.party_size);
    entry.window = wish.window;
    entry.time_zone = wish.time_zone;
    ahead(&entry, wish.now)?;
    let fields = ["name", "phone", "party_size", "window"];
    let action = "waitlist.changed";
    let org = orgs::get(tx, &entry.org)?;
    let services = org.iter().flat_map(|org| &org.settings.services);
    let service = services.clone().find(|service| service.id == entry.service_id);
    let places = |entry: &WaitlistEntry| service.map(|service| service.places(entry.party_size));
    let other_size = places(&entry) != places(old);
    let unwanted = entry.offer.as_ref().is_some_and(|slot| other_size || !entry.wants(slot.start));
    if !unwanted {
        return save(tx, Some(old), entry, action, &fields, &wish.by, wish.now);
    }
    entry.state = WaitlistState::Waiting;
    let slot = close(tx, old, entry.clone(), action, &wish.by, wish.now)?;
    if let Some(slot) = slot {
        offer::to_next(tx, (&old.org, &old.service_id), &slot, None, wish.now)?;
    }
    waitlist::get(tx, &entry.org, &entry.id)?.ok_or(StoreError::Damaged { table: "waitlist" })
}

/// Takes somebody out of the line; gives what they waited for. A slot that was kept for them goes
/// to the next in line.
pub(crate) fn leave(
    tx: &mut Tx<'_>,
    wish: &LeaveWaitlist,
) -> Result<Vec<WaitlistEntry>, StoreError> {
    let mut left = Vec::new();
    for place in waitlist::line(tx, &wish.who.org)? {
        // Passing a slot on may have changed it since the line was read.
        let Some(old) = waitlist::get(tx, &place.org, &place.id)? else { continue };
        let is_meant = wish.service_id.as_ref().is_none_or(|service| old.service_id == *service)
            && is_certain(&old, &wish.who)
            && may_be_named(&old, &wish.who);
        if !is_meant {
            continue;
        }
        let entry = WaitlistEntry { state: WaitlistState::Left, booking: None, ..old.clone() };
        let slot = close(tx, &old, entry.clone(), "waitlist.left", &wish.by, wish.now)?;
        if let Some(slot) = slot {
            offer::to_next(tx, (&old.org, &old.service_id), &slot, None, wish.now)?;
        }
        left.push(entry);
    }
    Ok(left)
}
