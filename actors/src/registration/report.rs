//! What a run tells the operator. Plain data; the outside decides how it looks.

use hookswitch_storage::{Agent, AgentProblem};

/// What a run did, or would do, for an org.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncReport {
    /// Each tool once, by name and variant.
    pub tools: Vec<ToolReport>,
    /// Each agent.
    pub agents: Vec<AgentReport>,
    /// Each phone number that the settings name.
    pub numbers: Vec<NumberReport>,
}

/// What happened to a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolAction {
    /// It was made.
    Created,
    /// It was there, unknown to us, and is used from now on.
    Adopted,
    /// Its definition was sent again.
    Updated,
    /// It is as it should be.
    Unchanged,
}

/// One registered tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolReport {
    /// Its name.
    pub name: String,
    /// In which way it is used.
    pub variant: String,
    /// Vapi's id; `None` if it is yet to be made.
    pub vapi_tool_id: Option<String>,
    /// SHA-256 of its definition.
    pub definition_hash: String,
    /// What happened to it.
    pub action: ToolAction,
    /// Somebody had changed or removed it by hand.
    pub drift: Option<String>,
}

/// One agent and its assistant.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentReport {
    /// The agent.
    pub agent: Agent,
    /// The assistant's name at Vapi, if it was read.
    pub assistant_name: Option<String>,
    /// Whether anything changed, or would.
    pub changed: bool,
    /// Names of the tools that it has now, or would have.
    pub tools: Vec<String>,
    /// Those among them that it had not.
    pub linked: Vec<String>,
    /// How many tools of ours it had and has no more.
    pub unlinked: usize,
    /// What changed, or would, a line each.
    pub lines: Vec<String>,
    /// What was otherwise than it had been left.
    pub findings: Vec<String>,
    /// Why it is not as it should be.
    pub problem: Option<AgentProblem>,
}

impl AgentReport {
    pub(super) fn of(agent: Agent) -> Self {
        Self {
            agent,
            assistant_name: None,
            changed: false,
            tools: Vec::new(),
            linked: Vec::new(),
            unlinked: 0,
            lines: Vec::new(),
            findings: Vec::new(),
            problem: None,
        }
    }
}

/// One phone number.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberReport {
    /// Vapi's id of it.
    pub id: String,
    /// The number itself, if it was read.
    pub number: Option<String>,
    /// Whether anything changed, or would.
    pub changed: bool,
    /// What changed, or would, a line each.
    pub lines: Vec<String>,
    /// What was otherwise than it had been left.
    pub findings: Vec<String>,
    /// Why it is not as it should be.
    pub problem: Option<AgentProblem>,
}

impl NumberReport {
    pub(super) fn of(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            number: None,
            changed: false,
            lines: Vec::new(),
            findings: Vec::new(),
            problem: None,
        }
    }
}
