//! Moving and cancelling: first whose booking it is, then the same way as booking. A move keeps
//! the old slot until the new one is safe; a cancellation is said only when it is done.

mod other_calendar;

use std::sync::Arc;

use hookswitch_storage::{
    Booking, BookingId, BookingSummary, CallEvent, CancelBooking, CancelOutcome, MoveBooking,
    MoveOutcome, StoreError,
};

use super::book::{Wanted, joined, key_reused, not_known, occupied_until, secure, unavailable};
use super::desk::{Effects, Refusal, local, outage, storage_down};
use super::find::{Claimant, Purpose, cancelled_here, find_for};
use super::saga::{self, Carried};
use super::waitlist::certain_number;
use super::when::LocalTime;
use super::{phrases, repeat};
use crate::feed::OrgNotice;
use crate::ports::ProviderError;
use crate::provider::ProviderHandle;
use crate::session::state::CallState;
use crate::tools::ToolContext;
use crate::turns::Turn;
use other_calendar::own_calendar;

/// A request to move.
#[derive(Debug, Clone, Default)]
pub struct ChangeRequest {
    /// Which booking.
    pub claimant: Claimant,
    /// The new day as written; the booking's own when empty.
    pub new_date: String,
    /// The new time as written, or day and time.
    pub new_time: String,
}

/// What became of a move.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// It moved from the given local time.
    Moved(Box<Booking>, LocalTime),
    /// It was there already.
    Already(Box<Booking>),
}

/// A booking and where it should go.
pub(super) struct Target<'a> {
    pub(super) booking: Booking,
    pub(super) wanted: &'a Wanted,
}

/// Moves a booking.
///
/// # Errors
/// A refusal in words; the booking is where it was.
pub async fn reschedule(
    context: &ToolContext,
    request: ChangeRequest,
    effects: &mut Effects,
) -> Result<Changed, Refusal> {
    effects.gate = Some(context.exclusive().await);
    let state = context.state().await;
    if let Some(booking) = repeat::same_tool_call(context, &state, effects).await? {
        if !booking.is_active() {
            return Err(already_cancelled(&booking));
        }
        let from = repeat::moved_from(&booking).map(|from| local(from, &booking.time_zone));
        let booking = Box::new(booking);
        return Ok(match from {
            Some(from) => Changed::Moved(booking, from),
            None => Changed::Already(booking),
        });
    }
    let booking = only(context, &state, &request.claimant, effects).await?;
    if !booking.is_active() {
        return Err(already_cancelled(&booking));
    }
    let from = local(booking.start, &booking.time_zone);
    let own_date = from.date().to_string();
    let has_day = !request.new_date.trim().is_empty();
    // "Move it to three" means the same day; "2026-02-10 15:00" in one piece names its own.
    let in_one = !has_day && super::when::parse_moment(&request.new_time, state.today).is_ok();
    let date = match (has_day, in_one) {
        (true, _) => request.new_date.as_str(),
        (false, true) => "",
        (false, false) => own_date.as_str(),
    };
    let service = Some(booking.service_id.as_str());
    let mut wanted = Wanted::read(context, &state, (date, &request.new_time), service, effects)?;
    // The caller names the new time themself; that it is free is checked below. In a call the
    // agent repeats it back before it calls, so no second offer is needed for one's own booking.
    wanted = wanted.moving(&booking);
    let is_doubtful = wanted.is_elsewhere && context.facts.id.is_some();
    if wanted.offered.is_none() && !is_doubtful {
        wanted.offered = Some(as_offer(&booking, &wanted));
    }
    if wanted.start == booking.start {
        effects.booking = Some(booking.id);
        return Ok(Changed::Already(Box::new(booking)));
    }
    let target = Target { booking, wanted: &wanted };
    let moved = relocate(context, &state, target, effects).await?;
    Ok(Changed::Moved(moved, from))
}

