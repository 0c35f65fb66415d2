//! The days of a question for free slots: which span of time they are, and which slot falls on which.
//! For vendors that name free starts; knows none of them.

use hookswitch_actors::booking::{DayVerdict, FreeSlot};
use hookswitch_actors::ports::{DaySlots, ProviderError, SlotQuery};
use jiff::Timestamp;
use jiff::civil::{Date, Time};

/// From the first midnight of a query's days to the midnight after the last, in the org's zone.
///
/// # Errors
/// [`ProviderError::OutsidePolicy`] for days that no clock shows.
pub(super) fn span_of(query: &SlotQuery) -> Result<(Timestamp, Timestamp), ProviderError> {
    let outside = |_| ProviderError::OutsidePolicy("the date is out of range".into());
    let midnight = |date: Date| {
        let zoned = date.to_datetime(Time::midnight()).to_zoned(query.zone.clone());
        zoned.map(|zoned| zoned.timestamp()).map_err(outside)
    };
    Ok((midnight(query.from)?, midnight(query.to.tomorrow().map_err(outside)?)?))
}

/// Slots by day, in the org's zone whatever day the vendor puts them under.
pub(super) fn days(query: &SlotQuery, slots: &[FreeSlot]) -> Vec<DaySlots> {
    let mut days = Vec::new();
    let mut date = query.from;
    while date <= query.to {
        let mut here: Vec<FreeSlot> = slots
            .iter()
            .filter(|slot| slot.start.to_zoned(query.zone.clone()).date() == date)
            .copied()
            .collect();
        here.sort_by_key(|slot| slot.start);
        let verdict = if here.is_empty() { DayVerdict::Full } else { DayVerdict::Open };
        days.push(DaySlots { date, slots: here, verdict });
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    days
}
