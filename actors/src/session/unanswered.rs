//! What a session hears of a hand-over once it is under way, and that nobody is forgotten whom nobody took: a
//! wish to be called back is kept, once, with what the agent knew (F13). How a hand-over stands is the state's
//! affair.

use std::sync::Arc;

use hookswitch_storage::{CallEvent, CallbackId, RequestCallback, Source, TransferSign};
use jiff::Timestamp;

use super::SessionState;
use crate::booking::phrases::handover;

impl SessionState {
    /// Something became of a hand-over; what says nothing new is no event.
    pub(super) fn handed_on(&mut self, sign: TransferSign, number: Option<String>) {
        if self.call.would_change_transfer(sign, number.as_deref()) {
            self.keep_one(CallEvent::TransferChanged { sign, number });
        }
    }

    /// The caller was seen with the agent, or on the way to a person. Only Vapi's clock tells which came
    /// last, as a late word of the call's beginning looks the same.
    pub(super) fn seen(&mut self, with_agent: bool, at: Timestamp) {
        let memory = &mut self.memory;
        let last = if with_agent { &mut memory.with_agent_at } else { &mut memory.forwarded_at };
        *last = (*last).max(Some(at));
        let came_back = memory.forwarded_at.is_some() && memory.with_agent_at > memory.forwarded_at;
        if came_back && self.call.ended.is_none() {
            self.handed_on(TransferSign::BackToAgent, None);
        }
    }

    /// Keeps a wish to be called back for a caller whom nobody took, when the call is over: until then the
    /// agent may still find out what they want.
    pub(super) fn see_to_callback(&mut self) {
        let Some(transfer) = self.call.transfer.as_ref().filter(|_| self.call.ended.is_some())
        else {
            return;
        };
        let is_forgotten = transfer.stage().came_to_nothing();
        if !is_forgotten || std::mem::replace(&mut self.memory.sees_to_callback, true) {
            return;
        }
        let about =
            handover::nobody_took_the_call(transfer.department.as_deref(), &transfer.summary);
        let Some(phone) = self.call.caller.number.clone() else {
            return self.warn("transfer_unanswered", NO_NUMBER.into());
        };
        let key = self.key().clone();
        let customer = self.call.customer.as_ref().map(|customer| customer.name.clone());
        let wish = RequestCallback {
            id: CallbackId::random(),
            org: key.org.clone(),
            name: customer.or_else(|| self.call.caller.name.clone()),
            phone,
            preferred_time: None,
            about: Some(about),
            urgency: None,
            call_id: Some(key.call.clone()),
            source: Source::Phone,
            by: format!("call:{}", key.call),
            now: self.shared.clock.now(),
        };
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            match shared.store.request_first_callback(wish).await {
                Ok(Some(_)) => shared.bell.ring(),
                // They asked for it themselves.
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(org.id = %key.org, call.id = %key.call, %error, "callback could not be kept");
                }
            }
        });
        self.warn("callback_requested", CALLED_BACK.into());
    }
}

const CALLED_BACK: &str =
    "Nobody took the call that was handed over. The caller is among those to be called back.";

const NO_NUMBER: &str = "Nobody took the call that was handed over, and the caller's number is not \
    known, so that nobody can call back.";
