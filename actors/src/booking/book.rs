//! Booking a slot: offered, claimed durably, made at the provider, settled, and only then said.
//! A second booking for the same person and service within a call is a correction (R6).

mod wanted;

use std::sync::Arc;

use hookswitch_storage::{
    BookOutcome, Booking, BookingId, BookingStatus, BookingSummary, CallEvent, CustomerDraft,
    NewBooking, OfferedSlot, OutagePolicy, Outcome, RequiredField, Service, Settlement,
};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::change::{self, Target};
use super::desk::{Effects, Refusal, hold, local, outage, storage_down};
use super::free_slots::{ask, offer};
use super::slots::FreeSlot;
use super::{people, phrases, repeat};
use crate::ports::ProviderError;
use crate::provider::ProviderHandle;
use crate::session::state::CallState;
use crate::tools::ToolContext;
pub(super) use wanted::Wanted;

/// Alternatives that are named when a slot cannot be had.
const NEAREST: usize = 3;

/// A request to book.
#[derive(Debug, Clone, Default)]
pub struct BookRequest {
    /// The day as written; empty if `time` holds day and time.
    pub date: String,
    /// The time as written, or day and time.
    pub time: String,
    /// The service, by id or name; that of the offered slot by default.
    pub service: Option<String>,
    /// The customer's name as written.
    pub name: String,
    /// The customer's phone number as written; the caller's own by default.
    pub phone: Option<String>,
    /// The customer's e-mail address as written.
    pub email: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// Whether an earlier booking of this call for the same person and service stays (R6).
    pub keep_existing: bool,
    /// Details that the tool itself requires; the org's own list goes first (K18).
    pub required: &'static [RequiredField],
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Booked {
    /// It stands, or waits for the provider: see its status and outcome.
    Made(Box<Booking>),
    /// It corrected an earlier one of this call, which was at the given local time.
    Corrected(Box<Booking>, DateTime),
}

/// Books.
///
/// # Errors
/// A refusal in words; nothing was booked.
pub async fn book(
    context: &ToolContext,
    request: BookRequest,
    effects: &mut Effects,
) -> Result<Booked, Refusal> {
    effects.gate = Some(context.exclusive().await);
    let state = context.state().await;
    if let Some(booking) = repeat::same_tool_call(context, &state, effects).await? {
        let from = repeat::moved_from(&booking).map(|from| local(from, &booking.time_zone));
        let booking = Box::new(booking);
        return Ok(match from {
            Some(from) => Booked::Corrected(booking, from),
            None => Booked::Made(booking),
        });
    }
    let customer = customer(context, &state, &request)?;
    let wanted = Wanted::understand(context, &state, &request, effects)?;
    if let Some(booked) = already(context, &state, &customer, &wanted, &request, effects).await? {
        return Ok(booked);
    }
    let provider = match context.shared.connections.of_org(&context.org).await {
        Ok(provider) => provider,
        Err(error) => return Err(outage(context, &error, effects)),
    };
    let slot = secure(context, &state, &provider, &wanted, effects).await?;
    let claim = Claim { customer, wanted: &wanted, slot: &slot, notes: request.notes };
    let booked = claim.make(context, &state, &provider, effects).await?;
    Ok(Booked::Made(booked))
}

fn customer(
    context: &ToolContext,
    state: &CallState,
    request: &BookRequest,
) -> Result<CustomerDraft, Refusal> {
    let settings = context.org.settings();
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let name = people::name(&request.name).ok_or_else(|| Refusal::missing("customer_name"))?;
    let phone = match given(&request.phone) {
        // A number that cannot be read is worth less than the one the caller is calling from.
        Some(text) => people::phone(&text, &settings.country).or(state.caller.number.clone()),
        None => state.caller.number.clone(),
    };
    let email =
        match given(&request.email) {
            Some(text) => Some(people::email(&text).ok_or_else(|| {
                Refusal::new("invalid_email", phrases::unreadable("e-mail address"))
            })?),
            None => None,
        };
    let required = settings.booking.required_fields.as_deref().unwrap_or(request.required);
    for field in required {
        match field {
            RequiredField::CustomerPhone if phone.is_none() => {
                return Err(Refusal::missing("customer_phone"));
            }
            RequiredField::CustomerEmail if email.is_none() => {
                return Err(Refusal::missing("customer_email"));
            }
            _ => {}
        }
    }
    Ok(CustomerDraft { name, phone, email })
}

/// What this call has booked for the same person and service already: the same start is the same
/// booking, another start a correction.
async fn already(
    context: &ToolContext,
    state: &Arc<CallState>,
    customer: &CustomerDraft,
    wanted: &Wanted,
    request: &BookRequest,
    effects: &mut Effects,
) -> Result<Option<Booked>, Refusal> {
    let about = (customer.name.as_str(), &wanted.service.id);
    let mut known = repeat::same_call(context, state, about, effects).await?;
    if let Some(place) = known.iter().position(|booking| booking.start == wanted.start) {
        let booking = known.swap_remove(place);
        effects.booking = Some(booking.id);
        repeat::tell(state, &booking, effects);
        return Ok(Some(Booked::Made(Box::new(booking))));
    }
    let latest = known.into_iter().max_by_key(|booking| booking.created_at);
    let Some(booking) = latest.filter(|_| !request.keep_existing) else { return Ok(None) };
    let from = local(booking.start, &booking.time_zone);
    let wanted = Wanted { moving: Some(booking.id), ..wanted.clone() };
    let target = Target { booking, wanted: &wanted };
    let moved = change::relocate(context, state, target, effects).await?;
    Ok(Some(Booked::Corrected(moved, from)))
}

/// Makes sure that the slot may be booked, by the same rules as an offer and as of now. In a call
/// a free slot that was not offered becomes an offer (R4).
pub(super) async fn secure(
    context: &ToolContext,
    state: &Arc<CallState>,
    provider: &ProviderHandle,
    wanted: &Wanted,
    effects: &mut Effects,
) -> Result<OfferedSlot, Refusal> {
    let date = wanted.start.to_zoned(context.org.zone.clone()).date();
    let days = match ask(context, provider, &wanted.service, (date, date), wanted.moving).await {
        Ok(days) => days,
        Err(error) => return secure_unseen(context, provider, wanted, &error, effects),
    };
    let free: Vec<FreeSlot> = days.into_iter().flat_map(|day| day.slots).collect();
    let Some(slot) = free.iter().find(|slot| slot.start == wanted.start) else {
        let refusal = unavailable(context, provider, wanted, &free, effects);
        return Err(refusal.counted(state, effects));
    };
    let mut slot = offer(provider, &wanted.service, &wanted.zone_name, *slot);
    if context.is_live() && wanted.offered.is_none() {
        slot.spoken = true;
        hold(context, std::slice::from_ref(&slot));
        let until = super::desk::hold_until(context.org.settings(), context.now());
        effects.events.push(CallEvent::SlotsOffered { slots: vec![slot.clone()] });
        effects.events.push(CallEvent::SlotHeld { slot: slot.clone(), until });
        let mut refusal = Refusal::new("not_offered", phrases::shall_i_book(wanted.at()));
        refusal.alternatives = vec![slot];
        return Err(refusal);
    }
    Ok(slot)
}

/// The provider cannot be asked. With the policy `defaults` the request is taken all the same.
fn secure_unseen(
    context: &ToolContext,
    provider: &ProviderHandle,
    wanted: &Wanted,
    error: &ProviderError,
    effects: &mut Effects,
) -> Result<OfferedSlot, Refusal> {
    let refusal = outage(context, error, effects);
    let policy = context.org.settings().booking.outage_policy;
    if policy != OutagePolicy::Defaults || provider.is_local() {
        return Err(refusal);
    }
    effects.replayable = true;
    let minutes = i64::from(wanted.service.duration_minutes);
    let end = wanted.start.checked_add(SignedDuration::from_mins(minutes)).map_err(|_| refusal)?;
    Ok(offer(provider, &wanted.service, &wanted.zone_name, FreeSlot { start: wanted.start, end }))
}

/// The refusal of a slot that cannot be had; names and offers the nearest that can.
pub(super) fn unavailable(
    context: &ToolContext,
    provider: &ProviderHandle,
    wanted: &Wanted,
    free: &[FreeSlot],
    effects: &mut Effects,
) -> Refusal {
    let nearest: Vec<OfferedSlot> = super::slots::nearest(free, wanted.start, NEAREST)
        .into_iter()
        .map(|slot| {
            let slot = offer(provider, &wanted.service, &wanted.zone_name, slot);
            OfferedSlot { spoken: true, ..slot }
        })
        .collect();
    let times: Vec<_> = nearest.iter().map(|slot| local(slot.start, &wanted.zone_name)).collect();
    let mut refusal = Refusal::new("slot_unavailable", phrases::not_available(wanted.at(), &times));
    if !nearest.is_empty() {
        hold(context, &nearest);
        effects.events.push(CallEvent::SlotsOffered { slots: nearest.clone() });
    }
    refusal.alternatives = nearest;
    refusal
}

struct Claim<'a> {
    customer: CustomerDraft,
    wanted: &'a Wanted,
    slot: &'a OfferedSlot,
    notes: Option<String>,
}

