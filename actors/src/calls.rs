//! The typed door to live calls. Finds or starts the session of a call, bounds what may wait,
//! gives every tool call its answer before the deadline. No ractor type leaves.

mod alone;
mod control;
mod entry;
mod index;
mod news;
mod operator;
mod parts;
mod removal;
mod settle;
mod shared;
mod start;
mod watchdog;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use hookswitch_storage::{CallId, CallKey, OrgId, Store, StoreError, ToolCallId};
use tokio::sync::oneshot;

use alone::run_alone;
pub use control::{Intervention, InterventionError};
use entry::Entry;
pub(crate) use index::Sessions;
pub(crate) use news::deliver;
pub use operator::Desk;
pub use parts::{CallSettings, CallsParts};
pub(crate) use shared::Shared;
use shared::parts_shared;

use crate::bounds::{ASK_SESSION, MAX_TOOLS_PER_MESSAGE};
use crate::directory::Directories;
use crate::feed::Feed;
use crate::jobs::Running;
use crate::orgs::{OrgEntry, Orgs};
use crate::ports::{Clock, MessengerError};
use crate::provider::Connections;
use crate::registration::SyncTotals;
use crate::session::facts::{CallFacts, Heard};
use crate::session::state::CallState;
use crate::session::{SessionMsg, SessionRef, ToolOrder};
use crate::supervisor::Nursery;
use crate::tool_health::ToolHealth;
use crate::tools::{Given, SessionView, ToolContext, Toolbox, replies};

/// One tool call as it came in.
#[derive(Debug)]
pub struct ToolRequest {
    /// Its id; ours if it came without one.
    pub id: ToolCallId,
    /// The tool's name as called.
    pub name: String,
    /// The arguments as JSON text of an object, or what was wrong with them.
    pub arguments: Result<String, String>,
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Calls {
    pub(crate) shared: Arc<Shared>,
    orgs: Orgs,
    toolbox: Toolbox,
    settings: Arc<CallSettings>,
    limiter: Arc<DefaultKeyedRateLimiter<OrgId>>,
    provider_nursery: Nursery,
    jobs: Running,
}

impl Calls {
    /// Opens the door and wakes the calls that were live when the server stopped.
    ///
    /// # Errors
    /// When storage cannot be read or the supervisors cannot start.
    pub async fn open(parts: CallsParts) -> Result<Self, OpenCallsError> {
        start::open(parts).await
    }

    /// The orgs.
    #[must_use]
    pub fn orgs(&self) -> &Orgs {
        &self.orgs
    }

    /// How well the tools work.
    #[must_use]
    pub fn tool_health(&self) -> &ToolHealth {
        &self.shared.tool_health
    }

    /// How well tools and assistants follow at Vapi.
    #[must_use]
    pub fn sync_health(&self) -> SyncTotals {
        self.shared.registrations.health.totals(self.shared.clock.now())
    }

    /// The feed.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.shared.feed
    }

