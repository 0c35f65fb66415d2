//! Tool calls in all the shapes in which Vapi's documents and deliveries show them: three lists
//! that repeat each other, names and arguments at two levels, arguments as object, as string and
//! as string in a string. Called by the decoders; does not know which tools exist.

use std::borrow::Cow;
use std::fmt;

use hookswitch_storage::ToolCallId;
use serde::de::IgnoredAny;

use super::lenient::{
    Leaf, MAX_DEPTH, Many, Maybe, is_shallow, string, whole_characters, wire_struct,
};

/// One call of a tool by the model.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The id to echo; absent in old shapes, and where the text cannot be an id.
    pub id: Option<ToolCallId>,
    /// The tool's name as called.
    pub name: Option<String>,
    /// JSON text of an object, or why there is none.
    pub arguments: Result<String, BadArguments>,
}

impl fmt::Debug for ToolCall {
    /// Leaves the arguments' text out: it holds names and numbers of people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("arguments", &self.arguments.as_ref().map(|text| Withheld(text.len())))
            .finish()
    }
}

/// Stands for a text that logs must not show.
pub(super) struct Withheld(pub(super) usize);

impl fmt::Debug for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0)
    }
}

/// Why the arguments of a tool call cannot be used. The text is for the model: it says what to
/// send instead, and never repeats the arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadArguments {
    /// Cut off or otherwise not JSON.
    #[error(
        "arguments are not valid JSON (wrong at line {line}, column {column}); call the tool again with one complete JSON object"
    )]
    NotJson {
        /// Line of the first mistake, from 1.
        line: usize,
        /// Byte in that line, from 1; 0 at the line's start.
        column: usize,
    },
    /// JSON of another kind.
    #[error(
        "arguments must be a JSON object, not {found}; call the tool again with one JSON object"
    )]
    NotAnObject {
        /// What was there.
        found: &'static str,
    },
    /// Nested deeper than anything that is read.
    #[error(
        "arguments are nested more than {MAX_DEPTH} levels deep; call the tool again with a flat JSON object"
    )]
    TooDeep,
}

wire_struct! {
    /// An element of `toolCallList` or `toolCalls`; also `functionCall` and `toolCall`.
    CallEntry {
        id: Leaf<'a> = "id" | "toolCallId" | "tool_call_id",
        name: Leaf<'a> = "name",
        function: Maybe<FunctionEntry<'a>> = "function",
        arguments: Leaf<'a> = "arguments",
        parameters: Leaf<'a> = "parameters",
    }
}

wire_struct! {
    /// The `function` of a tool call.
    FunctionEntry {
        name: Leaf<'a> = "name",
        arguments: Leaf<'a> = "arguments",
        parameters: Leaf<'a> = "parameters",
    }
}

wire_struct! {
    /// An element of `toolWithToolCallList`: the tool's definition around the call. Its own
    /// `parameters` (static values) and `function.parameters` (a schema) are not arguments, so
    /// they are not read.
    ToolEntry {
        name: Leaf<'a> = "name",
        function: Maybe<Named<'a>> = "function",
        tool_call: Maybe<CallEntry<'a>> = "toolCall" | "tool_call",
    }
}

wire_struct! {
    /// Something of which only the name counts.
    Named {
        name: Leaf<'a> = "name",
    }
}

/// A call as gathered so far; the lists complete each other.
struct Draft<'a> {
    id: Option<Cow<'a, str>>,
    name: Option<String>,
    arguments: Leaf<'a>,
}

impl<'a> CallEntry<'a> {
    fn draft(&self) -> Draft<'a> {
        let candidates = [
            self.function.leaf(|function| function.arguments),
            self.function.leaf(|function| function.parameters),
            self.arguments,
            self.parameters,
        ];
        Draft {
            id: self.id.text().filter(|id| !id.is_empty()),
            name: self.function.leaf(|function| function.name).word().or_else(|| self.name.word()),
            arguments: candidates
                .into_iter()
                .find(|leaf| leaf.json().is_some())
                .unwrap_or_default(),
        }
    }

    /// The call this entry describes.
    pub(super) fn tool_call(&self) -> ToolCall {
        self.draft().finish()
    }

    /// Whether arguments stand anywhere in the entry where a call has them.
    pub(super) fn has_arguments(&self) -> bool {
        self.draft().arguments.json().is_some()
    }
}

