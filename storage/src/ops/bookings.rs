//! Bookings: the one place where it is decided whether a range is free. Every change of a booking
//! moves its claim, its meaning, its indexes, the tool call's record and the audit chain with it.

mod adopt;
mod amend;
mod book;
mod cancel;
mod capacity;
mod code;
mod day_cap;
mod relocate;
mod settle;
mod unsettled;

use jiff::{Span, Timestamp};

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::model::{Act, Booking, MoveTo};
use crate::rows::Tx;
use crate::trees::claims::{self, Claim};

pub(crate) use adopt::adopt;
pub(crate) use amend::amend;
pub(crate) use book::book;
pub(crate) use cancel::{begin_cancel, cancel};
pub(crate) use capacity::{Wanted, fits};
pub(crate) use code::normalised as normalised_code;
pub(crate) use day_cap::full_days;
pub(crate) use relocate::{begin_move, relocate};
pub(crate) use settle::settle;
pub(crate) use unsettled::{ask_again, end_settling, promise};

fn claim_of(booking: &Booking) -> Claim {
    Claim {
        booking: booking.id,
        start: booking.start,
        end: booking.occupied_until,
        capacity: booking.capacity,
        places: booking.places,
    }
}

/// The claim on where a booking is to move.
fn claim_to(booking: &Booking, to: &MoveTo) -> Claim {
    Claim {
        booking: booking.id,
        start: to.start,
        end: to.occupied_until,
        capacity: to.capacity,
        places: to.places,
    }
}

/// A booking's claims and meaning end; the rest of it stays.
fn release(tx: &mut Tx<'_>, booking: &Booking) -> Result<(), StoreError> {
    claims::delete(tx, &booking.org, &booking.resource, &claim_of(booking));
    if let Some(Act::Move(to)) = booking.intent.as_ref().map(|intent| &intent.act) {
        claims::delete(tx, &booking.org, &booking.resource, &claim_to(booking, to));
    }
    crate::trees::meanings::release(tx, &booking.org, booking.id)
}

fn check_range(
    start: Timestamp,
    end: Timestamp,
    occupied_until: Timestamp,
    (places, capacity): (u32, u32),
) -> Result<(), StoreError> {
    let invalid = |field, problem| Err(StoreError::Invalid { field, problem });
    let longest = start.checked_add(Span::new().hours(claims::MAX_DAYS * 24));
    if end <= start {
        invalid("end", "must be after start")
    } else if occupied_until < end {
        invalid("occupied_until", "must not be before end")
    } else if longest.is_ok_and(|longest| occupied_until > longest) {
        invalid("occupied_until", "must be within 366 days of start")
    } else if capacity == 0 {
        invalid("capacity", "must be at least 1")
    } else if places == 0 || places > capacity {
        invalid("places", "must be at least 1 and at most the capacity")
    } else {
        Ok(())
    }
}

fn note(
    tx: &mut Tx<'_>,
    booking: &Booking,
    action: &'static str,
    fields: &[&str],
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    let subject = booking.id.to_string();
    audit::append(tx, Some(&booking.org), Note { at: now, actor: by, action, subject, fields })
}

/// For rows that must be there because another row names them.
fn missing() -> StoreError {
    StoreError::Damaged { table: "booking" }
}
