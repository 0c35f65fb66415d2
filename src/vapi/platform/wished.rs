//! What we want Vapi to have, put together from the configuration and from what an org wants. Pure.

use std::time::Duration;

use hmac::{Hmac, Mac};
use hookswitch_actors::ports::{PlatformError, ToolSpec, Wish};
use hookswitch_actors::tools::{Face, Toolbox, prompt};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::assistant::{Managed, Wanted, between, compose};
use super::super::lint::{self, Beside, Finding};
use super::super::server_block::{NoProof, ServerBlock};
use super::super::tool_definition::tool_definition;
use crate::config::{Config, Secret, Vapi};

/// What does not change while the server runs.
pub(super) struct Wished {
    vapi: Vapi,
    public_url: Option<String>,
    deadline: Duration,
    tools: Result<ServerBlock, NoProof>,
    toolbox: Toolbox,
}

impl Wished {
    pub(super) fn new(config: &Config, toolbox: Toolbox) -> Self {
        let public_url = config.server.public_url.clone();
        let deadline = config.sessions.tool_deadline();
        let base = public_url.as_deref().unwrap_or_default();
        let tools = ServerBlock::of_tools(&config.vapi, base, deadline);
        Self { vapi: config.vapi.clone(), public_url, deadline, tools, toolbox }
    }

    /// Where the calls of registered tools go.
    pub(super) fn tools_url(&self) -> &str {
        self.tools.as_ref().map_or("", ServerBlock::url)
    }

    /// Whether Vapi could reach what would be registered, and prove itself there.
    pub(super) fn check(&self) -> Result<(), PlatformError> {
        let problem = match &self.public_url {
            None => "server.public_url is not set, so tools cannot be registered",
            Some(url) if !url.starts_with("https://") => {
                "server.public_url does not begin with https://, and Vapi calls nothing else"
            }
            Some(_) => {
                let proof = self.tools.as_ref().map(|_| ());
                return proof
                    .map_err(|error| PlatformError::NoProof { problem: error.to_string() });
            }
        };
        Err(PlatformError::NoPublicUrl { problem: problem.to_owned() })
    }

    /// A tool as it is sent; `null` for one that is not in the program, which nobody asks for.
    pub(super) fn definition(&self, tool: &ToolSpec) -> Value {
        match (&self.tools, self.toolbox.face(&tool.name)) {
            (Ok(server), Some(face)) => tool_definition(face, &tool.org.settings, server),
            _ => Value::Null,
        }
    }

    /// The same for a digest that others may see: nobody can try secrets against it.
    pub(super) fn definition_without_secrets(&self, tool: &ToolSpec) -> Value {
        let mut definition = self.definition(tool);
        let headers = definition.pointer_mut("/server/headers").and_then(Value::as_object_mut);
        for value in headers.into_iter().flatten().map(|(_, value)| value) {
            let key = self.vapi.private_key.as_ref().map(Secret::expose).unwrap_or_default();
            // An HMAC takes keys of every length.
            if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
                mac.update(value.to_string().as_bytes());
                *value = json!(mac.finalize().into_bytes().to_vec());
            }
        }
        definition
    }

    /// An assistant as it is wanted in place of `current`; everything else of it stays.
    pub(super) fn composed(&self, current: &Value, wish: &Wish<'_>) -> Value {
        compose(current, &self.wanted(wish))
    }

    fn wanted(&self, wish: &Wish<'_>) -> Wanted {
        Wanted {
            tool_ids: wish.tools.iter().filter_map(|(_, id)| id.clone()).collect(),
            retired_tool_ids: wish.unwanted.to_vec(),
            managed: if wish.stays { self.managed(wish) } else { None },
        }
    }

    /// What we look after beside the tools. An assistant whose org cannot prove itself keeps its server, and
    /// says so in its findings; without one the rest would be of no use to it.
    fn managed(&self, wish: &Wish<'_>) -> Option<Managed> {
        let (org, agent) = (wish.org, wish.agent);
        let base = self.public_url.as_deref()?;
        let assistant = Some(agent.assistant_id.as_str());
        let server = ServerBlock::of_org(org, assistant, &self.vapi, base, self.deadline).ok()?;
        Some(Managed {
            prompt: prompt::compose(org.settings(), wish.can_book, agent.prompt.as_deref()),
            server,
            monitor_authenticated: self.vapi.public_key.is_some(),
            limit_seconds: org.settings().calls.limit_seconds,
        })
    }

    /// Why an org's assistants cannot be given all that is wanted, if so.
    pub(super) fn obstacle(&self, wish: &Wish<'_>) -> Option<String> {
        let base = self.public_url.as_deref()?;
        let assistant = Some(wish.agent.assistant_id.as_str());
        let server = ServerBlock::of_org(wish.org, assistant, &self.vapi, base, self.deadline);
        server.err().map(|error| error.to_string())
    }

    /// What is wrong with tools as they would be sent.
    pub(super) fn lint_tools(&self, tools: &[ToolSpec]) -> Vec<Finding> {
        let definitions: Vec<Value> = tools.iter().map(|tool| self.definition(tool)).collect();
        let deadline = u64::try_from(self.deadline.as_millis()).unwrap_or(u64::MAX);
        lint::lint_tools(&definitions, deadline)
    }

    /// What is wrong with an assistant as it would be.
    pub(super) fn lint_assistant(&self, current: &Value, wish: &Wish<'_>) -> Vec<Finding> {
        let known: Vec<&str> = self.toolbox.faces().map(Face::name).collect();
        let ours: Vec<&str> = wish.tools.iter().map(|(name, _)| name.as_str()).collect();
        let ids: Vec<String> = wish.tools.iter().filter_map(|(_, id)| id.clone()).collect();
        let beside = Beside {
            ours: &ours,
            our_ids: &ids,
            known: &known,
            // Their names are compared where the account is known.
            others: None,
            has_public_key: self.vapi.public_key.is_some(),
        };
        lint::lint_assistant(&self.composed(current, wish), beside)
    }

    /// What differs, in words; no secret is in them.
    pub(super) fn differences(&self, before: &Value, after: &Value) -> Vec<String> {
        between(before, after)
    }
}
