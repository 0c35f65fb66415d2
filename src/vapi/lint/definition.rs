//! One tool: its name, its description, its server, and what is said meanwhile.

use serde_json::Value;

use super::{Finding, schema};

/// Vapi's limit.
const LONGEST_NAME: usize = 64;

/// Longest description that models are shown whole, characters.
const LONGEST_DESCRIPTION: usize = 1_000;

/// Shortest one that says when to call a tool.
const SHORTEST_DESCRIPTION: usize = 20;

/// Vapi's limit of a spoken message, characters.
const LONGEST_MESSAGE: usize = 1_000;

/// The kinds of message. One that is misspelt is taken for `request-failed`, without a word.
const MESSAGES: [&str; 4] =
    ["request-start", "request-complete", "request-failed", "request-response-delayed"];

pub(super) fn look(tool: &Value, deadline_ms: u64, findings: &mut Vec<Finding>) {
    let function = &tool["function"];
    let name = function["name"].as_str().unwrap_or_default();
    let fits = (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !fits {
        let remedy = "use 1 to 64 letters, digits, `_` and `-`";
        findings.push(Finding::error("name", name, "Vapi refuses this name", remedy));
    }
    description(name, function["description"].as_str().unwrap_or_default(), findings);
    schema::look(name, &function["parameters"], function["strict"] == true, findings);
    if tool["async"] == true {
        let says =
            "is `async`: the model goes on without its answer, and nothing is said meanwhile";
        let remedy = "set `async` to false, unless the answer does not matter";
        findings.push(Finding::warning("async", name, says, remedy));
    }
    server(name, &tool["server"], deadline_ms, findings);
    for message in tool["messages"].as_array().into_iter().flatten() {
        spoken(name, message, findings);
    }
}

fn description(name: &str, text: &str, findings: &mut Vec<Finding>) {
    let length = text.chars().count();
    if length >= LONGEST_DESCRIPTION {
        let says = format!("its description has {length} characters");
        let remedy = "keep it below 1,000; put what is longer into the prompt";
        findings.push(Finding::error("description", name, says, remedy));
    } else if length < SHORTEST_DESCRIPTION {
        let says = "its description does not say when to call it, so the model hesitates";
        let remedy = "say what it does and when to call it";
        findings.push(Finding::warning("description", name, says, remedy));
    }
}

fn server(name: &str, server: &Value, deadline_ms: u64, findings: &mut Vec<Finding>) {
    let url = server["url"].as_str().unwrap_or_default();
    if url.is_empty() {
        let remedy = "set `server.public_url`, under which Vapi reaches this server";
        findings.push(Finding::error("server_url", name, "it has no server URL", remedy));
    } else if !url.starts_with("https://") {
        let says =
            format!("its server URL {url} is not https, so that the secret travels in clear");
        let remedy = "put a proxy with a certificate before the server and set `server.public_url`";
        findings.push(Finding::warning("server_url", name, says, remedy));
    }
    let has_header = server["headers"].as_object().is_some_and(|headers| !headers.is_empty());
    if !server["credentialId"].is_string() && !has_header {
        let says = "Vapi would post to it without proving itself, and be refused";
        let remedy = "set `vapi.webhook_auth` or `vapi.credential_id`; tools do not inherit the \
                      assistant's credential";
        findings.push(Finding::error("server_auth", name, says, remedy));
    }
    let waits = server["timeoutSeconds"].as_f64().unwrap_or(20.0);
    // Milliseconds of a deadline are far below what this can hold exactly.
    #[expect(clippy::cast_precision_loss, reason = "at most 19,000")]
    let answered_after = deadline_ms as f64 / 1_000.0;
    if waits <= answered_after {
        let says =
            format!("Vapi gives up after {waits} s, and an answer may take {answered_after} s");
        let remedy = "raise `server.timeoutSeconds`, or lower `sessions.tool_deadline_ms`";
        findings.push(Finding::error("timeout", name, says, remedy));
    }
}

fn spoken(name: &str, message: &Value, findings: &mut Vec<Finding>) {
    let kind = message["type"].as_str().unwrap_or_default();
    if !MESSAGES.contains(&kind) {
        let says = format!("Vapi knows no message `{kind}` and would say it when the tool fails");
        let remedy = format!("use one of {}", MESSAGES.join(", "));
        findings.push(Finding::error("message", name, says, remedy));
    }
    if message["content"].as_str().is_some_and(|text| text.chars().count() > LONGEST_MESSAGE) {
        let says = format!("its `{kind}` has more than 1,000 characters");
        findings.push(Finding::error("message", name, says, "shorten it"));
    }
    let timing = message["timingMilliseconds"].as_f64();
    if timing.is_some_and(|timing| !(100.0..=120_000.0).contains(&timing)) {
        let says = format!("its `{kind}` comes after a time that Vapi refuses");
        let remedy = "set `timingMilliseconds` to 100 to 120,000";
        findings.push(Finding::error("message", name, says, remedy));
    }
}
