//! One live call. Owns the call's state, its running tools and the answers it has given. Knows no
//! HTTP, no Vapi JSON and no provider names.
//!
//! A session is rebuilt from its events whenever it is started: after a restart of the server,
//! after a panic, after a long silence. Handlers never wait: tools run in tasks of their own and
//! come back as messages, writes are queued in order and awaited elsewhere.

mod briefing;
mod commands;
mod directory;
mod earlier;
pub(crate) mod facts;
mod late;
mod memory;
mod news;
mod report;
pub(crate) mod state;
mod time_limit;
mod tool_runs;
mod unanswered;

use std::sync::Arc;

use hookswitch_storage::{
    AnswerRecord, CallEvent, CallKey, CallRecord, CallReport, CallWrite, CustomerQuery,
    CustomerSummary, OfferedSlot, StoredEvent, ToolCallId,
};
use jiff::Timestamp;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::booking::{News, as_offer, hold_until, kept_for_number, look_ahead};
use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::CallThere;
use crate::tools::Given;
use briefing::Briefing;
use commands::Commanded;
pub(crate) use commands::{CallAction, Order, OrderError, OrderKind, send};
pub(crate) use earlier::earlier_answer;
use facts::{CallFacts, Heard};
use memory::Memory;
use state::CallState;
pub(crate) use time_limit::TIME_IS_SHORT;
use tool_runs::ToolRuns;
pub(crate) use tool_runs::{ToolDone, ToolOrder, guarded};

pub(crate) type SessionRef = ActorRef<SessionMsg>;

/// What a session can be told or asked.
pub(crate) enum SessionMsg {
    /// Something was reported about the call.
    Hear { facts: Box<CallFacts>, heard: Heard, permit: OwnedSemaphorePermit },
    /// Run tools, all at once. Each order is always answered.
    RunTools { orders: Vec<ToolOrder>, permit: OwnedSemaphorePermit },
    /// A tool ended.
    ToolFinished(Box<ToolDone>),
    /// It is time for what a tool asked for.
    Act(CallAction, Errand),
    /// Nobody was there any more to take this answer of the tool `name`.
    Undelivered { name: Arc<str>, given: Arc<Given>, errand: Errand },
    /// An operator steps in.
    Obey { order: Order, permit: OwnedSemaphorePermit },
    /// A command to the call came back.
    Commanded(Commanded),
    /// A booking of the call was settled after the answer.
    News(Box<News>),
    /// What the agent should know since it was not told before it spoke.
    Brief { note: String, permit: OwnedSemaphorePermit },
    /// It became known who is calling.
    CustomerFound(CustomerSummary, Errand),
    /// A slot of the waitlist is kept for whoever is calling.
    SlotKept { slot: OfferedSlot, until: Timestamp },
    /// What is known of the call?
    GetState { reply_to: oneshot::Sender<Arc<CallState>> },
    /// The voice platform was asked for the call, of which nothing was heard.
    LookedUp(CallThere),
    /// The report of the ended call did not come, and is nowhere to be read.
    NoReport,
    /// Whoever nobody took is among those to be called back.
    CallbackKept(Errand),
    /// So many seconds are left of the time that the call may take.
    TimeIsShort(u64),
    /// These tools should have ended long ago.
    GiveUp(Vec<ToolCallId>),
    /// The call has been quiet: stop unless something runs.
    StopIfQuiet,
    /// Fail, to show that the others go on.
    #[cfg(test)]
    Panic,
}

/// Something that is under way for a session and will come back to it as a message; whoever does it
/// holds one, and so does the message. A session with errands is not put away.
#[derive(Clone, Default)]
pub(crate) struct Errand(Arc<()>);

pub(crate) struct Session;

pub(crate) struct SessionArgs {
    pub(crate) key: CallKey,
    pub(crate) org: Arc<OrgEntry>,
    pub(crate) facts: CallFacts,
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct SessionState {
    shared: Arc<Shared>,
    call: Arc<CallState>,
    report: Option<CallReport>,
    tools: ToolRuns,
    /// The measure of what is under way: each errand is a copy.
    errands: Errand,
    transfer_pending: bool,
    memory: Memory,
    /// Lines of the conversation that were heard in full copies, for calls without transcripts.
    conversation_lines: usize,
    has_transcripts: bool,
    /// What the agent is to be told as soon as it can be.
    briefing: Briefing,
    /// Whether what the call will probably want to know has been asked for.
    looked_ahead: bool,
}

impl SessionState {
    fn key(&self) -> &CallKey {
        &self.call.key
    }

    /// Folds events in, shows them to watchers and returns them as they are to be kept.
    fn record(&mut self, events: Vec<CallEvent>) -> Vec<StoredEvent> {
        let now = self.shared.clock.now();
        events.into_iter().map(|event| self.record_one(now, event)).collect()
    }

    fn record_one(&mut self, at: Timestamp, event: CallEvent) -> StoredEvent {
        let call = Arc::make_mut(&mut self.call);
        let stored = StoredEvent { seq: call.seq + 1, at, event };
        let changed = call.apply(&stored);
        self.memory.note(&stored.event);
        let (key, event) = (self.key().clone(), self.as_shown(&stored));
        self.shared.feed.publish(&key, at, event, changed, Arc::clone(&self.call));
        stored
    }

