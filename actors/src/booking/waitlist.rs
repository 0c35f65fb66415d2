//! Waiting for a slot that may become free: a caller's words become a place in the line, and what
//! is kept for a caller is found when they call. Who is next is storage's affair: it is decided in
//! the operation that frees a slot.

use std::sync::Arc;

use hookswitch_storage::{
    CallEvent, JoinOutcome, JoinWaitlist, KeptSlot, LeaveWaitlist, OfferedSlot, Service, Waiter,
    WaitlistEntry, WaitlistId, WaitlistWindow,
};
use jiff::ToSpan;
use jiff::civil::{Date, Time};

use super::calendars::Calendars;
use super::callback::reach;
use super::desk::{Effects, Refusal, hold, local, storage_down};
use super::free_slots::Errand;
use super::locale::say_in;
use super::when::Clock;
use super::{people, phrases, when};
use crate::bounds::{ALTERNATIVES, WAITLIST_DAYS, WAITLIST_LOOK_AHEAD};
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// What a caller says about waiting.
#[derive(Debug, Clone, Default)]
pub struct WaitWish {
    /// First day as written; today by default.
    pub date: Option<String>,
    /// Last day as written; the first by default, or two weeks when neither is given.
    pub until: Option<String>,
    /// Earliest time as written.
    pub earliest: Option<String>,
    /// Latest time as written.
    pub latest: Option<String>,
    /// The service, by id or name.
    pub service: Option<String>,
    /// How many people come.
    pub party_size: Option<u32>,
    /// Their name as written.
    pub name: Option<String>,
    /// The number at which they are told as written; the one they are calling from by default.
    pub phone: Option<String>,
}

/// A place in the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The place.
    pub entry: WaitlistEntry,
    /// The service.
    pub service: Service,
    /// Whether it is a new place.
    pub is_new: bool,
    /// How long a slot is kept for them, minutes.
    pub kept_minutes: u32,
    /// Slots in their window that are free already; offered by this answer.
    pub free: Vec<OfferedSlot>,
}

