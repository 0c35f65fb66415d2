//! What is asked for voice agents, and what becomes of it.

use crate::ids::OrgId;
use crate::model::{Agent, AgentSync, Direction, Org, ToolLink};

/// An agent to be kept in place of its earlier state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveAgent {
    /// Whose.
    pub org: OrgId,
    /// Its name.
    pub name: String,
    /// Vapi's id of its assistant.
    pub assistant_id: String,
    /// Who calls whom; `None` leaves it as it is, inbound at first.
    pub direction: Option<Direction>,
    /// The operator's own instructions for it; `None` leaves them, `Some(None)` takes them away.
    pub prompt: Option<Option<String>>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveAgentOutcome {
    /// It is on disk, and so is the job that brings its assistant up to date; the org now knows the assistant.
    Saved {
        /// The agent.
        agent: Box<Agent>,
        /// The org as it stands.
        org: Box<Org>,
    },
    /// The assistant is another org's.
    OfAnotherOrg,
    /// Another agent of the org has the assistant.
    OfAnotherAgent(String),
    /// There is no such org.
    NoOrg,
    /// The org has as many agents as it may.
    TooMany,
}

/// What became of an agent that is to go.
#[derive(Debug, Clone, PartialEq)]
pub enum RemoveAgentOutcome {
    /// It is gone, and written down is that its assistant is to be left; this is the org as it stands.
    Removed(Box<Org>),
    /// There is no such agent.
    NotFound,
}

/// What was found out about an agent's assistant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentOutcome {
    /// How far it has followed.
    pub sync: AgentSync,
    /// Its tools, if they were brought up to date.
    pub links: Option<Vec<ToolLink>>,
    /// Former assistants that carry nothing of ours any more.
    pub left: Vec<String>,
}