    /// The event as watchers see it. A call starts once for them: what is learned of it later
    /// comes as a change, since it may even come after the end.
    fn as_shown(&self, stored: &StoredEvent) -> CallEvent {
        match &stored.event {
            CallEvent::CallStarted { .. } if stored.seq > 1 => {
                CallEvent::StatusChanged { status: self.call.status.clone() }
            }
            event => event.clone(),
        }
    }

    /// Queues a write in order; a failure is logged where it is handled, here.
    fn keep(&self, write: CallWrite) {
        let written = self.shared.store.queue_call(self.key(), write);
        let key = self.key().clone();
        tokio::spawn(async move {
            if let Err(error) = written.await {
                tracing::error!(org.id = %key.org, call.id = %key.call, %error, "call could not be kept");
            }
        });
    }

    fn call_record(&self) -> CallRecord {
        let call = &self.call;
        CallRecord {
            key: call.key.clone(),
            direction: call.direction,
            caller: call.caller.clone(),
            started_at: call.started_at,
            ended_at: call.ended.as_ref().map(|ended| ended.at),
            ended_reason: call.ended.as_ref().map(|ended| ended.reason.clone()),
            report: self.report.clone(),
            awaits_callback: self.awaits_callback(),
        }
    }

    /// Soft holds do not survive a restart by themselves; the offers they came from do.
    fn hold_again(&self, org: &OrgEntry, events: &[StoredEvent]) {
        let now = self.shared.clock.now();
        for stored in events {
            let CallEvent::SlotsOffered { slots } = &stored.event else { continue };
            let until = hold_until(org.settings(), stored.at);
            for slot in slots.iter().filter(|slot| slot.spoken && until > now) {
                let span = (slot.start, slot.end);
                let places = org.places_of(slot);
                self.shared.holds.hold(&slot.resource, self.key(), span, places, until);
            }
        }
    }

    /// Asks once for what the call will probably want to know, unless its first word is that it is over.
    fn look_ahead(&mut self) {
        if std::mem::replace(&mut self.looked_ahead, true) || self.call.ended.is_some() {
            return;
        }
        let (shared, org) = (Arc::clone(&self.shared), self.call.key.org.clone());
        tokio::spawn(async move {
            if let Some(org) = shared.orgs.get(&org) {
                look_ahead(&shared, &org).await;
            }
        });
    }

    fn begin(&mut self, org: &OrgEntry, facts: &CallFacts) {
        let events = self.record(vec![facts.started(self.call.today, &org.settings().timezone)]);
        let record = Some(self.call_record());
        self.keep(CallWrite { events, answer: None, record });
    }
}

/// Looks the caller up among the org's own customers, off the request path, so that the first
/// tool call finds them.
fn look_up_caller(
    myself: SessionRef,
    shared: Arc<Shared>,
    key: CallKey,
    number: String,
    errand: Errand,
) {
    directory::ask_ahead(myself.clone(), Arc::clone(&shared), key.clone(), &number, errand.clone());
    tokio::spawn(async move {
        for (entry, kept) in kept_for_number(&shared, &key.org, &number).await {
            let slot = as_offer(&entry, &kept);
            let _ = myself.cast(SessionMsg::SlotKept { slot, until: kept.until });
        }
        let query = CustomerQuery::Phone(number);
        match shared.store.find_customers(&key.org, &query, 2).await {
            // Two people behind one number: who it is has to be asked.
            Ok(found) if found.len() == 1 => {
                let customer = shared.summary_of(&found[0]).await;
                let _ = myself.cast(SessionMsg::CustomerFound(customer, errand));
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(org.id = %key.org, call.id = %key.call, %error, "caller could not be looked up");
            }
        }
    });
}

impl Actor for Session {
    type Msg = SessionMsg;
    type State = SessionState;
    type Arguments = SessionArgs;

    async fn pre_start(
        &self,
        myself: SessionRef,
        args: SessionArgs,
    ) -> Result<SessionState, ActorProcessingErr> {
        let SessionArgs { key, org, facts, shared } = args;
        // What an earlier session of this call queued must be there before it is read.
        shared.store.save_call(&key, CallWrite::default()).await?;
        let history = shared.store.call_history(&key).await?;
        let now = shared.clock.now();
        let today = now.to_zoned(org.zone.clone()).date();
        let fresh = CallState::new(key.clone(), now, today, &org.settings().timezone);
        let mut state = SessionState {
            call: Arc::new(fresh.clone()),
            report: None,
            tools: ToolRuns::behind(shared.gates.of(&key)),
            errands: Errand::default(),
            transfer_pending: false,
            memory: Memory::default(),
            conversation_lines: 0,
            has_transcripts: false,
            briefing: Briefing::default(),
            looked_ahead: history.is_some(),
            shared,
        };
        match history.filter(|history| !history.events.is_empty()) {
            Some(history) => {
                state.call = Arc::new(fresh.restore(&history.events));
                state.report = history.record.and_then(|record| record.report);
                state.tools.remember(history.answers);
                state.memory = Memory::of(&history.events);
                (state.conversation_lines, state.has_transcripts) = sources(&history.events);
                if state.call.ended.is_none() {
                    state.hold_again(&org, &history.events);
                    let events = state.record(vec![CallEvent::SessionRestored]);
                    state.keep(CallWrite { events, answer: None, record: None });
                }
                state.take_back_unsent(&myself);
            }
            None => {
                state.begin(&org, &facts);
                if let Some(number) = state.call.caller.number.clone() {
                    let errand = state.errands.clone();
                    look_up_caller(myself, Arc::clone(&state.shared), key, number, errand);
                }
            }
        }
        Ok(state)
    }

