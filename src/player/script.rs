//! A script: what is said and which tools are called, read from TOML. Owns the file's form and the checks that
//! need no server. Knows nothing of HTTP.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::expect::Expect;
use super::values;

/// Why a script cannot be played. Names the turn, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Not the TOML of a script.
    #[error("the script cannot be read: {0}")]
    Form(String),
    /// A turn that makes no sense.
    #[error("turn {turn}: {problem}")]
    Turn {
        /// Which, from 1.
        turn: usize,
        /// What is wrong and what to write.
        problem: String,
    },
    /// A value in `[call]` or `[variables]` that makes no sense.
    #[error("[{section}]: {problem}")]
    Section {
        /// Which section.
        section: &'static str,
        /// What is wrong and what to write.
        problem: String,
    },
}

/// A call to be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// What the call is about, for reports.
    pub name: String,
    /// Who calls.
    pub call: CallDetails,
    /// Values for `{{name}}`, which the player of the script may replace; they may hold date templates.
    pub variables: BTreeMap<String, String>,
    /// What happens, in order.
    pub turns: Vec<Action>,
}

/// What Vapi would know of the call. Texts may hold `{{templates}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallDetails {
    /// Call id; a new one when not set.
    pub id: Option<String>,
    /// `inboundPhoneCall` when not set.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The caller's number, E.164; withheld when not set.
    pub caller_number: Option<String>,
    /// The caller's name as signalled.
    pub caller_name: Option<String>,
    /// The number that was dialled, E.164.
    pub dialled_number: Option<String>,
    /// Vapi's id of that number.
    pub phone_number_id: Option<String>,
    /// Vapi's id of the agent.
    pub assistant_id: Option<String>,
    /// Why the call ends; `customer-ended-call` when not set.
    pub ended_reason: Option<String>,
}

impl CallDetails {
    /// Every text, for templates.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [
            &mut self.id,
            &mut self.kind,
            &mut self.caller_number,
            &mut self.caller_name,
            &mut self.dialled_number,
            &mut self.phone_number_id,
            &mut self.assistant_id,
            &mut self.ended_reason,
        ]
        .into_iter()
        .flatten()
    }
}

/// One turn of a script.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The caller speaks.
    Say(String),
    /// The agent speaks.
    Agent(String),
    /// The agent calls a tool.
    Tool(ToolTurn),
    /// The previous tool call is sent again under the same id; the answer must be the same bytes.
    RepeatLast,
}

/// A tool call and what is expected of its answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolTurn {
    /// Name of the tool.
    pub name: String,
    /// Arguments; texts may hold `{{templates}}`.
    pub arguments: Map<String, Value>,
    /// What the answer must be.
    pub expect: Expect,
    /// Names under which parts of the answer are kept: name to JSON pointer.
    pub save: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScript {
    name: String,
    #[serde(default)]
    call: CallDetails,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    turn: Vec<RawTurn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTurn {
    say: Option<String>,
    agent: Option<String>,
    tool: Option<String>,
    repeat_last: Option<bool>,
    arguments: Option<toml::Table>,
    expect: Option<super::expect::RawExpect>,
    save: Option<BTreeMap<String, String>>,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// [`ScriptError`] with the line or turn that is wrong.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let raw: RawScript =
            toml::from_str(text).map_err(|error| ScriptError::Form(error.to_string()))?;
        let mut turns = Vec::new();
        let mut tool_before = false;
        for (index, turn) in raw.turn.into_iter().enumerate() {
            let action = turn
                .into_action(tool_before)
                .map_err(|problem| ScriptError::Turn { turn: index + 1, problem })?;
            tool_before |= matches!(action, Action::Tool(_));
            turns.push(action);
        }
        if turns.is_empty() {
            return Err(ScriptError::Form("it has no [[turn]]".into()));
        }
        Ok(Self { name: raw.name, call: raw.call, variables: raw.variables, turns })
    }

    /// Checks that every `{{template}}` will have a value when its turn comes.
    ///
    /// # Errors
    /// [`ScriptError::Turn`] or [`ScriptError::Section`] for the first that will not.
    pub fn check(&self) -> Result<(), ScriptError> {
        let mut known: BTreeSet<&str> = self.variables.keys().map(String::as_str).collect();
        if let Some(name) = known.iter().find(|name| !values::is_name(name)) {
            return Err(ScriptError::Section {
                section: "variables",
                problem: format!(
                    "`{name}` cannot be a name: use letters, digits and _, and not date, today or workday"
                ),
            });
        }
        for text in self.variables.values() {
            values::check(text, &BTreeSet::new())
                .map_err(|problem| ScriptError::Section { section: "variables", problem })?;
        }
        let mut call = self.call.clone();
        for text in call.texts_mut() {
            values::check(text, &known)
                .map_err(|problem| ScriptError::Section { section: "call", problem })?;
        }
        for (index, action) in self.turns.iter().enumerate() {
            let wrong = |problem| ScriptError::Turn { turn: index + 1, problem };
            match action {
                Action::Say(text) | Action::Agent(text) => {
                    values::check(text, &known).map_err(wrong)?
                }
                Action::Tool(tool) => {
                    for text in
                        tool.arguments.values().flat_map(values::texts).chain(tool.expect.texts())
                    {
                        values::check(text, &known).map_err(wrong)?;
                    }
                    known.extend(tool.save.keys().map(String::as_str));
                }
                Action::RepeatLast => {}
            }
        }
        Ok(())
    }
}

impl RawTurn {
    fn into_action(self, tool_before: bool) -> Result<Action, String> {
        let of_tools = self.arguments.is_some() || self.expect.is_some() || self.save.is_some();
        let action = match (self.say, self.agent, self.tool, self.repeat_last) {
            (Some(text), None, None, None) => Action::Say(text),
            (None, Some(text), None, None) => Action::Agent(text),
            (None, None, None, Some(true)) if tool_before => Action::RepeatLast,
            (None, None, None, Some(true)) => {
                return Err("there is no tool call before it to repeat".into());
            }
            (None, None, Some(name), None) => {
                let expect = self.expect.unwrap_or_default().try_into()?;
                let save = self.save.unwrap_or_default();
                for (name, pointer) in &save {
                    if !values::is_name(name) {
                        return Err(format!(
                            "save: `{name}` cannot be a name: use letters, digits and _"
                        ));
                    }
                    super::expect::check_pointer(pointer)?;
                }
                let arguments = self.arguments.unwrap_or_default();
                let arguments = arguments
                    .into_iter()
                    .map(|(key, value)| (key, values::from_toml(value)))
                    .collect();
                return Ok(Action::Tool(ToolTurn { name, arguments, expect, save }));
            }
            _ => {
                return Err(
                    "must have exactly one of say, agent, tool and repeat_last = true".into()
                );
            }
        };
        if of_tools {
            return Err("arguments, expect and save belong to turns with `tool`".into());
        }
        Ok(action)
    }
}
