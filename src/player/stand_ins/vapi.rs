//! A stand-in for Vapi's REST interface: an account with tools, assistants, calls and phone numbers that are
//! listed, read, created, changed and removed as Vapi does it, that fails on request, and that remembers what
//! it was asked. Owns the account for as long as the handle lives. What it imitates: unknown fields are
//! refused by name, a PATCH keeps what is not sent and replaces what is, each field as a whole, a list is bare
//! and newest first, a link to a tool that is not there is refused.

mod account;
mod answers;
mod doors;
mod fields;
mod operation;

use serde_json::{Value, json};

use super::handle::Handle;
use super::{asked, trouble};

pub use super::trouble::Trouble;
pub use account::Account;
pub use operation::Operation;

/// When a trouble comes about.
pub type Plan = trouble::Plan<Operation>;

/// One request as it arrived.
pub type Asked = asked::Asked<Operation>;

/// The account that is stood in for.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its private key.
    pub private_key: String,
}

/// The running stand-in; it stops when dropped.
pub type StandIn = Handle<Account>;

impl StandIn {
    /// Somebody makes an assistant in the dashboard; its id. What it lacks is as the dashboard fills it in.
    pub fn add_assistant(&self, assistant: Value) -> String {
        let mut whole = json!({
            "name": "Front desk",
            "firstMessage": "Hello, how can I help?",
            "model": {
                "provider": "openai", "model": "gpt-4o", "temperature": 0.3, "maxTokens": 250,
                "messages": [{"role": "system", "content": "You answer the phone of a dentist."}],
            },
            "voice": {"provider": "11labs", "voiceId": "sarah"},
        });
        if let (Some(whole), Value::Object(given)) = (whole.as_object_mut(), assistant) {
            whole.extend(given);
        }
        self.account().add(account::ASSISTANT, whole)
    }

    /// Somebody makes a tool in the dashboard; its id.
    pub fn add_tool(&self, tool: Value) -> String {
        self.account().add(account::TOOL, tool)
    }

    /// A call is kept; its id is the one it has, or a new one.
    pub fn add_call(&self, call: Value) -> String {
        self.account().add(account::CALL, call)
    }

    /// A phone number of the account; its id.
    pub fn add_phone_number(&self, number: Value) -> String {
        self.account().add(account::PHONE_NUMBER, number)
    }

    /// A phone number, `null` if there is none of that id.
    #[must_use]
    pub fn phone_number(&self, id: &str) -> Value {
        self.account().get(account::PHONE_NUMBER, id).unwrap_or_default()
    }

    /// Somebody changes a phone number in the dashboard.
    pub fn change_phone_number(&self, id: &str, change: impl FnOnce(&mut Value)) {
        self.account().change_by_hand(account::PHONE_NUMBER, id, change);
    }

    /// From now on a change of a phone number must not say of which kind it is.
    pub fn takes_no_provider(&self) {
        self.account().takes_provider = false;
    }

    /// Every tool, the oldest first.
    #[must_use]
    pub fn tools(&self) -> Vec<Value> {
        self.account().all(account::TOOL)
    }

    /// A tool by the name of its function; the oldest of several.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<Value> {
        self.tools().into_iter().find(|tool| tool["function"]["name"] == name)
    }

    /// An assistant, `null` if there is none of that id.
    #[must_use]
    pub fn assistant(&self, id: &str) -> Value {
        self.account().get(account::ASSISTANT, id).unwrap_or_default()
    }

    /// The names of the tools that an assistant has by their ids; an id that leads nowhere is itself.
    #[must_use]
    pub fn tools_of(&self, assistant: &str) -> Vec<String> {
        let assistant = self.assistant(assistant);
        let ids = assistant["model"]["toolIds"].as_array().cloned().unwrap_or_default();
        let name = |id: &Value| {
            let id = id.as_str().unwrap_or_default();
            let tool = self.account().get(account::TOOL, id).unwrap_or_default();
            tool["function"]["name"].as_str().unwrap_or(id).to_owned()
        };
        ids.iter().map(name).collect()
    }

    /// Somebody changes an assistant in the dashboard.
    pub fn change_assistant(&self, id: &str, change: impl FnOnce(&mut Value)) {
        self.account().change_by_hand(account::ASSISTANT, id, change);
    }

    /// Somebody changes a tool in the dashboard.
    pub fn change_tool(&self, id: &str, change: impl FnOnce(&mut Value)) {
        self.account().change_by_hand(account::TOOL, id, change);
    }

    /// Somebody removes a tool in the dashboard.
    pub fn remove_tool(&self, id: &str) {
        self.account().remove(account::TOOL, id);
    }

    /// The account gets another key; the one before opens nothing any more.
    pub fn change_key(&self, key: &str) {
        key.clone_into(&mut self.account().setup.private_key);
    }

    /// From now on a change of a tool must say of which type it is, as Vapi's description has it of late.
    pub fn wants_type(&self) {
        self.account().wants_type = true;
    }
}
