//! What a session does to its call: what tools asked for once their answer is on its way (R17),
//! late results, what operators order. Owns the order of things and what becomes of a failure;
//! how a command travels is the port's business. Nothing here waits: commands run in tasks of
//! their own and come back as messages.

use std::sync::Arc;

use hookswitch_storage::{CallEvent, CallWrite, StoreError};
use tokio::sync::oneshot;

use super::state::handover::TRANSFER_FAILED;
use super::{Errand, SessionMsg, SessionRef, SessionState};
use crate::booking::phrases::handover;
use crate::bounds::{ACT_AFTER_ANSWER, GOODBYE};
use crate::calls::Shared;
use crate::ports::{ControlCommand, ControlError, Handover};
use crate::tools::{Given, GivenBody};

/// Who acts when a tool asked for it.
const AGENT: &str = "agent";

/// What a tool wants to happen to its call.
pub(crate) enum CallAction {
    /// Connect the caller with somebody.
    Transfer(Box<Handover>),
    /// Hang up, if the spoken goodbye has not done it.
    HangUp,
}

impl CallAction {
    /// Waits until it is time: the answer first, and the goodbye where one is spoken.
    pub(crate) async fn due(&self) {
        let wait = match self {
            Self::Transfer(_) => ACT_AFTER_ANSWER,
            Self::HangUp => GOODBYE,
        };
        tokio::time::sleep(wait).await;
    }

    pub(crate) fn command(self) -> ControlCommand {
        match self {
            Self::Transfer(to) => ControlCommand::Transfer(to),
            Self::HangUp => ControlCommand::End,
        }
    }
}

/// An operator's order to a call.
pub(crate) struct Order {
    pub(crate) kind: OrderKind,
    /// The operator's id.
    pub(crate) by: String,
    /// Whether control may be taken from whoever has it, by releasing it.
    pub(crate) overrides: bool,
    pub(crate) reply_to: oneshot::Sender<Result<(), OrderError>>,
}

/// What is ordered.
pub(crate) enum OrderKind {
    /// Keep other operators out.
    Take,
    /// Let them in again.
    Release,
    /// Send a command; `department` only goes with a transfer.
    Send { action: &'static str, command: ControlCommand, department: Option<String> },
}

impl OrderKind {
    fn action(&self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Release => "release",
            Self::Send { action, .. } => action,
        }
    }
}

/// Why an order was not carried out.
#[derive(Debug)]
pub(crate) enum OrderError {
    Ended,
    /// Another operator, of this id, has the call.
    Controlled(String),
    Failed(ControlError),
    /// It could not be audited, and so was not done.
    Store(StoreError),
}

/// A command that came back.
pub(crate) struct Commanded {
    purpose: Purpose,
    result: Result<(), OrderError>,
    _errand: Errand,
}

pub(super) enum Purpose {
    Transfer,
    HangUp,
    /// A note to the agent: a late result, or that a transfer failed.
    Note,
    Order {
        action: &'static str,
        by: String,
        reply_to: oneshot::Sender<Result<(), OrderError>>,
    },
}

impl SessionState {
    /// The control URL to go by, now that a message has said `said`: the first one, unless it is
    /// of no use and the new one is.
    pub(super) fn better_control_url(&self, said: Option<&String>) -> Option<String> {
        let known = self.call.links.control_url.as_ref();
        let of_use = |url: &&String| self.shared.control.accepts(url);
        match (known, said) {
            (Some(known), Some(said)) if known != said && !of_use(&known) && of_use(&said) => {
                Some(said.clone())
            }
            (known, said) => known.or(said).cloned(),
        }
    }

    /// Makes room for what a tool asked for; `None` if the same is about to happen already.
    pub(super) fn plan(&mut self, action: CallAction) -> Option<CallAction> {
        if matches!(action, CallAction::Transfer(_))
            && std::mem::replace(&mut self.transfer_pending, true)
        {
            return None;
        }
        Some(action)
    }

    /// It is time for what a tool asked for.
    pub(super) fn act(&mut self, myself: &SessionRef, action: CallAction) {
        let now = self.shared.clock.now();
        let purpose = match &action {
            CallAction::Transfer(_) => Purpose::Transfer,
            // A hand-over that began meanwhile must not be cut off.
            CallAction::HangUp if self.call.transfer_under_way(now) => return,
            CallAction::HangUp => Purpose::HangUp,
        };
        if self.call.ended.is_none() {
            self.command(myself, action.command(), purpose);
        } else if matches!(purpose, Purpose::Transfer) {
            self.transfer_pending = false;
            self.warn(TRANSFER_FAILED, OVERTAKEN.into());
        }
    }

    /// Brings the agent a result that it did not get as an answer; once, and only while the call
    /// goes on.
    pub(super) fn bring(&mut self, myself: &SessionRef, tool: &str, given: &Given) {
        let message = format!("The result of {tool} came after the caller had been answered.");
        self.warn("late_result", message);
        let now = self.shared.clock.now();
        if self.call.ended.is_some() || self.call.transfer_under_way(now) {
            return;
        }
        let (GivenBody::Result(result) | GivenBody::Error(result)) = &given.body;
        let text = handover::late_result(tool, result);
        self.command(myself, ControlCommand::Inject { text, respond: true }, Purpose::Note);
    }

