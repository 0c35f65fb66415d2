//! Answers that a tool call was given before, as storage knows them (R5): for repeats that no
//! session remembers. Decides what a repeat hears; knows nothing of tools that run now.

use crate::tools::{Given, ToolContext, replies};

/// What the tool call of `context` was answered before, if it was and the answer is one that
/// repeats get. `hash` tells the arguments; an id that comes with others is refused.
pub(crate) async fn earlier_answer(context: &ToolContext, name: &str, hash: &str) -> Option<Given> {
    let (org, call) = (context.org.id(), context.facts.id.as_ref());
    // What cannot be read is no reason not to run: writes are guarded by storage itself.
    let known = context.shared.store.answer(org, call, &context.tool_call_id).await.ok()??;
    let answer = known.answer?;
    if known.arguments_hash != hash {
        return Some(replies::key_reused(name));
    }
    serde_json::from_value(answer).ok()
}
