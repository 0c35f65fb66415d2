//! The voice platform port: where tools and assistants are kept. Owns what is asked of it in our own terms;
//! how a tool or an assistant is written down there is the adapter's, which alone reads what it calls an
//! image. One account serves all orgs (P124).

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch_storage::{Agent, NumberRule, Org};
use serde_json::{Map, Value};

use super::platform_error::PlatformError;
use crate::orgs::OrgEntry;

/// A tool as it is to be registered.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// In which way it is used; empty for the usual one.
    pub variant: String,
    /// What the agent is told of it.
    pub description: String,
    /// JSON Schema of its arguments.
    pub parameters: Value,
    /// An org that uses it in this way; all that do have the same definition.
    pub org: Arc<Org>,
}

/// A tool as the platform keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptTool {
    /// The platform's id of it.
    pub id: String,
    /// The name under which a model calls it.
    pub name: String,
    /// Whether its calls come to this server.
    pub is_ours: bool,
    /// JSON Schema of its arguments; `null` if it has none.
    pub parameters: Value,
    /// Digest of everything that we ever say about a tool.
    pub digest: String,
    /// When it was made, as the platform writes it.
    pub created_at: String,
}

/// An assistant as the platform keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAssistant {
    /// Its name there.
    pub name: String,
    /// The tools that it has by their ids.
    pub tool_ids: Vec<String>,
    /// The names of the tools that are written into it.
    pub own_tools: Vec<String>,
    /// All of it, for the adapter.
    pub image: Value,
}

/// What is wanted of an assistant.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The agent that it is.
    pub agent: &'a Agent,
    /// Its org.
    pub org: &'a OrgEntry,
    /// Nothing is put on it: only what it is not to have goes, and our part of the prompt follows that.
    pub less: bool,
    /// Whether it can book: at least one provider is connected.
    pub can_book: bool,
    /// Names of the tools that it is to have, each with the platform's id if it is registered.
    pub tools: &'a [(String, Option<String>)],
    /// Ids of tools of ours that it is not to have.
    pub unwanted: &'a [String],
}

/// A phone number as the platform keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptNumber {
    /// The number itself, if it has one.
    pub number: Option<String>,
    /// All of it, for the adapter.
    pub image: Value,
}

/// What is wanted of a phone number.
#[derive(Debug, Clone, Copy)]
pub struct NumberWish<'a> {
    /// Whose it is.
    pub org: &'a OrgEntry,
    /// Who takes its calls.
    pub rule: &'a NumberRule,
}

/// A change of an assistant, or of a phone number, that has not been made yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The fields that change, each as a whole; for the adapter.
    pub changes: Map<String, Value>,
    /// The same in words, a line each.
    pub lines: Vec<String>,
    /// Digest of what changes and of what it is now; equal plans have equal ones.
    pub digest: String,
}

impl Plan {
    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What was found before anything is sent, each with its remedy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linted {
    /// What keeps it from being sent.
    pub errors: Vec<String>,
    /// What works, but perhaps not as meant.
    pub warnings: Vec<String>,
}

/// Where tools and assistants are kept.
#[async_trait]
pub trait VoicePlatform: Send + Sync + 'static {
    /// Whether it can be asked at all.
    ///
    /// # Errors
    /// What is missing, with the remedy.
    fn ready(&self) -> Result<(), PlatformError>;

    /// SHA-256 of a tool's definition as it would be sent, the server's URL included (K14).
    fn definition_hash(&self, tool: &ToolSpec) -> String;

