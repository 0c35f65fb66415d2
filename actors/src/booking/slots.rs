//! Which starts can be booked on a day, and why the others cannot. Called when slots are offered
//! and again, fresh, when one is booked. Pure: the clock, the zone and what is occupied are given.
//! Knows no provider, no hold and no caller.

mod grid;
mod occupancy;

use std::collections::BTreeMap;

use hookswitch_storage::{Service, Settings, TimeRange};
use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use grid::Pattern;
use occupancy::Occupancy;

/// Everything that decides about a start, except what is occupied.
#[derive(Debug, Clone, Copy)]
pub struct SlotRules<'a> {
    /// Opening hours, closed dates and booking rules of the org.
    pub settings: &'a Settings,
    /// What is to be booked.
    pub service: &'a Service,
    /// How many places of the service's capacity are wanted, at least 1.
    pub places: u32,
    /// The zone in which opening hours and dates are meant.
    pub zone: &'a TimeZone,
    /// The current time.
    pub now: Timestamp,
}

/// A time that is occupied, buffers included; `end` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Start.
    pub start: Timestamp,
    /// End, exclusive; a span that does not end after its start occupies nothing.
    pub end: Timestamp,
    /// How much of the service's capacity it takes.
    pub units: u32,
}

/// A start that can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSlot {
    /// Start.
    pub start: Timestamp,
    /// End of the appointment, without buffer.
    pub end: Timestamp,
    /// How many of its places are known to be taken at a time; 0 of a slot as its provider names it.
    pub taken: u32,
}

impl FreeSlot {
    /// A slot of whose places none is known to be taken.
    #[must_use]
    pub fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end, taken: 0 }
    }
}

/// How a day as a whole stands. Of two calendars, the later of these in the list tells more of why a
/// caller cannot come: where one is closed and the other sold out, the day is sold out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayVerdict {
    /// The date is further ahead than can be booked.
    BeyondHorizon,
    /// The org has closed this date.
    ClosedDate,
    /// The org has no opening hours on this weekday.
    NoHours,
    /// The day, or the last start on it, is over.
    Past,
    /// All that is left of the day is nearer than the shortest lead time.
    TooSoon,
    /// Everything that is left is taken.
    Full,
    /// No opening or gap of the day is as long as the service.
    TooLong,
    /// There is at least one free slot.
    Open,
}

/// Why a start cannot be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBookable {
    /// Not after now.
    #[error("that time is already over; choose a later one")]
    Past,
    /// Nearer than the shortest lead time.
    #[error("that time is too soon; choose a later one")]
    TooSoon,
    /// Further ahead than can be booked.
    #[error("that date is too far ahead; choose an earlier one")]
    BeyondHorizon,
    /// The org has closed this date.
    #[error("the business is closed on that date; choose another one")]
    ClosedDate,
    /// Starts or ends outside the opening hours.
    #[error("that time is outside the opening hours; choose another one")]
    OutsideHours,
    /// Inside the opening hours, but not a time at which appointments start.
    #[error("no appointment starts at that time; choose one of the offered times")]
    OffGrid,
    /// Occupied.
    #[error("that time is taken; choose another one")]
    Taken,
}

/// All free slots of a local date, in order, and how the day stands.
///
/// Starts run from the start of each range in steps of the service, on the wall clock: a start
/// that the clocks jump over does not exist, one that they run through twice is offered twice.
/// Lengths are elapsed time. An appointment ends within its range; the buffer after
/// it may not.
#[must_use]
pub fn day(rules: &SlotRules<'_>, date: Date, busy: &[Span]) -> (Vec<FreeSlot>, DayVerdict) {
    if let Some(refusal) = rules.refuse_date(date) {
        return (Vec::new(), refusal);
    }
    let grid = rules.grid(date);
    if grid.is_empty() {
        let opens = |range: &TimeRange| range.end.is_none_or(|end| range.start < end);
        let closed = !rules.hours(date).iter().any(opens);
        return (Vec::new(), if closed { DayVerdict::NoHours } else { DayVerdict::TooLong });
    }
    rules.choose(grid, busy, DayVerdict::Past)
}