/// Gives the caller a place in the line, or changes the one they have.
///
/// # Errors
/// A refusal in words; nothing was kept.
pub async fn join_waitlist(
    context: &ToolContext,
    wish: WaitWish,
    effects: &mut Effects,
) -> Result<Waiting, Refusal> {
    let state = context.state().await;
    let service = service(context, wish.service.as_deref())?;
    let window = window(context, &state, &wish)?;
    let own = state.caller.number.clone();
    let phone = reach(context, own, wish.phone.as_deref(), "customer_phone")?;
    let request = JoinWaitlist {
        id: WaitlistId::random(),
        who: waiter(context, &state, wish.name.as_deref(), Some(&phone)),
        phone,
        service_id: service.id.clone(),
        party_size: wish.party_size,
        window,
        time_zone: context.org.settings().timezone.clone(),
        by: context.actor(),
        now: context.now(),
    };
    let (entry, is_new) = match context.shared.store.join_waitlist(request).await {
        Ok(JoinOutcome::Joined(entry)) => (*entry, true),
        Ok(JoinOutcome::Changed(entry)) => (*entry, false),
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    let free = free_already(context, &service, &entry, effects).await;
    let kept_minutes = context.org.settings().booking.waitlist_hold_minutes;
    Ok(Waiting { entry, service, is_new, kept_minutes, free })
}

/// Takes the caller out of the line, for one service if one is named; never an empty list.
///
/// # Errors
/// A refusal in words; they stand where they stood.
pub async fn leave_waitlist(
    context: &ToolContext,
    wish: &WaitWish,
    effects: &mut Effects,
) -> Result<Vec<WaitlistEntry>, Refusal> {
    let state = context.state().await;
    let named = wish.service.as_deref().filter(|text| !text.trim().is_empty());
    let request = LeaveWaitlist {
        who: waiter(context, &state, wish.name.as_deref(), None),
        service_id: named.and_then(|text| context.org.service(Some(text))).map(|s| s.id.clone()),
        by: context.actor(),
        now: context.now(),
    };
    match context.shared.store.leave_waitlist(request).await {
        Ok(left) if left.is_empty() => {
            Err(Refusal::new("not_on_waitlist", phrases::waiting::not_waiting()))
        }
        Ok(left) => Ok(left),
        Err(error) => Err(storage_down(context, &error, effects)),
    }
}

fn service(context: &ToolContext, wanted: Option<&str>) -> Result<Service, Refusal> {
    let service = context.org.service(wanted).cloned();
    service.ok_or_else(|| Refusal::new("no_service", phrases::no_service()))
}

/// Who asks, as far as it is certain. An operator vouches for the number they give.
fn waiter(
    context: &ToolContext,
    state: &CallState,
    name: Option<&str>,
    given: Option<&str>,
) -> Waiter {
    Waiter {
        org: context.org.id().clone(),
        caller: certain_number(context, state, given),
        call_id: context.facts.id.clone(),
        name: name.and_then(people::name),
    }
}

/// The number of who books or waits, if it is certain: as signalled, or given by an operator.
pub(crate) fn certain_number(
    context: &ToolContext,
    state: &CallState,
    given: Option<&str>,
) -> Option<String> {
    match &context.operator {
        Some(_) => given.map(str::to_owned).or_else(|| state.caller.number.clone()),
        None => state.caller.number.clone(),
    }
}

fn window(
    context: &ToolContext,
    state: &Arc<CallState>,
    wish: &WaitWish,
) -> Result<WaitlistWindow, Refusal> {
    let today = state.today;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let day = |text: &Option<String>| -> Result<Option<Date>, Refusal> {
        let text = given(text);
        let date = text.map(|text| when::parse_date(&text, today)).transpose();
        date.map_err(|error| Refusal::when(&error))
    };
    let first = day(&wish.date)?;
    let from = first.unwrap_or(today);
    let to = match (day(&wish.until)?, first) {
        (Some(until), _) => until,
        (None, Some(first)) => first,
        (None, None) => today.saturating_add(WAITLIST_DAYS.days()),
    };
    if to < today {
        return Err(Refusal::new("date_in_past", phrases::date_has_passed(to, today, None)));
    }
    if to < from {
        return Err(Refusal::new("invalid_date", phrases::unreadable("last day")));
    }
    let horizon = context.org.settings().booking.horizon_days;
    let last = today.saturating_add(i64::from(horizon).days());
    if from > last {
        return Err(Refusal::new("date_too_far", phrases::too_far_ahead(from, horizon, None)));
    }
    let clock = |text: &Option<String>| -> Result<Option<Clock>, Refusal> {
        let time = given(text).map(|text| when::read_time(&text)).transpose();
        time.map_err(|error| Refusal::when(&error))
    };
    // "Between nine and five", "from two on": the business's day has the afternoon in it.
    let not_before = |clock: Clock, opens: Time| match clock.other {
        Some(other) if clock.time < opens => other,
        _ => clock.time,
    };
    let opens = Time::constant(7, 0, 0, 0);
    let earliest = clock(&wish.earliest)?.map(|clock| not_before(clock, opens));
    let begins = earliest.unwrap_or(opens);
    let latest = clock(&wish.latest)?.map(|clock| not_before(clock, begins));
    if earliest.zip(latest).is_some_and(|(earliest, latest)| earliest > latest) {
        return Err(Refusal::new("invalid_date", phrases::unreadable("latest time")));
    }
    let window = WaitlistWindow { from: from.max(today), to: to.min(last), earliest, latest };
    let ends = window.to.to_datetime(latest.unwrap_or(Time::constant(23, 59, 59, 0)));
    if ends <= context.now().to_zoned(context.org.zone.clone()).datetime() {
        return Err(Refusal::new("date_in_past", phrases::time_has_passed(ends)));
    }
    Ok(window)
}

/// Waiting is in vain for what is free already, so it is said. A calendar that cannot be asked is
/// no reason not to wait.
async fn free_already(
    context: &ToolContext,
    service: &Service,
    entry: &WaitlistEntry,
    effects: &mut Effects,
) -> Vec<OfferedSlot> {
    let Ok(calendars) = Calendars::of(context, service).await else { return Vec::new() };
    let last = entry.window.from.saturating_add(WAITLIST_LOOK_AHEAD.days()).min(entry.window.to);
    let errand = Errand {
        service: service.clone(),
        party_size: entry.party_size,
        places: service.places(entry.party_size),
        zone_name: entry.time_zone.clone(),
    };
    let Ok(days) = calendars.ask(context, &errand, (entry.window.from, last), None).await else {
        return Vec::new();
    };
    let slots: Vec<OfferedSlot> = days
        .into_iter()
        .flat_map(|day| day.openings)
        .filter(|opening| entry.suits(opening.start))
        .take(ALTERNATIVES)
        .filter_map(|opening| calendars.secured(&errand, &opening, None))
        .map(|slot| OfferedSlot { spoken: true, ..slot })
        .collect();
    if !slots.is_empty() {
        hold(context, &slots);
        effects.events.push(CallEvent::SlotsOffered { slots: slots.clone() });
    }
    slots
}

/// What is kept for whoever calls from a number, soonest first.
pub(crate) async fn of_number(
    shared: &crate::calls::Shared,
    org: &hookswitch_storage::OrgId,
    number: &str,
) -> Vec<(WaitlistEntry, KeptSlot)> {
    let kept = match shared.store.kept_slots(org, None, shared.clock.now()).await {
        Ok(kept) => kept,
        Err(error) => {
            tracing::warn!(org.id = %org, %error, "kept slots could not be read");
            return Vec::new();
        }
    };
    let mut own: Vec<_> = kept
        .into_iter()
        .filter(|entry| entry.is_of(number))
        .filter_map(|entry| entry.offer.clone().map(|slot| (entry, slot)))
        .collect();
    own.sort_by_key(|(_, slot)| slot.start);
    own
}

/// A kept slot as an offer that was spoken.
pub(crate) fn as_offer(entry: &WaitlistEntry, slot: &KeptSlot) -> OfferedSlot {
    OfferedSlot {
        start: slot.start,
        end: slot.end,
        service_id: entry.service_id.clone(),
        resource: slot.resource.clone(),
        connection_id: slot.connection_id.clone(),
        time_zone: entry.time_zone.clone(),
        party_size: entry.party_size,
        spoken: true,
    }
}

/// What is kept for the caller, in words, and offered by the answer that says it.
pub(crate) async fn tell_kept(context: &ToolContext, effects: &mut Effects) -> Option<String> {
    let state = context.state().await;
    let number = state.caller.number.as_deref()?;
    let kept = of_number(&context.shared, context.org.id(), number).await;
    let (entry, slot) = kept.first()?;
    let offered = as_offer(entry, slot);
    let known = state.offered_slots.iter().any(|known| {
        known.start == offered.start && known.service_id == offered.service_id && known.spoken
    });
    if !known {
        effects.events.push(CallEvent::SlotsOffered { slots: vec![offered.clone()] });
        effects.events.push(CallEvent::SlotHeld { slot: offered, until: slot.until });
    }
    Some(in_words(&context.org, entry, slot))
}

/// A kept slot in words.
pub(crate) fn in_words(
    org: &crate::orgs::OrgEntry,
    entry: &WaitlistEntry,
    slot: &KeptSlot,
) -> String {
    let service = org.settings().services.iter().find(|service| service.id == entry.service_id);
    let service = service.map_or(entry.service_id.as_str(), |service| service.name.as_str());
    let zone = &entry.time_zone;
    // Also when a call comes in, which no tool runs in.
    say_in(org.settings().locale, || {
        phrases::waiting::kept(service, local(slot.start, zone), local(slot.until, zone))
    })
}
