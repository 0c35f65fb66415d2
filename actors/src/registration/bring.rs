//! Brings one assistant up to date: its tools are registered first, then it is read, what has to change is
//! planned, its earlier state is kept, the change is made, and it is read again, since what was answered is no
//! proof that it was kept. Wherever this ends, the next run goes on from what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use hookswitch_storage::{
    Agent, AgentOutcome, AgentProblem, AgentSync, LinkId, SnapshotOf, StoreError, ToolLink,
};
use tokio::sync::OwnedMutexGuard;

use super::look::{About, tell};
use super::register::Run;
use super::snapshots::remember;
use super::wanted::{Wanted, wanted};
use super::{AgentReport, ToolReport};
use crate::calls::Shared;
use crate::orgs::OrgEntry;
use crate::ports::{KeptAssistant, Linted, PlatformError, ToolSpec, VoicePlatform, Wish};

/// Why nothing was done to an assistant that was to be brought up to date.
const PUT_BACK: &str = "it was put back to an earlier state, or its agent removed, while this waited for its turn, so that it is left alone";

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
    /// It was answered well, and is still there.
    #[error(
        "Vapi took the change, but {0} tool(s) that the assistant is not to have are still on it; it is tried again by itself"
    )]
    StillThere(usize),
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
            Self::NotKept(_) | Self::StillThere(_) => ("not_kept", true),
            Self::Store(_) => ("storage", true),
        };
        AgentProblem { code: code.to_owned(), message: self.to_string(), passes }
    }

    /// Whether only what was to be put on the assistant is in the way.
    fn is_about_linking(&self) -> bool {
        use PlatformError::{NoProof, Refused};
        match self {
            Self::NotLinked(_) | Self::SameName { .. } | Self::Unfit(_) => true,
            Self::Platform(error) => matches!(error, NoProof { .. } | Refused { .. }),
            Self::NotOurs | Self::NotKept(_) | Self::StillThere(_) | Self::Store(_) => false,
        }
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
        Wish { agent, org, less: false, can_book: wanted.can_book, tools: &names, unwanted: &[] };
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
    /// Brings an agent's assistant up to date, writes down what came of it and counts it. An assistant that
    /// was put back is left alone, unless that was known when it was `asked` for.
    pub(super) async fn bring(&mut self, org: &OrgEntry, agent: Agent, asked: bool) -> AgentReport {
        let started = Instant::now();
        let mut report = AgentReport::of(agent);
        let (_alone, agent) = match self.alone_with(&report.agent, asked).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                report.findings.push(PUT_BACK.into());
                return report;
            }
            Err(error) => {
                report.problem = Some(Trouble::Store(error).problem());
                return report;
            }
        };
        // What it waited for may have been a change of the settings.
        let current = self.shared.orgs.get(org.id());
        let org = current.as_deref().unwrap_or(org);
        let report = self.brought(org, agent).await;
        if !self.dry {
            let (shared, failed) = (self.shared, report.problem.is_some());
            let (now, took) = (shared.clock.now(), started.elapsed());
            shared.registrations.health.note_run(&shared.feed, org.id(), took, failed, now);
        }
        report
    }

    /// Waits until nobody else is at the agent's assistant; the agent as it is then. `None` if nothing is to
    /// be done to it any more: it is gone, or was put back meanwhile.
    async fn alone_with(
        &self,
        agent: &Agent,
        asked: bool,
    ) -> Result<Option<(OwnedMutexGuard<()>, Agent)>, StoreError> {
        let (was_back, mut agent) = (agent.sync.rolled_back, agent.clone());
        loop {
            let registrations = &self.shared.registrations;
            let alone = registrations.alone("assistant", &agent.assistant_id).await;
            let mut now = match self.shared.store.agent(&agent.org, &agent.name).await? {
                Some(now) => now,
                // A dry run tells of agents that are yet to be made.
                None if self.dry => return Ok(Some((alone, agent))),
                None => return Ok(None),
            };
            if now.assistant_id != agent.assistant_id {
                agent = now;
                continue;
            }
            if now.sync.rolled_back && !(asked && was_back) {
                return Ok(None);
            }
            now.sync.rolled_back = false;
            return Ok(Some((alone, now)));
        }
    }

    async fn brought(&mut self, org: &OrgEntry, agent: Agent) -> AgentReport {
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
        let trouble = match self.link(org, wanted, digest, report, outcome).await {
            Err(trouble) if trouble.is_about_linking() => trouble,
            linked => return linked,
        };
        match self.take_off(org, wanted, report, outcome).await {
            // What passes is tried again, and then both are.
            Err(other) if other.problem().passes => Err(other),
            _ => Err(trouble),
        }
    }

    async fn link(
        &mut self,
        org: &OrgEntry,
        wanted: &Wanted,
        digest: &str,
        report: &mut AgentReport,
        outcome: &mut AgentOutcome,
    ) -> Result<(), Trouble> {
        let platform = std::sync::Arc::clone(&self.shared.registrations.platform);
        let bare = Wish {
            agent: &report.agent,
            org,
            less: false,
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
            if !self.dry {
                self.shared.registrations.health.note_tool(tool.is_err());
            }
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
        let ours = self.ours(Some(org)).await?;
        self.no_namesake(&kept, &ours, &wanted.tools)?;
        let unwanted: Vec<String> =
            ours.keys().filter(|id| !ids.contains(id.as_str())).cloned().collect();
        let wish = Wish {
            agent: &agent,
            org,
            less: false,
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
            let what = (SnapshotOf::Assistant, agent.assistant_id.as_str());
            remember(self.shared, self.by, &agent.org, what, &kept.image).await?;
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
            self.leave_former(&agent, &ours, outcome).await?;
            outcome.links = Some(self.links(&agent, wanted, &tools));
            outcome.sync.wish = Some(digest.to_owned());
            outcome.sync.synced_at = Some(self.shared.clock.now());
        }
        Ok(())
    }

    /// Two tools that a model cannot tell apart are worse than none (R17).
    fn no_namesake(
        &self,
        kept: &KeptAssistant,
        ours: &BTreeMap<String, String>,
        wanted: &[ToolSpec],
    ) -> Result<(), Trouble> {
        let linked = kept.tool_ids.iter().filter(|id| !ours.contains_key(*id));
        let linked = linked.filter_map(|id| self.of_account(id)).map(|tool| tool.name.clone());
        for theirs in kept.own_tools.iter().cloned().chain(linked) {
            let same = |spec: &&ToolSpec| folded(&spec.name) == folded(&theirs);
            if let Some(spec) = wanted.iter().find(same) {
                return Err(Trouble::SameName { theirs, ours: spec.name.clone() });
            }
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
            Ok(true) => {
                let about = About::Agent(&report.agent.name);
                tell(self.shared, &report.agent.org, about, &before, &after);
            }
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
