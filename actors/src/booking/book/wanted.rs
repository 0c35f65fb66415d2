//! What a caller wants to book, understood: words of a date, a time and a service become a start and an offer that
//! it matches, or the question to ask back. Called before anything is claimed; asks no provider.

use std::sync::Arc;

use hookswitch_storage::{BookingId, OfferedSlot, Service};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::BookRequest;
use crate::booking::desk::{Effects, Refusal, local, zone_of_offers};
use crate::booking::phrases;
use crate::booking::when::{self, Moment, Resolved};
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// What is wanted, understood.
#[derive(Clone)]
pub(in crate::booking) struct Wanted {
    pub(in crate::booking) service: Service,
    pub(in crate::booking) start: Timestamp,
    pub(in crate::booking) zone_name: String,
    /// The offer it matches, in a call.
    pub(in crate::booking) offered: Option<OfferedSlot>,
    /// The booking that is to move there.
    pub(in crate::booking) moving: Option<BookingId>,
}

impl Wanted {
    pub(in crate::booking) fn at(&self) -> DateTime {
        local(self.start, &self.zone_name)
    }

    pub(super) fn understand(
        context: &ToolContext,
        state: &Arc<CallState>,
        request: &BookRequest,
        effects: &mut Effects,
    ) -> Result<Self, Refusal> {
        let service = request.service.as_deref();
        let day_and_time = (request.date.as_str(), request.time.as_str());
        Self::read(context, state, day_and_time, service, effects)
    }

    pub(in crate::booking) fn read(
        context: &ToolContext,
        state: &Arc<CallState>,
        day_and_time: (&str, &str),
        service: Option<&str>,
        effects: &mut Effects,
    ) -> Result<Self, Refusal> {
        let named = service.and_then(|wanted| context.org.service(Some(wanted)));
        let fits = |slot: &OfferedSlot| named.is_none_or(|service| service.id == slot.service_id);
        let (zone, zone_name) = zone_of_offers(context, state);
        let readings = read_moment(day_and_time, state)?;
        let offered = readings
            .iter()
            .find_map(|reading| offered_at(state, reading, &zone).find(|slot| fits(slot)).cloned());
        if let Some(slot) = offered {
            let service = context.org.service(Some(slot.service_id.as_str()));
            let service = service.cloned().ok_or_else(no_service)?;
            let (start, zone_name) = (slot.start, slot.time_zone.clone());
            refuse_past(context, state, start, local(start, &zone_name), effects)?;
            return Ok(Self { service, start, zone_name, offered: Some(slot), moving: None });
        }
        let service =
            named.or_else(|| context.org.service(None)).cloned().ok_or_else(no_service)?;
        let (start, at) = match readings[0] {
            Moment::Fixed { instant, written } => (instant, written),
            Moment::Local(at) => match when::resolve(at, &zone) {
                Resolved::One(start) => (start, at),
                Resolved::Gap => {
                    let refusal = Refusal::new("no_such_time", phrases::no_such_time(at));
                    return Err(refusal.counted(state, effects));
                }
                Resolved::Fold { .. } => {
                    return Err(Refusal::new("ambiguous_time", phrases::time_comes_twice(at)));
                }
            },
        };
        refuse_past(context, state, start, at, effects)?;
        Ok(Self { service, start, zone_name, offered: None, moving: None })
    }
}

fn no_service() -> Refusal {
    Refusal::new("no_service", phrases::NO_SERVICE)
}

fn refuse_past(
    context: &ToolContext,
    state: &Arc<CallState>,
    start: Timestamp,
    at: DateTime,
    effects: &mut Effects,
) -> Result<(), Refusal> {
    if start > context.now() {
        return Ok(());
    }
    let message = if at.date() < state.today {
        phrases::date_has_passed(at.date(), state.today)
    } else {
        phrases::time_has_passed(at)
    };
    Err(Refusal::new("date_in_past", message).counted(state, effects))
}

/// The ways in which the words can be meant, likeliest first; never empty.
fn read_moment((date, time): (&str, &str), state: &CallState) -> Result<Vec<Moment>, Refusal> {
    let asks_back = |error| Refusal::when(&error);
    if date.trim().is_empty() {
        return Ok(vec![when::parse_moment(time, state.today).map_err(asks_back)?]);
    }
    let day = when::parse_date(date, state.today).map_err(asks_back)?;
    match when::parse_time(time) {
        Ok(first) => {
            let other = when::other_half_of_day(time);
            let mut readings = vec![Moment::Local(day.to_datetime(first))];
            readings.extend(other.map(|time| Moment::Local(day.to_datetime(time))));
            Ok(readings)
        }
        // Some models repeat the date in the time.
        Err(error) => match when::parse_moment(time, state.today) {
            Ok(moment) => Ok(vec![moment]),
            Err(_) => Err(asks_back(error)),
        },
    }
}

/// Offered slots that a reading means: the same instant, or the same local time beside a wrong
/// offset, which models often write.
fn offered_at<'a>(
    state: &'a CallState,
    reading: &Moment,
    zone: &TimeZone,
) -> impl Iterator<Item = &'a OfferedSlot> + use<'a> {
    let (instant, written) = match *reading {
        Moment::Fixed { instant, written } => (Some(instant), written),
        Moment::Local(at) => (None, at),
    };
    let zone = zone.clone();
    let matches = move |slot: &&OfferedSlot| {
        Some(slot.start) == instant
            || local(slot.start, &slot.time_zone) == written
            || slot.start.to_zoned(zone.clone()).datetime() == written
    };
    state.offered_slots.iter().rev().filter(matches)
}
