//! What a tool says: the answer as it is given, kept and given again, and what else came of it.

use hookswitch_storage::{BookingId, CallEvent};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedMutexGuard;

use crate::booking::Effects;
use crate::booking::speech::single_line;
use crate::session::CallAction;

/// An answer as it was given; a repeat of the tool call gets the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The tool's name as called.
    pub name: String,
    /// What the agent reads.
    pub body: GivenBody,
    /// Whether the tool did what it was asked to.
    pub success: bool,
    /// A sentence for the caller, for callers of the older answer form.
    pub speech: Option<String>,
    /// A sentence that Vapi speaks itself, instead of one made by the model.
    pub message: Option<SpokenMessage>,
    /// Passed on to the client, not spoken.
    pub metadata: Option<serde_json::Value>,
}

/// What the agent reads; one line of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenBody {
    /// A result, good or bad.
    Result(String),
    /// The tool could not run.
    Error(String),
}

/// A sentence that Vapi speaks itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpokenMessage {
    /// The sentence.
    pub content: String,
    /// Whether the call ends after it.
    pub end_call_after_spoken: bool,
}

impl Given {
    /// An answer that the tool could not run.
    #[must_use]
    pub fn error(name: &str, problem: &str) -> Self {
        Self {
            name: name.to_owned(),
            body: GivenBody::Error(single_line(problem)),
            success: false,
            speech: Some("Something went wrong, let me try again.".into()),
            message: None,
            metadata: None,
        }
    }

    /// A text, exactly.
    #[must_use]
    pub fn text(text: &str, success: bool) -> Self {
        Self {
            name: String::new(),
            body: GivenBody::Result(single_line(text)),
            success,
            speech: Some(single_line(text)),
            message: None,
            metadata: None,
        }
    }

    /// A structure, as JSON text; its `message` is also the sentence for the caller.
    #[must_use]
    pub fn json(body: &impl Serialize, success: bool) -> Self {
        let value = serde_json::to_value(body).unwrap_or_default();
        let speech = value.get("message").and_then(|m| m.as_str()).map(single_line);
        // From the structure, not from the value: fields keep their order.
        let text = serde_json::to_string(body).unwrap_or_default();
        Self {
            name: String::new(),
            body: GivenBody::Result(single_line(&text)),
            success,
            speech,
            message: None,
            metadata: None,
        }
    }

    /// With a sentence that Vapi speaks itself, after which it hangs up if `end_call`.
    pub(crate) fn spoken(self, sentence: &str, end_call: bool) -> Self {
        let message =
            SpokenMessage { content: sentence.to_owned(), end_call_after_spoken: end_call };
        Self { message: Some(message), ..self }
    }

    /// What was said, cut short, for watchers.
    #[must_use]
    pub fn short_message(&self) -> String {
        let (GivenBody::Result(body) | GivenBody::Error(body)) = &self.body;
        let ran = matches!(self.body, GivenBody::Result(_));
        self.speech.as_ref().filter(|_| ran).unwrap_or(body).chars().take(300).collect()
    }
}

/// All that came of a tool call.
pub struct ToolOutcome {
    /// The answer.
    pub given: Given,
    /// What happened to the call.
    pub events: Vec<CallEvent>,
    /// The booking that was made or changed.
    pub booking: Option<BookingId>,
    /// Whether a repeat gets this answer again; failures of ours do not count (R5).
    pub replayable: bool,
    /// What is to happen to the call once the answer is on its way (R17).
    pub(crate) action: Option<CallAction>,
    pub(crate) gate: Option<OwnedMutexGuard<()>>,
}

impl ToolOutcome {
    /// An answer with what came of it.
    #[must_use]
    pub fn new(given: Given, effects: Effects) -> Self {
        let Effects { events, booking, replayable, gate, .. } = effects;
        Self { given, events, booking, replayable, action: None, gate }
    }

    /// An answer and nothing else.
    #[must_use]
    pub fn answer(given: Given) -> Self {
        Self::new(given, Effects::default())
    }

    /// A failure of ours: told, but not kept, so that a repeat tries again.
    #[must_use]
    pub fn failed(name: &str, problem: &str) -> Self {
        let given = Given::error(name, problem);
        Self { replayable: false, ..Self::answer(given) }
    }

    /// An answer that was given before and is kept already.
    pub(crate) fn repeated(given: Given) -> Self {
        Self { replayable: false, ..Self::answer(given) }
    }

    /// With something to do to the call once the answer is on its way.
    pub(crate) fn then(self, action: CallAction) -> Self {
        Self { action: Some(action), ..self }
    }

    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.given.name);
        self
    }
}
