//! What a caller wants to book, understood: words of a date, a time and a service become a start
//! and an offer that it matches, or the question to ask back. Called before anything is claimed;
//! asks no provider.

use std::sync::Arc;

use hookswitch_storage::{Booking, BookingId, OfferedSlot, Service};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::BookRequest;
use crate::booking::desk::{Effects, Refusal, local, zone_of_offers};
use crate::booking::free_slots::Errand;
use crate::booking::party;
use crate::booking::phrases::{self, which};
use crate::booking::slots::{is_ever_open, is_open};
use crate::booking::when::{LocalTime, Moment, WhenError, gap_end, in_coming_year, read_moment};
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// What is wanted, understood.
#[derive(Clone)]
pub(in crate::booking) struct Wanted {
    pub(in crate::booking) errand: Errand,
    pub(in crate::booking) start: Timestamp,
    /// The offer it matches, in a call.
    pub(in crate::booking) offered: Option<OfferedSlot>,
    /// The booking that is to move there.
    pub(in crate::booking) moving: Option<BookingId>,
    /// The words show another time of day than that of the start where it is: models write offsets that are
    /// wrong, so that either may be meant.
    pub(in crate::booking) is_elsewhere: bool,
}

impl Wanted {
    pub(in crate::booking) fn at(&self) -> LocalTime {
        local(self.start, &self.errand.zone_name)
    }

    pub(super) fn understand(
        context: &ToolContext,
        state: &Arc<CallState>,
        request: &BookRequest,
        effects: &mut Effects,
    ) -> Result<Self, Refusal> {
        let service = request.service.as_deref();
        let day_and_time = (request.date.as_str(), request.time.as_str());
        let mut wanted = Self::read(context, state, day_and_time, service, effects)?;
        let offered = wanted.offered.as_ref();
        let people = request.party_size.or(offered.and_then(|slot| slot.party_size));
        wanted.errand.places = party::places(&wanted.errand.service, people)?;
        wanted.errand.party_size = people;
        Ok(wanted)
    }

    pub(in crate::booking) fn read(
        context: &ToolContext,
        state: &Arc<CallState>,
        day_and_time: (&str, &str),
        service: Option<&str>,
        effects: &mut Effects,
    ) -> Result<Self, Refusal> {
        // Words that name none of them tell nothing of what was offered.
        let named = service.and_then(|wanted| context.org.service_named(wanted));
        let fits = |slot: &&OfferedSlot| named.is_none_or(|service| service.id == slot.service_id);
        let (zone, zone_name) = zone_of_offers(context, state);
        let readings = read(day_and_time, state, &zone)?;
        let offered = offers_meant(state.offered_slots.iter().filter(fits), &readings, &zone);
        if let [slot] = offered.as_slice() {
            let service = context.org.service(Some(slot.service_id.as_str()));
            let service = service.cloned().ok_or_else(no_service)?;
            let (start, zone_name) = (slot.start, slot.time_zone.clone());
            let at = local(start, &zone_name);
            refuse_date(context, state, (at.datetime(), &zone), start, effects)?;
            let offered = Some((*slot).clone());
            return Ok(Self::alone(service, start, zone_name, offered));
        }
        if !offered.is_empty() {
            let mut question = which_of_offers(&offered, &readings);
            question.alternatives = offered.into_iter().cloned().collect();
            return Err(question);
        }
        let service =
            named.or_else(|| context.org.service(None)).cloned().ok_or_else(no_service)?;
        let (at, start) = match likeliest(context, &readings, &zone)? {
            Likeliest::At(at, start) => (at, start),
            Likeliest::Never(at) => {
                let next = gap_end(at, &zone).map(|jump| zone.to_datetime(jump));
                let refusal = Refusal::new("no_such_time", which::no_such_time(at, next));
                return Err(refusal.counted(state, effects));
            }
        };
        refuse_date(context, state, (at, &zone), start, effects)?;
        let is_elsewhere = zone.to_datetime(start) != at;
        Ok(Self { is_elsewhere, ..Self::alone(service, start, zone_name, None) })
    }

    /// The same for a booking that is to move there, with as many people as it has unless others
    /// were said.
    pub(in crate::booking) fn moving(&self, booking: &Booking) -> Self {
        let mut wanted = Self { moving: Some(booking.id), ..self.clone() };
        if wanted.errand.party_size.is_none() {
            wanted.errand.party_size = booking.party_size;
            wanted.errand.places = booking.places.min(wanted.errand.service.capacity);
        }
        wanted
    }

    /// For as many people as nobody has said yet.
    fn alone(
        service: Service,
        start: Timestamp,
        zone_name: String,
        offered: Option<OfferedSlot>,
    ) -> Self {
        let places = service.places(None);
        let errand = Errand { service, party_size: None, places, zone_name };
        Self { errand, start, offered, moving: None, is_elsewhere: false }
    }
}

fn no_service() -> Refusal {
    Refusal::new("no_service", phrases::no_service())
}

/// Every reading of the words. A time alone is on the day of the offers, if that is only one.
fn read(
    (date, time): (&str, &str),
    state: &CallState,
    zone: &TimeZone,
) -> Result<Vec<Moment>, Refusal> {
    let day_of = |slot: &OfferedSlot| zone.to_datetime(slot.start).date();
    let today = state.today_in(zone);
    let readings = match read_moment(date, time, today) {
        Err(error @ WhenError::MissingDate { .. }) => {
            let mut days = state.offered_slots.iter().map(day_of);
            match days.next() {
                Some(day) if days.all(|other| other == day) => {
                    read_moment(&day.to_string(), time, today)
                }
                _ => Err(error),
            }
        }
        readings => readings,
    };
    readings.map_err(|error| Refusal::when(&error))
}

