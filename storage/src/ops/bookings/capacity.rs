//! Whether one more fits: at no moment of a range may a resource hold more than its capacity.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{BookingId, OrgId, ResourceId};
use crate::requests::units_for;
use crate::rows::Rows;
use crate::trees::claims::{self, Claim};

/// A range of a resource.
pub(super) struct Wanted<'a> {
    pub(super) org: &'a OrgId,
    pub(super) resource: &'a ResourceId,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) capacity: u32,
}

/// Whether one more claim fits into the range; the claim of `except` does not count.
pub(super) fn fits(
    rows: &dyn Rows,
    wanted: &Wanted<'_>,
    except: Option<BookingId>,
) -> Result<bool, StoreError> {
    let mut claims =
        claims::overlapping(rows, wanted.org, wanted.resource, wanted.start, wanted.end)?;
    claims.retain(|claim| Some(claim.booking) != except);
    Ok(busiest(&claims, wanted.capacity) < u64::from(wanted.capacity))
}

/// The most places that are taken at one moment of a service of which `capacity` may overlap.
/// Ends are exclusive: where one claim ends, another may start.
fn busiest(claims: &[Claim], capacity: u32) -> u64 {
    let mut edges: Vec<(Timestamp, bool, u64)> = claims
        .iter()
        .flat_map(|claim| {
            let units = u64::from(units_for(claim.capacity, capacity));
            [(claim.start, true, units), (claim.end, false, units)]
        })
        .collect();
    // At one instant, ends (`false`) come before starts.
    edges.sort_unstable();
    let mut now = 0;
    let mut most = 0;
    for (_, begins, units) in edges {
        now = if begins { now + units } else { now - units };
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_busiest_moment_is_the_one_a_minute_by_minute_count_finds(
            ranges in proptest::collection::vec((0i64..60, 1i64..30), 0..20),
        ) {
            let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
            let claims: Vec<Claim> = ranges
                .iter()
                .map(|&(start, length)| Claim { booking: BookingId::random(), start: at(start), end: at(start + length), capacity: 5 })
                .collect();
            let counted = (0..100)
                .map(|m| ranges.iter().filter(|&&(s, l)| s <= m && m < s + l).count())
                .max()
                .unwrap();
            prop_assert_eq!(busiest(&claims, 5), counted as u64);
        }
    }
}
