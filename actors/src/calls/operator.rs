//! Booking on behalf of an operator: the same rules and the same steps as for a caller, without a
//! call. A free slot need not have been offered (R4), and a booking's id opens it.

mod tell;

use std::sync::Arc;
use std::time::Instant;

use hookswitch_storage::{Booking, Callback, ToolCallId};

use super::Calls;
use crate::booking::{
    BookRequest, Booked, CallbackWish, ChangeRequest, Changed, Claimant, Effects, FreeSlots,
    Refusal, SlotsRequest, book, call_back, cancel, free_slots, reschedule,
};
use crate::orgs::OrgEntry;
use crate::session::facts::CallFacts;
use crate::tools::{SessionView, ToolContext};

/// An operator at the desk of one org.
pub struct Desk {
    context: ToolContext,
}

impl Calls {
    /// The desk of an org for the operator `by` (an id, for the audit log); what is asked there is
    /// answered before `deadline`.
    #[must_use]
    pub fn desk(&self, org: &Arc<OrgEntry>, by: &str, deadline: Instant) -> Desk {
        let facts = CallFacts::default();
        let id = ToolCallId::ours();
        Desk {
            context: ToolContext {
                shared: Arc::clone(&self.shared),
                org: Arc::clone(org),
                session: SessionView::none(&self.shared, org, &facts),
                facts,
                arguments_hash: id.to_string(),
                tool_call_id: id,
                deadline,
                operator: Some(by.to_owned()),
            },
        }
    }
}

impl Desk {
    /// Books.
    ///
    /// # Errors
    /// A refusal in words; nothing was booked.
    pub async fn book(&self, request: BookRequest) -> Result<Box<Booking>, Refusal> {
        let (Booked::Made(booking) | Booked::Corrected(booking, _)) =
            book(&self.context, request, &mut Effects::default()).await?;
        tell::made(&self.context.shared, &booking);
        Ok(booking)
    }

    /// Moves a booking to a day and time, or both in one text.
    ///
    /// # Errors
    /// A refusal in words; the booking is where it was.
    pub async fn reschedule(&self, id: &str, start: &str) -> Result<Box<Booking>, Refusal> {
        let request = ChangeRequest {
            claimant: Claimant { reference: Some(id.to_owned()), ..Claimant::default() },
            new_date: String::new(),
            new_time: start.to_owned(),
        };
        match reschedule(&self.context, request, &mut Effects::default()).await? {
            Changed::Moved(booking, from) => {
                tell::moved(&self.context.shared, &booking, from).await;
                Ok(booking)
            }
            Changed::Already(booking) => Ok(booking),
        }
    }

    /// Cancels a booking; one that is cancelled already stays so.
    ///
    /// # Errors
    /// A refusal in words; the booking stands.
    pub async fn cancel(&self, id: &str, reason: Option<String>) -> Result<Box<Booking>, Refusal> {
        let claimant = Claimant { reference: Some(id.to_owned()), ..Claimant::default() };
        let (booking, is_new) =
            cancel(&self.context, &claimant, reason, &mut Effects::default()).await?;
        if is_new {
            tell::cancelled(&self.context.shared, &booking).await;
        }
        Ok(booking)
    }

    /// Notes down that somebody wants to be called back.
    ///
    /// # Errors
    /// A refusal in words; nothing was kept.
    pub async fn call_back(&self, wish: CallbackWish) -> Result<Callback, Refusal> {
        call_back(&self.context, wish, &mut Effects::default()).await
    }

    /// Free slots of a day, as a caller would be offered them; nothing is held.
    ///
    /// # Errors
    /// A refusal in words.
    pub async fn free_slots(&self, request: SlotsRequest) -> Result<FreeSlots, Refusal> {
        free_slots(&self.context, request, &mut Effects::default()).await
    }
}
