//! What the outside answered to questions of a call, kept in the call log (R16), so that the call
//! can be run again against today's code without the outside. An entry holds what crossed the
//! port: never a credential, and sealed, since it is about people.

use std::sync::Arc;

use hookswitch_storage::{CallKey, CallLogEntry, LogKind, Store};
use serde::Serialize;

use crate::ports::Clock;

/// Field name under which the lines of the call log are sealed.
pub const CALL_LOG_FIELD: &str = "call_log";

/// The way into the log for provider actors. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ProviderLog {
    store: Store,
    clock: Arc<dyn Clock>,
}

/// One question to a port and what came of it.
#[derive(Serialize)]
pub(crate) struct Exchange<'a, Q, A, E> {
    /// Which port was asked.
    pub(crate) port: &'static str,
    /// What it was asked.
    pub(crate) question: Q,
    /// The answer, or why there was none.
    pub(crate) answer: Result<&'a A, &'a E>,
    /// How long that took, milliseconds.
    pub(crate) took_ms: u64,
}

impl ProviderLog {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Adds one exchange to a call's log. Best effort, as the whole log is; never waits.
    pub(crate) fn keep<Q: Serialize, A: Serialize, E: Serialize>(
        &self,
        call: &CallKey,
        exchange: &Exchange<'_, Q, A, E>,
    ) {
        match serde_json::to_vec(exchange) {
            Ok(text) => {
                let body = self.store.seal(&call.org, CALL_LOG_FIELD, &text);
                let at = self.clock.now();
                self.store.log(call, CallLogEntry { at, kind: LogKind::Provider, body });
            }
            Err(error) => tracing::error!(%error, "a provider's answer could not be logged"),
        }
    }
}
