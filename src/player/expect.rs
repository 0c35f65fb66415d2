//! What a script expects of a tool's answer. Owns the comparison and its words. Knows nothing of transport.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::values::{self, Values};

/// What an answer must be; everything that is not set is not looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expect {
    /// The answer's `success` field.
    pub success: Option<bool>,
    /// Whether the call could not run (`error` instead of `result`). An error that was not expected is a failure.
    pub error: bool,
    /// Texts that the answer holds, whatever their case.
    pub contains: Vec<String>,
    /// Fields by JSON pointer and their values.
    pub fields: BTreeMap<String, Value>,
    /// Longest time to the answer.
    pub within: Option<Duration>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawExpect {
    success: Option<bool>,
    error: bool,
    contains: Vec<String>,
    fields: BTreeMap<String, toml::Value>,
    within_ms: Option<u64>,
}

impl TryFrom<RawExpect> for Expect {
    type Error = String;

    fn try_from(raw: RawExpect) -> Result<Self, String> {
        for pointer in raw.fields.keys() {
            check_pointer(pointer)?;
        }
        Ok(Self {
            success: raw.success,
            error: raw.error,
            contains: raw.contains,
            fields: raw
                .fields
                .into_iter()
                .map(|(at, value)| (at, values::from_toml(value)))
                .collect(),
            within: raw.within_ms.map(Duration::from_millis),
        })
    }
}

/// What came back for one tool call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// Whether it was `error` instead of `result`.
    pub(super) is_error: bool,
    /// The text itself.
    pub(super) text: String,
    /// The text as JSON, or as a JSON string if it is none.
    pub(super) value: Value,
}

impl Expect {
    /// Every text that may hold templates.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.contains.iter().map(String::as_str).chain(self.fields.values().flat_map(values::texts))
    }

    /// What is not as expected, in words; empty if all is.
    pub(super) fn failures(
        &self,
        answer: &Answer,
        elapsed: Duration,
        values: &Values,
    ) -> Vec<String> {
        let mut failures = Vec::new();
        match (self.error, answer.is_error) {
            (true, false) => failures.push("expected an error, got a result".to_owned()),
            (false, true) => {
                failures.push("the tool could not run (error instead of result)".to_owned())
            }
            _ => {}
        }
        if let Some(success) = self.success {
            compare(&mut failures, &answer.value, "/success", &Value::Bool(success));
        }
        let lower = answer.text.to_lowercase();
        for text in &self.contains {
            match values.fill(text) {
                Ok(text) if lower.contains(&text.to_lowercase()) => {}
                Ok(text) => failures.push(format!("expected the answer to contain {text:?}")),
                Err(problem) => failures.push(problem),
            }
        }
        for (pointer, expected) in &self.fields {
            match values.fill_json(expected) {
                Ok(expected) => compare(&mut failures, &answer.value, pointer, &expected),
                Err(problem) => failures.push(problem),
            }
        }
        if let Some(within) = self.within
            && elapsed > within
        {
            let (took, most) = (elapsed.as_millis(), within.as_millis());
            failures.push(format!("expected an answer within {most} ms, it took {took} ms"));
        }
        failures
    }
}

fn compare(failures: &mut Vec<String>, answer: &Value, pointer: &str, expected: &Value) {
    match answer.pointer(pointer) {
        Some(found) if same(found, expected) => {}
        Some(found) => failures.push(format!("expected {pointer} to be {expected}, got {found}")),
        None => failures
            .push(format!("expected {pointer} to be {expected}, the answer has no such field")),
    }
}

fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        // 3 and 3.0 are the same to a voice agent.
        (Value::Number(found), Value::Number(expected)) => {
            found == expected || found.as_f64() == expected.as_f64()
        }
        _ => found == expected,
    }
}

/// Checks the form of a JSON pointer (RFC 6901).
pub(super) fn check_pointer(pointer: &str) -> Result<(), String> {
    if pointer.is_empty() || pointer.starts_with('/') {
        Ok(())
    } else {
        Err(format!("`{pointer}` is not a JSON pointer: write /{}", pointer.replace('.', "/")))
    }
}
