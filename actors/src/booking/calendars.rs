//! The calendars in which something can be booked: one for most services, several where members
//! of staff or rooms stand side by side. Asks them together and tells what is free in which. Knows
//! no words and no claims; a calendar that does not answer leaves the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use hookswitch_storage::{BookingId, ConnectionId, OfferedSlot, ResourceId, Service};
use jiff::Timestamp;
use jiff::civil::Date;

use super::free_slots::Errand;
use super::slots::{DayVerdict, FreeSlot, Span};
use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::{DaySlots, ProviderError, SlotQuery};
use crate::provider::{Connections, ProviderHandle};
use crate::tools::ToolContext;

/// Calendars in which a service can be booked, the most wanted first; never empty.
pub(super) struct Calendars {
    handles: Vec<ProviderHandle>,
    /// Those in which the wanted slot turned out to be taken.
    tried: Vec<ConnectionId>,
    /// They cannot be asked: nine to five is free, and what they named before (P091).
    unasked: Option<Vec<FreeSlot>>,
}

/// A calendar that did not answer, and why.
pub(super) struct Silent {
    pub(super) calendar: ProviderHandle,
    pub(super) error: ProviderError,
}

/// What calendars answered.
pub(super) struct Answer {
    days: Vec<OpenDay>,
    /// Places in the list of calendars, the most wanted first.
    silent: Vec<(usize, ProviderError)>,
}

/// A start that is free in at least one calendar.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    pub(super) start: Timestamp,
    /// Places in the list of calendars, the most wanted first, and the slot in each.
    found: Vec<(usize, FreeSlot)>,
}

/// A day over all calendars.
pub(super) struct OpenDay {
    pub(super) date: Date,
    pub(super) openings: Vec<Opening>,
    /// Why there are none, or that there are.
    pub(super) verdict: DayVerdict,
}

impl Calendars {
    /// Those of a service, or the one calendar that all bookings of the org go to.
    pub(super) async fn of(
        context: &ToolContext,
        service: &Service,
    ) -> Result<Self, ProviderError> {
        Ok(Self::all(handles_of(&context.shared.connections, &context.org, service).await?))
    }

    fn all(handles: Vec<ProviderHandle>) -> Self {
        Self { handles, tried: Vec::new(), unasked: None }
    }

    /// Those of a service that are among `wanted`; all of them if none is.
    pub(super) async fn among(
        context: &ToolContext,
        service: &Service,
        wanted: &[ConnectionId],
    ) -> Result<Self, ProviderError> {
        let serves = |id: &&ConnectionId| wanted.contains(id);
        let chosen: Vec<ConnectionId> =
            service.connections.iter().filter(serves).cloned().collect();
        if chosen.is_empty() {
            return Self::of(context, service).await;
        }
        let handles = context.shared.connections.these(context.org.id(), &chosen).await?;
        Ok(Self::all(handles))
    }

    /// The one that a booking is in.
    pub(super) fn only(handle: &ProviderHandle) -> Self {
        Self::all(vec![handle.clone()])
    }

    /// One that cannot be asked; `offered` is what it may have named when it could.
    pub(super) fn unasked(handle: &ProviderHandle, offered: Option<&OfferedSlot>) -> Self {
        let named = offered.filter(|slot| slot.connection_id == *handle.id());
        let named = named.map(|slot| FreeSlot::new(slot.start, slot.end));
        // What is about to move was not named by anybody, and has no length.
        let named = named.filter(|slot| slot.start < slot.end);
        Self { unasked: Some(named.into_iter().collect()), ..Self::only(handle) }
    }

    /// The calendar of a slot that these offered; the most wanted one for any other slot.
    pub(super) fn having(&self, slot: &OfferedSlot) -> &ProviderHandle {
        let named = self.handles.iter().find(|handle| *handle.id() == slot.connection_id);
        named.unwrap_or_else(|| self.first())
    }

    /// Whether a connection's calendar is one of them.
    pub(super) fn include(&self, connection: &ConnectionId) -> bool {
        self.handles.iter().any(|handle| handle.id() == connection)
    }

    /// The most wanted one.
    fn first(&self) -> &ProviderHandle {
        &self.handles[0]
    }

    /// Leaves the calendar of `slot` out from here on; false if there is no other to try.
    pub(super) fn try_others(&mut self, slot: &OfferedSlot) -> bool {
        self.tried.push(slot.connection_id.clone());
        self.tried.len() < self.handles.len()
    }