/// The free slots of a local date out of those that a provider names: its hours and its grid are
/// the truth, our own claims, closed dates and limits of time still hold (`busy` is our claims).
#[must_use]
pub fn outside_day(
    rules: &SlotRules<'_>,
    date: Date,
    named: &[FreeSlot],
    busy: &[Span],
) -> (Vec<FreeSlot>, DayVerdict) {
    if let Some(refusal) = rules.refuse_date(date) {
        return (Vec::new(), refusal);
    }
    // A day without slots may be closed or full; only the provider knows.
    rules.choose(rules.of_day(date, named).into_values(), busy, DayVerdict::Full)
}

/// Checks one start by the same rules: `Ok` for exactly the slots that [`day`] lists.
///
/// # Errors
/// The first [`NotBookable`] that applies, time before date before hours before occupation.
pub fn at(rules: &SlotRules<'_>, start: Timestamp, busy: &[Span]) -> Result<FreeSlot, NotBookable> {
    let date = rules.zone.to_datetime(start).date();
    rules.check_time(start)?;
    match rules.refuse_date(date) {
        Some(DayVerdict::BeyondHorizon) => return Err(NotBookable::BeyondHorizon),
        Some(DayVerdict::ClosedDate) => return Err(NotBookable::ClosedDate),
        Some(_) => return Err(NotBookable::Past),
        None => {}
    }
    let Some(slot) = rules.grid(date).into_iter().find(|slot| slot.start == start) else {
        return Err(if rules.fits_hours(start, date) {
            NotBookable::OffGrid
        } else {
            NotBookable::OutsideHours
        });
    };
    rules.check(slot, &Occupancy::of(busy))
}

/// The `count` slots whose starts are nearest to `to`, in order of time. Of two that are equally
/// near, the earlier is preferred.
#[must_use]
pub fn nearest<T>(
    mut slots: Vec<T>,
    start: impl Fn(&T) -> Timestamp,
    to: Timestamp,
    count: usize,
) -> Vec<T> {
    slots.sort_by_key(|slot| (start(slot).duration_since(to).abs(), start(slot)));
    slots.truncate(count);
    slots.sort_by_key(start);
    slots
}

/// Whether the org is open at a time, closed dates aside.
#[must_use]
pub fn is_open(settings: &Settings, zone: &TimeZone, at: Timestamp) -> bool {
    let date = zone.to_datetime(at).date();
    let until = at.checked_add(minutes(1)).unwrap_or(Timestamp::MAX);
    let hours = settings.business_hours.on(date.weekday());
    hours.iter().any(|range| grid::lies_within(at, until, date, range, zone))
}

/// Whether the org is open at a time of day on at least one day of the week.
#[must_use]
pub fn is_ever_open(settings: &Settings, at: Time) -> bool {
    Weekday::Monday.cycle_forward().take(7).any(|day| {
        let hours = settings.business_hours.on(day);
        hours.iter().any(|range| range.start <= at && range.end.is_none_or(|end| at < end))
    })
}

/// What is offered of a local date while the provider is out of reach and the policy is
/// [`OutagePolicy::Defaults`](hookswitch_storage::OutagePolicy::Defaults): 9 to 17 in steps of 30
/// minutes (P091), less what the org's rules forbid and what we have claimed ourselves (`busy`). What
/// else is taken nobody knows then. `named` are slots that the provider named before.
#[must_use]
pub fn outage_day(
    rules: &SlotRules<'_>,
    date: Date,
    named: &[FreeSlot],
    busy: &[Span],
) -> (Vec<FreeSlot>, DayVerdict) {
    if let Some(refusal) = rules.refuse_date(date) {
        return (Vec::new(), refusal);
    }
    let hours = TimeRange { start: time(9, 0, 0, 0), end: Some(time(17, 0, 0, 0)) };
    let pattern = Pattern { step: minutes(30), duration: rules.pattern().duration };
    let mut slots = rules.of_day(date, named);
    for slot in pattern.lay_over(date, &[hours], rules.zone) {
        slots.entry(slot.start).or_insert(slot);
    }
    let otherwise = if slots.is_empty() { DayVerdict::TooLong } else { DayVerdict::Past };
    rules.choose(slots.into_values(), busy, otherwise)
}

