//! Tools without a session: outside of any call, or while the session cannot be had. Repeats are
//! recognised by what storage knows, not by what a session remembers.

use std::sync::Arc;

use hookswitch_storage::AnswerRecord;

use crate::session::{ToolOrder, WriteGate, earlier_answer, guarded, send};
use crate::tools::{Given, Prepared, SessionView, ToolContext};

/// Runs tools without a session: outside of any call, or while the session cannot be had.
pub(super) fn run_alone(orders: Vec<ToolOrder>) {
    let gate = WriteGate::default();
    for mut order in orders {
        if let SessionView::Alone { gate: own, .. } = &mut order.context.session {
            *own = Arc::clone(&gate);
        }
        tokio::spawn(async move {
            let given = alone(order.name, order.prepared, order.context).await;
            let _ = order.reply_to.send(given);
        });
    }
}

async fn alone(name: Arc<str>, prepared: Prepared, context: ToolContext) -> Arc<Given> {
    if let Some(given) = earlier_answer(&context, &name, &prepared.hash).await {
        return Arc::new(given);
    }
    let store = context.shared.store.clone();
    let (org, call) = (context.org.id().clone(), context.facts.id.clone());
    let id = context.tool_call_id.clone();
    let hash = prepared.hash.clone();
    let now = context.shared.clock.now();
    let (shared, control_url) =
        (Arc::clone(&context.shared), context.facts.links.control_url.clone());
    let mut outcome = guarded(&name, prepared, context).await;
    if outcome.replayable {
        let record = AnswerRecord {
            tool_call_id: id,
            arguments_hash: hash,
            booking: outcome.booking,
            answer: serde_json::to_value(&outcome.given).ok(),
            at: now,
        };
        if let Err(error) = store.save_answer(&org, call.as_ref(), record).await {
            tracing::error!(org.id = %org, %error, "answer could not be kept");
        }
    }
    if let Some(action) = outcome.action.take() {
        tokio::spawn(async move {
            action.due().await;
            if let Err(error) = send(&shared, control_url.as_deref(), &action.command()).await {
                tracing::warn!(org.id = %org, %error, "a call without a session was not steered");
            }
        });
    }
    Arc::new(outcome.given)
}