impl Claim<'_> {
    async fn make(
        self,
        context: &ToolContext,
        state: &Arc<CallState>,
        provider: &ProviderHandle,
        effects: &mut Effects,
    ) -> Result<Box<Booking>, Refusal> {
        let wanted = self.wanted;
        let store = &context.shared.store;
        let new = self.record(context, provider);
        let booking = match store.book(new).await {
            Ok(BookOutcome::Booked(booking)) => booking,
            Ok(BookOutcome::Same(booking)) => {
                effects.booking = Some(booking.id);
                repeat::tell(state, &booking, effects);
                return Ok(booking);
            }
            Ok(BookOutcome::Taken) => {
                let date = wanted.start.to_zoned(context.org.zone.clone()).date();
                let days = ask(context, provider, &wanted.service, (date, date), None).await;
                let free: Vec<_> =
                    days.unwrap_or_default().into_iter().flat_map(|day| day.slots).collect();
                let refusal = unavailable(context, provider, wanted, &free, effects);
                return Err(refusal.counted(state, effects));
            }
            Ok(BookOutcome::KeyReused) => return Err(key_reused()),
            Err(error) => return Err(storage_down(context, &error, effects)),
        };
        effects.booking = Some(booking.id);
        let booking = if provider.is_local() {
            booking
        } else {
            at_provider(context, state, provider, wanted, booking, effects).await?
        };
        effects.events.push(CallEvent::BookingMade { booking: BookingSummary::from(&*booking) });
        if let Some(call) = context.call() {
            context.shared.holds.release(&call);
        }
        Ok(booking)
    }

    fn record(self, context: &ToolContext, provider: &ProviderHandle) -> NewBooking {
        let Self { customer, wanted, slot, notes } = self;
        let call_id = context.facts.id.clone();
        // Outside of a call nothing tells a repeat from a second booking but the tool call's id.
        let meaning = call_id.as_ref().map(|call| {
            let person = customer.name.to_lowercase();
            format!("{call}|{person}|{}|{}", wanted.service.id, wanted.start)
        });
        let (status, outcome) = if provider.is_local() {
            (BookingStatus::Confirmed, Outcome::Confirmed)
        } else {
            (BookingStatus::Pending, Outcome::Pending)
        };
        NewBooking {
            id: BookingId::random(),
            org: context.org.id().clone(),
            customer,
            service_id: wanted.service.id.clone(),
            connection_id: slot.connection_id.clone(),
            resource: slot.resource.clone(),
            capacity: wanted.service.capacity,
            start: slot.start,
            end: slot.end,
            occupied_until: occupied_until(slot.end, &wanted.service),
            time_zone: wanted.zone_name.clone(),
            status,
            outcome,
            notes: notes.filter(|notes| !notes.trim().is_empty()),
            source: context.source(),
            call_id,
            tool_call: Some(context.tool_call()),
            meaning,
            by: context.actor(),
            now: context.now(),
        }
    }
}

