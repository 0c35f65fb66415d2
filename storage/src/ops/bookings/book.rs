//! Making a booking.

use super::capacity::{Wanted, fits};
use super::{check_range, claim_of, code, day_cap, missing, note, unsettled};
use crate::error::StoreError;
use crate::model::{Act, Booking, BookingChange, BookingStatus, ChangeKind, Intent};
use crate::ops::answers::{self, Seen};
use crate::ops::{customers, messages, require_org, waitlist};
use crate::requests::{BookOutcome, NewBooking};
use crate::rows::Tx;
use crate::trees::{bookings, claims, meanings};

/// Makes a booking unless the same one was made before or the range is taken. Repeats are asked
/// about first: a repeat of what filled the range is not refused.
pub(crate) fn book(tx: &mut Tx<'_>, new: NewBooking) -> Result<BookOutcome, StoreError> {
    check(&new)?;
    require_org(tx, &new.org)?;
    match answers::seen(tx, &new.org, new.call_id.as_ref(), new.tool_call.as_ref())? {
        Seen::New => {}
        Seen::Reused => return Ok(BookOutcome::KeyReused),
        Seen::Ran(id) => {
            let made = bookings::get(tx, &new.org, id)?.ok_or_else(missing)?;
            return Ok(BookOutcome::Same(Box::new(made)));
        }
    }
    if let Some(meaning) = &new.meaning
        && let Some(id) = meanings::booking(tx, &new.org, meaning)?
    {
        let made = bookings::get(tx, &new.org, id)?.ok_or_else(missing)?;
        return Ok(BookOutcome::Same(Box::new(made)));
    }
    if bookings::get(tx, &new.org, new.id)?.is_some() {
        return Err(StoreError::Invalid {
            field: "id",
            problem: "belongs to another booking; make a new one",
        });
    }
    let wanted = Wanted {
        org: &new.org,
        resource: &new.resource,
        start: new.start,
        end: new.occupied_until,
        places: new.places,
        capacity: new.capacity,
        caller: new.caller.as_deref(),
        now: new.now,
    };
    let of = (&new.org, &new.service_id);
    if !fits(tx, &wanted, None)? || !day_cap::has_room(tx, of, new.start, None)? {
        return Ok(BookOutcome::Taken);
    }
    let customer_id = customers::find_or_create(tx, &new.org, &new.customer, new.now)?;
    let made = BookingChange {
        at: new.now,
        kind: ChangeKind::Made,
        from_start: None,
        reason: None,
        call_id: new.call_id.clone(),
    };
    let confirmation = code::unused(tx, &new.org)?;
    let intent = new.ask_provider.map(|_| Intent {
        act: Act::Create,
        asked_at: Some(new.now),
        ended_at: None,
        promised: false,
        outcome_before: new.outcome,
        tool_call: new.tool_call.clone(),
        call_id: new.call_id.clone(),
    });
    let booking = Booking {
        id: new.id,
        org: new.org,
        customer_id,
        status: new.status,
        outcome: new.outcome,
        start: new.start,
        end: new.end,
        occupied_until: new.occupied_until,
        time_zone: new.time_zone,
        service_id: new.service_id,
        resource: new.resource,
        capacity: new.capacity,
        places: new.places,
        party_size: new.party_size,
        connection_id: new.connection_id,
        customer_name: new.customer.name,
        customer_phone: new.customer.phone,
        customer_email: new.customer.email,
        notes: new.notes,
        confirmation,
        external_ids: Vec::new(),
        intent,
        source: new.source,
        call_id: new.call_id,
        customer_confirmed_at: None,
        history: vec![made],
        created_at: new.now,
        updated_at: new.now,
    };
    bookings::put(tx, &booking, None)?;
    claims::put(tx, &booking.org, &booking.resource, &claim_of(&booking))?;
    if let Some(meaning) = &new.meaning {
        meanings::put(tx, &booking.org, meaning, booking.id)?;
    }
    if let Some(due) = new.ask_provider {
        unsettled::keep_job(tx, &booking, due)?;
    }
    answers::note(tx, &booking.org, booking.call_id.as_ref(), new.tool_call, booking.id, new.now)?;
    note(tx, &booking, "booking.made", &[], &new.by, new.now)?;
    let caller = new.caller.as_deref();
    waitlist::claimed(tx, &booking, booking.start, caller, &new.by, new.now)?;
    messages::of_booking(tx, None, &booking, new.now)?;
    Ok(BookOutcome::Booked(Box::new(booking)))
}

fn check(new: &NewBooking) -> Result<(), StoreError> {
    if new.customer.name.trim().is_empty() {
        return Err(StoreError::Invalid { field: "customer.name", problem: "must not be empty" });
    }
    if new.status == BookingStatus::Cancelled {
        return Err(StoreError::Invalid {
            field: "status",
            problem: "must be pending or confirmed",
        });
    }
    check_range(new.start, new.end, new.occupied_until, (new.places, new.capacity))
}
