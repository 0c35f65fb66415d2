//! What a message says now, or that it has nothing to say any more. The sentences are in `phrases`.

use hookswitch_storage::{
    About, Booking, BookingStatus, Message, Outcome, Purpose, ServiceId, StoreError,
};

use crate::booking::local_time;
use crate::booking::phrases::texts::{self, Sender};
use crate::calls::Shared;
use crate::orgs::OrgEntry;

/// The text of a message; `None` if what it would say is not true any more.
pub(super) async fn of(
    shared: &Shared,
    org: &OrgEntry,
    message: &Message,
) -> Result<Option<String>, StoreError> {
    let sender = Sender {
        name: &org.settings().name,
        number: org.settings().phone_numbers.first().map(String::as_str),
    };
    match &message.about {
        About::Booking(id) => {
            let booking = shared.store.booking(org.id(), id).await?;
            Ok(booking.and_then(|booking| of_booking(org, &sender, message.purpose, &booking)))
        }
        About::Waitlist(id, start) => {
            let entry = shared.store.waitlist_entry(org.id(), id).await?;
            Ok(entry.and_then(|entry| {
                let slot = entry.offer.filter(|slot| slot.start == *start)?;
                (slot.until > shared.clock.now()).then(|| {
                    let at = local_time(slot.start, &entry.time_zone);
                    let until = local_time(slot.until, &entry.time_zone);
                    texts::offer(&sender, &service(org, &entry.service_id), at, until)
                })
            }))
        }
    }
}

fn of_booking(
    org: &OrgEntry,
    sender: &Sender<'_>,
    purpose: Purpose,
    booking: &Booking,
) -> Option<String> {
    let stands =
        booking.status == BookingStatus::Confirmed && booking.outcome == Outcome::Confirmed;
    let at = local_time(booking.start, &booking.time_zone);
    let (what, code) = (service(org, &booking.service_id), &booking.confirmation);
    match purpose {
        Purpose::Booked if stands => Some(texts::booked(sender, &what, at, code)),
        Purpose::Changed if stands => Some(texts::changed(sender, &what, at, code)),
        Purpose::Cancelled if !booking.is_active() => Some(texts::cancelled(sender, &what, at)),
        Purpose::NotBooked if !booking.is_active() => Some(texts::not_booked(sender, &what, at)),
        _ => None,
    }
}

fn service(org: &OrgEntry, id: &ServiceId) -> String {
    let known = org.settings().services.iter().find(|service| service.id == *id);
    known.map_or_else(|| id.to_string(), |service| service.name.clone())
}
