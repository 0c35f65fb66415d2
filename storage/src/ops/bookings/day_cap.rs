//! How many bookings of a service a day may have, whatever calendars they are in. Days are the org's. Knows
//! no opening hours.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::error::StoreError;
use crate::ids::{BookingId, OrgId, ResourceId, ServiceId};
use crate::model::Org;
use crate::rows::Rows;
use crate::trees::{bookings, claims, connections, orgs};

/// Of these days, both of them included, those that have as many bookings of a service as it may have; the
/// booking of `except` does not count.
pub(crate) fn full_days(
    rows: &dyn Rows,
    (org, service): (&OrgId, &ServiceId),
    (first, last): (Date, Date),
    except: Option<BookingId>,
) -> Result<Vec<Date>, StoreError> {
    let Some(org) = orgs::get(rows, org)? else { return Ok(Vec::new()) };
    let known = org.settings.services.iter().find(|known| known.id == *service);
    let Some(most) = known.and_then(|known| known.max_per_day) else { return Ok(Vec::new()) };
    let counted = counted(rows, &org, service, (first, last), except)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(counted.into_iter().filter(|(_, made)| made.len() >= most).map(|(day, _)| day).collect())
}

/// Whether the day of a start has room for one more.
pub(crate) fn has_room(
    rows: &dyn Rows,
    (org, service): (&OrgId, &ServiceId),
    start: Timestamp,
    except: Option<BookingId>,
) -> Result<bool, StoreError> {
    let Some(known) = orgs::get(rows, org)? else { return Ok(true) };
    let day = zone(&known).to_datetime(start).date();
    Ok(full_days(rows, (org, service), (day, day), except)?.is_empty())
}

fn zone(org: &Org) -> TimeZone {
    TimeZone::get(&org.settings.timezone).unwrap_or(TimeZone::UTC)
}

/// The bookings of each day. One that is on its way from one day to another counts on both.
fn counted(
    rows: &dyn Rows,
    org: &Org,
    service: &ServiceId,
    (first, last): (Date, Date),
    except: Option<BookingId>,
) -> Result<BTreeMap<Date, BTreeSet<BookingId>>, StoreError> {
    let zone = zone(org);
    let midnight = |date: Date| {
        let at = date.to_datetime(Time::midnight()).to_zoned(zone.clone());
        at.map_or(Timestamp::MAX, |at| at.timestamp())
    };
    let (from, to) = (midnight(first), midnight(last.saturating_add(1.day())));
    let mut days: BTreeMap<Date, BTreeSet<BookingId>> = BTreeMap::new();
    for connection in connections::all(rows, &org.id)? {
        let resource = ResourceId::of_connection(&connection.id);
        let claims = claims::overlapping(rows, &org.id, &resource, from, to)?;
        for claim in claims.iter().filter(|claim| claim.start >= from && claim.start < to) {
            let counts = Some(claim.booking) != except
                && bookings::get(rows, &org.id, claim.booking)?
                    .is_some_and(|booking| booking.service_id == *service);
            if counts {
                days.entry(zone.to_datetime(claim.start).date()).or_default().insert(claim.booking);
            }
        }
    }
    Ok(days)
}
