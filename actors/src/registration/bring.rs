//! Brings one assistant up to date: its tools are registered first, then it is read, what has to change is
//! planned, its earlier state is kept, the change is made, and it is read again, since what was answered is no
//! proof that it was kept. Wherever this ends, the next run goes on from what is there.

use std::collections::BTreeSet;
use std::time::Instant;

use hookswitch_storage::{
    Agent, AgentOutcome, AgentProblem, AgentSync, AssistantSnapshot, LinkId, StoreError, ToolLink,
};

use super::register::Run;
use super::wanted::{Wanted, wanted};
use super::{AgentReport, SNAPSHOT_FIELD, ToolReport};
use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::{KeptAssistant, Linted, PlatformError, ToolSpec, VoicePlatform, Wish};

/// Why an assistant was not brought up to date.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum Trouble {
    /// The platform did not do it.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// The platform took a tool, but not its link to the assistant: the tool stays (P144).
    #[error(
        "the tools are registered, but Vapi does not take them on the assistant: {0}. Link them in Vapi's dashboard, or correct what it says and save the agent again"
    )]
    NotLinked(PlatformError),
    /// A tool of the platform's own, or somebody else's, has the name of one of ours (R17).
    #[error(
        "the assistant has a tool `{theirs}` that is not ours and that its model could not tell from `{ours}`; take one of them away (in Vapi's dashboard, or with disabled_tools) and save the agent again"
    )]
    SameName { theirs: String, ours: String },
    /// What was found before anything was sent.
    #[error("{0}")]
    Unfit(String),
    /// The org has given the assistant up, and another may have it.
    #[error(
        "the assistant is not among the organisation's assistant_ids any more, so it is left alone; save the agent again to take it back"
    )]
    NotOurs,
    /// It was answered well, and is not there.
    #[error(
        "Vapi took the change, but the assistant lacks {0} tool(s) of it; it is tried again by itself"
    )]
    NotKept(usize),
    /// Nothing can be remembered.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Trouble {
    pub(super) fn problem(&self) -> AgentProblem {
        let (code, passes) = match self {
            Self::Platform(error) => (error.code(), error.passes()),
            Self::NotLinked(error) => ("not_linked", error.passes()),
            Self::SameName { .. } => ("same_name", false),
            Self::Unfit(_) => ("unfit", false),
            Self::NotOurs => ("not_ours", false),
            Self::NotKept(_) => ("not_kept", true),
            Self::Store(_) => ("storage", true),
        };
        AgentProblem { code: code.to_owned(), message: self.to_string(), passes }
    }
}

/// What is wanted of an agent's assistant, and its digest: another digest is another wish.
pub(super) fn digest(
    platform: &dyn VoicePlatform,
    org: &OrgEntry,
    agent: &Agent,
    wanted: &Wanted,
) -> String {
    let names: Vec<_> = wanted.tools.iter().map(|tool| (tool.name.clone(), None)).collect();
    let wish =
        Wish { agent, org, stays: true, can_book: wanted.can_book, tools: &names, unwanted: &[] };
    let tools = wanted.tools.iter();
    let tools: Vec<_> = tools.map(|tool| (&tool.variant, platform.definition_hash(tool))).collect();
    let leaving = &agent.leaving;
    let whole =
        serde_json::json!([platform.wish_digest(&wish), tools, agent.assistant_id, leaving]);
    crate::tools::sha256(whole.to_string().as_bytes())
}

/// Tells what was found, and goes on unless it keeps anything from being sent.
fn fit(found: Linted, report: &mut AgentReport) -> Result<(), Trouble> {
    for warning in found.warnings {
        if !report.findings.contains(&warning) {
            report.findings.push(warning);
        }
    }
    if found.errors.is_empty() { Ok(()) } else { Err(Trouble::Unfit(found.errors.join("; "))) }
}

