//! Calls on the route of one tool (`/api/vapi/tools/{name}`): Vapi's envelope, and the short
//! forms of direct REST calls. Called by that route's handler after authentication; does not
//! know which tools exist.

use std::borrow::Cow;
use std::fmt;

use hookswitch_storage::ToolCallId;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::inbound::{CallInfo, DecodeError, Inbound, Kind, decode_text, read, text};
use super::lenient::{Key, Leaf, Maybe, whole_characters, wire_struct};
use super::tool_call::{BadArguments, CallEntry, ToolCall, Withheld};

/// What came in on the route of one tool.
#[derive(Debug, Clone, PartialEq)]
pub enum Direct {
    /// A server message; its tool calls without a name have the route's.
    Envelope(Inbound),
    /// One call in a short form. With an id it is answered with `results[]`, else with
    /// `toolResult`.
    Single(Single),
}

/// One call in a short form.
#[derive(Clone, PartialEq)]
pub struct Single {
    /// The id to echo, if one came.
    pub id: Option<ToolCallId>,
    /// The call it belongs to, if the body says so.
    pub call: CallInfo,
    /// The org the body asks for. Only a hint: the token that came with it decides.
    pub tenant_id: Option<String>,
    /// The dialled number the body asks for. Only a hint, as the tenant.
    pub inbound_phone_number: Option<String>,
    /// The tool's name: the body's, else the route's.
    pub name: String,
    /// JSON text of the arguments' object, without the hints, or why there is none.
    pub arguments: Result<String, BadArguments>,
}

impl fmt::Debug for Single {
    /// Leaves out arguments and numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Single")
            .field("id", &self.id)
            .field("call", &self.call)
            .field("tenant_id", &self.tenant_id)
            .field("name", &self.name)
            .field("arguments", &self.arguments.as_ref().map(|text| Withheld(text.len())))
            .finish_non_exhaustive()
    }
}

wire_struct! {
    /// A body in a short form.
    Short {
        tool_call: Maybe<CallEntry<'a>> = "toolCall" | "tool_call",
        message: Maybe<Wrapped<'a>> = "message",
        id: Leaf<'a> = "toolCallId" | "tool_call_id",
    }
}

wire_struct! {
    /// A message around a short form.
    Wrapped {
        tool_call: Maybe<CallEntry<'a>> = "toolCall" | "tool_call",
    }
}

/// Reads a body on the route of the tool `path_tool`. An empty body is a call without arguments.
///
/// # Errors
/// [`DecodeError`] if the body is not one JSON object of sane depth.
pub fn decode_direct(body: &[u8], path_tool: &str) -> Result<Direct, DecodeError> {
    let whole = whole_characters(text(body)?);
    let json = match whole.trim() {
        "" => "{}",
        json => json,
    };
    let mut inbound = decode_text(json)?;
    let short: Short<'_> = read(json)?;
    let message = short.message.0.as_ref();
    let entry = short.tool_call.0.as_ref().or(message.and_then(|m| m.tool_call.0.as_ref()));
    if let Some(entry) = entry {
        return single(entry.tool_call(), json, short.id, inbound.call, path_tool);
    }
    match &mut inbound.kind {
        Kind::ToolCalls(calls) => name_after(path_tool, calls),
        Kind::FunctionCall(call) => name_after(path_tool, std::slice::from_mut(call)),
        // Without the wrapper, `type` may as well be an argument.
        Kind::Unknown | Kind::Missing if message.is_none() => {
            let entry: CallEntry<'_> = read(json)?;
            let call = if entry.has_arguments() {
                entry.tool_call()
            } else {
                ToolCall { id: None, name: None, arguments: Ok(without_call(json)?) }
            };
            return single(call, json, short.id, inbound.call, path_tool);
        }
        _ => {}
    }
    Ok(Direct::Envelope(inbound))
}

fn name_after(path_tool: &str, calls: &mut [ToolCall]) {
    for call in calls {
        call.name.get_or_insert_with(|| path_tool.to_owned());
    }
}

/// The members of `json`, the whole body, that are not arguments of a tool but of the call.
const OF_THE_CALL: [&str; 3] = ["call", "toolCallId", "tool_call_id"];

fn without_call(json: &str) -> Result<String, DecodeError> {
    let Members(members) = read_members(json)?;
    Ok(write(members.iter().filter(|(key, value)| {
        // A text named `call` is the tool's; the object is Vapi's.
        !(OF_THE_CALL.contains(&key.as_ref()) && (key != "call" || value.get().starts_with('{')))
    })))
}

fn single(
    call: ToolCall,
    body: &str,
    outer_id: Leaf<'_>,
    info: CallInfo,
    path_tool: &str,
) -> Result<Direct, DecodeError> {
    let outer = Hints::of(&read_members(body)?);
    let (inner, arguments) = match call.arguments {
        Ok(json) => {
            let members = read_members(&json)?;
            (Hints::of(&members), Ok(write(members.0.iter().filter(|(key, _)| !is_hint(key)))))
        }
        Err(bad) => (Hints::default(), Err(bad)),
    };
    Ok(Direct::Single(Single {
        id: call.id.or_else(|| outer_id.text().and_then(|id| id.parse().ok())),
        call: info,
        tenant_id: outer.tenant_id.or(inner.tenant_id),
        inbound_phone_number: outer.inbound_phone_number.or(inner.inbound_phone_number),
        name: call.name.unwrap_or_else(|| path_tool.to_owned()),
        arguments,
    }))
}

/// Which org a direct call asks for.
#[derive(Default)]
struct Hints {
    tenant_id: Option<String>,
    inbound_phone_number: Option<String>,
}

const TENANT_ID: [&str; 2] = ["tenantId", "tenant_id"];
const INBOUND_NUMBER: [&str; 2] = ["inboundPhoneNumber", "inbound_phone_number"];

fn is_hint(key: &str) -> bool {
    TENANT_ID.contains(&key) || INBOUND_NUMBER.contains(&key)
}

impl Hints {
    fn of(members: &Members<'_>) -> Self {
        let find = |names: [&str; 2]| {
            let named = members.0.iter().filter(|(key, _)| names.contains(&key.as_ref()));
            named.filter_map(|(_, value)| Leaf::from(*value).word()).next_back()
        };
        Self { tenant_id: find(TENANT_ID), inbound_phone_number: find(INBOUND_NUMBER) }
    }
}

/// An object's members in order, values still as text.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

fn read_members(json: &str) -> Result<Members<'_>, DecodeError> {
    serde_json::from_str(json).map_err(|error| DecodeError::not_json(&error))
}

/// The members as one object, each value as it came.
fn write<'m, 'a: 'm>(members: impl Iterator<Item = &'m (Cow<'a, str>, &'a RawValue)>) -> String {
    let mut json = String::from("{");
    for (key, value) in members {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&serde_json::Value::from(key.as_ref()).to_string());
        json.push(':');
        json.push_str(value.get());
    }
    json.push('}');
    json
}