    async fn handle(
        &self,
        myself: SessionRef,
        message: SessionMsg,
        state: &mut SessionState,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            SessionMsg::Hear { facts, heard, permit } => {
                state.learn(&myself, &facts);
                state.hear(heard);
                state.look_ahead();
                state.tell_briefing(&myself);
                drop(permit);
            }
            SessionMsg::RunTools { orders, permit } => {
                if let Some(order) = orders.first() {
                    state.learn(&myself, &order.context.facts);
                }
                state.answered();
                state.run_tools(&myself, orders);
                state.look_ahead();
                drop(permit);
            }
            SessionMsg::ToolFinished(done) => state.tool_finished(&myself, *done),
            SessionMsg::Act(action, _errand) => state.act(&myself, action),
            SessionMsg::Undelivered { name, given, errand: _errand } => {
                state.bring(&myself, &name, &given);
            }
            SessionMsg::Obey { order, permit } => {
                state.obey(&myself, order);
                drop(permit);
            }
            SessionMsg::Commanded(done) => state.commanded(&myself, done),
            SessionMsg::News(news) => state.take_news(&myself, *news),
            SessionMsg::Brief { note, permit } => {
                state.brief(&myself, note);
                drop(permit);
            }
            SessionMsg::CustomerFound(customer, _errand) => {
                if state.call.customer.is_none() {
                    let events = state.record(vec![CallEvent::CustomerIdentified { customer }]);
                    state.keep(CallWrite { events, answer: None, record: None });
                }
            }
            SessionMsg::SlotKept { slot, until } => {
                if state.call.ended.is_none() {
                    let offered = CallEvent::SlotsOffered { slots: vec![slot.clone()] };
                    let events = state.record(vec![offered, CallEvent::SlotHeld { slot, until }]);
                    state.keep(CallWrite { events, answer: None, record: None });
                }
            }
            SessionMsg::GetState { reply_to } => {
                let _ = reply_to.send(Arc::clone(&state.call));
            }
            SessionMsg::LookedUp(there) => state.looked_up(there),
            // What waited for the report is decided without it, below.
            SessionMsg::NoReport => {}
            SessionMsg::CallbackKept(_errand) => state.callback_kept(),
            SessionMsg::TimeIsShort(seconds) => state.time_is_short(&myself, seconds),
            SessionMsg::GiveUp(tools) => state.give_up(tools),
            SessionMsg::StopIfQuiet => {
                if state.is_quiet() && state.shared.sessions.retire(state.key(), myself.get_id()) {
                    // Questions for the state, which take no place, are still answered.
                    myself.drain()?;
                }
            }
            #[cfg(test)]
            SessionMsg::Panic => panic!("told to"),
        }
        state.see_to_callback(&myself);
        Ok(())
    }

    async fn post_stop(
        &self,
        _: SessionRef,
        state: &mut SessionState,
    ) -> Result<(), ActorProcessingErr> {
        if state.call.ended.is_some() {
            state.shared.holds.release(state.key());
            state.shared.opened.forget(state.key());
        }
        Ok(())
    }
}

/// From what was kept of a call: how many of its lines came by copies of the whole conversation,
/// and whether any came as a transcript.
fn sources(events: &[StoredEvent]) -> (usize, bool) {
    let lines = events.iter().filter_map(|stored| match &stored.event {
        CallEvent::Transcript { from_copy, .. } => Some(*from_copy),
        _ => None,
    });
    lines.fold((0, false), |(copied, has_transcripts), from_copy| {
        (copied + usize::from(from_copy), has_transcripts || !from_copy)
    })
}

impl SessionState {
    fn is_quiet(&self) -> bool {
        self.tools.is_idle() && Arc::strong_count(&self.errands.0) == 1
    }

    fn keep_with_answer(
        &mut self,
        events: Vec<StoredEvent>,
        answer: Option<AnswerRecord>,
    ) -> impl Future<Output = ()> + Send + 'static + use<> {
        let write = CallWrite { events, answer, record: None };
        let written = self.shared.store.queue_call(self.key(), write);
        let key = self.key().clone();
        async move {
            if let Err(error) = written.await {
                // The booking itself is safe; what is lost is context.
                tracing::error!(org.id = %key.org, call.id = %key.call, %error, "call could not be kept");
            }
        }
    }
}
