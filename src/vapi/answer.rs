//! What Vapi gets back from tools. Owns the three forms of an answer and Vapi's rules for them:
//! texts are strings on one line, each result repeats its call's id and name. Called by the
//! webhook handlers; does not know what the texts mean.

use serde::{Serialize, Serializer};

/// What one tool call is answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolAnswer {
    /// The call's id, repeated exactly as it came.
    pub tool_call_id: String,
    /// The name under which the tool was called.
    pub name: String,
    /// What the model reads.
    pub outcome: Outcome,
    /// What the caller hears instead of the model's own words.
    pub message: Option<Spoken>,
    /// Passed on to the client's SDK by Vapi, neither spoken nor read by the model.
    pub metadata: Option<serde_json::Value>,
}

/// What the model reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The tool ran; also where the business said no.
    Result(#[serde(serialize_with = "on_one_line")] String),
    /// The tool could not run.
    Error(#[serde(serialize_with = "on_one_line")] String),
}

/// A sentence that Vapi speaks as it is. It silences the model's own answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The sentence.
    pub content: String,
    /// Whether Vapi hangs up after it.
    pub end_call_after_spoken: bool,
    /// Whether it goes with a failure: Vapi pairs `request-failed` with an error.
    pub failed: bool,
}

/// The answer to `tool-calls`: `{"results":[...]}` on one line, in the order given.
#[must_use]
pub fn results_body(answers: &[ToolAnswer]) -> Vec<u8> {
    body(&Results { results: answers.iter().map(ResultEntry::from).collect() })
}

/// The answer to a `function-call`: `{"result":"..."}`. That form knows no errors, so the text
/// of an error is the result.
#[must_use]
pub fn legacy_function_body(answer: &ToolAnswer) -> Vec<u8> {
    let (Outcome::Result(text) | Outcome::Error(text)) = &answer.outcome;
    body(&FunctionResult { result: text })
}

/// The answer to a direct call without an id: `{"toolResult":{"content":"..."},"speech":"..."}`.
/// `content` is the JSON text of the tool's answer.
#[must_use]
pub fn legacy_direct_body(content: &str, speech: Option<&str>) -> Vec<u8> {
    body(&DirectResult { tool_result: Content { content }, speech })
}

/// The text with each line break, and the blanks around it, replaced by one space; other control
/// characters become spaces. Vapi ignores results that have line breaks.
#[must_use]
pub fn single_line(text: &str) -> String {
    let lines = text.split(is_line_break).map(str::trim).filter(|line| !line.is_empty());
    let mut joined = String::with_capacity(text.len());
    for line in lines {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(line.chars().map(|c| if c.is_control() { ' ' } else { c }));
    }
    joined
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[derive(Serialize)]
struct Results<'a> {
    results: Vec<ResultEntry<'a>>,
}

#[derive(Serialize)]
struct ResultEntry<'a> {
    #[serde(rename = "toolCallId")]
    tool_call_id: &'a str,
    name: &'a str,
    #[serde(flatten)]
    outcome: &'a Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a serde_json::Value>,
}

impl<'a> From<&'a ToolAnswer> for ResultEntry<'a> {
    fn from(answer: &'a ToolAnswer) -> Self {
        Self {
            tool_call_id: &answer.tool_call_id,
            name: &answer.name,
            outcome: &answer.outcome,
            message: answer.message.as_ref().map(|spoken| Message {
                kind: if spoken.failed { "request-failed" } else { "request-complete" },
                content: &spoken.content,
                end_call: spoken.end_call_after_spoken,
            }),
            metadata: answer.metadata.as_ref(),
        }
    }
}

/// Vapi's `ToolMessageComplete` or `ToolMessageFailed`.
#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(serialize_with = "on_one_line")]
    content: &'a str,
    #[serde(rename = "endCallAfterSpokenEnabled", skip_serializing_if = "std::ops::Not::not")]
    end_call: bool,
}

#[derive(Serialize)]
struct FunctionResult<'a> {
    #[serde(serialize_with = "on_one_line")]
    result: &'a str,
}

#[derive(Serialize)]
struct DirectResult<'a> {
    #[serde(rename = "toolResult")]
    tool_result: Content<'a>,
    #[serde(serialize_with = "perhaps_on_one_line", skip_serializing_if = "Option::is_none")]
    speech: Option<&'a str>,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(serialize_with = "on_one_line")]
    content: &'a str,
}

fn on_one_line<T: AsRef<str>, S: Serializer>(text: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&single_line(text.as_ref()))
}

fn perhaps_on_one_line<S: Serializer>(
    text: &Option<&str>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    text.map(single_line).serialize(serializer)
}

/// Compact JSON. Ids and metadata are passed on untouched, so the characters that JSON allows
/// within strings, but some readers take for line ends, are escaped here.
fn body(value: &impl Serialize) -> Vec<u8> {
    const LINE_ENDS: [(char, &str); 3] =
        [('\u{85}', "\\u0085"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
    // Only maps with keys that are no strings, and failing writers, can fail; neither is here.
    let mut json = serde_json::to_string(value).unwrap_or_default();
    for (character, escape) in LINE_ENDS {
        if json.contains(character) {
            json = json.replace(character, escape);
        }
    }
    json.into_bytes()
}
