//! What a tool may use: its org, its call and the house's services, nothing of the outside.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_storage::{CallId, CallKey, OrgId, Source, ToolCallId, ToolCallRef};
use jiff::Timestamp;
use tokio::sync::OwnedMutexGuard;

use crate::calls::{Shared, ask_state};
use crate::orgs::OrgEntry;
use crate::session::SessionRef;
use crate::session::facts::CallFacts;
use crate::session::state::CallState;
use crate::turns::WriteGate;

/// What one run of a tool may use.
pub struct ToolContext {
    pub(crate) shared: Arc<Shared>,
    /// Whose call it is. Never chosen by what a model wrote (K15).
    pub org: Arc<OrgEntry>,
    /// What signalling says of the call.
    pub facts: CallFacts,
    /// The tool call.
    pub tool_call_id: ToolCallId,
    pub(crate) arguments_hash: String,
    /// When the caller must have an answer.
    pub deadline: Instant,
    pub(crate) session: SessionView,
    /// The operator who asks, when it is not a caller.
    pub(crate) operator: Option<String>,
}

/// What a tool call is the same as, if it comes again: whose it is, in which call, and its id.
pub(crate) type RepeatKey = (OrgId, Option<CallId>, ToolCallId);

/// The call as a tool sees it.
pub(crate) enum SessionView {
    /// Through its session.
    Live { session: SessionRef, gate: WriteGate },
    /// Without one: outside of any call, or while its session cannot be had.
    Alone { state: Arc<CallState>, gate: WriteGate },
}

impl SessionView {
    pub(crate) fn none(shared: &Shared, org: &OrgEntry, facts: &CallFacts) -> Self {
        Self::Alone { state: empty_state(shared, org, facts), gate: WriteGate::default() }
    }
}

fn empty_state(shared: &Shared, org: &OrgEntry, facts: &CallFacts) -> Arc<CallState> {
    let now = shared.clock.now();
    let today = now.to_zoned(org.zone.clone()).date();
    let call = facts.id.clone().unwrap_or_else(CallId::ours);
    let key = CallKey { org: org.id().clone(), call };
    let mut state = CallState::new(key, now, today, &org.settings().timezone);
    state.caller = facts.caller.clone();
    state.links = facts.links.clone();
    Arc::new(state)
}

impl ToolContext {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The call this runs in, if it runs in one.
    #[must_use]
    pub fn call(&self) -> Option<CallKey> {
        let call = self.facts.id.clone()?;
        Some(CallKey { org: self.org.id().clone(), call })
    }

    /// Whether offers and holds of the call are remembered.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.session, SessionView::Live { .. })
    }

    /// What is known of the call right now. Outside of a call, only who is calling and today.
    pub async fn state(&self) -> Arc<CallState> {
        match &self.session {
            SessionView::Live { session, .. } => match ask_state(session).await {
                Some(state) => state,
                // The session is dying; without context the rules are stricter, never laxer.
                None => empty_state(&self.shared, &self.org, &self.facts),
            },
            SessionView::Alone { state, .. } => Arc::clone(state),
        }
    }

    /// Whether the call, of which `state` is what is known, takes commands from us.
    pub(crate) fn can_control(&self, state: &CallState) -> bool {
        state.links.control_url.as_ref().is_some_and(|url| self.shared.control.accepts(url))
    }

    /// Waits until no other tool of this call is writing.
    pub(crate) async fn exclusive(&self) -> OwnedMutexGuard<()> {
        let (SessionView::Live { gate, .. } | SessionView::Alone { gate, .. }) = &self.session;
        Arc::clone(gate).lock_owned().await
    }

    pub(crate) fn repeat_key(&self) -> RepeatKey {
        (self.org.id().clone(), self.facts.id.clone(), self.tool_call_id.clone())
    }

    pub(crate) fn tool_call(&self) -> ToolCallRef {
        ToolCallRef { id: self.tool_call_id.clone(), arguments_hash: self.arguments_hash.clone() }
    }

    /// Who acts, for the audit log: an id, never a person.
    pub(crate) fn actor(&self) -> String {
        match (&self.operator, &self.facts.id) {
            (Some(operator), _) => operator.clone(),
            (None, Some(call)) => format!("call:{call}"),
            (None, None) => "tool".to_owned(),
        }
    }

    pub(crate) fn source(&self) -> Source {
        if self.operator.is_some() { Source::Manual } else { Source::Phone }
    }
}