    /// Digest of what is wanted of an assistant, apart from the ids of tools.
    fn wish_digest(&self, wish: &Wish<'_>) -> String;

    /// Every tool of the account.
    async fn tools(&self) -> Result<Vec<KeptTool>, PlatformError>;

    /// Registers a tool. An error that passes leaves open whether it is registered.
    async fn create_tool(&self, tool: &ToolSpec) -> Result<KeptTool, PlatformError>;

    /// Sends a tool's definition again.
    async fn update_tool(&self, id: &str, tool: &ToolSpec) -> Result<KeptTool, PlatformError>;

    /// Removes a tool for good.
    async fn delete_tool(&self, id: &str) -> Result<(), PlatformError>;

    /// An assistant.
    async fn assistant(&self, id: &str) -> Result<KeptAssistant, PlatformError>;

    /// Every tool id that any assistant of the account has.
    async fn tools_in_use(&self) -> Result<Vec<String>, PlatformError>;

    /// What has to change for an assistant to be as it is wanted; everything else of it stays.
    fn plan(&self, kept: &KeptAssistant, wish: &Wish<'_>) -> Plan;

    /// What of a wish cannot be had until the operator does something, in words.
    fn obstacle(&self, wish: &Wish<'_>) -> Option<String>;

    /// What is wrong, or probably not meant, with tools as they would be sent.
    fn lint_tools(&self, tools: &[ToolSpec]) -> Linted;

    /// The same of an assistant as it would be.
    fn lint_assistant(&self, kept: &KeptAssistant, wish: &Wish<'_>) -> Linted;

    /// What has to change for an assistant to have nothing of ours: no prompt, no server and none of these
    /// tools. Everything else of it stays.
    fn plan_leave(&self, kept: &KeptAssistant, tools: &[String]) -> Plan;

    /// Whether two images are of the same state, whenever they were read.
    fn is_same(&self, one: &Value, other: &Value) -> bool;

    /// What has to change for an assistant to be as it was. Of the tools that it had, those stay away that
    /// are not among `there`, the ids of the account: an id that leads nowhere ends every call.
    fn plan_back(&self, kept: &KeptAssistant, image: &Value, there: &[String]) -> Plan;

    /// Makes a change.
    async fn change_assistant(&self, id: &str, plan: &Plan) -> Result<(), PlatformError>;

    /// A phone number.
    async fn phone_number(&self, id: &str) -> Result<KeptNumber, PlatformError>;

    /// Digest of what is wanted of a phone number.
    fn number_digest(&self, wish: &NumberWish<'_>) -> String;

    /// What of such a wish cannot be had until the operator does something, in words.
    fn number_obstacle(&self, wish: &NumberWish<'_>) -> Option<String>;

    /// What has to change for a phone number to be as it is wanted; everything else of it stays.
    fn plan_number(&self, kept: &KeptNumber, wish: &NumberWish<'_>) -> Plan;

    /// What has to change for a phone number to lead where it led.
    fn plan_number_back(&self, kept: &KeptNumber, image: &Value) -> Plan;

    /// Makes a change of a phone number.
    async fn change_phone_number(
        &self,
        id: &str,
        kept: &KeptNumber,
        plan: &Plan,
    ) -> Result<(), PlatformError>;
}

/// No platform: nothing is registered.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPlatform;

#[async_trait]
impl VoicePlatform for NoPlatform {
    fn ready(&self) -> Result<(), PlatformError> {
        Err(PlatformError::NoKey)
    }

    fn definition_hash(&self, _: &ToolSpec) -> String {
        String::new()
    }

    fn wish_digest(&self, _: &Wish<'_>) -> String {
        String::new()
    }

    async fn tools(&self) -> Result<Vec<KeptTool>, PlatformError> {
        Err(PlatformError::NoKey)
    }

    async fn create_tool(&self, _: &ToolSpec) -> Result<KeptTool, PlatformError> {
        Err(PlatformError::NoKey)
    }

    async fn update_tool(&self, _: &str, _: &ToolSpec) -> Result<KeptTool, PlatformError> {
        Err(PlatformError::NoKey)
    }

    async fn delete_tool(&self, _: &str) -> Result<(), PlatformError> {
        Err(PlatformError::NoKey)
    }

    async fn assistant(&self, _: &str) -> Result<KeptAssistant, PlatformError> {
        Err(PlatformError::NoKey)
    }

    async fn tools_in_use(&self) -> Result<Vec<String>, PlatformError> {
        Err(PlatformError::NoKey)
    }

    fn plan(&self, _: &KeptAssistant, _: &Wish<'_>) -> Plan {
        Plan::default()
    }

    fn obstacle(&self, _: &Wish<'_>) -> Option<String> {
        None
    }

    fn lint_tools(&self, _: &[ToolSpec]) -> Linted {
        Linted::default()
    }

    fn lint_assistant(&self, _: &KeptAssistant, _: &Wish<'_>) -> Linted {
        Linted::default()
    }

    fn plan_leave(&self, _: &KeptAssistant, _: &[String]) -> Plan {
        Plan::default()
    }

    fn is_same(&self, one: &Value, other: &Value) -> bool {
        one == other
    }

    fn plan_back(&self, _: &KeptAssistant, _: &Value, _: &[String]) -> Plan {
        Plan::default()
    }

    async fn change_assistant(&self, _: &str, _: &Plan) -> Result<(), PlatformError> {
        Err(PlatformError::NoKey)
    }

    async fn phone_number(&self, _: &str) -> Result<KeptNumber, PlatformError> {
        Err(PlatformError::NoKey)
    }

    fn number_digest(&self, _: &NumberWish<'_>) -> String {
        String::new()
    }

    fn number_obstacle(&self, _: &NumberWish<'_>) -> Option<String> {
        None
    }

    fn plan_number(&self, _: &KeptNumber, _: &NumberWish<'_>) -> Plan {
        Plan::default()
    }

    fn plan_number_back(&self, _: &KeptNumber, _: &Value) -> Plan {
        Plan::default()
    }

    async fn change_phone_number(
        &self,
        _: &str,
        _: &KeptNumber,
        _: &Plan,
    ) -> Result<(), PlatformError> {
        Err(PlatformError::NoKey)
    }
}
