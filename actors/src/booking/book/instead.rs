//! What is offered in the place of a slot that cannot be had: the nearest on the same day and on up to
//! three days after it. Called by booking and moving when a slot turns out not to be free.

use hookswitch_storage::{CallEvent, OfferedSlot};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::Wanted;
use crate::booking::calendars::Calendars;
use crate::booking::desk::{Effects, Refusal, hold, local};
use crate::booking::free_slots::by_date;
use crate::booking::phrases::{self, Lack};
use crate::booking::slots::{DayVerdict, nearest};
use crate::bounds::{ALTERNATIVE_DAYS, ALTERNATIVES, SLOTS_PER_ALTERNATIVE};
use crate::tools::ToolContext;

/// The refusal of a slot that cannot be had; names and offers the nearest that can. What is not
/// named is given as data, and so is offered as well (R4).
pub(in crate::booking) async fn unavailable(
    context: &ToolContext,
    calendars: &Calendars,
    wanted: &Wanted,
    effects: &mut Effects,
) -> Refusal {
    let (verdict, mut days) = openings(context, calendars, wanted).await;
    let wanted_day = wanted.at().date();
    let times = |slots: &[OfferedSlot]| -> Vec<_> {
        slots.iter().map(|slot| local(slot.start, &wanted.errand.zone_name)).collect()
    };
    let none_that_day = days.first().is_none_or(|(date, _)| *date != wanted_day);
    let message = if none_that_day && verdict != DayVerdict::Open {
        let lack = Lack {
            verdict,
            service: &wanted.errand.service.name,
            lead_minutes: context.org.settings().booking.min_lead_minutes,
        };
        days.iter_mut().flat_map(|(_, slots)| slots).for_each(|slot| slot.spoken = true);
        let days: Vec<_> = days.iter().map(|(date, slots)| (*date, times(slots))).collect();
        phrases::no_slots(wanted_day, lack, &days)
    } else {
        let mut named = Vec::new();
        for slot in days.iter_mut().flat_map(|(_, slots)| slots).take(SLOTS_PER_ALTERNATIVE) {
            slot.spoken = true;
            named.push(local(slot.start, &wanted.errand.zone_name));
        }
        phrases::not_available(wanted.at(), &named)
    };
    let mut refusal = Refusal::new("slot_unavailable", message);
    refusal.alternatives = days.into_iter().flat_map(|(_, slots)| slots).collect();
    if !refusal.alternatives.is_empty() {
        hold(context, &refusal.alternatives);
        effects.events.push(CallEvent::SlotsOffered { slots: refusal.alternatives.clone() });
    }
    refusal
}

/// How the wanted day stands, and the slots nearest to the wanted time of day on it and on the
/// days after it. Nothing is found while the provider is out of reach.
async fn openings(
    context: &ToolContext,
    calendars: &Calendars,
    wanted: &Wanted,
) -> (DayVerdict, Vec<(Date, Vec<OfferedSlot>)>) {
    let first = context.org.zone.to_datetime(wanted.start).date();
    let last = first.saturating_add(ALTERNATIVE_DAYS.days());
    let asked = calendars.ask(context, &wanted.errand, (first, last), wanted.moving).await;
    let Ok(days) = asked else { return (DayVerdict::Open, Vec::new()) };
    let verdict = days.iter().find(|day| day.date == first).map(|day| day.verdict);
    let here = moving_from(context, wanted).await;
    let zone = TimeZone::get(&wanted.errand.zone_name).unwrap_or_else(|_| context.org.zone.clone());
    let wanted_at = wanted.at();
    let others = days.into_iter().flat_map(|day| day.openings);
    let others = others.filter(|other| Some(other.start) != here && other.start != wanted.start);
    let mut days = by_date(others, &zone);
    days.retain(|date, _| *date >= wanted_at.date());
    let following = days.keys().filter(|date| **date > wanted_at.date());
    let last = following.copied().nth(ALTERNATIVES - 1).unwrap_or(Date::MAX);
    days.retain(|date, _| *date <= last);
    let alternatives = days.into_iter().map(|(date, openings)| {
        let slots = calendars.offers(context, &wanted.errand, &openings);
        let at = date.to_datetime(wanted_at.time()).to_zoned(zone.clone());
        let near = at.map_or(wanted.start, |at| at.timestamp());
        (date, nearest(slots, |slot| slot.start, near, SLOTS_PER_ALTERNATIVE))
    });
    (verdict.unwrap_or(DayVerdict::Open), alternatives.collect())
}

/// Where the booking that is to move is now; to stay there is no alternative.
async fn moving_from(context: &ToolContext, wanted: &Wanted) -> Option<Timestamp> {
    let id = wanted.moving?;
    let booking = context.shared.store.booking(context.org.id(), &id).await.ok()??;
    Some(booking.start)
}
