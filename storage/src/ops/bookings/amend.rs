//! Putting right for whom a booking is and how they are reached. Time, place and claim stay.

use jiff::Timestamp;

use super::note;
use crate::error::StoreError;
use crate::model::{Booking, BookingChange, ChangeKind};
use crate::ops::answers::{self, Seen};
use crate::ops::customers::same_name;
use crate::ops::messages;
use crate::requests::{AmendBooking, AmendOutcome};
use crate::rows::Tx;
use crate::trees::{bookings, customers, meanings};

/// Puts the contact details of a booking right, and of its customer where they were wrong there too.
pub(crate) fn amend(tx: &mut Tx<'_>, to: AmendBooking) -> Result<AmendOutcome, StoreError> {
    if to.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        return Err(StoreError::Invalid { field: "name", problem: "must not be empty" });
    }
    let Some(old) = bookings::get(tx, &to.org, to.id)? else { return Ok(AmendOutcome::NotFound) };
    let call = to.call_id.as_ref();
    if let Seen::Reused = answers::seen(tx, &to.org, call, to.tool_call.as_ref())? {
        return Ok(AmendOutcome::KeyReused);
    }
    if !old.is_active() {
        return Ok(AmendOutcome::Cancelled(Box::new(old)));
    }
    let mut booking = old.clone();
    booking.customer_name = to.name.unwrap_or(booking.customer_name);
    booking.customer_phone = to.phone.or(booking.customer_phone);
    booking.customer_email = to.email.or(booking.customer_email);
    answers::note(tx, &to.org, call, to.tool_call.clone(), old.id, to.now)?;
    if booking == old {
        return Ok(AmendOutcome::Amended(Box::new(old)));
    }
    let fields: Vec<&str> = [
        ("customer_name", old.customer_name != booking.customer_name),
        ("customer_phone", old.customer_phone != booking.customer_phone),
        ("customer_email", old.customer_email != booking.customer_email),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect();
    booking.updated_at = to.now;
    booking.history.push(BookingChange {
        at: to.now,
        kind: ChangeKind::Amended,
        from_start: None,
        reason: None,
        call_id: to.call_id,
    });
    bookings::put(tx, &booking, Some(&old))?;
    if let Some(meaning) = &to.meaning
        && meanings::booking(tx, &booking.org, meaning)?.is_none()
    {
        meanings::release(tx, &booking.org, booking.id)?;
        meanings::put(tx, &booking.org, meaning, booking.id)?;
    }
    put_customer_right(tx, &old, &booking, to.now)?;
    note(tx, &booking, "booking.amended", &fields, &to.by, to.now)?;
    messages::of_amended(tx, &old, &booking, to.now)?;
    Ok(AmendOutcome::Amended(Box::new(booking)))
}

/// A customer who became known by this very booking is as wrong as it was. Of one who was known before
/// only the address can have come from it; the number is what they were known by, and the name theirs.
fn put_customer_right(
    tx: &mut Tx<'_>,
    old: &Booking,
    new: &Booking,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(known) = customers::get(tx, &old.org, old.customer_id)? else { return Ok(()) };
    let mut customer = known.clone();
    // An address that neither had is not the customer's for being somebody's on their number.
    let is_theirs = old.customer_email.is_some() || same_name(&customer.name, &old.customer_name);
    if is_theirs && customer.email == old.customer_email {
        customer.email.clone_from(&new.customer_email);
    }
    if customer.created_at == old.created_at {
        if customer.phone == old.customer_phone {
            customer.phone.clone_from(&new.customer_phone);
        }
        if customer.name == old.customer_name {
            customer.name.clone_from(&new.customer_name);
        }
    }
    if customer == known {
        return Ok(());
    }
    customer.updated_at = now;
    customers::put(tx, &customer, Some(&known))
}
