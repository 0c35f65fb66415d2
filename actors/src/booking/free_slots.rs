//! Which slots are free on a day, and where else if there are none. Offers what it finds: the
//! slots become bookable in this call, and those that are spoken are kept from other calls.

use std::collections::BTreeMap;

use hookswitch_storage::{CallEvent, ConnectionId, OfferedSlot, Service};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::book::{meant_date, unasked};
use super::calendars::{Calendars, Opening, Silent};
use super::desk::{Effects, Refusal, hold, outage, zone_named};
use super::slots::DayVerdict;
use super::when::parse_date;
use super::{party, phrases};
use crate::bounds::{ALTERNATIVE_DAYS, ALTERNATIVES, SLOTS_PER_ALTERNATIVE};
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
    /// For how many people.
    pub party_size: Option<u32>,
    /// The connections that are to be looked at; all of the service if there are none.
    pub connections: Vec<ConnectionId>,
    /// Whether the answer speaks the times, so that they are held.
    pub speak: bool,
}

/// What slots are wanted for.
#[derive(Debug, Clone)]
pub struct Errand {
    /// The service.
    pub service: Service,
    /// How many people come, if that was said.
    pub party_size: Option<u32>,
    /// How many places of the service they take, at least 1.
    pub places: u32,
    /// IANA zone in which times are spoken of.
    pub zone_name: String,
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
    /// What the slots are for.
    pub errand: Errand,
    /// All free slots of the day; those marked as spoken are to be spoken.
    pub slots: Vec<OfferedSlot>,
    /// Other days, when there are none.
    pub alternatives: Vec<(Date, Vec<OfferedSlot>)>,
    /// Why there are none.
    pub verdict: DayVerdict,
    /// The notice that the business needs, minutes.
    pub lead_minutes: u32,
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
    let (zone, zone_name) = zone_named(context, &state, request.zone.as_deref());
    let today = state.today_in(&zone);
    let date = parse_date(&request.date, today).map_err(|error| Refusal::when(&error))?;
    let horizon = context.org.settings().booking.horizon_days;
    let meant = meant_date(date, today, horizon);
    if date < today {
        return Err(Refusal::new("date_in_past", phrases::date_has_passed(date, today, meant)));
    }
    if today.checked_add(i64::from(horizon).days()).is_ok_and(|last| date > last) {
        return Err(Refusal::new("date_too_far", phrases::too_far_ahead(date, horizon, meant)));
    }
    let service = context
        .org
        .service(request.service.as_deref())
        .cloned()
        .ok_or_else(|| Refusal::new("no_service", phrases::no_service()))?;
    let places = party::places(&service, request.party_size)?;
    let mut found = FreeSlots {
        date,
        today,
        zone,
        errand: Errand { service, party_size: request.party_size, places, zone_name },
        slots: Vec::new(),
        alternatives: Vec::new(),
        verdict: DayVerdict::Open,
        lead_minutes: context.org.settings().booking.min_lead_minutes,
        unconfirmed: false,
    };
    let wanted = &request.connections;
    let calendars = match Calendars::among(context, &found.errand.service, wanted).await {
        Ok(calendars) => calendars,
        Err(error) => return Err(outage(context, &error, effects)),
    };
    if let Err(silent) = search(context, &calendars, &mut found).await {
        let calendars = unasked(context, &silent, None, effects)?;
        found.unconfirmed = true;
        let searched = search(context, &calendars, &mut found).await;
        searched.map_err(|silent| outage(context, &silent.error, effects))?;
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
    calendars: &Calendars,
    found: &mut FreeSlots,
) -> Result<(), Silent> {
    let (openings, verdict) = on(context, calendars, found, found.date).await?;
    found.verdict = verdict;
    found.slots = calendars.offers(context, &found.errand, &openings);
    if found.slots.is_empty() {
        let last = found.date.saturating_add(ALTERNATIVE_DAYS.days());
        let span = if is_at_home(context, found) {
            (found.date.saturating_add(1.day()), last)
        } else {
            (found.date, last.saturating_add(1.day()))
        };
        let days = calendars.ask(context, &found.errand, span, None).await?;
        let openings = days.into_iter().flat_map(|day| day.openings);
        let days = by_date(openings, &found.zone).into_iter();
        let following = days.filter(|(date, _)| *date > found.date && *date <= last);
        for (date, openings) in following.take(ALTERNATIVES) {
            let mut slots = calendars.offers(context, &found.errand, &openings);
            slots.truncate(SLOTS_PER_ALTERNATIVE);
            found.alternatives.push((date, slots));
        }
    }
    Ok(())
}

/// Whether the answer's days are the org's own.
fn is_at_home(context: &ToolContext, found: &FreeSlots) -> bool {
    found.errand.zone_name == context.org.settings().timezone
}

/// Openings by their dates in a zone, as the caller counts days; in order of time each.
pub(super) fn by_date(
    openings: impl Iterator<Item = Opening>,
    zone: &TimeZone,
) -> BTreeMap<Date, Vec<Opening>> {
    let mut days: BTreeMap<Date, Vec<Opening>> = BTreeMap::new();
    for opening in openings {
        days.entry(zone.to_datetime(opening.start).date()).or_default().push(opening);
    }
    days
}

/// What is free on a date in the answer's zone, which may lie on two dates of the org.
async fn on(
    context: &ToolContext,
    calendars: &Calendars,
    found: &FreeSlots,
    date: Date,
) -> Result<(Vec<Opening>, DayVerdict), Silent> {
    if is_at_home(context, found) {
        let mut days = calendars.ask(context, &found.errand, (date, date), None).await?;
        let none = || (Vec::new(), DayVerdict::NoHours);
        return Ok(days.pop().map_or_else(none, |day| (day.openings, day.verdict)));
    }
    let (from, to) = (date.saturating_sub(1.day()), date.saturating_add(1.day()));
    let days = calendars.ask(context, &found.errand, (from, to), None).await?;
    let verdict =
        days.iter().find(|day| day.date == date).map_or(DayVerdict::NoHours, |d| d.verdict);
    let here = |opening: &Opening| found.zone.to_datetime(opening.start).date() == date;
    let openings: Vec<_> = days.into_iter().flat_map(|day| day.openings).filter(here).collect();
    let verdict = if openings.is_empty() { verdict } else { DayVerdict::Open };
    Ok((openings, verdict))
}