fn as_offer(booking: &Booking, wanted: &Wanted) -> hookswitch_storage::OfferedSlot {
    hookswitch_storage::OfferedSlot {
        start: wanted.start,
        end: wanted.start,
        service_id: booking.service_id.clone(),
        resource: booking.resource.clone(),
        connection_id: booking.connection_id.clone(),
        time_zone: wanted.errand.zone_name.clone(),
        party_size: booking.party_size,
        spoken: false,
    }
}

/// Moves a booking to a slot that is free by the same rules as an offer.
pub(super) async fn relocate(
    context: &ToolContext,
    state: &Arc<CallState>,
    target: Target<'_>,
    effects: &mut Effects,
) -> Result<Box<Booking>, Refusal> {
    let Target { booking, wanted } = target;
    let provider = connection_of(context, &booking, effects).await?;
    let here = (&booking, &provider);
    let calendars = own_calendar(context, state, here, wanted, effects).await?;
    let slot = secure(context, state, &calendars, wanted, effects).await?;
    let keeper = keeper_of(context, &provider, &booking, wanted.at(), effects).await?;
    if let Keeper::Provider(provider, _) = &keeper {
        let others = wanted.errand.party_size != booking.party_size
            && wanted.errand.places != booking.places;
        if slot.start == booking.start || others && !provider.moves_with_party() {
            return Err(other_party());
        }
    }
    let service = &wanted.errand.service.id;
    let request = MoveBooking {
        org: context.org.id().clone(),
        id: booking.id,
        start: slot.start,
        end: slot.end,
        occupied_until: occupied_until(slot.end, &wanted.errand.service),
        capacity: wanted.errand.service.capacity,
        party: wanted.errand.party_size.map(|people| (wanted.errand.places, people)),
        time_zone: wanted.errand.zone_name.clone(),
        meaning: repeat::meaning(context, &booking.customer_name, service, slot.start),
        tool_call: Some(context.tool_call()),
        call_id: context.facts.id.clone(),
        caller: certain_number(context, state, booking.customer_phone.as_deref()),
        by: context.actor(),
        now: context.now(),
    };
    let store = &context.shared.store;
    let outcome = match keeper {
        Keeper::Us(_turn) => store.move_booking(request).await,
        Keeper::Provider(provider, turn) => {
            match store.begin_move(request, saga::look_at(context)).await {
                Ok(MoveOutcome::Begun(begun)) => {
                    let carried = saga::carry_out(context, provider, begun, turn).await;
                    let Carried { booking, error } = known(context, carried, wanted.at(), effects)?;
                    match error {
                        None => Ok(MoveOutcome::Moved(booking)),
                        Some(ProviderError::SlotTaken | ProviderError::OutsidePolicy(_)) => {
                            Ok(MoveOutcome::Taken)
                        }
                        Some(error) => return Err(outage(context, &error, effects)),
                    }
                }
                other => other,
            }
        }
    };
    match outcome {
        Ok(MoveOutcome::Moved(moved)) => {
            effects.booking = Some(moved.id);
            let booking = BookingSummary::from(&*moved);
            effects.events.push(CallEvent::BookingChanged { booking });
            Ok(moved)
        }
        Ok(MoveOutcome::Begun(_) | MoveOutcome::Unsettled(_)) => {
            Err(not_known(wanted.at(), effects))
        }
        Ok(MoveOutcome::Same(moved)) => {
            effects.booking = Some(moved.id);
            repeat::tell(state, &moved, effects);
            Ok(moved)
        }
        Ok(MoveOutcome::Taken) => {
            let refusal = unavailable(context, &calendars, wanted, effects).await;
            Err(refusal.counted(state, effects))
        }
        Ok(MoveOutcome::NotFound) => Err(not_found()),
        Ok(MoveOutcome::Cancelled(booking)) => Err(already_cancelled(&booking)),
        Ok(MoveOutcome::KeyReused) => Err(key_reused()),
        Err(error) => Err(storage_down(context, &error, effects)),
    }
}