    /// Asks all of them about days in the org's zone, in order to offer what is free.
    ///
    /// # Errors
    /// The most wanted of those that did not answer, if nothing is free in the others: nobody
    /// knows then that nothing is.
    pub(super) async fn ask(
        &self,
        context: &ToolContext,
        errand: &Errand,
        days: (Date, Date),
        ignore: Option<BookingId>,
    ) -> Result<Vec<OpenDay>, Silent> {
        let asked = self.handles.iter().map(|handle| async move {
            let query = query(context, handle, errand, days, ignore).await;
            match &self.unasked {
                Some(named) => handle.availability_unasked(&query, named).await,
                None => handle.availability(query, context.deadline).await,
            }
        });
        let mut answer = self.gather(join_all(asked).await);
        close_full_days(context, errand, days, ignore, &mut answer).await;
        match self.silenced(&answer, None) {
            Some(silent) => Err(silent),
            None => Ok(answer.days),
        }
    }

    /// As [`Self::ask`], in order to book: no calendar answers with what it said before.
    pub(super) async fn ask_now(
        &self,
        context: &ToolContext,
        errand: &Errand,
        days: (Date, Date),
        ignore: Option<BookingId>,
    ) -> Answer {
        let asked = self.handles.iter().map(|handle| async move {
            let query = query(context, handle, errand, days, ignore).await;
            match &self.unasked {
                Some(named) => handle.availability_unasked(&query, named).await,
                None => handle.availability_now(query, context.deadline).await,
            }
        });
        let mut answer = self.gather(join_all(asked).await);
        close_full_days(context, errand, days, ignore, &mut answer).await;
        answer
    }

    fn gather(&self, answers: Vec<Result<Vec<DaySlots>, ProviderError>>) -> Answer {
        let mut open: BTreeMap<Date, OpenDay> = BTreeMap::new();
        let mut silent = Vec::new();
        for (place, answer) in answers.into_iter().enumerate() {
            match answer {
                Ok(days) => days.into_iter().for_each(|day| add(&mut open, place, day)),
                Err(error) => {
                    let connection = self.handles[place].id();
                    tracing::warn!(connection.id = %connection, %error, "calendar did not answer");
                    silent.push((place, error));
                }
            }
        }
        Answer { days: open.into_values().collect(), silent }
    }

    /// The calendar whose silence leaves open what is free: the one that offered the slot, or, if
    /// nothing is free in the others, the most wanted.
    pub(super) fn silenced(
        &self,
        answer: &Answer,
        offered: Option<&OfferedSlot>,
    ) -> Option<Silent> {
        let offered_it = |(place, _): &&(usize, ProviderError)| {
            offered.is_some_and(|slot| slot.connection_id == *self.handles[*place].id())
        };
        let nothing = answer.days.iter().all(|day| day.openings.is_empty());
        // One that has said that the slot is taken is not taken at our own word now.
        let untried =
            |(place, _): &&(usize, ProviderError)| !self.tried.contains(self.handles[*place].id());
        let mut silent = answer.silent.iter().filter(untried);
        let (place, error) =
            silent.clone().find(offered_it).or_else(|| silent.next().filter(|_| nothing))?;
        Some(Silent { calendar: self.handles[*place].clone(), error: error.clone() })
    }

    /// Openings as offers, each in the most wanted calendar in which no other live call was told
    /// of it; those that are held everywhere are left out while there are others.
    pub(super) fn offers(
        &self,
        context: &ToolContext,
        errand: &Errand,
        openings: &[Opening],
    ) -> Vec<OfferedSlot> {
        let unheld = |opening: &Opening| {
            let mut found = opening.found.iter();
            found
                .find(|(place, slot)| !is_held(context, &self.handles[*place], errand, slot))
                .map(|(place, slot)| offer(&self.handles[*place], errand, *slot))
        };
        let chosen: Vec<OfferedSlot> = openings.iter().filter_map(unheld).collect();
        if !chosen.is_empty() {
            return chosen;
        }
        // Another time may be free where the wanted one was taken, so that no calendar is left out.
        let most_wanted = |opening: &Opening| {
            opening.found.first().map(|(place, slot)| offer(&self.handles[*place], errand, *slot))
        };
        openings.iter().filter_map(most_wanted).collect()
    }

    /// An opening in the calendar in which it was offered, else in the most wanted that has it;
    /// `None` if it is only in those that were tried.
    pub(super) fn secured(
        &self,
        errand: &Errand,
        opening: &Opening,
        offered: Option<&OfferedSlot>,
    ) -> Option<OfferedSlot> {
        let untried =
            |(place, _): &&(usize, FreeSlot)| !self.tried.contains(self.handles[*place].id());
        let was_offered = |(place, _): &&(usize, FreeSlot)| {
            offered.is_some_and(|slot| slot.connection_id == *self.handles[*place].id())
        };
        let mut found = opening.found.iter().filter(untried);
        let (place, slot) = found.clone().find(was_offered).or_else(|| found.next())?;
        Some(offer(&self.handles[*place], errand, *slot))
    }
}

impl Answer {
    /// What is free at exactly this time.
    pub(super) fn at(&self, start: Timestamp) -> Option<&Opening> {
        let mut openings = self.days.iter().flat_map(|day| &day.openings);
        openings.find(|opening| opening.start == start)
    }
}

