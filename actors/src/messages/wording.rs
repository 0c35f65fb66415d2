//! What a text message says now, or that it has nothing to say any more. The sentences are in `phrases`.

use hookswitch_storage::{
    About, Booking, BookingId, CallbackState, Message, OrgId, Purpose, ServiceId, StoreError,
    WaitlistId,
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
        About::Visit(id, start) => {
            let booking = visit(shared, org.id(), id, *start).await?;
            Ok(booking.map(|booking| {
                let at = local_time(booking.start, &booking.time_zone);
                texts::reminder(&sender, &service(org, &booking.service_id), at)
            }))
        }
        // The business hears of those by mail.
        About::Callback(_) if message.purpose == Purpose::Callback => Ok(None),
        About::Callback(id) => {
            let callback = shared.store.callback(org.id(), id).await?;
            let open = callback.filter(|callback| callback.state != CallbackState::Done);
            Ok(open.map(|_| texts::callback_received(&sender)))
        }
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

/// The booking that somebody is to be reminded of, if it still stands at that time and lies ahead.
pub(super) async fn visit(
    shared: &Shared,
    org: &OrgId,
    id: &BookingId,
    start: Timestamp,
) -> Result<Option<Booking>, StoreError> {
    let booking = shared.store.booking(org, id).await?;
    let now = shared.clock.now();
    Ok(booking.filter(|booking| booking.stands() && booking.start == start && now < start))
}

/// Whether what a message would say of a booking is true.
pub(super) fn is_true(purpose: Purpose, booking: &Booking) -> bool {
    match purpose {
        Purpose::Booked | Purpose::Changed | Purpose::Unchanged => booking.stands(),
        Purpose::Cancelled | Purpose::NotBooked => !booking.is_active(),
        Purpose::WaitlistOffer
        | Purpose::Callback
        | Purpose::Reminder
        | Purpose::CallbackReceived => false,
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
        Purpose::Unchanged => Some(texts::unchanged(sender, &what, at, code)),
        Purpose::WaitlistOffer
        | Purpose::Callback
        | Purpose::Reminder
        | Purpose::CallbackReceived => None,
    }
}

pub(super) fn service(org: &OrgEntry, id: &ServiceId) -> String {
    let known = org.settings().services.iter().find(|service| service.id == *id);
    known.map_or_else(|| id.to_string(), |service| service.name.clone())
}
