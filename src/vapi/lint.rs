//! What is wrong, or probably not meant, with tools and assistants, before Vapi is sent any of it. Pure;
//! called before a sync and by `hookswitch tools lint`. Each finding says what to do. Facts: Vapi's API
//! schemas, its guides to tools, and what those who run it have learnt.

mod assistant;
mod definition;
mod schema;
mod words;

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::Value;

pub use assistant::{Beside, lint_assistant};
pub use words::lint_prompt;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Vapi would refuse it, or calls would fail: nothing is sent.
    Error,
    /// It works, but perhaps not as meant.
    Warning,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// Which rule, for programs.
    pub rule: &'static str,
    /// The tool or the part of the assistant.
    pub about: String,
    /// What was found.
    pub says: String,
    /// What to do.
    pub remedy: String,
}

impl Finding {
    fn error(
        rule: &'static str,
        about: &str,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (says, remedy) = (says.into(), remedy.into());
        Self { severity: Severity::Error, rule, about: about.into(), says, remedy }
    }

    fn warning(
        rule: &'static str,
        about: &str,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, about, says, remedy) }
    }
}

/// Whether something was found that keeps a sync from sending anything.
#[must_use]
pub fn forbids(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// Looks at the definitions of an org's tools, as they would be sent. `deadline_ms` is the time within
/// which a tool call is answered here.
#[must_use]
pub fn lint_tools(definitions: &[Value], deadline_ms: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for tool in definitions {
        let name = tool["function"]["name"].as_str().unwrap_or_default();
        if seen.contains(&name) {
            let says = "two tools have this name, and the model cannot tell them apart";
            findings.push(Finding::error("same_name", name, says, "rename one of them"));
        }
        seen.push(name);
        definition::look(tool, deadline_ms, &mut findings);
    }
    findings
}
