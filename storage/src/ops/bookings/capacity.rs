//! Whether more fits: at no moment of a range may a resource hold more than its capacity.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{BookingId, OrgId, ResourceId};
use crate::ops::waitlist;
use crate::requests::units_for;
use crate::rows::Rows;
use crate::trees::claims;

/// A range of a resource.
pub(crate) struct Wanted<'a> {
    pub(crate) org: &'a OrgId,
    pub(crate) resource: &'a ResourceId,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) places: u32,
    pub(crate) capacity: u32,
    /// The number of who wants it, as far as that is certain: what is kept for it is not in the way.
    pub(crate) caller: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// Whether another claim fits into the range; the claim of `except` does not count.
pub(crate) fn fits(
    rows: &dyn Rows,
    wanted: &Wanted<'_>,
    except: Option<BookingId>,
) -> Result<bool, StoreError> {
    let mut claims =
        claims::overlapping(rows, wanted.org, wanted.resource, wanted.start, wanted.end)?;
    claims.retain(|claim| Some(claim.booking) != except);
    let mut taken: Vec<Taken> = claims
        .iter()
        .map(|claim| (claim.start, claim.end, (claim.places, claim.capacity)))
        .collect();
    for entry in waitlist::kept(rows, wanted.org, Some(wanted.resource), wanted.now)? {
        let is_theirs = wanted.caller.is_some_and(|caller| entry.is_of(caller));
        let kept = entry.offer.filter(|_| !is_theirs);
        let kept =
            kept.filter(|slot| slot.start < wanted.end && slot.occupied_until > wanted.start);
        taken.extend(
            kept.map(|slot| (slot.start, slot.occupied_until, (slot.places, slot.capacity))),
        );
    }
    let most = busiest(&taken, wanted.capacity);
    Ok(most.saturating_add(u64::from(wanted.places)) <= u64::from(wanted.capacity))
}

/// Start and end of something that occupies the resource, the places it takes and how many its
/// kind has.
type Taken = (Timestamp, Timestamp, (u32, u32));

/// The most places that are taken at one moment, of a service that has `capacity` of them.
/// Ends are exclusive: where one claim ends, another may start.
fn busiest(taken: &[Taken], capacity: u32) -> u64 {
    let mut edges: Vec<(Timestamp, bool, u64)> = taken
        .iter()
        .flat_map(|&(start, end, own)| {
            let units = u64::from(units_for(own, capacity));
            [(start, true, units), (end, false, units)]
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
            ranges in proptest::collection::vec((0i64..60, 1i64..30, 1u32..5), 0..20),
        ) {
            let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
            let claims: Vec<Taken> = ranges
                .iter()
                .map(|&(start, length, places)| (at(start), at(start + length), (places, 5)))
                .collect();
            let counted = (0..100)
                .map(|m| {
                    let there = ranges.iter().filter(|&&(s, l, _)| s <= m && m < s + l);
                    there.map(|&(.., places)| u64::from(places)).sum::<u64>()
                })
                .max()
                .unwrap();
            prop_assert_eq!(busiest(&claims, 5), counted);
        }
    }
}
