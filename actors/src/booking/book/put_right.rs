//! Details that a caller puts right once they hear them read back. The booking keeps its place; where it
//! stands in a calendar outside, those who watch are told, since no calendar is asked to change them.

use hookswitch_storage::{
    AmendBooking, AmendOutcome, Booking, BookingSummary, CallEvent, ToolCallRef,
};

use super::{BookRequest, key_reused};
use crate::booking::desk::{Effects, Refusal, local, storage_down};
use crate::booking::phrases::{self, settled, which};
use crate::booking::{people, repeat};
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// Details that were said, as opposed to known from the call.
pub(super) struct Details {
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

impl Details {
    /// How the customer is reached, as far as that was said and can be read.
    pub(super) fn said(context: &ToolContext, request: &BookRequest) -> Self {
        let country = &context.org.settings().country;
        let phone = request.phone.as_deref().and_then(|text| people::phone(text, country));
        let email = request.email.as_deref().and_then(people::email);
        Self { name: None, phone, email }
    }

    /// With a name that takes the place of another.
    pub(super) fn named(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Gives these to a booking that has others, as all that its tool call does.
    pub(super) async fn put_right(
        self,
        context: &ToolContext,
        booking: Box<Booking>,
        effects: &mut Effects,
    ) -> Result<Box<Booking>, Refusal> {
        self.give(context, booking, Some(context.tool_call()), effects).await
    }

    /// The same before the booking moves: what is said of the move goes to where its customer is reached.
    pub(super) async fn put_right_first(
        self,
        context: &ToolContext,
        booking: Booking,
        effects: &mut Effects,
    ) -> Result<Booking, Refusal> {
        Ok(*self.give(context, Box::new(booking), None, effects).await?)
    }

    async fn give(
        self,
        context: &ToolContext,
        booking: Box<Booking>,
        tool_call: Option<ToolCallRef>,
        effects: &mut Effects,
    ) -> Result<Box<Booking>, Refusal> {
        let name = self.name.filter(|name| *name != booking.customer_name);
        let phone = self.phone.filter(|phone| booking.customer_phone.as_ref() != Some(phone));
        let email = self.email.filter(|email| booking.customer_email.as_ref() != Some(email));
        if name.is_none() && phone.is_none() && email.is_none() {
            return Ok(booking);
        }
        let meaning = name
            .as_ref()
            .and_then(|name| repeat::meaning(context, name, &booking.service_id, booking.start));
        let request = AmendBooking {
            org: context.org.id().clone(),
            id: booking.id,
            name,
            phone,
            email,
            meaning,
            tool_call,
            call_id: context.facts.id.clone(),
            by: context.actor(),
            now: context.now(),
        };
        let amended = match context.shared.store.amend_booking(request).await {
            Ok(AmendOutcome::Amended(booking)) => booking,
            Ok(AmendOutcome::Cancelled(booking)) => {
                let at = local(booking.start, &booking.time_zone);
                return Err(Refusal::new("booking_cancelled", phrases::already_cancelled(at)));
            }
            Ok(AmendOutcome::NotFound) => {
                return Err(Refusal::new("booking_not_found", phrases::not_found()));
            }
            Ok(AmendOutcome::KeyReused) => return Err(key_reused()),
            Err(error) => return Err(storage_down(context, &error, effects)),
        };
        // A message may wait to be sent to where they are reached now.
        context.shared.bell.ring();
        effects.booking = Some(amended.id);
        let summary = BookingSummary::from(&*amended);
        effects.events.push(CallEvent::BookingChanged { booking: summary });
        if amended.is_in_doubt() || !amended.external_ids.is_empty() {
            effects.events.push(CallEvent::Warning {
                code: settled::DETAILS_ONLY_HERE_CODE.into(),
                message: settled::DETAILS_ONLY_HERE.into(),
            });
        }
        Ok(amended)
    }
}

/// The name that a booking of this call is to have instead of its own, once the caller was asked whether
/// it is that: what sounds like another person may be one.
///
/// # Errors
/// The question.
pub(super) fn name_instead(
    context: &ToolContext,
    state: &CallState,
    booking: &Booking,
    name: &str,
    effects: &mut Effects,
) -> Result<String, Refusal> {
    if state.asked_name.as_deref().is_some_and(|asked| people::same_person(asked, name)) {
        return Ok(name.to_owned());
    }
    let reason = "other_name";
    let name = Some(name.to_owned());
    effects.events.push(CallEvent::BookingFailed { reason: reason.into(), name });
    let at = local(booking.start, &booking.time_zone);
    let mut refusal = Refusal::new(reason, which::instead_of(at, &booking.customer_name));
    let names = context.org.settings().tool_names;
    refusal.next_step = Some(which::instead_or_as_well(names));
    Err(refusal)
}
