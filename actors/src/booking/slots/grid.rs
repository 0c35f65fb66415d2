//! Lays appointments over opening hours on the wall clock of a zone, whatever the clocks do that
//! day. Called by the slot rules only. Knows nothing of now, of limits or of what is occupied.

use std::collections::BTreeMap;

use hookswitch_storage::TimeRange;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::when::{Resolved, gap_end, resolve};
use super::FreeSlot;

/// How appointments follow each other.
pub(super) struct Pattern {
    /// On the wall clock, above zero.
    pub(super) step: SignedDuration,
    /// Elapsed.
    pub(super) duration: SignedDuration,
}

impl Pattern {
    pub(super) fn lay_over(
        &self,
        date: Date,
        hours: &[TimeRange],
        zone: &TimeZone,
    ) -> Vec<FreeSlot> {
        // By start, so that ranges that touch or overlap never offer one start twice.
        let mut slots = BTreeMap::new();
        for range in hours {
            let Some(closing) = closing(date, range) else {
                continue;
            };
            let Some(closes) = boundary(closing, zone) else {
                continue;
            };
            let mut wall = date.to_datetime(range.start);
            while wall < closing {
                for start in instants(wall, zone).into_iter().flatten() {
                    if let Ok(end) = start.checked_add(self.duration)
                        && end <= closes
                    {
                        slots.insert(start, FreeSlot::new(start, end));
                    }
                }
                let Ok(next) = wall.checked_add(self.step) else {
                    break;
                };
                wall = next;
            }
        }
        slots.into_values().collect()
    }
}

/// Whether a time lies within one range of a local date.
pub(super) fn lies_within(
    start: Timestamp,
    end: Timestamp,
    date: Date,
    range: &TimeRange,
    zone: &TimeZone,
) -> bool {
    let opens = boundary(date.to_datetime(range.start), zone);
    let closes = closing(date, range).and_then(|closing| boundary(closing, zone));
    opens.is_some_and(|opens| opens <= start) && closes.is_some_and(|closes| end <= closes)
}

fn closing(date: Date, range: &TimeRange) -> Option<DateTime> {
    match range.end {
        Some(end) => Some(date.to_datetime(end)),
        None => Some(date.tomorrow().ok()?.to_datetime(Time::midnight())),
    }
}

/// Every instant at which clocks show a wall time: two when they are turned back over it.
fn instants(wall: DateTime, zone: &TimeZone) -> [Option<Timestamp>; 2] {
    match resolve(wall, zone) {
        Resolved::One(only) => [Some(only), None],
        Resolved::Fold { first, second } => [Some(first), Some(second)],
        Resolved::Gap => [None, None],
    }
}

/// The instant at which a range opens or closes: a wall time that the clocks jump over is the
/// moment of the jump.
fn boundary(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    instants(wall, zone)[0].or_else(|| gap_end(wall, zone))
}
