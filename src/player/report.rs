//! What happened in a played call. Owns the shape that `--json` prints; how people see it is the commands' matter.

use serde::Serialize;
use serde_json::Value;

/// Who acted in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The telephone side: the call begins or ends.
    Line,
    /// The caller spoke.
    Caller,
    /// The agent spoke.
    Agent,
    /// The agent called a tool.
    Tool,
}

/// One turn that was played.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TurnReport {
    /// From 0, the start of the call.
    pub turn: usize,
    /// Who acted.
    pub who: Who,
    /// What was said, or what happened to the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The tool's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The id under which the tool was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// What the tool was called with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// What the tool answered, as JSON, or as a text if it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// Time to the whole answer, milliseconds; absent if nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<f64>,
    /// What was not as expected; empty if all was.
    pub failures: Vec<String>,
    /// Whether the server cannot be reached or refuses the caller, so that going on is of no use.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

impl TurnReport {
    pub(super) fn new(turn: usize, who: Who) -> Self {
        Self {
            turn,
            who,
            text: None,
            tool: None,
            tool_call_id: None,
            arguments: None,
            answer: None,
            ms: None,
            failures: Vec::new(),
            lost: false,
        }
    }
}

/// A call that was played.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallReport {
    /// The script's name.
    pub name: String,
    /// The call's id.
    pub call_id: String,
    /// Every turn that was played.
    pub turns: Vec<TurnReport>,
}

impl CallReport {
    pub(super) fn new(name: &str, call_id: &str) -> Self {
        Self { name: name.to_owned(), call_id: call_id.to_owned(), turns: Vec::new() }
    }

    /// Every failure with the number of its turn.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &str)> {
        self.turns
            .iter()
            .flat_map(|turn| turn.failures.iter().map(move |failure| (turn.turn, failure.as_str())))
    }

    /// Whether the call went as its script expects.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// Times of the tool calls, milliseconds, shortest first.
    #[must_use]
    pub fn tool_times(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self
            .turns
            .iter()
            .filter(|turn| turn.who == Who::Tool)
            .filter_map(|turn| turn.ms)
            .collect();
        times.sort_by(f64::total_cmp);
        times
    }
}