fn add(open: &mut BTreeMap<Date, OpenDay>, place: usize, day: DaySlots) {
    let known = open.entry(day.date).or_insert_with(|| OpenDay {
        date: day.date,
        openings: Vec::new(),
        verdict: day.verdict,
    });
    known.verdict = known.verdict.max(day.verdict);
    for slot in day.slots {
        match known.openings.iter_mut().find(|opening| opening.start == slot.start) {
            Some(opening) => opening.found.push((place, slot)),
            None => known.openings.push(Opening { start: slot.start, found: vec![(place, slot)] }),
        }
    }
    known.openings.sort_by_key(|opening| opening.start);
}

/// Nothing is open on a day that has as many bookings of the service as it may have.
async fn close_full_days(
    context: &ToolContext,
    errand: &Errand,
    days: (Date, Date),
    ignore: Option<BookingId>,
    answer: &mut Answer,
) {
    let store = &context.shared.store;
    if errand.service.max_per_day.is_none() {
        return;
    }
    match store.full_days(context.org.id(), &errand.service.id, days, ignore).await {
        Ok(full) => {
            for day in answer.days.iter_mut().filter(|day| full.contains(&day.date)) {
                day.openings.clear();
                day.verdict = DayVerdict::Full;
            }
        }
        // The claim is refused in storage all the same.
        Err(error) => {
            tracing::warn!(org.id = %context.org.id(), %error, "full days could not be read");
        }
    }
}

/// The calendars of a service, the most wanted first.
pub(super) async fn handles_of(
    connections: &Connections,
    org: &OrgEntry,
    service: &Service,
) -> Result<Vec<ProviderHandle>, ProviderError> {
    if service.connections.is_empty() {
        return Ok(vec![connections.of_org(org).await?]);
    }
    connections.these(org.id(), &service.connections).await
}

/// The question for one calendar.
async fn query(
    context: &ToolContext,
    provider: &ProviderHandle,
    errand: &Errand,
    (from, to): (Date, Date),
    ignore: Option<BookingId>,
) -> SlotQuery {
    // An operator sees all of it as free: storage decides when they book it for somebody.
    let kept = if context.operator.is_some() {
        Vec::new()
    } else {
        let own = context.state().await.caller.number.clone();
        kept_for_others(&context.shared, &context.org, provider, &errand.service, own.as_deref())
            .await
    };
    SlotQuery {
        org: Arc::clone(&context.org.org),
        service: errand.service.clone(),
        places: errand.places,
        zone: context.org.zone.clone(),
        from,
        to,
        ignore,
        ignore_external: None,
        kept,
        now: context.now(),
    }
}

/// What is kept in the waitlist for others than the caller at this number.
pub(super) async fn kept_for_others(
    shared: &Shared,
    org: &OrgEntry,
    provider: &ProviderHandle,
    service: &Service,
    own: Option<&str>,
) -> Vec<Span> {
    let resource = ResourceId::of_connection(provider.id());
    let entries = match shared.store.kept_slots(org.id(), Some(&resource), shared.clock.now()).await
    {
        Ok(entries) => entries,
        Err(error) => {
            // The claim is refused in storage all the same.
            tracing::warn!(org.id = %org.id(), %error, "kept slots could not be read");
            return Vec::new();
        }
    };
    let others = entries.iter().filter(|entry| !own.is_some_and(|own| entry.is_of(own)));
    others
        .filter_map(|entry| entry.offer.as_ref())
        .map(|slot| Span {
            start: slot.start,
            end: slot.occupied_until,
            units: slot.units_for(service.capacity),
        })
        .collect()
}

/// Whether other live calls were told of so many of the places that a slot has left that it would not
/// do.
fn is_held(
    context: &ToolContext,
    provider: &ProviderHandle,
    errand: &Errand,
    slot: &FreeSlot,
) -> bool {
    let resource = ResourceId::of_connection(provider.id());
    let (call, now, span) = (context.call(), context.now(), (slot.start, slot.end));
    let holds = &context.shared.holds;
    let held = holds.held_by_others(context.org.id(), &resource, call.as_ref(), span, now);
    let kept = held.saturating_add(u64::from(slot.taken));
    kept.saturating_add(u64::from(errand.places)) > u64::from(errand.service.capacity)
}

/// A free slot as an offer that has not been spoken.
pub(super) fn offer(provider: &ProviderHandle, errand: &Errand, slot: FreeSlot) -> OfferedSlot {
    OfferedSlot {
        start: slot.start,
        end: slot.end,
        service_id: errand.service.id.clone(),
        resource: ResourceId::of_connection(provider.id()),
        connection_id: provider.id().clone(),
        time_zone: errand.zone_name.clone(),
        party_size: errand.party_size,
        spoken: false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
