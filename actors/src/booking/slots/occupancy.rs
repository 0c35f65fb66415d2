//! How much of a resource is taken at each moment, from a list of spans in any order. Called by
//! the slot rules only. Knows nothing of hours or services.

use jiff::Timestamp;

use super::Span;

/// The level of occupation over time, as steps.
pub(super) struct Occupancy {
    /// Moments at which the level changes, in order, each with the level from then on.
    steps: Vec<(Timestamp, u64)>,
}

impl Occupancy {
    pub(super) fn of(spans: &[Span]) -> Self {
        let mut changes: Vec<(Timestamp, i64)> = spans
            .iter()
            .filter(|span| span.start < span.end)
            .flat_map(|span| {
                let units = i64::from(span.units);
                [(span.start, units), (span.end, -units)]
            })
            .collect();
        changes.sort_unstable();
        let mut steps: Vec<(Timestamp, u64)> = Vec::with_capacity(changes.len());
        let mut level = 0_i64;
        for (moment, change) in changes {
            level += change;
            // Ends sort before starts of the same moment, so the level never falls below zero.
            let level = level.unsigned_abs();
            match steps.last_mut() {
                Some(last) if last.0 == moment => last.1 = level,
                _ => steps.push((moment, level)),
            }
        }
        Self { steps }
    }

    /// The highest level at any moment from `start` up to but not including `end`.
    pub(super) fn peak(&self, start: Timestamp, end: Timestamp) -> u64 {
        let first_after = self.steps.partition_point(|(moment, _)| *moment <= start);
        // The step before it is the level that holds at `start` itself.
        self.steps[first_after.saturating_sub(1)..]
            .iter()
            .take_while(|(moment, _)| *moment < end)
            .map(|(_, level)| *level)
            .max()
            .unwrap_or(0)
    }
}
