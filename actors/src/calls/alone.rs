//! Tools without a session: outside of any call, or while the session cannot be had. Repeats are
//! recognised by what storage knows, not by what a session remembers.

use std::sync::Arc;

use hookswitch_storage::AnswerRecord;

use crate::session::{ToolOrder, earlier_answer, guarded, send};
use crate::tools::{Given, Prepared, SessionView, ToolContext};
use crate::turns::WriteGate;

/// Runs tools without a session: outside of any call, or while the session cannot be had.
pub(super) fn run_alone(orders: Vec<ToolOrder>) {
    let of_message = WriteGate::default();
    for mut order in orders {
        let gate = match order.context.call() {
            Some(key) => order.context.shared.gates.of(&key),
            None => Arc::clone(&of_message),
        };
        if let SessionView::Alone { gate: own, .. } = &mut order.context.session {
            *own = gate;
        }
        tokio::spawn(async move {
            let given = alone(order.name, order.prepared, order.context).await;
            let _ = order.reply_to.send(given);
        });
    }
}

async fn alone(name: Arc<str>, prepared: Prepared, context: ToolContext) -> Arc<Given> {
    // A repeat that comes while the first runs hears what that one is answered.
    let _turn = context.shared.repeats.take(context.repeat_key()).await;
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
