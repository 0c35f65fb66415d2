//! A customer is reached elsewhere than was said first: what waits to be sent goes there, and what went
//! to the wrong address is said again to the right one.

use jiff::Timestamp;

use super::{ANSWER, Draft, NEWS, cause, is_answer, later, queue, waiting};
use crate::error::StoreError;
use crate::model::{About, Booking, Channel, MessageState, Purpose};
use crate::rows::Tx;
use crate::trees::messages;

/// The contact details of a booking were put right.
pub(crate) fn of_amended(
    tx: &mut Tx<'_>,
    old: &Booking,
    new: &Booking,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ways = [
        (Channel::Sms, &old.customer_phone, &new.customer_phone),
        (Channel::Email, &old.customer_email, &new.customer_email),
    ];
    for (channel, before, to) in ways {
        match to {
            // What is not settled yet will be told to where the customer is reached then.
            Some(to) if new.stands() && before.as_ref() != Some(to) => {
                tell_at(tx, new, channel, to, now)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn tell_at(
    tx: &mut Tx<'_>,
    booking: &Booking,
    channel: Channel,
    to: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let told = messages::of_cause(tx, &booking.org, &cause(booking, Purpose::Booked, channel))?;
    if let Some(mut open) = waiting(tx, booking, told.as_ref(), channel)? {
        to.clone_into(&mut open.to);
        open.updated_at = now;
        return messages::put(tx, &open);
    }
    let first = cause(booking, Purpose::Booked, channel);
    let mut cause = first.clone();
    for number in 2_u32.. {
        match messages::of_cause(tx, &booking.org, &cause)? {
            None => break,
            Some(mut waiting) if waiting.state == MessageState::Queued => {
                to.clone_into(&mut waiting.to);
                waiting.updated_at = now;
                return messages::put(tx, &waiting);
            }
            Some(_) => cause = format!("{first} {number}"),
        }
    }
    let draft = Draft {
        channel,
        purpose: Purpose::Booked,
        about: About::Booking(booking.id),
        to,
        expires_at: later(now, NEWS).min(booking.start),
        waits_before: Some(booking.start),
        awake_until: is_answer(booking, now).then(|| later(now, ANSWER)),
    };
    queue(tx, &booking.org, draft, &cause, now).map(|_| ())
}
