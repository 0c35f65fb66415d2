//! What a text message says now, or that it has nothing to say any more. The sentences are in `phrases`.

use hookswitch_storage::{
    About, Booking, BookingStatus, Message, Outcome, Purpose, ServiceId, StoreError, WaitlistId,
};
use jiff::Timestamp;

use crate::booking::local_time;
use crate::booking::phrases::texts::{self, Sender};
use crate::booking::when::LocalTime;
use crate::calls::Shared;
use crate::orgs::OrgEntry;

/// The text of a text message; `None` if what it would say is not true any more.
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
        About::Waitlist(id, start) => Ok(offer(shared, org, id, *start).await?.map(|offer| {
            texts::offer(&sender, &service(org, &offer.service), offer.at, offer.until)
        })),
        // The business hears of those by mail.
        About::Callback(_) => Ok(None),
    }
}

/// A slot that is kept for somebody.
pub(super) struct Offer {
    pub(super) service: ServiceId,
    pub(super) at: LocalTime,
    pub(super) until: LocalTime,
    /// IANA.
    pub(super) zone: String,
}

/// The slot that begins at `start`, if it is still kept.
pub(super) async fn offer(
    shared: &Shared,
    org: &OrgEntry,
    id: &WaitlistId,
    start: Timestamp,
) -> Result<Option<Offer>, StoreError> {
    let entry = shared.store.waitlist_entry(org.id(), id).await?;
    Ok(entry.and_then(|entry| {
        let slot = entry.offer.filter(|slot| slot.start == start)?;
        (slot.until > shared.clock.now()).then(|| Offer {
            service: entry.service_id,
            at: local_time(slot.start, &entry.time_zone),
            until: local_time(slot.until, &entry.time_zone),
            zone: entry.time_zone,
        })
    }))
}

/// Whether what a message would say of a booking is true.
pub(super) fn is_true(purpose: Purpose, booking: &Booking) -> bool {
    match purpose {
        Purpose::Booked | Purpose::Changed => {
            booking.status == BookingStatus::Confirmed && booking.outcome == Outcome::Confirmed
        }
        Purpose::Cancelled | Purpose::NotBooked => !booking.is_active(),
        Purpose::WaitlistOffer | Purpose::Callback => false,
    }
}

fn of_booking(
    org: &OrgEntry,
    sender: &Sender<'_>,
    purpose: Purpose,
    booking: &Booking,
) -> Option<String> {
    if !is_true(purpose, booking) {
        return None;
    }
    let at = local_time(booking.start, &booking.time_zone);
    let (what, code) = (service(org, &booking.service_id), &booking.confirmation);
    match purpose {
        Purpose::Booked => Some(texts::booked(sender, &what, at, code)),
        Purpose::Changed => Some(texts::changed(sender, &what, at, code)),
        Purpose::Cancelled => Some(texts::cancelled(sender, &what, at)),
        Purpose::NotBooked => Some(texts::not_booked(sender, &what, at)),
        Purpose::WaitlistOffer | Purpose::Callback => None,
    }
}

pub(super) fn service(org: &OrgEntry, id: &ServiceId) -> String {
    let known = org.settings().services.iter().find(|service| service.id == *id);
    known.map_or_else(|| id.to_string(), |service| service.name.clone())
}