    /// Storage.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.clock
    }

    /// Asks whether the account that an org sends text messages with can be used; `None` if it has none.
    pub async fn check_messenger(&self, org: &OrgEntry) -> Option<Result<(), MessengerError>> {
        match crate::messages::account(&self.shared, org) {
            Ok(Some(account)) => Some(self.shared.messenger.check(&account).await),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Asks whether the server that an org sends e-mail through can be used; `None` if it has none.
    pub async fn check_mailer(&self, org: &OrgEntry) -> Option<Result<(), MessengerError>> {
        match crate::messages::mail_account(&self.shared, org) {
            Ok(Some(account)) => Some(self.shared.mailer.check(&account).await),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// The tools.
    #[must_use]
    pub fn toolbox(&self) -> &Toolbox {
        &self.toolbox
    }

    /// The provider connections.
    #[must_use]
    pub fn connections(&self) -> &Connections {
        &self.shared.connections
    }

    /// The customer directories.
    #[must_use]
    pub fn directories(&self) -> &Directories {
        &self.shared.directories
    }

    /// Takes note of something reported about a call. Returns as soon as the session has it;
    /// reports beyond the session's bound are dropped, which the log says. What is only said of a
    /// call that is over does not make one that nobody knew.
    pub async fn note(&self, org: &Arc<OrgEntry>, facts: &CallFacts, heard: Heard) {
        let Some(call) = &facts.id else { return };
        let key = CallKey { org: org.id().clone(), call: call.clone() };
        if heard.is_hindsight() && !self.is_known(&key).await {
            return;
        }
        match self.enter(&key, org, facts).await {
            Entry::Open(session, permit) => {
                let facts = Box::new(facts.clone());
                let _ = session.cast(SessionMsg::Hear { facts, heard, permit });
            }
            Entry::Full => {
                tracing::warn!(org.id = %key.org, call.id = %key.call, "call floods us, report dropped");
            }
            Entry::Closed => {}
        }
    }

    /// Runs tool calls of one message, all at once, and answers each of them in order before
    /// `deadline`, whatever happens.
    pub async fn run_tools(
        &self,
        org: &Arc<OrgEntry>,
        facts: &CallFacts,
        requests: Vec<ToolRequest>,
        deadline: Instant,
    ) -> Vec<Arc<Given>> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut orders = Vec::new();
        for (place, request) in requests.into_iter().enumerate() {
            let name: Arc<str> = request.name.as_str().into();
            let (reply_to, reply) = oneshot::channel();
            answers.push((Arc::clone(&name), reply));
            if place >= MAX_TOOLS_PER_MESSAGE || self.limiter.check_key(org.id()).is_err() {
                let _ = reply_to.send(Arc::new(replies::one_moment(&name)));
                continue;
            }
            match self.toolbox.prepare(&request.name, request.arguments) {
                Ok(prepared) => {
                    let context = ToolContext {
                        shared: Arc::clone(&self.shared),
                        org: Arc::clone(org),
                        facts: facts.clone(),
                        tool_call_id: request.id.clone(),
                        arguments_hash: prepared.hash.clone(),
                        deadline,
                        session: SessionView::none(&self.shared, org, facts),
                        operator: None,
                    };
                    orders.push(ToolOrder { id: request.id, name, prepared, context, reply_to });
                }
                Err(problem) => {
                    let _ = reply_to.send(Arc::new(Given::error(&name, &problem)));
                }
            }
        }
        // Starting a session reads storage, and the deadline holds also when that hangs.
        let (calls, org, facts) = (self.clone(), Arc::clone(org), facts.clone());
        tokio::spawn(async move { calls.place(&org, &facts, orders).await });
        let mut given = Vec::with_capacity(answers.len());
        for (name, reply) in answers {
            given.push(match tokio::time::timeout_at(deadline.into(), reply).await {
                Ok(Ok(answer)) => answer,
                // The session died with the tool; a repeat under the same id is safe.
                Ok(Err(_)) => Arc::new(replies::went_wrong(&name)),
                Err(_) => Arc::new(replies::still_working(&name)),
            });
        }
        given
    }

    async fn place(&self, org: &Arc<OrgEntry>, facts: &CallFacts, orders: Vec<ToolOrder>) {
        if orders.is_empty() {
            return self.note(org, facts, Heard::default()).await;
        }
        let Some(call) = &facts.id else { return run_alone(orders) };
        let key = CallKey { org: org.id().clone(), call: call.clone() };
        let (session, permit) = match self.enter(&key, org, facts).await {
            Entry::Open(session, permit) => (session, permit),
            Entry::Closed => return run_alone(orders),
            Entry::Full => {
                for order in orders {
                    let _ = order.reply_to.send(Arc::new(replies::one_moment(&order.name)));
                }
                return;
            }
        };
        // Between finding the session and writing to it, it may have failed: run without it then.
        if let Err(ractor::MessagingErr::SendErr(SessionMsg::RunTools { orders, .. })) =
            session.cast(SessionMsg::RunTools { orders, permit })
        {
            run_alone(orders);
        }
    }

    /// What is known of a call that is awake.
    pub async fn state(&self, key: &CallKey) -> Option<Arc<CallState>> {
        ask_state(&self.shared.sessions.get(key)?).await
    }

    /// What is known of a call, awake or not; `None` if it was never heard of.
    pub async fn known(&self, key: &CallKey) -> Option<Arc<CallState>> {
        if let Some(state) = self.state(key).await {
            return Some(state);
        }
        let history = self.shared.store.call_history(key).await.ok()??;
        let org = self.orgs.get(&key.org)?;
        let first = history.events.first()?.at;
        let today = first.to_zoned(org.zone.clone()).date();
        let state = CallState::new(key.clone(), first, today, &org.settings().timezone);
        Some(Arc::new(state.restore(&history.events)))
    }

    /// The org of a call that is awake, by the call's id alone: for messages that carry no other
    /// mark. If two orgs have a call of one id, neither is meant.
    #[must_use]
    pub fn org_of_live_call(&self, call: &CallId) -> Option<OrgId> {
        self.shared.sessions.org_of(call)
    }

    /// Whether the session of a call is awake.
    #[must_use]
    pub fn is_awake(&self, key: &CallKey) -> bool {
        self.shared.sessions.get(key).is_some()
    }

    /// Number of sessions that are awake.
    #[must_use]
    pub fn awake(&self) -> usize {
        self.shared.sessions.len()
    }

    /// Ends durable jobs, all sessions and connections, each after the message it is working on.
    pub async fn close(&self, within: Duration) {
        self.shared.syncs.close();
        self.shared.directories.close();
        self.jobs.stop(within).await;
        self.shared.nursery.stop(within).await;
        self.provider_nursery.stop(within).await;
    }
}

pub(crate) async fn ask_state(session: &SessionRef) -> Option<Arc<CallState>> {
    let (reply_to, reply) = oneshot::channel();
    session.cast(SessionMsg::GetState { reply_to }).ok()?;
    tokio::time::timeout(ASK_SESSION, reply).await.ok()?.ok()
}

/// Why the door could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenCallsError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A supervisor did not start.
    #[error("a supervisor did not start")]
    Supervisor,
    /// A limit is zero.
    #[error("{0} must be at least 1")]
    Limit(&'static str),
}

fn limiter(settings: &CallSettings) -> Result<DefaultKeyedRateLimiter<OrgId>, OpenCallsError> {
    let positive = |value, name| NonZeroU32::new(value).ok_or(OpenCallsError::Limit(name));
    let rate = positive(settings.tool_calls_per_second, "tool_calls_per_second")?;
    let burst = positive(settings.tool_call_burst, "tool_call_burst")?;
    Ok(RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
