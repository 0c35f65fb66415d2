//! Whose booking is it? Finds the bookings that a caller may reach (R10): by the number they are
//! calling from and one detail, by a full confirmation code, or because they opened or made it in
//! this very call. The number alone tells that there is an appointment and nothing of it: a number
//! can be forged. A part of a code never matches, and a number that a model wrote down opens
//! nothing.

mod code;
mod guesses;
mod opened;

use std::sync::Arc;

use hookswitch_storage::{
    Booking, BookingFilter, BookingId, CallKey, ChangeKind, GuessKind, Page, StoreError,
};

use super::desk::{Effects, Refusal, local, storage_down, zone_of_offers};
use super::phrases::which;
use super::when::{self, Day};
use super::{people, phrases};
use crate::session::state::CallState;
use crate::tools::ToolContext;
use code::Reference;
use guesses::attempt;
pub(crate) use opened::Opened;

/// Bookings of one number that are looked at.
const MOST: usize = 50;

/// What a caller says about themself and their booking.
#[derive(Debug, Clone, Default)]
pub struct Claimant {
    /// Confirmation code, or our booking id.
    pub reference: Option<String>,
    /// A phone number as written.
    pub phone: Option<String>,
    /// The name it was made under.
    pub name: Option<String>,
    /// Its date as written.
    pub date: Option<String>,
}

/// What a booking is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To tell of it: all that fit.
    Look,
    /// To change it: what this call knows already goes first.
    Change,
}

fn given(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.trim().is_empty())
}

/// A detail of a booking, as understood.
struct Detail {
    date: Option<Day>,
    name: Option<String>,
}

impl Detail {
    fn of(
        context: &ToolContext,
        state: &Arc<CallState>,
        claimant: &Claimant,
    ) -> Result<Self, Refusal> {
        let today = state.today_in(&zone_of_offers(context, state).0);
        let day = |text: String| when::read_day(&text, today);
        let date = given(&claimant.date).map(day).transpose();
        Ok(Self { date: date.map_err(|error| Refusal::when(&error))?, name: given(&claimant.name) })
    }

    fn is_given(&self) -> bool {
        self.date.is_some() || self.name.is_some()
    }

    fn fits(&self, booking: &Booking) -> bool {
        let starts = local(booking.start, &booking.time_zone).date();
        self.date.is_none_or(|date| date.is(starts))
            && self
                .name
                .as_deref()
                .is_none_or(|name| people::same_person(name, &booking.customer_name))
    }
}

/// Finds the caller's bookings that are still ahead, soonest first; never an empty list. A booking
/// found by its code is given whether or not it is ahead or cancelled.
///
/// # Errors
/// A refusal in words.
pub async fn find(
    context: &ToolContext,
    claimant: &Claimant,
    effects: &mut Effects,
) -> Result<Vec<Booking>, Refusal> {
    find_for(context, claimant, Purpose::Look, effects).await
}

pub(super) async fn find_for(
    context: &ToolContext,
    claimant: &Claimant,
    purpose: Purpose,
    effects: &mut Effects,
) -> Result<Vec<Booking>, Refusal> {
    let found = search(context, claimant, purpose, effects).await?;
    // Nobody would tell us when a call without a session ends.
    if let Some(call) = context.call().filter(|_| context.is_live()) {
        found.iter().for_each(|booking| context.shared.opened.open(&call, booking.id));
    }
    Ok(found)
}

