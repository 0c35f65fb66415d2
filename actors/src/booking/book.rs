//! Booking a slot: offered, claimed durably, made at the provider, settled, and only then said.
//! A second booking for the same person and service within a call is a correction (R6).

mod instead;
mod outside;
mod put_right;
mod wanted;

use std::sync::Arc;

use hookswitch_storage::{
    BookOutcome, Booking, BookingId, BookingStatus, BookingSummary, CallEvent, CustomerDraft,
    NewBooking, OfferedSlot, OutagePolicy, Outcome, RequiredField, Service,
};
use jiff::{SignedDuration, Timestamp};

use super::calendars::{Answer, Calendars, Silent};
use super::change::{self, Target};
use super::desk::{Effects, Refusal, hold, local, outage, storage_down};
use super::saga;
use super::waitlist::certain_number;
use super::when::LocalTime;
use super::{people, phrases, repeat};
use crate::provider::ProviderHandle;
use crate::session::state::CallState;
use crate::tools::ToolContext;
pub(super) use instead::unavailable;
use outside::AtProvider;
pub(super) use outside::{joined, not_known};
use put_right::Details;
pub(super) use wanted::{Wanted, meant_date};

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
    /// How many people come; as many as the slot was offered for by default.
    pub party_size: Option<u32>,
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
    Corrected(Box<Booking>, LocalTime),
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
        let booking = joined(context, &state, Box::new(booking), effects).await?;
        let from = repeat::moved_from(&booking).map(|from| local(from, &booking.time_zone));
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
    let mut calendars = match Calendars::of(context, &wanted.errand.service).await {
        Ok(calendars) => calendars,
        Err(error) => return Err(outage(context, &error, effects)),
    };
    loop {
        let slot = secure(context, &state, &calendars, &wanted, effects).await?;
        let (customer, notes) = (customer.clone(), request.notes.clone());
        let claim = Claim { customer, wanted: &wanted, slot: &slot, notes };
        match claim.make(context, &state, calendars.having(&slot), effects).await {
            Ok(booked) => return Ok(Booked::Made(booked)),
            Err(Denied::Refused(refusal)) => return Err(refusal),
            // Somebody was quicker in this calendar; the same time may be free in another.
            Err(Denied::Taken) if calendars.try_others(&slot) => {}
            Err(Denied::Taken) => {
                let refusal = unavailable(context, &calendars, &wanted, effects).await;
                return Err(refusal.counted(&state, effects));
            }
        }
    }
}

