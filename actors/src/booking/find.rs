//! Whose booking is it? Finds the bookings that a caller may reach (R10): those of the number they
//! are calling from, or one by its full confirmation code. A part of a code never matches, and a
//! number that a model wrote down opens nothing.

use hookswitch_storage::{Booking, BookingFilter, BookingId, Page};
use jiff::civil::Date;

use super::desk::{Effects, Refusal, local, storage_down};
use super::{people, phrases, when};
use crate::tools::ToolContext;

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

/// How sure it is that the caller may change what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// To read, the caller's number is enough.
    Number,
    /// To change, the number and one detail, or the code.
    NumberAndDetail,
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
    find_with(context, claimant, Proof::Number, effects).await
}

pub(super) async fn find_with(
    context: &ToolContext,
    claimant: &Claimant,
    proof: Proof,
    effects: &mut Effects,
) -> Result<Vec<Booking>, Refusal> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    if let Some(reference) = given(&claimant.reference) {
        return match by_reference(context, &reference).await {
            Ok(Some(booking)) => Ok(vec![booking]),
            Ok(None) => Err(Refusal::new("booking_not_found", phrases::NOT_FOUND)),
            Err(error) => Err(storage_down(context, &error, effects)),
        };
    }
    let state = context.state().await;
    let country = &context.org.settings().country;
    let date = match given(&claimant.date) {
        Some(text) => {
            let date = when::parse_date(&text, state.today).map_err(|e| Refusal::when(&e))?;
            Some(date)
        }
        None => None,
    };
    let name = given(&claimant.name);
    let fitting = |all: Vec<Booking>| -> Vec<Booking> {
        all.into_iter().filter(|b| fits(b, date, name.as_deref())).collect()
    };
    // Who made it in this very call needs to prove nothing more, whatever number was given for it.
    let here = match of_call(context).await {
        Ok(here) => fitting(here),
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    let detailed = date.is_some() || name.is_some();
    if !here.is_empty() && (proof == Proof::NumberAndDetail || !detailed) {
        return Ok(here);
    }
    let own = state.caller.number.clone();
    let claimed = given(&claimant.phone).and_then(|text| people::phone(&text, country));
    let number = match (own, claimed) {
        (Some(own), None) => own,
        (Some(own), Some(claimed)) if own == claimed => own,
        _ if !here.is_empty() => return Ok(here),
        _ => return Err(Refusal::new("confirmation_needed", phrases::NEED_CODE)),
    };
    let mut all = match of_number(context, number).await {
        Ok(all) => all,
        Err(error) => return Err(storage_down(context, &error, effects)),
    };
    all.retain(|booking| !here.iter().any(|known| known.id == booking.id));
    if all.is_empty() && here.is_empty() {
        return Err(Refusal::new("booking_not_found", phrases::NONE_AHEAD));
    }
    if proof == Proof::NumberAndDetail && !detailed {
        return Err(Refusal::new("detail_needed", phrases::NEED_DETAIL));
    }
    let mut matching = here;
    matching.extend(fitting(all));
    if matching.is_empty() {
        return Err(Refusal::new("booking_not_found", phrases::NOT_FOUND));
    }
    matching.sort_by_key(|booking| booking.start);
    Ok(matching)
}

fn fits(booking: &Booking, date: Option<Date>, name: Option<&str>) -> bool {
    let starts = local(booking.start, &booking.time_zone).date();
    date.is_none_or(|date| date == starts)
        && name.is_none_or(|name| people::same_person(name, &booking.customer_name))
}

async fn by_reference(
    context: &ToolContext,
    reference: &str,
) -> Result<Option<Booking>, hookswitch_storage::StoreError> {
    let (store, org) = (&context.shared.store, context.org.id());
    if let Ok(id) = reference.trim().parse::<BookingId>() {
        return store.booking(org, &id).await;
    }
    // As it is spoken and written down: "A B C - 1 2 3".
    let code: String = reference.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    store.booking_by_confirmation(org, &code).await
}

/// What was booked in this call and is still ahead.
async fn of_call(context: &ToolContext) -> Result<Vec<Booking>, hookswitch_storage::StoreError> {
    let Some(call) = context.facts.id.clone() else { return Ok(Vec::new()) };
    let filter =
        BookingFilter { from: Some(context.now()), call: Some(call), ..BookingFilter::default() };
    let found =
        context.shared.store.bookings(context.org.id(), &filter, &Page::first(MOST)).await?;
    Ok(found.items.into_iter().filter(Booking::is_active).collect())
}

async fn of_number(
    context: &ToolContext,
    number: String,
) -> Result<Vec<Booking>, hookswitch_storage::StoreError> {
    let filter = BookingFilter {
        from: Some(context.now()),
        phone: Some(number),
        ..BookingFilter::default()
    };
    let found =
        context.shared.store.bookings(context.org.id(), &filter, &Page::first(MOST)).await?;
    Ok(found.items.into_iter().filter(Booking::is_active).collect())
}
