//! What a session hears of a hand-over once it is under way, and that nobody is forgotten whom nobody took: a
//! wish to be called back is kept, once, with what the agent knew (F13). How a hand-over stands is the state's
//! affair.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_storage::{
    CallEvent, CallWrite, CallbackId, RequestCallback, Source, StoreError, TransferSign,
};
use jiff::Timestamp;

use super::commands::Purpose;
use super::state::handover::TRANSFER_FAILED;
use super::state::{Transfer, TransferStage};
use super::{Errand, SessionMsg, SessionRef, SessionState};
use crate::booking::phrases::handover;
use crate::bounds::{KEEP_AGAIN_AFTER, KEEP_AGAIN_AT_MOST, REPORT_COMES_WITHIN};
use crate::calls::Shared;
use crate::ports::ControlCommand;

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

    /// A hand-over that this session's predecessor was at when it died: whether the command reached the call
    /// is not known, and sent again it could connect the caller twice. So it failed, until the call says otherwise.
    pub(super) fn take_back_unsent(&mut self, myself: &SessionRef) {
        if !self.call.transfer.as_ref().is_some_and(|transfer| transfer.waits_for_us()) {
            return;
        }
        // Later than that, agent and caller have long gone on talking.
        let agent_is_silent = self.call.transfer_under_way(self.shared.clock.now());
        self.warn(TRANSFER_FAILED, INTERRUPTED.into());
        if agent_is_silent && self.call.ended.is_none() {
            let text = handover::TRANSFER_FAILED.into();
            self.command(myself, ControlCommand::Inject { text, respond: true }, Purpose::Note);
        }
    }

    /// Keeps a wish to be called back for a caller whom nobody took, when the call is over: until then the
    /// agent may still find out what they want.
    pub(super) fn see_to_callback(&mut self, myself: &SessionRef) {
        let Some(ended) = &self.call.ended else { return };
        let Some(transfer) = &self.call.transfer else { return };
        let is_seen_to = self.memory.sees_to_callback || self.memory.keeps_callback;
        if is_seen_to || !transfer.stage().came_to_nothing() {
            return;
        }
        // Whoever came back to the agent may have been handed over once more, which the report tells.
        let lasted = self.shared.clock.now().duration_since(ended.at);
        let is_late = Duration::try_from(lasted).is_ok_and(|lasted| lasted >= REPORT_COMES_WITHIN);
        let may_change = transfer.stage() == TransferStage::BackToAgent;
        if may_change && self.report.is_none() && !is_late {
            return;
        }
        let about =
            handover::nobody_took_the_call(transfer.department.as_deref(), &transfer.summary);
        let Some(phone) = self.call.caller.number.clone() else {
            return self.warn("transfer_unanswered", NO_NUMBER.into());
        };
        self.memory.sees_to_callback = true;
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
        // Written down before it is tried, so that it is tried again after a crash.
        let record = Some(self.call_record());
        self.keep(CallWrite { record, ..CallWrite::default() });
        let (shared, errand) = (Arc::clone(&self.shared), self.errands.clone());
        tokio::spawn(keep(shared, wish, myself.clone(), errand));
    }

    /// Says so only now that it is kept.
    pub(super) fn callback_kept(&mut self) {
        let (code, message) = (CALLBACK_REQUESTED.into(), CALLED_BACK.into());
        let events = self.record(vec![CallEvent::Warning { code, message }]);
        let record = Some(self.call_record());
        self.keep(CallWrite { events, answer: None, record });
    }

    /// Whether the caller may have to be called back, which is not kept yet.
    pub(super) fn awaits_callback(&self) -> bool {
        let transfer = self.call.transfer.as_ref().filter(|_| self.call.ended.is_some());
        let is_left =
            |transfer: &Transfer| transfer.stage().came_to_nothing() || transfer.waits_for_us();
        let can_call = !self.memory.keeps_callback && self.call.caller.number.is_some();
        can_call && transfer.is_some_and(is_left)
    }
}

/// Warning: whoever nobody took is among those to be called back.
pub(super) const CALLBACK_REQUESTED: &str = "callback_requested";

/// Keeps the wish, however long the disk refuses it, and tells the session, which stays awake for it.
async fn keep(shared: Arc<Shared>, wish: RequestCallback, myself: SessionRef, errand: Errand) {
    let mut pause = KEEP_AGAIN_AFTER;
    loop {
        let error = match shared.store.request_first_callback(wish.clone()).await {
            Ok(kept) => {
                // None where they asked for it themselves.
                if kept.is_some() {
                    shared.bell.ring();
                }
                let _ = myself.cast(SessionMsg::CallbackKept(errand));
                return;
            }
            Err(error) => error,
        };
        let call = wish.call_id.as_ref().map(|call| call.as_str());
        tracing::error!(org.id = %wish.org, call.id = call, %error, "callback could not be kept");
        if !matches!(error, StoreError::Unavailable { .. } | StoreError::Busy) {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(KEEP_AGAIN_AT_MOST);
    }
}

const INTERRUPTED: &str = "The server was interrupted while it handed the caller over. Whether the command \
    reached the call is not known, and it is not sent again.";

const CALLED_BACK: &str =
    "Nobody took the call that was handed over. The caller is among those to be called back.";

const NO_NUMBER: &str = "Nobody took the call that was handed over, and the caller's number is not \
    known, so that nobody can call back.";
