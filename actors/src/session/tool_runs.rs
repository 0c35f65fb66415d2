//! The tool calls of one session: each id runs once, repeats get the same answer, all run at the
//! same time. Owns the bookkeeping; what a tool does is the tool's business.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use futures_util::FutureExt;
use hookswitch_storage::{AnswerRecord, CallEvent, CallWrite, ToolCallId};
use tokio::sync::{OwnedMutexGuard, oneshot};

use super::earlier::earlier_answer;
use super::{SessionMsg, SessionRef, SessionState};
use crate::booking::locale::speaking;
use crate::bounds::{MAX_ANSWERS_IN_MEMORY, MAX_TOOLS_IN_FLIGHT, TOOL_AFTERLIFE};
use crate::tools::{Given, GivenBody, Prepared, SessionView, ToolContext, ToolOutcome, replies};
use crate::turns::WriteGate;

/// One tool call to run.
pub(crate) struct ToolOrder {
    pub(crate) id: ToolCallId,
    pub(crate) name: Arc<str>,
    pub(crate) prepared: Prepared,
    pub(crate) context: ToolContext,
    pub(crate) reply_to: oneshot::Sender<Arc<Given>>,
}

/// A tool that ended.
pub(crate) struct ToolDone {
    id: ToolCallId,
    name: Arc<str>,
    started: Instant,
    outcome: ToolOutcome,
    /// Held until the session has folded the outcome in, so that the next one sees it.
    _gate: Option<OwnedMutexGuard<()>>,
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

enum Run {
    InFlight { hash: String, waiting: Vec<oneshot::Sender<Arc<Given>>> },
    Answered { hash: String, given: Arc<Given> },
}

/// What is known of a session's tool calls.
#[derive(Default)]
pub(super) struct ToolRuns {
    runs: HashMap<ToolCallId, Run>,
    answered: VecDeque<ToolCallId>,
    in_flight: usize,
    gate: WriteGate,
    /// Whether answers were forgotten that storage still knows.
    has_forgotten: bool,
}

impl ToolRuns {
    pub(super) fn behind(gate: WriteGate) -> Self {
        Self { gate, ..Self::default() }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    /// Lets go of a tool that never ends.
    pub(super) fn give_up(&mut self, id: &ToolCallId, name: &str) {
        match self.runs.remove(id) {
            Some(Run::InFlight { waiting, .. }) => {
                self.in_flight -= 1;
                for waiting in waiting {
                    let _ = waiting.send(Arc::new(replies::went_wrong(name)));
                }
            }
            Some(answered) => drop(self.runs.insert(id.clone(), answered)),
            None => {}
        }
    }

    /// Takes over the answers that were given before a restart.
    pub(super) fn remember(&mut self, answers: Vec<AnswerRecord>) {
        for record in answers {
            let given =
                record.answer.and_then(|answer| serde_json::from_value::<Given>(answer).ok());
            if let Some(given) = given {
                self.put(record.tool_call_id, record.arguments_hash, Arc::new(given));
            }
        }
    }

    fn put(&mut self, id: ToolCallId, hash: String, given: Arc<Given>) {
        self.runs.insert(id.clone(), Run::Answered { hash, given });
        self.answered.push_back(id);
        if self.answered.len() > MAX_ANSWERS_IN_MEMORY
            && let Some(oldest) = self.answered.pop_front()
        {
            self.runs.remove(&oldest);
            self.has_forgotten = true;
        }
    }
}

impl SessionState {
    pub(super) fn run_tools(&mut self, myself: &SessionRef, orders: Vec<ToolOrder>) {
        let mut started = Vec::new();
        let mut runs = Vec::new();
        for order in orders {
            if let Some((event, run)) = self.run_tool(myself, order) {
                started.push(event);
                runs.push(run);
            }
        }
        tokio::spawn(start_in_order(runs));
        if !started.is_empty() {
            let events = self.record(started);
            self.keep(CallWrite { events, answer: None, record: None });
        }
    }

    fn run_tool(&mut self, myself: &SessionRef, order: ToolOrder) -> Option<(CallEvent, Running)> {
        let ToolOrder { id, name, prepared, mut context, reply_to } = order;
        match self.tools.runs.get_mut(&id) {
            Some(Run::Answered { hash, given }) => {
                let reply = if *hash == prepared.hash {
                    Arc::clone(given)
                } else {
                    Arc::new(replies::key_reused(&name))
                };
                let _ = reply_to.send(reply);
                return None;
            }
            Some(Run::InFlight { hash, waiting }) => {
                if *hash == prepared.hash {
                    waiting.push(reply_to);
                } else {
                    let _ = reply_to.send(Arc::new(replies::key_reused(&name)));
                }
                return None;
            }
            None => {}
        }
        if self.tools.in_flight >= MAX_TOOLS_IN_FLIGHT {
            let _ = reply_to.send(Arc::new(replies::one_moment(&name)));
            return None;
        }
        self.tools.in_flight += 1;
        let run = Run::InFlight { hash: prepared.hash.clone(), waiting: vec![reply_to] };
        self.tools.runs.insert(id.clone(), run);
        context.session =
            SessionView::Live { session: myself.clone(), gate: Arc::clone(&self.tools.gate) };
        let event = CallEvent::ToolStarted { tool_call_id: id.clone(), name: name.to_string() };
        let myself = myself.clone();
        let may_be_repeat = self.tools.has_forgotten;
        let run = async move {
            let started = Instant::now();
            // An earlier session of this call may have left it running.
            let repeats = context.shared.repeats.clone();
            let key = context.repeat_key();
            let (turn, was_taken) = match repeats.try_take(key.clone()) {
                Some(turn) => (turn, false),
                None => (repeats.take(key).await, true),
            };
            let earlier = match may_be_repeat || was_taken {
                true => earlier_answer(&context, &name, &prepared.hash).await,
                false => None,
            };
            let mut outcome = match earlier {
                Some(given) => ToolOutcome::repeated(given),
                None => guarded(&name, prepared, context).await,
            };
            drop(turn);
            let gate = outcome.gate.take();
            let done = ToolDone { id, name, started, outcome, _gate: gate };
            // Fails only when the session has died; those who wait learn it from their channel.
            let _ = myself.cast(SessionMsg::ToolFinished(Box::new(done)));
        };
        Some((event, Box::pin(run)))
    }

