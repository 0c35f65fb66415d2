//! Which slots are free on a day, and where else if there are none. Offers what it finds: the
//! slots become bookable in this call, and those that are spoken are kept from other calls.

use std::sync::Arc;

use hookswitch_storage::{BookingId, CallEvent, OfferedSlot, OutagePolicy, ResourceId, Service};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::desk::{Effects, Refusal, hold, outage, zone_named};
use super::phrases;
use super::slots::{DayVerdict, FreeSlot, outage_day};
use super::when::parse_date;
use crate::bounds::{ALTERNATIVE_DAYS, ALTERNATIVES, SLOTS_PER_ALTERNATIVE};
use crate::ports::{DaySlots, ProviderError, SlotQuery};
use crate::provider::ProviderHandle;
use crate::tools::ToolContext;

/// A question for free slots.
#[derive(Debug, Clone, Default)]
pub struct SlotsRequest {
    /// The day, in any form that [`parse_date`] reads.
    pub date: String,
    /// The service, by id or name.
    pub service: Option<String>,
    /// IANA zone in which the day is meant; the org's by default.
    pub zone: Option<String>,
    /// Whether the answer speaks the times, so that they are held.
    pub speak: bool,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct FreeSlots {
    /// The day.
    pub date: Date,
    /// Today, fixed for the call.
    pub today: Date,
    /// Zone of all times of the answer.
    pub zone: TimeZone,
    /// Its IANA name.
    pub zone_name: String,
    /// The service that the slots are for.
    pub service: Service,
    /// All free slots of the day; those marked as spoken are to be spoken.
    pub slots: Vec<OfferedSlot>,
    /// Other days, when there are none.
    pub alternatives: Vec<(Date, Vec<OfferedSlot>)>,
    /// Why there are none.
    pub verdict: DayVerdict,
    /// The provider was out of reach: what is booked must be confirmed later (P091).
    pub unconfirmed: bool,
}

/// Finds the free slots of a day and offers them.
///
/// # Errors
/// A refusal in words: an unreadable or past date, nothing to book, no provider.
pub async fn free_slots(
    context: &ToolContext,
    request: SlotsRequest,
    effects: &mut Effects,
) -> Result<FreeSlots, Refusal> {
    let state = context.state().await;
    let (zone, zone_name) = zone_named(context, request.zone.as_deref());
    let today = if zone_name == state.time_zone {
        state.today
    } else {
        context.now().to_zoned(zone.clone()).date()
    };
    let date = parse_date(&request.date, today).map_err(|error| Refusal::when(&error))?;
    if date < today {
        return Err(Refusal::new("date_in_past", phrases::date_has_passed(date, today)));
    }
    let horizon = context.org.settings().booking.horizon_days;
    if today.checked_add(i64::from(horizon).days()).is_ok_and(|last| date > last) {
        return Err(Refusal::new("date_too_far", phrases::too_far_ahead(date, horizon)));
    }
    let service = context
        .org
        .service(request.service.as_deref())
        .cloned()
        .ok_or_else(|| Refusal::new("no_service", phrases::NO_SERVICE))?;
    let mut found = FreeSlots {
        date,
        today,
        zone,
        zone_name,
        service,
        slots: Vec::new(),
        alternatives: Vec::new(),
        verdict: DayVerdict::Open,
        unconfirmed: false,
    };
    let provider = match context.shared.connections.of_org(&context.org).await {
        Ok(provider) => provider,
        Err(error) => return Err(outage(context, &error, effects)),
    };
    match search(context, &provider, &mut found).await {
        Ok(()) => {}
        Err(error) => out_of_reach(context, &provider, &mut found, &error, effects)?,
    }
    if request.speak {
        let most = usize::try_from(context.org.settings().booking.max_offers).unwrap_or(1).max(1);
        let offers = found.slots.iter_mut().take(most);
        offers
            .chain(found.alternatives.iter_mut().flat_map(|(_, slots)| slots))
            .for_each(|slot| slot.spoken = true);
    }
    let offered: Vec<OfferedSlot> = found
        .slots
        .iter()
        .chain(found.alternatives.iter().flat_map(|(_, slots)| slots))
        .cloned()
        .collect();
    if !offered.is_empty() {
        hold(context, &offered);
        effects.events.push(CallEvent::SlotsOffered { slots: offered });
    }
    Ok(found)
}

async fn search(
    context: &ToolContext,
    provider: &ProviderHandle,
    found: &mut FreeSlots,
) -> Result<(), ProviderError> {
    let day = on(context, provider, found, found.date).await?;
    found.verdict = day.verdict;
    found.slots = offers(context, provider, found, day.slots);
    if found.slots.is_empty() {
        let first = found.date.saturating_add(1.day());
        let last = found.date.saturating_add(ALTERNATIVE_DAYS.days());
        let days = ask(context, provider, &found.service, (first, last), None).await?;
        for day in days.into_iter().filter(|day| !day.slots.is_empty()).take(ALTERNATIVES) {
            let mut slots = offers(context, provider, found, day.slots);
            slots.truncate(SLOTS_PER_ALTERNATIVE);
            found.alternatives.push((day.date, slots));
        }
    }
    Ok(())
}

/// The slots of a date in the answer's zone, which may lie on two dates of the org.
async fn on(
    context: &ToolContext,
    provider: &ProviderHandle,
    found: &FreeSlots,
    date: Date,
) -> Result<DaySlots, ProviderError> {
    if found.zone_name == context.org.settings().timezone {
        let mut days = ask(context, provider, &found.service, (date, date), None).await?;
        let none = DaySlots { date, slots: Vec::new(), verdict: DayVerdict::NoHours };
        return Ok(days.pop().unwrap_or(none));
    }
    let (from, to) = (date.saturating_sub(1.day()), date.saturating_add(1.day()));
    let days = ask(context, provider, &found.service, (from, to), None).await?;
    let verdict =
        days.iter().find(|day| day.date == date).map_or(DayVerdict::NoHours, |d| d.verdict);
    let here = |slot: &FreeSlot| slot.start.to_zoned(found.zone.clone()).date() == date;
    let slots: Vec<_> = days.into_iter().flat_map(|day| day.slots).filter(here).collect();
    let verdict = if slots.is_empty() { verdict } else { DayVerdict::Open };
    Ok(DaySlots { date, slots, verdict })
}

/// Asks the provider about days in the org's zone.
pub(super) async fn ask(
    context: &ToolContext,
    provider: &ProviderHandle,
    service: &Service,
    (from, to): (Date, Date),
    ignore: Option<BookingId>,
) -> Result<Vec<DaySlots>, ProviderError> {
    let query = SlotQuery {
        org: Arc::clone(&context.org.org),
        service: service.clone(),
        zone: context.org.zone.clone(),
        from,
        to,
        ignore,
        now: context.now(),
    };
    provider.availability(query, context.deadline).await
}

/// Slots that other live calls were told of are left out while there are others.
fn offers(
    context: &ToolContext,
    provider: &ProviderHandle,
    found: &FreeSlots,
    slots: Vec<FreeSlot>,
) -> Vec<OfferedSlot> {
    let resource = ResourceId::of_connection(provider.id());
    let (call, now) = (context.call(), context.now());
    let capacity = usize::try_from(found.service.capacity).unwrap_or(usize::MAX);
    let wanted = |slot: &&FreeSlot| {
        let span = (slot.start, slot.end);
        let holds = &context.shared.holds;
        holds.held_by_others(context.org.id(), &resource, call.as_ref(), span, now) < capacity
    };
    let mut chosen: Vec<FreeSlot> = slots.iter().filter(wanted).copied().collect();
    if chosen.is_empty() {
        chosen = slots;
    }
    chosen.into_iter().map(|slot| offer(provider, &found.service, &found.zone_name, slot)).collect()
}

/// A free slot as an offer that has not been spoken.
pub(super) fn offer(
    provider: &ProviderHandle,
    service: &Service,
    zone_name: &str,
    slot: FreeSlot,
) -> OfferedSlot {
    OfferedSlot {
        start: slot.start,
        end: slot.end,
        service_id: service.id.clone(),
        resource: ResourceId::of_connection(provider.id()),
        connection_id: provider.id().clone(),
        time_zone: zone_name.to_owned(),
        spoken: false,
    }
}

/// The outage policy's answer: with `defaults` nine to five, to be confirmed (P091).
fn out_of_reach(
    context: &ToolContext,
    provider: &ProviderHandle,
    found: &mut FreeSlots,
    error: &ProviderError,
    effects: &mut Effects,
) -> Result<(), Refusal> {
    let refusal = outage(context, error, effects);
    // Our own storage cannot keep a request while it is what failed.
    if context.org.settings().booking.outage_policy != OutagePolicy::Defaults || provider.is_local()
    {
        return Err(refusal);
    }
    found.unconfirmed = true;
    found.slots = outage_day(found.date, &found.zone, context.now())
        .into_iter()
        .map(|slot| offer(provider, &found.service, &found.zone_name, slot))
        .collect();
    Ok(())
}