/// Changes how many people come to a booking, which stays when it is.
pub(super) async fn resize(
    context: &ToolContext,
    state: &Arc<CallState>,
    booking: Booking,
    wanted: &Wanted,
    effects: &mut Effects,
) -> Result<Box<Booking>, Refusal> {
    let provider = connection_of(context, &booking, effects).await?;
    if !provider.is_local() && !booking.is_unasked() {
        return Err(other_party());
    }
    let wanted = wanted.moving(&booking);
    relocate(context, state, Target { booking, wanted: &wanted }, effects).await
}

/// Hardly any calendar outside is known to change that without making the booking anew, and none where
/// the booking stays when it is.
fn other_party() -> Refusal {
    let mut refusal = Refusal::new("party_size", phrases::other_party());
    refusal.transfer_suggested = true;
    refusal
}

/// Who has a booking that is about to change. Nobody asks its provider for anything while its turn
/// is held, so that it stays so until the change is written down.
enum Keeper<'a> {
    /// We do alone: the calendar is ours, its provider was not asked to make it yet, or it is over.
    Us(Option<Turn<BookingId>>),
    /// Its provider does as well, and is to be asked.
    Provider(&'a ProviderHandle, Turn<BookingId>),
}

async fn keeper_of<'a>(
    context: &ToolContext,
    provider: &'a ProviderHandle,
    booking: &Booking,
    at: LocalTime,
    effects: &mut Effects,
) -> Result<Keeper<'a>, Refusal> {
    if provider.is_local() || !booking.is_active() {
        return Ok(Keeper::Us(None));
    }
    let Some(turn) = saga::take_turn(context, booking.id).await else {
        return Err(not_known(at, effects));
    };
    // What waited for its provider when it was read may have been made there since.
    let read = context.shared.store.booking(context.org.id(), &booking.id).await;
    match read {
        Ok(Some(now)) if now.is_unasked() => Ok(Keeper::Us(Some(turn))),
        Ok(_) => Ok(Keeper::Provider(provider, turn)),
        Err(error) => Err(storage_down(context, &error, effects)),
    }
}

/// Tells those who watch that an appointment may still stand in a calendar that we no longer reach.
fn left_there(context: &ToolContext, booking: &Booking) {
    if booking.external_ids.is_empty() {
        return;
    }
    context.shared.feed.announce(OrgNotice {
        org: booking.org.clone(),
        at: context.now(),
        code: "cancelled_only_here",
        message:
            "A booking is cancelled whose calendar was removed from here: remove it there by hand."
                .into(),
        warning: true,
        connection: Some(booking.connection_id.clone()),
        booking: Some(booking.id),
    });
}

/// What came of asking a provider, unless that is not known.
fn known(
    context: &ToolContext,
    carried: Result<Carried, StoreError>,
    at: LocalTime,
    effects: &mut Effects,
) -> Result<Carried, Refusal> {
    match carried {
        Ok(carried) if carried.error == Some(ProviderError::Unknown) => Err(not_known(at, effects)),
        Ok(carried) => Ok(carried),
        Err(error) => {
            let _ = storage_down(context, &error, effects);
            Err(not_known(at, effects))
        }
    }
}