/// Whether an agent's assistant is still its org's: all orgs share one account, and what one has given up
/// another may have taken.
pub(super) fn own(shared: &Shared, agent: &Agent) -> Result<(), Trouble> {
    let org = shared.orgs.get(&agent.org);
    let is_own = org.is_some_and(|org| org.settings().assistant_ids.contains(&agent.assistant_id));
    if is_own { Ok(()) } else { Err(Trouble::NotOurs) }
}

impl Run<'_> {
    /// Brings an agent's assistant up to date, writes down what came of it and counts it.
    pub(super) async fn bring(&mut self, org: &OrgEntry, agent: Agent) -> AgentReport {
        let started = Instant::now();
        let report = self.brought(org, agent).await;
        if !self.dry {
            let (shared, failed) = (self.shared, report.problem.is_some());
            let (now, took) = (shared.clock.now(), started.elapsed());
            shared.registrations.health.note_run(&shared.feed, org.id(), took, failed, now);
        }
        report
    }

    async fn brought(&mut self, org: &OrgEntry, agent: Agent) -> AgentReport {
        let _alone = self.shared.registrations.alone("assistant", &agent.assistant_id).await;
        let mut report = AgentReport::of(agent);
        let connections = self.shared.store.connections(org.id()).await;
        let toolbox = &self.shared.registrations.toolbox;
        let connections = match connections {
            Ok(connections) => connections,
            Err(error) => {
                report.problem = Some(Trouble::Store(error).problem());
                return report;
            }
        };
        let wanted = wanted(toolbox, &org.org, &connections);
        let platform = std::sync::Arc::clone(&self.shared.registrations.platform);
        let wish = digest(&*platform, org, &report.agent, &wanted);
        let mut outcome =
            AgentOutcome { sync: report.agent.sync.clone(), ..AgentOutcome::default() };
        outcome.sync.tried = Some(wish.clone());
        outcome.sync.tried_at = Some(self.shared.clock.now());
        let brought = self.try_to(org, &wanted, &wish, &mut report, &mut outcome).await;
        outcome.sync.problem = brought.err().map(|trouble| trouble.problem());
        report.problem.clone_from(&outcome.sync.problem);
        outcome.sync.findings.clone_from(&report.findings);
        if !self.dry {
            self.write_down(&mut report, outcome).await;
        }
        report
    }

    async fn try_to(
        &mut self,
        org: &OrgEntry,
        wanted: &Wanted,
        digest: &str,
        report: &mut AgentReport,
        outcome: &mut AgentOutcome,
    ) -> Result<(), Trouble> {
        own(self.shared, &report.agent)?;
        let platform = std::sync::Arc::clone(&self.shared.registrations.platform);
        let bare = Wish {
            agent: &report.agent,
            org,
            stays: true,
            can_book: wanted.can_book,
            tools: &[],
            unwanted: &[],
        };
        if let Some(problem) = platform.obstacle(&bare) {
            return Err(PlatformError::NoProof { problem }.into());
        }
        fit(platform.lint_tools(&wanted.tools), report)?;
        let mut tools = Vec::new();
        for spec in &wanted.tools {
            let tool = self.ensure(spec).await;
            self.shared.registrations.health.note_tool(tool.is_err());
            let tool = tool?;
            if let Some(drift) = &tool.drift {
                report.findings.push(format!("tool `{}`: {drift}", spec.name));
            }
            report.changed |= tool.action != super::ToolAction::Unchanged;
            tools.push(tool);
        }
        let names: Vec<_> =
            tools.iter().map(|tool| (tool.name.clone(), tool.vapi_tool_id.clone())).collect();
        let ids: BTreeSet<&str> = tools.iter().filter_map(|t| t.vapi_tool_id.as_deref()).collect();
        let agent = report.agent.clone();
        let kept = platform.assistant(&agent.assistant_id).await?;
        report.assistant_name = Some(kept.name.clone());
        let ours = self.ours(org).await?;
        self.no_namesake(&kept, &ours, &wanted.tools)?;
        let unwanted: Vec<String> =
            ours.iter().filter(|id| !ids.contains(id.as_str())).cloned().collect();
        let wish = Wish {
            agent: &agent,
            org,
            stays: true,
            can_book: wanted.can_book,
            tools: &names,
            unwanted: &unwanted,
        };
        fit(platform.lint_assistant(&kept, &wish), report)?;
        let plan = platform.plan(&kept, &wish);
        let has = |id: &String| kept.tool_ids.contains(id);
        report.tools = names.iter().map(|(name, _)| name.clone()).collect();
        let lacks = names.iter().filter(|(_, id)| !id.as_ref().is_some_and(has));
        report.linked = lacks.map(|(name, _)| name.clone()).collect();
        report.unlinked = unwanted.iter().filter(|id| has(id)).count();
        let is_hopeless = agent.sync.left_over.as_ref() == Some(&plan.digest);
        if !plan.is_empty() && !is_hopeless {
            if agent.sync.wish.as_deref() == Some(digest) {
                let by_hand = plan.lines.iter().map(|line| format!("changed at Vapi: {line}"));
                report.findings.extend(by_hand);
            }
            report.changed = true;
            report.lines.clone_from(&plan.lines);
            if self.dry {
                return Ok(());
            }
            self.remember(&agent, &kept).await?;
            let change = platform.change_assistant(&agent.assistant_id, &plan).await;
            change.map_err(|error| match error {
                refused @ PlatformError::Refused { .. } => Trouble::NotLinked(refused),
                other => Trouble::Platform(other),
            })?;
            tracing::info!(agent.name = %agent.name, "brought an assistant up to date at Vapi");
            let after = platform.assistant(&agent.assistant_id).await?;
            let missing = ids.iter().filter(|id| !after.tool_ids.iter().any(|has| has == *id));
            match missing.count() {
                0 => {}
                missing => return Err(Trouble::NotKept(missing)),
            }
            let left_over = platform.plan(&after, &wish);
            outcome.sync.left_over = (!left_over.is_empty()).then_some(left_over.digest);
        }
        if !self.dry {
            self.leave_former(org, &agent, &ours, outcome).await?;
            outcome.links = Some(self.links(&agent, wanted, &tools));
            outcome.sync.wish = Some(digest.to_owned());
            outcome.sync.synced_at = Some(self.shared.clock.now());
        }
        Ok(())
    }

    /// Ids of every tool that is ours, in whatever way it became that, or was: one that is gone at Vapi would
    /// end every call of an assistant that still names it.
    async fn ours(&self, org: &OrgEntry) -> Result<BTreeSet<String>, StoreError> {
        let registered = self.shared.store.registrations().await?;
        let linked = self.shared.store.tool_links(org.id()).await?;
        let linked = linked.into_iter().map(|link| link.vapi_tool_id).filter(|id| !id.is_empty());
        let registered = registered.into_iter().map(|one| one.vapi_tool_id).chain(linked);
        let listed = self.account.iter().filter(|tool| {
            tool.is_ours && self.shared.registrations.toolbox.face(&tool.name).is_some()
        });
        Ok(registered.chain(listed.map(|tool| tool.id.clone())).collect())
    }

    /// Two tools that a model cannot tell apart are worse than none (R17).
    fn no_namesake(
        &self,
        kept: &KeptAssistant,
        ours: &BTreeSet<String>,
        wanted: &[ToolSpec],
    ) -> Result<(), Trouble> {
        let linked = kept.tool_ids.iter().filter(|id| !ours.contains(*id));
        let linked = linked.filter_map(|id| self.of_account(id)).map(|tool| tool.name.clone());
        for theirs in kept.own_tools.iter().cloned().chain(linked) {
            let same = |spec: &&ToolSpec| folded(&spec.name) == folded(&theirs);
            if let Some(spec) = wanted.iter().find(same) {
                return Err(Trouble::SameName { theirs, ours: spec.name.clone() });
            }
        }
        Ok(())
    }

    /// Keeps what an assistant is before it is changed. It may hold secrets of others.
    pub(super) async fn remember(
        &self,
        agent: &Agent,
        kept: &KeptAssistant,
    ) -> Result<(), StoreError> {
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        let image = store.seal(&agent.org, SNAPSHOT_FIELD, kept.image.to_string().as_bytes());
        let snapshot = AssistantSnapshot {
            org: agent.org.clone(),
            assistant_id: agent.assistant_id.clone(),
            taken_at: now,
            image,
        };
        store.keep_snapshot(snapshot, self.by, now).await
    }

    /// Takes what is ours from assistants that the agent had before.
    async fn leave_former(
        &self,
        org: &OrgEntry,
        agent: &Agent,
        ours: &BTreeSet<String>,
        outcome: &mut AgentOutcome,
    ) -> Result<(), Trouble> {
        let platform = &self.shared.registrations.platform;
        let unwanted: Vec<String> = ours.iter().cloned().collect();
        // Another agent, or another org, may have got one of them meanwhile.
        let leaving = match self.shared.store.agent(&agent.org, &agent.name).await? {
            Some(now) if now.assistant_id == agent.assistant_id => now.leaving,
            _ => Vec::new(),
        };
        for former in &leaving {
            let orgs = self.shared.orgs.all();
            if orgs.iter().any(|other| other.settings().assistant_ids.contains(former)) {
                outcome.left.push(former.clone());
                continue;
            }
            let agent = Agent { assistant_id: former.clone(), ..agent.clone() };
            let wish = Wish {
                agent: &agent,
                org,
                stays: false,
                can_book: false,
                tools: &[],
                unwanted: &unwanted,
            };
            match platform.assistant(former).await {
                Ok(kept) => {
                    let plan = platform.plan(&kept, &wish);
                    if !plan.is_empty() {
                        self.remember(&agent, &kept).await?;
                        platform.change_assistant(former, &plan).await?;
                    }
                }
                // It is gone, and with it what was on it.
                Err(PlatformError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
            outcome.left.push(former.clone());
        }
        Ok(())
    }

    fn links(&self, agent: &Agent, wanted: &Wanted, tools: &[ToolReport]) -> Vec<ToolLink> {
        let now = self.shared.clock.now();
        let platform = &self.shared.registrations.platform;
        let link = |spec: &ToolSpec, enabled: bool| {
            let tool = tools.iter().find(|tool| tool.name == spec.name);
            ToolLink {
                id: LinkId::random(),
                org: agent.org.clone(),
                assistant_id: agent.assistant_id.clone(),
                tool_name: spec.name.clone(),
                variant: spec.variant.clone(),
                vapi_tool_id: tool.and_then(|tool| tool.vapi_tool_id.clone()).unwrap_or_default(),
                description: spec.description.clone(),
                enabled,
                definition_hash: platform.definition_hash(spec),
                is_system: true,
                tags: ["system", "v1"].map(str::to_owned).to_vec(),
                creator: "system".into(),
                created_at: now,
                updated_at: now,
            }
        };
        let enabled = wanted.tools.iter().map(|spec| link(spec, true));
        enabled.chain(wanted.disabled.iter().map(|spec| link(spec, false))).collect()
    }

    async fn write_down(&self, report: &mut AgentReport, outcome: AgentOutcome) {
        let before = report.agent.sync.clone();
        let after: AgentSync = outcome.sync.clone();
        let kept = self.shared.store.keep_agent_outcome(&report.agent, outcome).await;
        match kept {
            Ok(true) => super::look::tell(self.shared, &report.agent, &before, &after),
            // It was saved with another assistant meanwhile; a job for that one waits.
            Ok(false) => {}
            Err(error) => report.problem = Some(Trouble::Store(error).problem()),
        }
        report.agent.sync = after;
    }
}

/// A name as a model may take it: `endCall` and `end_call` are one to it.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
