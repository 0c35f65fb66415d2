//! What occupies a resource, and when. A claim has one row per day (UTC) that it touches, so that
//! whatever overlaps a range is found by looking at the range's days only, however long claims are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::ids::{BookingId, OrgId, ResourceId};
use crate::requests::Busy;
use crate::rows::{Key, Rows, Table, Tx, records};

const TABLE: Table = Table::Claims;
const DAY_SECONDS: i64 = 86_400;

/// The longest range that one claim may occupy, days.
pub(crate) const MAX_DAYS: i64 = 366;

/// One booking's hold on a resource, from `start` (inclusive) to `end` (exclusive).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) booking: BookingId,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// How many places its kind has, at least 1.
    #[serde(default = "one")]
    pub(crate) capacity: u32,
    /// How many of them it takes, at least 1.
    #[serde(default = "one")]
    pub(crate) places: u32,
}

fn one() -> u32 {
    1
}

fn days(start: Timestamp, end: Timestamp) -> std::ops::RangeInclusive<i64> {
    let day = |second: i64| second.div_euclid(DAY_SECONDS);
    // An end at midnight belongs to the day before.
    let last = end.as_nanosecond().saturating_sub(1).div_euclid(1_000_000_000);
    day(start.as_second())..=day(i64::try_from(last).unwrap_or(i64::MAX))
}

fn day_prefix(org: &OrgId, resource: &ResourceId, day: i64) -> Key {
    // Shifted so that days before 1970 sort before it.
    Key::of(TABLE, org).text(resource.as_str()).number(day.wrapping_sub(i64::MIN).cast_unsigned())
}

fn keys<'a>(
    org: &'a OrgId,
    resource: &'a ResourceId,
    claim: &'a Claim,
) -> impl Iterator<Item = Vec<u8>> + 'a {
    days(claim.start, claim.end).map(move |day| {
        let prefix = day_prefix(org, resource, day);
        prefix.time(claim.start).bytes(claim.booking.as_bytes()).done()
    })
}

pub(crate) fn put(
    tx: &mut Tx<'_>,
    org: &OrgId,
    resource: &ResourceId,
    claim: &Claim,
) -> Result<(), StoreError> {
    for key in keys(org, resource, claim) {
        tx.put(TABLE, key, claim)?;
    }
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx<'_>, org: &OrgId, resource: &ResourceId, claim: &Claim) {
    for key in keys(org, resource, claim) {
        tx.delete(key);
    }
}

/// The claims that overlap `[from, to)`, by start.
pub(crate) fn overlapping(
    rows: &dyn Rows,
    org: &OrgId,
    resource: &ResourceId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Claim>, StoreError> {
    if from >= to {
        return Ok(Vec::new());
    }
    let days = days(from, to);
    // One scan over all days: a long range costs no more than what it holds.
    let mut range = day_prefix(org, resource, *days.start()).range();
    range.to = day_prefix(org, resource, *days.end()).range().to;
    let found: BTreeMap<_, _> = records::<Claim>(rows, TABLE, &range)?
        .into_iter()
        .filter(|claim| claim.start < to && claim.end > from)
        .map(|claim| ((claim.start, claim.booking), claim))
        .collect();
    Ok(found.into_values().collect())
}

impl From<Claim> for Busy {
    fn from(claim: Claim) -> Self {
        Self {
            start: claim.start,
            end: claim.end,
            capacity: claim.capacity,
            places: claim.places,
            booking: claim.booking,
        }
    }
}
