//! What the stand-in can be asked for.

use axum::http::{Method, Uri};
use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

/// What it can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// Tools.
    ListTools,
    /// One tool.
    ReadTool,
    /// A new tool.
    CreateTool,
    /// Another definition of a tool.
    ChangeTool,
    /// A tool's end.
    DeleteTool,
    /// Assistants.
    ListAssistants,
    /// One assistant.
    ReadAssistant,
    /// Another assistant under the same id.
    ChangeAssistant,
    /// Calls.
    ListCalls,
    /// One call.
    ReadCall,
    /// Phone numbers.
    ListPhoneNumbers,
    /// One phone number.
    ReadPhoneNumber,
    /// Where a phone number leads.
    ChangePhoneNumber,
    /// Something that does not exist here.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}

impl Operation {
    /// What a request asks for, and the id that it names.
    pub(super) fn of(method: &Method, uri: &Uri) -> (Self, String) {
        let path = uri.path().trim_matches('/');
        let (kind, id) = path.split_once('/').unwrap_or((path, ""));
        let operation = match (method.as_str(), kind, id.is_empty()) {
            ("GET", "tool", true) => Self::ListTools,
            ("GET", "tool", false) => Self::ReadTool,
            ("POST", "tool", true) => Self::CreateTool,
            ("PATCH", "tool", false) => Self::ChangeTool,
            ("DELETE", "tool", false) => Self::DeleteTool,
            ("GET", "assistant", true) => Self::ListAssistants,
            ("GET", "assistant", false) => Self::ReadAssistant,
            ("PATCH", "assistant", false) => Self::ChangeAssistant,
            ("GET", "call", true) => Self::ListCalls,
            ("GET", "call", false) => Self::ReadCall,
            ("GET", "phone-number", true) => Self::ListPhoneNumbers,
            ("GET", "phone-number", false) => Self::ReadPhoneNumber,
            ("PATCH", "phone-number", false) => Self::ChangePhoneNumber,
            _ => Self::Unknown,
        };
        (operation, id.to_owned())
    }
}
