//! What we want Vapi to have, put together from the configuration and from what an org wants. Pure.

use std::time::Duration;

use hmac::{Hmac, Mac};
use hookswitch_actors::booking::locale::say_in;
use hookswitch_actors::booking::phrases::questions::connecting_you;
use hookswitch_actors::ports::{NumberWish, PlatformError, ToolSpec, Wish};
use hookswitch_actors::tools::{Face, Toolbox, prompt};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::assistant::{Managed, NumberTaker, Wanted, between, compose, compose_number};
use super::super::lint::{self, Beside, Finding};
use super::super::server_block::{NoProof, ServerBlock};
use super::super::tool_definition::tool_definition;
use crate::config::{Config, Secret, Vapi};

/// Our part of an assistant's prompt.
fn prompt(wish: &Wish<'_>) -> String {
    prompt::compose(wish.org.settings(), wish.can_book, wish.agent.prompt.as_deref())
}

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
            managed: if wish.less { None } else { self.managed(wish) },
            words: wish.less.then(|| prompt(wish)),
        }
    }

    /// An assistant without anything of ours in place of `current`.
    pub(super) fn left(&self, current: &Value, tools: &[String]) -> Value {
        let wanted = Wanted { retired_tool_ids: tools.to_vec(), ..Wanted::default() };
        let mut assistant = compose(current, &wanted);
        let url = current["server"]["url"].as_str().unwrap_or_default();
        let public = self.public_url.as_deref();
        if public.is_some_and(|public| ServerBlock::leads_here(url, public)) {
            assistant["server"] = Value::Null;
        }
        assistant
    }

    /// A phone number as it is wanted in place of `current`; as it is, if its org cannot prove itself.
    pub(super) fn number(&self, current: &Value, wish: &NumberWish<'_>) -> Value {
        let server = self.number_server(wish).and_then(Result::ok);
        let Some(server) = server else { return current.clone() };
        let taker = match &wish.rule.assistant_id {
            Some(id) => NumberTaker::Assistant(id.clone()),
            None => NumberTaker::Asked,
        };
        let words = say_in(wish.org.settings().locale, connecting_you);
        let fallback = wish.rule.fallback.as_deref().map(|number| (number, words));
        compose_number(current, &taker, &server, fallback)
    }

    /// Why a phone number cannot be given what is wanted, if so.
    pub(super) fn number_obstacle(&self, wish: &NumberWish<'_>) -> Option<String> {
        self.number_server(wish)?.err().map(|error| error.to_string())
    }

    fn number_server(&self, wish: &NumberWish<'_>) -> Option<Result<ServerBlock, NoProof>> {
        // Settings name numbers only that are listed with the org.
        let public = self.public_url.as_deref()?;
        Some(ServerBlock::of_org(wish.org, true, &self.vapi, public, self.deadline))
    }

    /// What we look after beside the tools. An assistant whose org cannot prove itself keeps its server, and
    /// says so in its findings; without one the rest would be of no use to it.
    fn managed(&self, wish: &Wish<'_>) -> Option<Managed> {
        Some(Managed {
            prompt: prompt(wish),
            server: self.server(wish)?.ok()?,
            monitor_authenticated: self.vapi.public_key.is_some(),
            limit_seconds: wish.org.settings().calls.limit_seconds,
        })
    }

    /// Why an org's assistants cannot be given all that is wanted, if so.
    pub(super) fn obstacle(&self, wish: &Wish<'_>) -> Option<String> {
        self.server(wish)?.err().map(|error| error.to_string())
    }

    fn server(&self, wish: &Wish<'_>) -> Option<Result<ServerBlock, NoProof>> {
        let public = self.public_url.as_deref()?;
        let listed = wish.org.settings().assistant_ids.contains(&wish.agent.assistant_id);
        Some(ServerBlock::of_org(wish.org, listed, &self.vapi, public, self.deadline))
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
