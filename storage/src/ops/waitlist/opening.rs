//! Whether a slot that became free would be offered to somebody who asked for it now, as far as that
//! is known without asking a calendar. The rules are those of an offer; knows nobody who waits.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::error::StoreError;
use crate::model::{
    BUILTIN, Connection, ConnectionStatus, KeptSlot, Org, Service, Settings, TimeRange,
};
use crate::requests::units_for;
use crate::rows::Rows;
use crate::trees::connections;

fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A slot as its service is now, kept from `now` on; its places are those that were freed. `None` if
/// nobody would be offered it.
pub(super) fn opened(
    rows: &dyn Rows,
    org: &Org,
    service: &Service,
    slot: &KeptSlot,
    now: Timestamp,
) -> Result<Option<KeptSlot>, StoreError> {
    let settings = &org.settings;
    let rules = &settings.booking;
    let Some(calendar) = calendar(rows, org, service, slot)? else { return Ok(None) };
    let zone = TimeZone::get(&settings.timezone).unwrap_or(TimeZone::UTC);
    // Kept for longer than it can be booked, it would be kept in vain.
    let last = slot.start.checked_sub(minutes(rules.min_lead_minutes)).unwrap_or(Timestamp::MIN);
    let until = kept_until(settings, last, now);
    if until <= now || !is_open_on(settings, zone.to_datetime(slot.start).date(), &zone, now) {
        return Ok(None);
    }
    let mut kept = KeptSlot {
        capacity: service.capacity,
        places: units_for((slot.places, slot.capacity), service.capacity).min(service.capacity),
        until,
        ..slot.clone()
    };
    // A calendar outside knows best when and for how long; ours goes by the settings of the day.
    if calendar.provider == BUILTIN {
        kept.end = later(kept.start, minutes(service.duration_minutes));
        kept.occupied_until = later(kept.end, minutes(service.buffer_minutes));
        if !is_a_start(settings, service, &kept, &zone) {
            return Ok(None);
        }
    }
    Ok(Some(kept))
}

/// Until when a slot is kept that can be booked until `last`. Who is told of it when quiet hours are over
/// has as long as anybody else from then on.
fn kept_until(settings: &Settings, last: Timestamp, now: Timestamp) -> Timestamp {
    let hold = minutes(settings.booking.waitlist_hold_minutes);
    let quiet = settings.messages.quiet_hours;
    let told_at = quiet.and_then(|quiet| Some(quiet.around(now, &settings.timezone)?.1));
    let told_at = told_at.filter(|end| *end < last).unwrap_or(now);
    later(told_at, hold).min(last)
}

/// The calendar of a slot, if the service is booked there.
fn calendar(
    rows: &dyn Rows,
    org: &Org,
    service: &Service,
    slot: &KeptSlot,
) -> Result<Option<Connection>, StoreError> {
    let all = connections::all(rows, &org.id)?;
    let usable = |one: &&Connection| one.status != ConnectionStatus::Disconnected;
    let id = &slot.connection_id;
    if !service.connections.is_empty() {
        let listed = service.connections.contains(id);
        return Ok(all.into_iter().filter(|_| listed).find(|one| one.id == *id && usable(&one)));
    }
    let default = org.settings.default_connection.as_ref();
    let chosen = all.iter().filter(usable).find(|one| Some(&one.id) == default).or_else(|| {
        let connected = all.iter().filter(|one| one.status == ConnectionStatus::Connected);
        connected.min_by_key(|one| one.created_at)
    });
    Ok(chosen.filter(|one| one.id == *id).cloned())
}

/// Whether anything can be booked on a date of the org's.
fn is_open_on(settings: &Settings, date: Date, zone: &TimeZone, now: Timestamp) -> bool {
    let today = zone.to_datetime(now).date();
    let horizon = i64::from(settings.booking.horizon_days);
    let last = today.checked_add(horizon.days()).unwrap_or(Date::MAX);
    date <= last && !settings.closed_dates.contains(&date)
}

/// Whether an appointment of a service starts then, and ends within the opening hours.
fn is_a_start(settings: &Settings, service: &Service, slot: &KeptSlot, zone: &TimeZone) -> bool {
    let local = zone.to_datetime(slot.start);
    let step = minutes(service.slot_minutes.unwrap_or(service.duration_minutes).max(1));
    settings.business_hours.on(local.date().weekday()).iter().any(|range| {
        let opens = local.date().to_datetime(range.start);
        let into = local.duration_since(opens);
        let closes = closing(local.date(), range).and_then(|at| at.to_zoned(zone.clone()).ok());
        !into.is_negative()
            && into.as_nanos() % step.as_nanos() == 0
            && closes.is_some_and(|closes| slot.end <= closes.timestamp())
    })
}

fn closing(date: Date, range: &TimeRange) -> Option<DateTime> {
    match range.end {
        Some(end) => Some(date.to_datetime(end)),
        None => Some(date.tomorrow().ok()?.to_datetime(Time::midnight())),
    }
}
