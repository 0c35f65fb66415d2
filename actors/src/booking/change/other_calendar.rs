//! A booking whose new time is free in another calendar only. Says how the time can be had: booked
//! anew, then the old one cancelled, so that the caller never stands without any. Offers the time, and
//! changes no booking.

use std::sync::Arc;

use hookswitch_storage::{Booking, CallEvent};

use crate::booking::book::{Wanted, secure};
use crate::booking::calendars::Calendars;
use crate::booking::desk::{Effects, Refusal, hold, local};
use crate::booking::phrases::which;
use crate::provider::ProviderHandle;
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// The calendar in which a booking moves, which is its own.
///
/// # Errors
/// A refusal in words if the time was offered in another calendar and its own does not have it, or
/// if the service is booked in others by now and none of them has it.
pub(super) async fn own_calendar(
    context: &ToolContext,
    state: &Arc<CallState>,
    (booking, provider): (&Booking, &ProviderHandle),
    wanted: &Wanted,
    effects: &mut Effects,
) -> Result<Calendars, Refusal> {
    let own = Calendars::only(provider);
    // An operator decides for themself in which calendar a booking is.
    if context.operator.is_some() || wanted.start == booking.start {
        return Ok(own);
    }
    let service = &wanted.errand.service;
    let Ok(all) = Calendars::of(context, service).await else { return Ok(own) };
    let is_served = all.include(&booking.connection_id);
    let offered = wanted.offered.as_ref();
    if is_served && offered.is_none_or(|slot| slot.connection_id == booking.connection_id) {
        return Ok(own);
    }
    let date = wanted.start.to_zoned(context.org.zone.clone()).date();
    let answer = own.ask_now(context, &wanted.errand, (date, date), wanted.moving).await;
    let has_it = answer.at(wanted.start).is_some() || own.silenced(&answer, None).is_some();
    if is_served && has_it {
        return Ok(own);
    }
    // What its calendar does not know of may stand in those that came after it.
    let mut slot = secure(context, state, &all, wanted, effects).await?;
    if has_it {
        return Ok(own);
    }
    slot.spoken = true;
    hold(context, std::slice::from_ref(&slot));
    effects.events.push(CallEvent::SlotsOffered { slots: vec![slot.clone()] });
    let from = local(booking.start, &booking.time_zone);
    let mut refusal = Refusal::new("other_calendar", which::in_another_calendar(wanted.at(), from));
    refusal.alternatives = vec![slot];
    let names = context.org.settings().tool_names;
    refusal.next_step = Some(which::book_anew_then_cancel(&booking.confirmation, names));
    Err(refusal)
}