impl<'a> ToolEntry<'a> {
    fn draft(&self) -> Option<Draft<'a>> {
        let mut draft = self.tool_call.0.as_ref()?.draft();
        draft.name = draft
            .name
            .or_else(|| self.function.leaf(|function| function.name).word())
            .or_else(|| self.name.word());
        Some(draft)
    }
}

impl Draft<'_> {
    fn finish(self) -> ToolCall {
        ToolCall {
            id: self.id.and_then(|id| id.parse().ok()),
            name: self.name,
            arguments: arguments(self.arguments),
        }
    }
}

/// Every call of the three lists, once, in the order of the first list that names it. Calls
/// without an id cannot be told apart, so only the first list that has any counts for them.
pub(super) fn gather<'a>(
    call_list: &Many<CallEntry<'a>>,
    calls: &Many<CallEntry<'a>>,
    with_tools: &Many<ToolEntry<'a>>,
) -> Vec<ToolCall> {
    let mut drafts: Vec<Draft<'a>> = Vec::new();
    let mut positions = std::collections::HashMap::new();
    let lists: [&mut dyn Iterator<Item = Draft<'a>>; 3] = [
        &mut call_list.0.iter().map(CallEntry::draft),
        &mut calls.0.iter().map(CallEntry::draft),
        &mut with_tools.0.iter().filter_map(ToolEntry::draft),
    ];
    for list in lists {
        let is_first = drafts.is_empty();
        for draft in list {
            let Some(id) = draft.id.clone() else {
                if is_first {
                    drafts.push(draft);
                }
                continue;
            };
            match positions.get(&id).and_then(|at: &usize| drafts.get_mut(*at)) {
                Some(known) => {
                    known.name = known.name.take().or(draft.name);
                    if known.arguments.json().is_none() {
                        known.arguments = draft.arguments;
                    }
                }
                None => {
                    positions.insert(id, drafts.len());
                    drafts.push(draft);
                }
            }
        }
    }
    drafts.into_iter().map(Draft::finish).collect()
}

/// JSON text of the arguments' object.
fn arguments(leaf: Leaf<'_>) -> Result<String, BadArguments> {
    let Some(json) = leaf.json() else {
        return Ok("{}".to_owned());
    };
    if !json.starts_with('"') {
        return object(json);
    }
    // The one string Vapi documents, and the string in a string that some models produce.
    let text = string(json).ok_or(BadArguments::NotAnObject { found: "a broken string" })?;
    match text.trim() {
        inner if inner.starts_with('"') => {
            well_formed(inner)?;
            let innermost =
                string(inner).ok_or(BadArguments::NotAnObject { found: "a broken string" })?;
            object(innermost.trim())
        }
        inner => object(inner),
    }
}

/// Checks that `json` is one object; nothing and `null` mean that there are no arguments.
fn object(json: &str) -> Result<String, BadArguments> {
    if json.is_empty() || json == "null" {
        return Ok("{}".to_owned());
    }
    well_formed(json)?;
    let found = match json.as_bytes().first() {
        Some(b'{') => return Ok(whole_characters(json).into_owned()),
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    };
    Err(BadArguments::NotAnObject { found })
}

fn well_formed(json: &str) -> Result<(), BadArguments> {
    if !is_shallow(json) {
        return Err(BadArguments::TooDeep);
    }
    match serde_json::from_str::<IgnoredAny>(json) {
        Ok(_) => Ok(()),
        Err(error) => Err(BadArguments::NotJson { line: error.line(), column: error.column() }),
    }
}