async fn search(
    context: &ToolContext,
    claimant: &Claimant,
    purpose: Purpose,
    effects: &mut Effects,
) -> Result<Vec<Booking>, Refusal> {
    let state = context.state().await;
    // Who made it in this very call, or has proven themself in it, needs to prove nothing more.
    let here = match of_call(context).await {
        Ok(here) => here,
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    if let Some(reference) = given(&claimant.reference) {
        let found = by_reference(context, &state, &reference, here, effects).await?;
        return Ok(vec![found]);
    }
    let detail = Detail::of(context, &state, claimant)?;
    let mut found: Vec<Booking> = here.into_iter().filter(|booking| detail.fits(booking)).collect();
    if !found.is_empty() && (purpose == Purpose::Change || !detail.is_given()) {
        found.sort_by_key(|booking| booking.start);
        return Ok(found);
    }
    let country = &context.org.settings().country;
    let claimed = given(&claimant.phone).and_then(|text| people::phone(&text, country));
    let number = match (state.caller.number.clone(), claimed) {
        (Some(own), None) => own,
        (Some(own), Some(claimed)) if own == claimed => own,
        _ if !found.is_empty() => return Ok(found),
        _ => return Err(Refusal::new("confirmation_needed", phrases::access::need_code())),
    };
    let mut others = match of_number(context, number).await {
        Ok(others) => others,
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    others.retain(|booking| !found.iter().any(|known| known.id == booking.id));
    if others.is_empty() && found.is_empty() {
        return Err(Refusal::new("booking_not_found", phrases::none_ahead()));
    }
    if !others.is_empty() {
        found.extend(by_detail(context, &state, others, &detail, effects).await?);
    }
    if found.is_empty() {
        return Err(not_found());
    }
    found.sort_by_key(|booking| booking.start);
    Ok(found)
}

/// Those of the caller's number that a detail fits.
async fn by_detail(
    context: &ToolContext,
    state: &CallState,
    bookings: Vec<Booking>,
    detail: &Detail,
    effects: &mut Effects,
) -> Result<Vec<Booking>, Refusal> {
    if !detail.is_given() {
        return Err(Refusal::new("detail_needed", phrases::access::need_detail()));
    }
    let attempt = attempt(context, state, GuessKind::Detail, effects).await?;
    let fitting: Vec<Booking> =
        bookings.into_iter().filter(|booking| detail.fits(booking)).collect();
    if !fitting.is_empty() {
        attempt.forgive(context).await;
    }
    Ok(fitting)
}

async fn by_reference(
    context: &ToolContext,
    state: &CallState,
    reference: &str,
    here: Vec<Booking>,
    effects: &mut Effects,
) -> Result<Booking, Refusal> {
    let reference = code::read(reference);
    let is_meant = |booking: &Booking| match &reference {
        Reference::Id(id) => booking.id == *id,
        Reference::Codes(codes) => codes.contains(&booking.confirmation),
        Reference::Part => false,
    };
    if let Some(known) = here.into_iter().find(is_meant) {
        return Ok(known);
    }
    if reference == Reference::Part {
        return Err(not_found());
    }
    let attempt = attempt(context, state, GuessKind::Code, effects).await?;
    let found = match stored(context, &reference).await {
        Ok(found) => found.ok_or_else(not_found)?,
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    attempt.forgive(context).await;
    Ok(found)
}

async fn stored(
    context: &ToolContext,
    reference: &Reference,
) -> Result<Option<Booking>, StoreError> {
    let (store, org) = (&context.shared.store, context.org.id());
    match reference {
        Reference::Id(id) => store.booking(org, id).await,
        Reference::Codes(codes) => {
            for code in codes {
                if let Some(found) = store.booking_by_confirmation(org, code).await? {
                    return Ok(Some(found));
                }
            }
            Ok(None)
        }
        Reference::Part => Ok(None),
    }
}

/// What this call has cancelled and the caller's words mean, unless something that fits was booked
/// after that; a question, if they also mean an appointment that this call knows. A model that was interrupted says the same again under another id, and the words
/// would then open the caller's next booking.
///
/// # Errors
/// A refusal in words.
pub(super) async fn cancelled_here(
    context: &ToolContext,
    claimant: &Claimant,
    effects: &mut Effects,
) -> Result<Option<Booking>, Refusal> {
    let Some(call) = context.call().filter(|_| given(&claimant.reference).is_none()) else {
        return Ok(None);
    };
    let state = context.state().await;
    let detail = Detail::of(context, &state, claimant)?;
    // Who opened what is forgotten in a restart; what was done to it is not.
    let done = state.bookings.iter().map(|known| known.id).collect();
    let mut known = match touched(context, &call, done).await {
        Ok(known) => known,
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    known.retain(|booking| detail.fits(booking));
    let when_cancelled = |booking: &Booking| {
        let last =
            booking.history.iter().rev().find(|change| change.kind == ChangeKind::Cancelled)?;
        (!booking.is_active() && last.call_id.as_ref() == Some(&call.call)).then_some(last.at)
    };
    let cancelled = known.iter().filter_map(|booking| Some((when_cancelled(booking)?, booking)));
    let Some((at, latest)) = cancelled.max_by_key(|(at, _)| *at) else { return Ok(None) };
    let is_newer = |booking: &Booking| booking.is_active() && booking.created_at > at;
    if known.iter().any(is_newer) {
        return Ok(None);
    }
    let others = known.iter().filter(|booking| booking.is_active());
    if let Some(other) = others.min_by_key(|booking| booking.start) {
        let at = |booking: &Booking| local(booking.start, &booking.time_zone);
        let question = which::cancel_the_other_too(at(latest), at(other));
        let mut refusal = Refusal::new("which_booking", question);
        refusal.next_step = Some(which::cancel_by_code(&other.confirmation));
        return Err(refusal);
    }
    let others = match state.caller.number.clone() {
        Some(number) => of_number(context, number).await,
        None => Ok(Vec::new()),
    };
    let others = others.map_err(|error| storage_down(context, &error, effects))?;
    let meant_now = others.iter().any(|booking| is_newer(booking) && detail.fits(booking));
    Ok((!meant_now).then(|| latest.clone()))
}

fn not_found() -> Refusal {
    Refusal::new("booking_not_found", phrases::not_found())
}

/// What was booked or opened in this call and is still ahead.
async fn of_call(context: &ToolContext) -> Result<Vec<Booking>, StoreError> {
    let Some(call) = context.call() else { return Ok(Vec::new()) };
    let mut found = touched(context, &call, Vec::new()).await?;
    found.retain(Booking::is_active);
    Ok(found)
}

/// As [`of_call`], with what was cancelled, and with `others`.
async fn touched(
    context: &ToolContext,
    call: &CallKey,
    others: Vec<BookingId>,
) -> Result<Vec<Booking>, StoreError> {
    let (store, now) = (&context.shared.store, context.now());
    let filter = BookingFilter {
        from: Some(now),
        call: Some(call.call.clone()),
        ..BookingFilter::default()
    };
    let mut found = store.bookings(&call.org, &filter, &Page::first(MOST)).await?.items;
    for id in context.shared.opened.of(call).into_iter().chain(others) {
        if !found.iter().any(|booking| booking.id == id) {
            found.extend(store.booking(&call.org, &id).await?.filter(|b| b.start >= now));
        }
    }
    Ok(found)
}

/// Whether the caller may hear of a booking without another proof in this call.
pub(crate) fn is_open_to(context: &ToolContext, booking: &Booking) -> bool {
    let opened = |call: CallKey| {
        booking.call_id.as_ref() == Some(&call.call) || context.shared.opened.has(&call, booking.id)
    };
    context.call().is_some_and(opened)
}

async fn of_number(context: &ToolContext, number: String) -> Result<Vec<Booking>, StoreError> {
    let filter = BookingFilter {
        from: Some(context.now()),
        phone: Some(number),
        ..BookingFilter::default()
    };
    let found =
        context.shared.store.bookings(context.org.id(), &filter, &Page::first(MOST)).await?;
    Ok(found.items.into_iter().filter(Booking::is_active).collect())
}
