//! What people answer to messages: that they want no more, or want them again, or that they will come.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::Booking;
use crate::ops::audit::{self, Note};
use crate::rows::Tx;
use crate::trees::{bookings, messages};

/// A number wants no messages of the org any more, or wants them again.
pub(crate) fn wants(
    tx: &mut Tx<'_>,
    org: &OrgId,
    number: &str,
    wanted: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    crate::ops::require_org(tx, org)?;
    match (wanted, messages::opted_out(tx, org, number)?) {
        (true, Some(_)) => messages::opt_in(tx, org, number),
        (false, None) => messages::opt_out(tx, org, number, now)?,
        _ => {}
    }
    Ok(())
}

/// A number says that they will come to what it was last reminded of; the booking, if that still stands
/// at that time and lies ahead.
pub(crate) fn confirm(
    tx: &mut Tx<'_>,
    org: &OrgId,
    number: &str,
    now: Timestamp,
) -> Result<Option<Booking>, StoreError> {
    let Some((booking, start)) = messages::reminded(tx, org, number)? else { return Ok(None) };
    let Some(old) = bookings::get(tx, org, booking)? else { return Ok(None) };
    if !old.stands() || old.start != start || start <= now {
        return Ok(None);
    }
    // Said twice, it was said the first time.
    if old.customer_confirmed_at.is_some() {
        return Ok(Some(old));
    }
    let booking = Booking { customer_confirmed_at: Some(now), updated_at: now, ..old.clone() };
    bookings::put(tx, &booking, Some(&old))?;
    let (action, subject) = ("booking.confirmed_by_customer", booking.id.to_string());
    let fields = vec!["customer_confirmed_at".to_owned()];
    audit::append(tx, Some(org), Note { at: now, actor: "customer", action, subject, fields })?;
    Ok(Some(booking))
}
