//! What a call will probably want to know, before it asks: free slots of the service that is meant when
//! nobody names one. Owns which days and calendars are asked about; what is found is neither offered nor
//! held (R4), since nobody has heard of it.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use hookswitch_storage::{ResourceId, Service};
use jiff::ToSpan;
use jiff::civil::Date;

use super::calendars::{handles_of, kept_for_others};
use super::desk::local;
use super::locale::say_in;
use super::phrases;
use super::slots::FreeSlot;
use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::SlotQuery;
use crate::provider::ProviderHandle;

/// Slots that are named to an agent before it speaks.
const NAMED: usize = 3;

/// Has every calendar of the org's usual service asked for the days from today on, off everybody's path.
pub(crate) async fn look_ahead(shared: &Shared, org: &OrgEntry) {
    let Some(days) = days_ahead(shared, org) else { return };
    let Some(service) = org.service(None) else { return };
    // Whatever is wrong shows when a caller needs it.
    let Ok(handles) = handles_of(&shared.connections, org, service).await else { return };
    join_all(handles.iter().map(|handle| async move {
        handle.foresee(&query(shared, org, handle, service, days, None).await).await;
    }))
    .await;
}

/// The next free slots in words, as far as they are known by `deadline`; nothing is asked for their sake.
/// `caller` is the number of who is calling.
pub(crate) async fn next_in_words(
    shared: &Shared,
    org: &OrgEntry,
    caller: Option<&str>,
    deadline: Instant,
) -> Option<String> {
    let days = days_ahead(shared, org)?;
    let service = org.service(None)?;
    let handles = handles_of(&shared.connections, org, service).await.ok()?;
    let full = shared.store.full_days(org.id(), &service.id, days, None).await.ok()?;
    let full = &full;
    let asked = handles.iter().map(|handle| async move {
        let query = query(shared, org, handle, service, days, caller).await;
        let days = handle.availability_known(query, deadline).await.unwrap_or_default();
        let open = days.into_iter().filter(|day| !full.contains(&day.date));
        let slots = open.flat_map(|day| day.slots);
        slots.filter(|slot| !is_held(shared, org, handle, service, slot)).collect::<Vec<_>>()
    });
    let mut starts: Vec<_> =
        join_all(asked).await.into_iter().flatten().map(|slot| slot.start).collect();
    starts.sort_unstable();
    starts.dedup();
    let zone = &org.settings().timezone;
    let named: Vec<_> = starts.into_iter().take(NAMED).map(|start| local(start, zone)).collect();
    let said = || phrases::questions::open_times(&named);
    (!named.is_empty()).then(|| say_in(org.settings().locale, said))
}

/// Today and the last day that is asked about; `None` if nothing is to be asked ahead.
fn days_ahead(shared: &Shared, org: &OrgEntry) -> Option<(Date, Date)> {
    let more = shared.days_ahead.checked_sub(1)?;
    let today = shared.clock.now().to_zoned(org.zone.clone()).date();
    Some((today, today.saturating_add(i64::from(more).days())))
}

async fn query(
    shared: &Shared,
    org: &OrgEntry,
    handle: &ProviderHandle,
    service: &Service,
    (from, to): (Date, Date),
    caller: Option<&str>,
) -> SlotQuery {
    SlotQuery {
        org: Arc::clone(&org.org),
        service: service.clone(),
        places: service.places(None),
        zone: org.zone.clone(),
        from,
        to,
        ignore: None,
        ignore_external: None,
        kept: kept_for_others(shared, org, handle, service, caller).await,
        now: shared.clock.now(),
    }
}

/// Whether other live calls were told of all its places.
fn is_held(
    shared: &Shared,
    org: &OrgEntry,
    handle: &ProviderHandle,
    service: &Service,
    slot: &FreeSlot,
) -> bool {
    let resource = ResourceId::of_connection(handle.id());
    let (now, span) = (shared.clock.now(), (slot.start, slot.end));
    let held = shared.holds.held_by_others(org.id(), &resource, None, span, now);
    held.saturating_add(u64::from(service.places(None))) > u64::from(service.capacity)
}
