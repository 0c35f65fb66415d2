//! What a mail says now and what it does to the reader's calendar, or that there is nothing to say any
//! more. The sentences are in `phrases`, the formats behind the port.

use hookswitch_storage::{
    About, Booking, CallbackId, CallbackState, ChangeKind, Channel, Message, Purpose, StoreError,
};

use super::wording::{is_true, offer, service, visit};
use crate::booking::local_time;
use crate::booking::phrases::letters::{self, Visit, Writer};
use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::{Appointment, Letter};

/// A letter and what comes with it.
pub(super) type Content = (Letter, Option<Appointment>);

/// What a mail says; `None` if that would not be true any more.
pub(super) async fn of(
    shared: &Shared,
    org: &OrgEntry,
    message: &Message,
) -> Result<Option<Content>, StoreError> {
    let writer = Writer {
        name: &org.settings().name,
        number: org.settings().phone_numbers.first().map(String::as_str),
    };
    match &message.about {
        About::Booking(id) => {
            let booking = shared.store.booking(org.id(), id).await?;
            match booking.filter(|booking| is_true(message.purpose, booking)) {
                Some(booking) => of_booking(shared, org, &writer, message.purpose, &booking).await,
                None => Ok(None),
            }
        }
        About::Waitlist(id, start) => Ok(offer(shared, org, id, *start).await?.map(|offer| {
            let service = service(org, &offer.service);
            (letters::offer(&writer, &service, offer.at, offer.until, &offer.zone), None)
        })),
        About::Visit(id, start) => {
            let booking = visit(shared, org.id(), id, *start).await?;
            // It is in their calendar since it was booked.
            Ok(booking.map(|booking| {
                let service = service(org, &booking.service_id);
                (letters::reminder(&writer, &seen(&booking, &service)), None)
            }))
        }
        About::Callback(_) if message.purpose == Purpose::CallbackReceived => Ok(None),
        About::Callback(id) => of_callback(shared, org, message, id).await,
    }
}

fn seen<'a>(booking: &'a Booking, service: &'a str) -> Visit<'a> {
    Visit {
        service,
        at: local_time(booking.start, &booking.time_zone),
        zone: &booking.time_zone,
        customer: &booking.customer_name,
        party_size: booking.party_size,
        code: &booking.confirmation,
    }
}

async fn of_booking(
    shared: &Shared,
    org: &OrgEntry,
    writer: &Writer<'_>,
    purpose: Purpose,
    booking: &Booking,
) -> Result<Option<Content>, StoreError> {
    let service = service(org, &booking.service_id);
    let visit = seen(booking, &service);
    let letter = match purpose {
        Purpose::Booked => letters::booked(writer, &visit),
        Purpose::Changed => letters::changed(writer, &visit),
        Purpose::Cancelled => letters::cancelled(writer, &visit),
        Purpose::NotBooked => letters::not_booked(writer, &visit),
        Purpose::Unchanged => letters::unchanged(writer, &visit),
        Purpose::WaitlistOffer
        | Purpose::Callback
        | Purpose::Reminder
        | Purpose::CallbackReceived => return Ok(None),
    };
    let cancelled = !booking.is_active();
    // Nobody is to be asked about an appointment that was never in their calendar.
    let is_theirs = !cancelled || may_be_entered(shared, booking).await?;
    let appointment = is_theirs.then(|| Appointment {
        booking: booking.id,
        cancelled,
        sequence: sequence(booking),
        start: booking.start,
        end: booking.end,
        title: letters::calendar_title(writer, &service),
        description: letters::calendar_note(writer, &booking.confirmation),
        attendee: booking.customer_name.clone(),
    });
    Ok(Some((letter, appointment)))
}

/// How often what stands in a calendar was changed: it rises with each move, change and cancellation,
/// and is the same whenever the same is sent again.
fn sequence(booking: &Booking) -> u32 {
    let counts = |kind: ChangeKind| !matches!(kind, ChangeKind::Made | ChangeKind::Settled);
    let changes = booking.history.iter().filter(|change| counts(change.kind)).count();
    // One that came to nothing has no change of such a kind for it.
    let fell_through = !booking.is_active()
        && !booking.history.iter().any(|change| change.kind == ChangeKind::Cancelled);
    u32::try_from(changes).unwrap_or(u32::MAX).saturating_add(fell_through.into())
}

/// Whether a mail about a booking may have put it into the customer's calendar.
async fn may_be_entered(shared: &Shared, booking: &Booking) -> Result<bool, StoreError> {
    let told = shared.store.message_about(booking, Purpose::Booked, Channel::Email).await?;
    // Whatever became of it since: it was in the server's hands, and not surely left there.
    Ok(told.is_some_and(|told| told.handed_over_at.is_some()))
}

async fn of_callback(
    shared: &Shared,
    org: &OrgEntry,
    message: &Message,
    id: &CallbackId,
) -> Result<Option<Content>, StoreError> {
    let callback = shared.store.callback(org.id(), id).await?;
    let open = callback.filter(|callback| callback.state != CallbackState::Done);
    Ok(open.map(|callback| {
        let zone = &org.settings().timezone;
        let asked_at = local_time(callback.created_at, zone);
        let corrects = message.created_at > callback.created_at;
        (letters::call_back(&callback, corrects, asked_at, zone), None)
    }))
}