pub(super) fn key_reused() -> Refusal {
    Refusal { argument: Some("tool_call_id"), ..Refusal::new("key_reused", "") }
}

pub(super) fn occupied_until(end: Timestamp, service: &Service) -> Timestamp {
    let buffer = SignedDuration::from_mins(i64::from(service.buffer_minutes));
    end.checked_add(buffer).unwrap_or(end)
}

/// Makes a claimed booking at its provider and settles what came of it.
async fn at_provider(
    context: &ToolContext,
    state: &Arc<CallState>,
    provider: &ProviderHandle,
    wanted: &Wanted,
    booking: Box<Booking>,
    effects: &mut Effects,
) -> Result<Box<Booking>, Refusal> {
    let answer = provider.book((*booking).clone(), context.deadline).await;
    let policy = context.org.settings().booking.outage_policy;
    let settlement = match &answer {
        Ok(made) if made.confirmed => {
            Settlement::Confirmed { external_id: Some(made.external_id.clone()) }
        }
        Ok(_) => Settlement::Pending,
        Err(ProviderError::Unknown) => Settlement::Unknown,
        // Nothing was written there: the request is kept, to be confirmed later (P092).
        Err(error) if error.is_outage() && policy == OutagePolicy::Defaults => Settlement::Pending,
        Err(error) => Settlement::Failed { reason: error.to_string() },
    };
    let settled = context
        .shared
        .store
        .settle(context.org.id(), &booking.id, settlement, &context.actor(), context.now())
        .await;
    let booking = match settled {
        Ok(Some(settled)) => Box::new(settled),
        Ok(None) => booking,
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    match answer {
        Ok(_) | Err(ProviderError::Unknown) => Ok(booking),
        Err(error) if booking.is_active() => {
            let _ = outage(context, &error, effects);
            effects.replayable = true;
            Ok(booking)
        }
        Err(ProviderError::SlotTaken | ProviderError::OutsidePolicy(_)) => {
            let refusal = unavailable(context, provider, wanted, &[], effects);
            Err(refusal.counted(state, effects))
        }
        Err(error) => Err(outage(context, &error, effects).counted(state, effects)),
    }
}