impl SlotRules<'_> {
    fn pattern(&self) -> Pattern {
        let service = self.service;
        // Settings are checked when they are saved; zero would never end here.
        Pattern {
            step: minutes(service.slot_minutes.unwrap_or(service.duration_minutes).max(1)),
            duration: minutes(service.duration_minutes.max(1)),
        }
    }

    fn hours(&self, date: Date) -> &[TimeRange] {
        self.settings.business_hours.on(date.weekday())
    }

    /// Named slots of a date, by their starts. Providers have been seen to name slots of days that
    /// were not asked about.
    fn of_day(&self, date: Date, named: &[FreeSlot]) -> BTreeMap<Timestamp, FreeSlot> {
        let of_the_day =
            named.iter().filter(|slot| self.zone.to_datetime(slot.start).date() == date);
        of_the_day.map(|slot| (slot.start, *slot)).collect()
    }

    fn grid(&self, date: Date) -> Vec<FreeSlot> {
        self.pattern().lay_over(date, self.hours(date), self.zone)
    }

    /// The slots that pass, and how the day stands; as `otherwise` if there was none to look at.
    fn choose(
        &self,
        slots: impl IntoIterator<Item = FreeSlot>,
        busy: &[Span],
        otherwise: DayVerdict,
    ) -> (Vec<FreeSlot>, DayVerdict) {
        let occupancy = Occupancy::of(busy);
        let mut free = Vec::new();
        let mut verdict = otherwise;
        for slot in slots {
            match self.check(slot, &occupancy) {
                Ok(slot) => {
                    free.push(slot);
                    verdict = DayVerdict::Open;
                }
                Err(NotBookable::Taken) if free.is_empty() => {
                    let gap = verdict == DayVerdict::TooLong || self.begins_free(slot, &occupancy);
                    verdict = if gap { DayVerdict::TooLong } else { DayVerdict::Full };
                }
                Err(NotBookable::TooSoon) => verdict = DayVerdict::TooSoon,
                Err(_) => {}
            }
        }
        (free, verdict)
    }

    fn check_time(&self, start: Timestamp) -> Result<(), NotBookable> {
        let lead = minutes(self.settings.booking.min_lead_minutes);
        let earliest = self.now.checked_add(lead).unwrap_or(Timestamp::MAX);
        if start <= self.now {
            Err(NotBookable::Past)
        } else if start < earliest {
            Err(NotBookable::TooSoon)
        } else {
            Ok(())
        }
    }

    fn refuse_date(&self, date: Date) -> Option<DayVerdict> {
        let today = self.zone.to_datetime(self.now).date();
        let horizon = i64::from(self.settings.booking.horizon_days);
        let ahead = SignedDuration::from_hours(24 * horizon);
        let last = today.checked_add(ahead).unwrap_or(Date::MAX);
        if date < today {
            Some(DayVerdict::Past)
        } else if date > last {
            Some(DayVerdict::BeyondHorizon)
        } else if self.settings.closed_dates.contains(&date) {
            Some(DayVerdict::ClosedDate)
        } else {
            None
        }
    }

    /// The slot with what is taken of it, if the rest is enough.
    fn check(&self, slot: FreeSlot, occupancy: &Occupancy) -> Result<FreeSlot, NotBookable> {
        self.check_time(slot.start)?;
        let buffer = minutes(self.service.buffer_minutes);
        let until = slot.end.checked_add(buffer).unwrap_or(Timestamp::MAX);
        let taken = occupancy.peak(slot.start, until);
        if !self.has_room(taken) {
            return Err(NotBookable::Taken);
        }
        Ok(FreeSlot { taken: u32::try_from(taken).unwrap_or(u32::MAX), ..slot })
    }

    /// Whether something shorter could be booked then, for as many.
    fn begins_free(&self, slot: FreeSlot, occupancy: &Occupancy) -> bool {
        let soon = slot.start.checked_add(minutes(1)).unwrap_or(Timestamp::MAX);
        self.has_room(occupancy.peak(slot.start, soon))
    }

    fn has_room(&self, taken: u64) -> bool {
        taken.saturating_add(u64::from(self.places)) <= u64::from(self.service.capacity)
    }

    fn fits_hours(&self, start: Timestamp, date: Date) -> bool {
        let Ok(end) = start.checked_add(self.pattern().duration) else {
            return false;
        };
        self.hours(date).iter().any(|range| grid::lies_within(start, end, date, range, self.zone))
    }
}

fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}

#[cfg(test)]
mod tests;