/// Slots out of those that were offered that the words can mean, one for each start, in order of
/// time. A reading means a slot at the same instant, or at the same local time beside a wrong offset,
/// which models often write; local time is that of the last offer (R15), and else that of the slot's
/// own.
fn offers_meant<'a>(
    offered: impl DoubleEndedIterator<Item = &'a OfferedSlot> + Clone,
    readings: &[Moment],
    zone: &TimeZone,
) -> Vec<&'a OfferedSlot> {
    let matching = |shown: &dyn Fn(&OfferedSlot) -> LocalTime| {
        let mut found: Vec<&OfferedSlot> = Vec::new();
        for slot in offered.clone().rev() {
            let meant = readings.iter().any(|reading| reading.means(slot.start, shown(slot)));
            if meant && !found.iter().any(|known| known.start == slot.start) {
                found.push(slot);
            }
        }
        found.sort_by_key(|slot| slot.start);
        found
    };
    let found = matching(&|slot| LocalTime::of(slot.start, zone));
    if found.is_empty() { matching(&|slot| local(slot.start, &slot.time_zone)) } else { found }
}

fn which_of_offers(offered: &[&OfferedSlot], readings: &[Moment]) -> Refusal {
    let moments: Vec<LocalTime> =
        offered.iter().map(|slot| local(slot.start, &slot.time_zone)).collect();
    let first = moments[0].datetime();
    let question = if moments.iter().all(|at| at.datetime() == first) {
        which::time_comes_twice(first)
    } else if matches!(readings, [Moment::Fixed { .. }]) {
        which::which_offset(&moments)
    } else {
        which::which_of(&moments)
    };
    Refusal::new("ambiguous_time", question)
}

/// What words that were not offered mean most likely.
enum Likeliest {
    At(DateTime, Timestamp),
    /// A local time that the clocks jump over.
    Never(DateTime),
}

/// Of several readings the one that is still ahead and within opening hours; if that leaves more
/// than one, the caller is asked. A guess here would book the wrong time.
fn likeliest(
    context: &ToolContext,
    readings: &[Moment],
    zone: &TimeZone,
) -> Result<Likeliest, Refusal> {
    let mut possible: Vec<(DateTime, Vec<Timestamp>)> =
        readings.iter().map(|reading| (reading.written(), reading.instants(zone))).collect();
    let settings = context.org.settings();
    let now = context.now();
    keep_if_any(&mut possible, |(_, starts)| starts.iter().any(|start| *start > now));
    let open = |start: &Timestamp| is_open(settings, &context.org.zone, *start);
    if possible.len() > 1 && !possible.iter().any(|(_, starts)| starts.iter().any(open)) {
        // Closed all day: the hours of other days tell the half that is meant all the same.
        keep_if_any(&mut possible, |(at, _)| is_ever_open(settings, at.time()));
    }
    keep_if_any(&mut possible, |(_, starts)| starts.iter().any(open));
    match possible.as_slice() {
        [(at, starts)] => match starts.as_slice() {
            [] if gap_end(*at, zone).is_some() => Ok(Likeliest::Never(*at)),
            [] => {
                let time = at.time();
                let text = format!("{:02}:{:02} with an offset", time.hour(), time.minute());
                Err(Refusal::when(&WhenError::UnreadableTime { text }))
            }
            [start] => Ok(Likeliest::At(*at, *start)),
            _ => Err(Refusal::new("ambiguous_time", which::time_comes_twice(*at))),
        },
        several => {
            let starts = several.iter().flat_map(|(_, starts)| starts);
            let mut starts: Vec<_> = starts.copied().collect();
            starts.sort();
            let moments: Vec<_> =
                starts.into_iter().map(|start| LocalTime::of(start, zone)).collect();
            Err(Refusal::new("ambiguous_time", which::which_of(&moments)))
        }
    }
}

fn keep_if_any<T>(all: &mut Vec<T>, wanted: impl Fn(&T) -> bool) {
    if all.iter().any(&wanted) {
        all.retain(wanted);
    }
}

/// Refuses what is over and what is further ahead than can be booked, and names the date that was
/// perhaps meant.
fn refuse_date(
    context: &ToolContext,
    state: &Arc<CallState>,
    (at, zone): (DateTime, &TimeZone),
    start: Timestamp,
    effects: &mut Effects,
) -> Result<(), Refusal> {
    let (date, today) = (at.date(), state.today_in(zone));
    let horizon = context.org.settings().booking.horizon_days;
    let last = today.saturating_add(i64::from(horizon).days());
    let refusal = if start > context.now() && date <= last {
        return Ok(());
    } else if date > last {
        let meant = meant_date(date, today, horizon);
        Refusal::new("date_too_far", phrases::too_far_ahead(date, horizon, meant))
    } else if date < today {
        let meant = meant_date(date, today, horizon);
        Refusal::new("date_in_past", phrases::date_has_passed(date, today, meant))
    } else {
        Refusal::new("date_in_past", phrases::time_has_passed(at))
    };
    Err(refusal.counted(state, effects))
}

/// The date in the year that was perhaps meant, if it can be booked.
pub(in crate::booking) fn meant_date(date: Date, today: Date, horizon_days: u32) -> Option<Date> {
    let last = today.saturating_add(i64::from(horizon_days).days());
    in_coming_year(date, today).filter(|meant| *meant <= last)
}
