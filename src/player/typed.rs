//! Lines typed at the prompt of `simulate --interactive`. Owns their small language, which is also what `HELP` says.

use serde_json::{Map, Value};

/// What can be typed.
pub const HELP: &str = "\
say TEXT                    the caller speaks
agent TEXT                  the agent speaks
TOOL key=text key:=json     the agent calls a tool: check_availability date=2026-02-08 party:=4
TOOL {\"key\": \"value\"}       the same, arguments as a JSON object
again                       the last tool call arrives a second time
end                         the caller hangs up (so does the end of input)
Quotes keep spaces: customer_name=\"Ann Ruiz\". Dates: {{today}}, {{date+1}}, {{workday+1}}.";

/// One typed line.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    /// Nothing, or a `#` comment.
    Nothing,
    /// The caller speaks.
    Say(String),
    /// The agent speaks.
    Agent(String),
    /// The agent calls a tool.
    Tool(String, Map<String, Value>),
    /// The last tool call again.
    Again,
    /// The caller hangs up.
    End,
    /// What can be typed?
    Help,
}

/// Reads one line.
///
/// # Errors
/// What is wrong with it and what to type instead.
pub fn parse(line: &str) -> Result<Typed, String> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match (word, rest) {
        ("", _) => Ok(Typed::Nothing),
        (comment, _) if comment.starts_with('#') => Ok(Typed::Nothing),
        ("say" | "agent", "") => Err(format!("{word} what? Type: {word} Hello")),
        ("say", text) => Ok(Typed::Say(text.to_owned())),
        ("agent", text) => Ok(Typed::Agent(text.to_owned())),
        ("again", "") => Ok(Typed::Again),
        ("end" | "quit" | "exit", "") => Ok(Typed::End),
        ("help" | "?", "") => Ok(Typed::Help),
        (tool, _) if !tool.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) => {
            Err(format!("`{tool}` is not a tool's name; type help"))
        }
        (tool, object) if object.starts_with('{') && !object.starts_with("{{") => {
            serde_json::from_str(object)
                .map(|arguments| Typed::Tool(tool.to_owned(), arguments))
                .map_err(|error| format!("the arguments are not a JSON object: {error}"))
        }
        (tool, pairs) => Ok(Typed::Tool(tool.to_owned(), arguments(pairs)?)),
    }
}

fn arguments(text: &str) -> Result<Map<String, Value>, String> {
    let mut arguments = Map::new();
    for word in words(text)? {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{word}` must be key=text or key:=json"))?;
        let (key, value) = match key.strip_suffix(':') {
            None => (key, Value::String(value.to_owned())),
            Some(key) => {
                let value = serde_json::from_str(value).map_err(|_| {
                    format!("`{key}:=` needs JSON after it; for text type {key}=...")
                })?;
                (key, value)
            }
        };
        if key.is_empty() {
            return Err(format!("`{word}` must be key=text or key:=json"));
        }
        arguments.insert(key.to_owned(), value);
    }
    Ok(arguments)
}

/// Splits at spaces outside double quotes; the quotes go, `\"` stays a quote.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut started) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'"') => word.extend(characters.next()),
            '"' => quoted = !quoted,
            space if space.is_whitespace() && !quoted => {
                if started {
                    words.push(std::mem::take(&mut word));
                }
                started = false;
                continue;
            }
            other => word.push(other),
        }
        started = true;
    }
    if quoted {
        return Err("a quote is not closed".into());
    }
    if started {
        words.push(word);
    }
    Ok(words)
}