/// Why a slot that was free a moment ago was not booked.
enum Denied {
    /// Its calendar does not have it any more.
    Taken,
    /// For another reason, in words.
    Refused(Refusal),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn customer(
    context: &ToolContext,
    state: &CallState,
    request: &BookRequest,
) -> Result<CustomerDraft, Refusal> {
    let settings = context.org.settings();
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    // An operator types the name as it is to be; what is heard on the phone has no spelling.
    let read = if context.operator.is_some() { people::name } else { people::person };
    let name = read(&request.name).ok_or_else(|| Refusal::missing("customer_name"))?;
    let phone = match given(&request.phone) {
        // A number that cannot be read is worth less than the one the caller is calling from.
        Some(text) => {
            let phone =
                people::phone(&text, &settings.country).or_else(|| state.caller.number.clone());
            let unreadable = || phrases::unreadable("phone number");
            Some(phone.ok_or_else(|| Refusal::new("invalid_phone", unreadable()))?)
        }
        None => state.caller.number.clone(),
    };
    let email = match given(&request.email) {
        Some(text) => Some(people::read_email(&text).map_err(invalid_email)?),
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

fn invalid_email(error: people::EmailError) -> Refusal {
    let question = match error {
        people::EmailError::Unreadable => phrases::unreadable("e-mail address"),
        people::EmailError::NoEnding { likely } => phrases::which::is_that_address(&likely),
    };
    Refusal::new("invalid_email", question)
}

/// What this call has booked for the same person and service already: the same start is the same
/// booking, another start a correction. The same start under another name is asked back.
async fn already(
    context: &ToolContext,
    state: &Arc<CallState>,
    customer: &CustomerDraft,
    wanted: &Wanted,
    request: &BookRequest,
    effects: &mut Effects,
) -> Result<Option<Booked>, Refusal> {
    let service = &wanted.errand.service.id;
    let (mut known, mut of_others) = (Vec::new(), Vec::new());
    for booking in repeat::same_call(context, state, service, effects).await? {
        let (name, said) = (booking.customer_name.as_str(), customer.name.as_str());
        // One name of two at the same start is the same person, said again more fully.
        let again = booking.start == wanted.start && !request.keep_existing;
        if people::same_person(name, said) || again && people::begins_alike(name, said) {
            known.push(*joined(context, state, Box::new(booking), effects).await?);
        } else if again {
            of_others.push(booking);
        }
    }
    known.retain(Booking::is_active);
    if let Some(place) = known.iter().position(|booking| booking.start == wanted.start) {
        let booking = known.swap_remove(place);
        let details = Details::said(context, request);
        let same = said_again(context, state, (booking, details), (wanted, request), effects);
        return same.await.map(Some);
    }
    if let (true, Some(booking)) = (known.is_empty(), of_others.pop()) {
        let name = put_right::name_instead(context, state, &booking, &customer.name, effects)?;
        let booking = *joined(context, state, Box::new(booking), effects).await?;
        if booking.is_active() {
            let details = Details::said(context, request).named(name);
            let same = said_again(context, state, (booking, details), (wanted, request), effects);
            return same.await.map(Some);
        }
    }
    let latest = known.into_iter().max_by_key(|booking| booking.created_at);
    let Some(booking) = latest.filter(|_| !request.keep_existing) else { return Ok(None) };
    if booking.is_in_doubt() {
        // What is not settled cannot be corrected: a second booking might be what comes of it.
        return Err(not_known(wanted.at(), effects));
    }
    let details = Details::said(context, request);
    let booking = details.put_right_first(context, booking, effects).await?;
    let from = local(booking.start, &booking.time_zone);
    let wanted = wanted.moving(&booking);
    let target = Target { booking, wanted: &wanted };
    let moved = change::relocate(context, state, target, effects).await?;
    Ok(Some(Booked::Corrected(moved, from)))
}

/// A booking of this call at its own start once more, perhaps for others or with other details.
async fn said_again(
    context: &ToolContext,
    state: &Arc<CallState>,
    (booking, details): (Booking, Details),
    (wanted, request): (&Wanted, &BookRequest),
    effects: &mut Effects,
) -> Result<Booked, Refusal> {
    effects.booking = Some(booking.id);
    let people = wanted.errand.party_size;
    let booking = if request.party_size.is_some() && people != booking.party_size {
        change::resize(context, state, booking, wanted, effects).await?
    } else {
        Box::new(booking)
    };
    details.put_right(context, booking, effects).await.map(Booked::Made)
}

/// Makes sure that the slot may be booked, by the same rules as an offer and as of now. In a call
/// a free slot that was not offered becomes an offer (R4). While its calendar cannot be asked and the
/// policy is `defaults`, what is offered then may be booked.
///
/// # Errors
/// A refusal in words, with what can be had instead.
pub(super) async fn secure(
    context: &ToolContext,
    state: &Arc<CallState>,
    calendars: &Calendars,
    wanted: &Wanted,
    effects: &mut Effects,
) -> Result<OfferedSlot, Refusal> {
    let date = wanted.start.to_zoned(context.org.zone.clone()).date();
    let days = (date, date);
    let answer = calendars.ask_now(context, &wanted.errand, days, wanted.moving).await;
    if let Some(slot) = free_in(calendars, &answer, wanted) {
        return bookable(context, wanted, slot, effects);
    }
    let Some(silent) = calendars.silenced(&answer, wanted.offered.as_ref()) else {
        let refusal = unavailable(context, calendars, wanted, effects).await;
        return Err(refusal.counted(state, effects));
    };
    let calendars = unasked(context, &silent, wanted.offered.as_ref(), effects)?;
    let answer = calendars.ask_now(context, &wanted.errand, days, wanted.moving).await;
    match (free_in(&calendars, &answer, wanted), calendars.silenced(&answer, None)) {
        (Some(slot), _) => bookable(context, wanted, slot, effects),
        (None, None) => {
            let refusal = unavailable(context, &calendars, wanted, effects).await;
            Err(refusal.counted(state, effects))
        }
        (None, Some(silent)) => Err(outage(context, &silent.error, effects)),
    }
}

fn free_in(calendars: &Calendars, answer: &Answer, wanted: &Wanted) -> Option<OfferedSlot> {
    calendars.secured(&wanted.errand, answer.at(wanted.start)?, wanted.offered.as_ref())
}

/// A free slot, unless the caller has yet to be asked whether they want it.
fn bookable(
    context: &ToolContext,
    wanted: &Wanted,
    mut slot: OfferedSlot,
    effects: &mut Effects,
) -> Result<OfferedSlot, Refusal> {
    if !context.is_live() || wanted.offered.is_some() {
        return Ok(slot);
    }
    slot.spoken = true;
    hold(context, std::slice::from_ref(&slot));
    let until = super::desk::hold_until(context.org.settings(), context.now());
    effects.events.push(CallEvent::SlotsOffered { slots: vec![slot.clone()] });
    effects.events.push(CallEvent::SlotHeld { slot: slot.clone(), until });
    let mut refusal = Refusal::new("not_offered", phrases::shall_i_book(wanted.at()));
    refusal.alternatives = vec![slot];
    Err(refusal)
}

/// A calendar that cannot be asked, to be taken as the policy `defaults` says (P091).
///
/// # Errors
/// The outage policy's words, if it is another one.
pub(super) fn unasked(
    context: &ToolContext,
    silent: &Silent,
    offered: Option<&OfferedSlot>,
    effects: &mut Effects,
) -> Result<Calendars, Refusal> {
    let refusal = outage(context, &silent.error, effects);
    let policy = context.org.settings().booking.outage_policy;
    // Our own storage cannot keep a request while it is what failed.
    if policy != OutagePolicy::Defaults || silent.calendar.is_local() {
        return Err(refusal);
    }
    effects.replayable = true;
    Ok(Calendars::unasked(&silent.calendar, offered))
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
    ) -> Result<Box<Booking>, Denied> {
        let wanted = self.wanted;
        let store = &context.shared.store;
        let mut new = self.record(context, provider);
        new.caller = certain_number(context, state, new.customer.phone.as_deref());
        // Taken before the job that comes with the intent can see it; nobody else knows the id.
        let turn = match provider.is_local() {
            true => None,
            false => Some(context.shared.turns.take(new.id).await),
        };
        let booking = match store.book(new).await {
            Ok(BookOutcome::Booked(booking)) => booking,
            Ok(BookOutcome::Same(booking)) => {
                drop(turn);
                effects.booking = Some(booking.id);
                repeat::tell(state, &booking, effects);
                return Ok(joined(context, state, booking, effects).await?);
            }
            Ok(BookOutcome::Taken) => return Err(Denied::Taken),
            Ok(BookOutcome::KeyReused) => return Err(key_reused().into()),
            Err(error) => return Err(storage_down(context, &error, effects).into()),
        };
        effects.booking = Some(booking.id);
        let booking = match turn {
            None => booking,
            Some(turn) => {
                let carried = saga::carry_out(context, provider, booking, turn).await;
                let at = AtProvider { context, state, wanted };
                at.made(carried, effects).await?
            }
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
        let service = &wanted.errand.service.id;
        let meaning = repeat::meaning(context, &customer.name, service, wanted.start);
        let (status, outcome) = if provider.is_local() {
            (BookingStatus::Confirmed, Outcome::Confirmed)
        } else {
            (BookingStatus::Pending, Outcome::Pending)
        };
        NewBooking {
            id: BookingId::random(),
            org: context.org.id().clone(),
            customer,
            service_id: wanted.errand.service.id.clone(),
            connection_id: slot.connection_id.clone(),
            resource: slot.resource.clone(),
            capacity: wanted.errand.service.capacity,
            places: wanted.errand.places,
            party_size: wanted.errand.party_size,
            start: slot.start,
            end: slot.end,
            occupied_until: occupied_until(slot.end, &wanted.errand.service),
            time_zone: wanted.errand.zone_name.clone(),
            status,
            outcome,
            ask_provider: (!provider.is_local()).then(|| saga::look_at(context)),
            notes: notes.filter(|notes| !notes.trim().is_empty()),
            source: context.source(),
            call_id,
            tool_call: Some(context.tool_call()),
            meaning,
            caller: None,
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