/// Cancels a booking. The second value is false if it had been cancelled before.
///
/// # Errors
/// A refusal in words; the booking stands.
pub async fn cancel(
    context: &ToolContext,
    claimant: &Claimant,
    reason: Option<String>,
    effects: &mut Effects,
) -> Result<(Box<Booking>, bool), Refusal> {
    effects.gate = Some(context.exclusive().await);
    let state = context.state().await;
    if let Some(booking) = repeat::same_tool_call(context, &state, effects).await?
        && !booking.is_active()
    {
        return Ok((Box::new(booking), true));
    }
    if let Some(booking) = cancelled_here(context, claimant, effects).await? {
        effects.booking = Some(booking.id);
        return Ok((Box::new(booking), false));
    }
    let booking = only(context, &state, claimant, effects).await?;
    effects.booking = Some(booking.id);
    let at = local(booking.start, &booking.time_zone);
    let connections = &context.shared.connections;
    let provider = match connections.get(context.org.id(), &booking.connection_id).await {
        Ok(provider) => Some(provider),
        // Its calendar was taken away from us; the appointment need not stay with us for that.
        Err(ProviderError::NotFound) => None,
        Err(error) => return Err(outage(context, &error, effects)),
    };
    let keeper = match &provider {
        Some(provider) => keeper_of(context, provider, &booking, at, effects).await?,
        None => Keeper::Us(None),
    };
    let request = CancelBooking {
        org: context.org.id().clone(),
        id: booking.id,
        reason,
        tool_call: Some(context.tool_call()),
        call_id: context.facts.id.clone(),
        by: context.actor(),
        now: context.now(),
    };
    let store = &context.shared.store;
    let outcome = match keeper {
        Keeper::Us(_turn) => store.cancel(request).await,
        Keeper::Provider(provider, turn) => {
            match store.begin_cancel(request, saga::look_at(context)).await {
                Ok(CancelOutcome::Begun(begun)) => {
                    let carried = saga::carry_out(context, provider, begun, turn).await;
                    let Carried { booking, error } = known(context, carried, at, effects)?;
                    match error {
                        Some(error) if booking.is_active() => {
                            return Err(outage(context, &error, effects));
                        }
                        _ => Ok(CancelOutcome::Cancelled(booking)),
                    }
                }
                other => other,
            }
        }
    };
    match outcome {
        Ok(CancelOutcome::Cancelled(booking)) => {
            if provider.is_none() {
                left_there(context, &booking);
            }
            let summary = BookingSummary::from(&*booking);
            effects.events.push(CallEvent::BookingCancelled { booking: summary });
            Ok((booking, true))
        }
        Ok(CancelOutcome::Begun(_) | CancelOutcome::Unsettled(_)) => Err(not_known(at, effects)),
        Ok(CancelOutcome::Already(booking)) => Ok((booking, false)),
        Ok(CancelOutcome::NotFound) => Err(not_found()),
        Ok(CancelOutcome::KeyReused) => Err(key_reused()),
        Err(error) => Err(storage_down(context, &error, effects)),
    }
}

fn already_cancelled(booking: &Booking) -> Refusal {
    let at = local(booking.start, &booking.time_zone);
    Refusal::new("booking_cancelled", phrases::already_cancelled(at))
}

fn not_found() -> Refusal {
    Refusal::new("booking_not_found", phrases::not_found())
}

/// The one booking that is meant.
async fn only(
    context: &ToolContext,
    state: &CallState,
    claimant: &Claimant,
    effects: &mut Effects,
) -> Result<Booking, Refusal> {
    let mut found = find_for(context, claimant, Purpose::Change, effects).await?;
    if found.len() > 1 {
        let at: Vec<_> = found.iter().map(|b| local(b.start, &b.time_zone)).collect();
        return Err(Refusal::new("several_bookings", phrases::found_several(&at)));
    }
    let booking = found.pop().ok_or_else(not_found)?;
    let booking = *joined(context, state, Box::new(booking), effects).await?;
    if booking.is_in_doubt() && booking.is_active() {
        let at = local(booking.start, &booking.time_zone);
        return Err(not_known(at, effects));
    }
    Ok(booking)
}

async fn connection_of(
    context: &ToolContext,
    booking: &Booking,
    effects: &mut Effects,
) -> Result<ProviderHandle, Refusal> {
    let connections = &context.shared.connections;
    match connections.get(context.org.id(), &booking.connection_id).await {
        Ok(provider) => Ok(provider),
        Err(error) => Err(outage(context, &error, effects)),
    }
}