    /// Takes an operator's order.
    pub(super) fn obey(&mut self, myself: &SessionRef, order: Order) {
        let Order { kind, by, overrides, reply_to } = order;
        if self.call.ended.is_some() {
            let _ = reply_to.send(Err(OrderError::Ended));
            return;
        }
        let may_free = overrides && matches!(kind, OrderKind::Release);
        if let Some(other) =
            self.call.controller.as_ref().filter(|other| **other != by && !may_free)
        {
            let _ = reply_to.send(Err(OrderError::Controlled(other.clone())));
            return;
        }
        let action = kind.action();
        let (command, department) = match kind {
            OrderKind::Take | OrderKind::Release => {
                let kept = self.control_sent(action, &by);
                let audited = audit(Arc::clone(&self.shared), self.key().clone(), by, action);
                tokio::spawn(async move {
                    kept.await;
                    let _ = reply_to.send(audited.await);
                });
                return;
            }
            OrderKind::Send { command, department, .. } => (command, department),
        };
        if let ControlCommand::Transfer(to) = &command {
            self.note(CallEvent::TransferRequested {
                department,
                number: Some(to.number.clone()),
                summary: "Ordered by an operator.".into(),
                warm: to.plan.mode.is_warm(),
                by_command: true,
            });
        }
        self.command(myself, command, Purpose::Order { action, by, reply_to });
    }

    pub(super) fn command(&self, myself: &SessionRef, command: ControlCommand, purpose: Purpose) {
        let shared = Arc::clone(&self.shared);
        let url = self.call.links.control_url.clone();
        let audited = match &purpose {
            Purpose::Order { action, by, .. } => {
                Some(audit(Arc::clone(&shared), self.key().clone(), by.clone(), action))
            }
            _ => None,
        };
        let (myself, errand) = (myself.clone(), self.errands.clone());
        tokio::spawn(async move {
            let sent = async {
                if let Some(audited) = audited {
                    audited.await?;
                }
                send(&shared, url.as_deref(), &command).await.map_err(OrderError::Failed)
            };
            let result = sent.await;
            // Fails only when the session has died; who waits learns it from their channel.
            let done = Commanded { purpose, result, _errand: errand };
            let _ = myself.cast(SessionMsg::Commanded(done));
        });
    }

    /// A command came back.
    pub(super) fn commanded(&mut self, myself: &SessionRef, done: Commanded) {
        let Commanded { purpose, result, _errand } = done;
        let (action, by) = match &purpose {
            Purpose::Transfer => ("transfer", AGENT),
            Purpose::HangUp => ("end", AGENT),
            Purpose::Note => ("inject", AGENT),
            Purpose::Order { action, by, .. } => (*action, by.as_str()),
        };
        let kept = result.is_ok().then(|| self.control_sent(action, by));
        match &result {
            Ok(()) => {}
            // Also after the end: whoever was to be connected still has nobody.
            Err(error) if action == "transfer" || self.call.ended.is_none() => {
                let code = match action {
                    "transfer" => TRANSFER_FAILED,
                    _ => "control_failed",
                };
                self.warn(code, format!("The command `{action}` had no effect: {}.", words(error)));
            }
            Err(_) => {}
        }
        self.transfer_pending &= !matches!(purpose, Purpose::Transfer);
        match purpose {
            // The agent is silent, as it believes that the caller is being connected.
            Purpose::Transfer if result.is_err() && self.call.ended.is_none() => {
                let text = handover::TRANSFER_FAILED.into();
                self.command(myself, ControlCommand::Inject { text, respond: true }, Purpose::Note);
            }
            Purpose::Order { reply_to, .. } => {
                tokio::spawn(async move {
                    if let Some(kept) = kept {
                        kept.await;
                    }
                    let _ = reply_to.send(result);
                });
            }
            // Kept all the same; only an operator waits for it.
            _ => drop(kept),
        }
    }

    fn control_sent(
        &mut self,
        action: &str,
        by: &str,
    ) -> impl Future<Output = ()> + Send + 'static + use<> {
        let event = CallEvent::ControlSent { action: action.into(), by: by.to_owned() };
        let events = self.record(vec![event]);
        self.keep_with_answer(events, None)
    }

    fn note(&mut self, event: CallEvent) {
        let events = self.record(vec![event]);
        self.keep(CallWrite { events, answer: None, record: None });
    }
}

const OVERTAKEN: &str = "The call ended before it could be handed over.";

fn words(error: &OrderError) -> String {
    match error {
        OrderError::Failed(error) => error.to_string(),
        OrderError::Store(_) => "it could not be audited".into(),
        OrderError::Ended => "the call is over".into(),
        OrderError::Controlled(_) => "someone else controls the call".into(),
    }
}

/// Sends a command to a call, if it has a control URL.
pub(crate) async fn send(
    shared: &Shared,
    control_url: Option<&str>,
    command: &ControlCommand,
) -> Result<(), ControlError> {
    match control_url {
        Some(url) => shared.control.send(url, command).await,
        None => Err(ControlError::NotPossible),
    }
}

/// Writes down who did what to a call, before it is done.
async fn audit(
    shared: Arc<Shared>,
    key: hookswitch_storage::CallKey,
    by: String,
    action: &'static str,
) -> Result<(), OrderError> {
    let now = shared.clock.now();
    let done =
        shared.store.audit_act(&key.org, &by, "call.control", key.call.as_str(), action, now);
    done.await.map_err(OrderError::Store)
}
