//! What was done before: by the same tool call when its answer was lost, and by the same call.
//! Storage is asked, not the session: a crash between a booking and its event leaves the session
//! without it, and then a repeat would find its own slot taken.

use hookswitch_storage::{
    AnswerRecord, Booking, BookingFilter, BookingSummary, CallEvent, ChangeKind, Page, ServiceId,
};
use jiff::Timestamp;

use super::book::key_reused;
use super::desk::{Effects, Refusal, storage_down};
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// Bookings of one call that are looked at; a call makes a handful.
const MOST: usize = 100;

/// What makes two requests of a call the same request. Outside of a call nothing tells a repeat from a
/// second booking but the tool call's id.
pub(super) fn meaning(
    context: &ToolContext,
    name: &str,
    service: &ServiceId,
    start: Timestamp,
) -> Option<String> {
    let call = context.facts.id.as_ref()?;
    Some(format!("{call}|{}|{service}|{start}", name.to_lowercase()))
}

/// What this very tool call made, moved or cancelled before its answer was lost.
pub(super) async fn same_tool_call(
    context: &ToolContext,
    state: &CallState,
    effects: &mut Effects,
) -> Result<Option<Booking>, Refusal> {
    let (store, org) = (&context.shared.store, context.org.id());
    let known = store.answer(org, context.facts.id.as_ref(), &context.tool_call_id).await;
    let known = known.map_err(|error| storage_down(context, &error, effects))?;
    let Some(AnswerRecord { arguments_hash, booking: Some(id), .. }) = known else {
        return Ok(None);
    };
    if arguments_hash != context.arguments_hash {
        return Err(key_reused());
    }
    let booking = store.booking(org, &id).await;
    let booking = booking.map_err(|error| storage_down(context, &error, effects))?;
    if let Some(booking) = &booking {
        effects.booking = Some(id);
        tell(state, booking, effects);
    }
    Ok(booking)
}

/// Bookings of this call that stand, for the same service.
pub(super) async fn same_call(
    context: &ToolContext,
    state: &CallState,
    service: &ServiceId,
    effects: &mut Effects,
) -> Result<Vec<Booking>, Refusal> {
    let Some(call) = &context.facts.id else { return Ok(Vec::new()) };
    let (store, org) = (&context.shared.store, context.org.id());
    let filter = BookingFilter { call: Some(call.clone()), ..BookingFilter::default() };
    let made = store.bookings(org, &filter, &Page { limit: MOST, cursor: None }).await;
    let mut bookings = made.map_err(|error| storage_down(context, &error, effects))?.items;
    // One of an earlier call that was moved in this one counts as well.
    for touched in &state.bookings {
        if !bookings.iter().any(|booking| booking.id == touched.id) {
            let booking = store.booking(org, &touched.id).await;
            bookings.extend(booking.map_err(|error| storage_down(context, &error, effects))?);
        }
    }
    bookings.retain(|booking| booking.is_active() && booking.service_id == *service);
    Ok(bookings)
}

/// Makes good for an event that a crash swallowed.
pub(super) fn tell(state: &CallState, booking: &Booking, effects: &mut Effects) {
    let booking = BookingSummary::from(booking);
    let known = state.bookings.iter().find(|known| known.id == booking.id);
    effects.events.extend(match known {
        Some(known) if *known == booking => None,
        None => Some(CallEvent::BookingMade { booking }),
        Some(_) if booking.status == hookswitch_storage::BookingStatus::Cancelled => {
            Some(CallEvent::BookingCancelled { booking })
        }
        Some(_) => Some(CallEvent::BookingChanged { booking }),
    });
}

/// Where a booking was before its last change, if that was a move.
pub(super) fn moved_from(booking: &Booking) -> Option<Timestamp> {
    let changes = booking.history.iter().rev();
    let last = changes.clone().find(|change| change.kind != ChangeKind::Settled)?;
    last.from_start.filter(|_| last.kind == ChangeKind::Moved)
}