    pub(super) fn tool_finished(&mut self, myself: &SessionRef, done: ToolDone) {
        let ToolDone { id, name, started, outcome, _gate } = done;
        let Some(Run::InFlight { hash, waiting }) = self.tools.runs.remove(&id) else {
            // It was given up; what it did was done all the same.
            let events = self.record(outcome.events);
            self.keep(CallWrite { events, answer: None, record: None });
            return;
        };
        self.tools.in_flight -= 1;
        let ToolOutcome { given, events, booking, replayable, action, .. } = outcome;
        let action = action.and_then(|action| self.plan(action));
        let given = Arc::new(given);
        let mut events = events;
        events.push(CallEvent::ToolFinished {
            tool_call_id: id.clone(),
            name: name.to_string(),
            success: given.success,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            message: given.short_message(),
        });
        tracing::info!(
            org.id = %self.key().org, call.id = %self.key().call, tool.name = %name,
            tool.id = %id, duration_ms = started.elapsed().as_millis(), success = given.success,
            "tool finished"
        );
        let events = self.record(events);
        let answer = replayable.then(|| AnswerRecord {
            tool_call_id: id.clone(),
            arguments_hash: hash.clone(),
            booking,
            answer: serde_json::to_value(&*given).ok(),
            at: self.shared.clock.now(),
        });
        if replayable {
            self.tools.put(id, hash, Arc::clone(&given));
        }
        let kept = self.keep_with_answer(events, answer);
        let (myself, errand) = (myself.clone(), self.errands.clone());
        tokio::spawn(async move {
            kept.await;
            let sent = waiting.into_iter().map(|waiting| waiting.send(Arc::clone(&given)));
            // All of them, not only up to the first that is still there.
            let delivered = sent.filter(Result::is_ok).count() > 0;
            // Answer first, act after (R17).
            if let Some(action) = action {
                action.due().await;
                let _ = myself.cast(SessionMsg::Act(action, errand));
            } else if !delivered {
                let _ = myself.cast(SessionMsg::Undelivered { name, given, errand });
            }
        });
    }
}

/// Sets tools off so that each is under way before the next: those that write get into line in
/// the order in which they were called. Then all go on by themselves.
async fn start_in_order(runs: Vec<Running>) {
    for mut run in runs {
        let ended = poll_fn(|context| Poll::Ready(run.as_mut().poll(context).is_ready())).await;
        if !ended {
            tokio::spawn(run);
        }
    }
}

/// Runs a tool so that neither its panic nor its endlessness harms anyone, and notes how that went.
pub(crate) async fn guarded(name: &str, prepared: Prepared, context: ToolContext) -> ToolOutcome {
    let (shared, org) = (Arc::clone(&context.shared), context.org.id().clone());
    let started = Instant::now();
    // What a caller hears is said in the org's language.
    let locale = context.org.settings().locale;
    let run = speaking(locale, async move { (prepared.run)(context).await });
    let run = AssertUnwindSafe(run).catch_unwind();
    let (outcome, failed) = match tokio::time::timeout(TOOL_AFTERLIFE, run).await {
        Ok(Ok(outcome)) => {
            let failed = is_failure(&outcome);
            (outcome.named(name), failed)
        }
        Ok(Err(_panic)) => {
            tracing::error!(tool.name = name, "tool panicked");
            let problem = "Something went wrong with this tool. Please try once more.";
            (ToolOutcome::failed(name, problem), true)
        }
        Err(_) => {
            tracing::error!(tool.name = name, "tool never ended");
            (ToolOutcome::failed(name, "This took too long. Please try once more."), true)
        }
    };
    let (now, took) = (shared.clock.now(), started.elapsed());
    shared.tool_health.note(&shared.feed, &org, name, took, failed, now);
    outcome
}

/// Whether a calendar or we ourselves failed: then a repeat would be given another answer (R5). What
/// the model forgot to say is no failure of the tool.
fn is_failure(outcome: &ToolOutcome) -> bool {
    let Given { body, success, .. } = &outcome.given;
    !success && !outcome.replayable && matches!(body, GivenBody::Result(_))
}
