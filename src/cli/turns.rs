//! Shows the turns of a played call to people. Used by `simulate` and `demo`.

use serde_json::Value;

use super::output::{bad, clean, dim, line};
use crate::player::{TurnReport, Who};

/// Longest text shown of an answer, characters.
const LONGEST: usize = 300;

/// Prints one turn; every line begins with `prefix`.
pub(super) fn show(prefix: &str, turn: &TurnReport) {
    let ms = turn.ms.map_or_else(String::new, |ms| format!("{ms:.1} ms"));
    let who = match turn.who {
        Who::Line => "line",
        Who::Caller => "caller",
        Who::Agent => "agent",
        Who::Tool => "tool",
    };
    let what = match (&turn.tool, &turn.text) {
        (Some(tool), Some(text)) => format!("{tool} ({text})"),
        (Some(tool), None) => {
            format!("{tool}{}", turn.arguments.as_ref().map(arguments).unwrap_or_default())
        }
        (None, Some(text)) if turn.who == Who::Line => text.clone(),
        (None, Some(text)) => format!("\u{201c}{text}\u{201d}"),
        (None, None) => String::new(),
    };
    line(format_args!(
        "{prefix}{}  {who:<6}  {}",
        dim(&format!("{ms:>10}")),
        clean(&what, LONGEST)
    ));
    let indent = " ".repeat(12);
    if let Some(answer) = &turn.answer {
        line(format_args!(
            "{prefix}{indent}{}",
            dim(&format!("->      {}", clean(&gist(answer), LONGEST)))
        ));
    }
    for failure in &turn.failures {
        line(format_args!("{prefix}{indent}{}  {}", bad("FAILED"), clean(failure, LONGEST)));
    }
}

fn arguments(arguments: &Value) -> String {
    let Value::Object(fields) = arguments else {
        return String::new();
    };
    fields
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) if text.contains(' ') => format!(" {key}={text:?}"),
            Value::String(text) => format!(" {key}={text}"),
            other => format!(" {key}:={other}"),
        })
        .collect()
}

/// What the agent would say of an answer, or the answer itself.
fn gist(answer: &Value) -> String {
    let message = answer["message"].as_str().or(answer.as_str());
    message.map_or_else(|| answer.to_string(), str::to_owned)
}
