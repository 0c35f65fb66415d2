//! Takes off an assistant what it is not to have any more: tools that are not wanted although what is wanted
//! cannot be put on, and everything of ours from one that is left.

use std::collections::{BTreeMap, BTreeSet};

use hookswitch_storage::{Agent, AgentOutcome, OrgId, SnapshotOf, StoreError};

use super::AgentReport;
use super::bring::Trouble;
use super::register::Run;
use super::snapshots::remember;
use super::wanted::Wanted;
use crate::orgs::OrgEntry;
use crate::ports::{PlatformError, Wish};

impl Run<'_> {
    /// Ids and names of every tool that is ours, in whatever way it became that, or was: one that is gone at
    /// Vapi would end every call of an assistant that still names it.
    pub(super) async fn ours(
        &self,
        org: Option<&OrgEntry>,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let listed = self.account.iter().filter(|tool| {
            tool.is_ours && self.shared.registrations.toolbox.face(&tool.name).is_some()
        });
        let listed = listed.map(|tool| (tool.id.clone(), tool.name.clone()));
        let registered = self.shared.store.registrations().await?;
        let registered = registered.into_iter().map(|one| (one.vapi_tool_id, one.tool_name));
        let linked = match org {
            Some(org) => self.shared.store.tool_links(org.id()).await?,
            None => Vec::new(),
        };
        let linked = linked.into_iter().map(|link| (link.vapi_tool_id, link.tool_name));
        let linked = linked.filter(|(id, _)| !id.is_empty());
        Ok(listed.chain(linked).chain(registered).collect())
    }

    /// Takes off what is not wanted although what is wanted cannot be put on: a tool that leads nowhere is
    /// worse on an assistant than one that is missing.
    pub(super) async fn take_off(
        &self,
        org: &OrgEntry,
        wanted: &Wanted,
        report: &mut AgentReport,
        outcome: &mut AgentOutcome,
    ) -> Result<(), Trouble> {
        let platform = &self.shared.registrations.platform;
        let agent = report.agent.clone();
        let ours = self.ours(Some(org)).await?;
        let names: BTreeSet<&str> = wanted.tools.iter().map(|tool| tool.name.as_str()).collect();
        let unwanted = ours.iter().filter(|(_, name)| !names.contains(name.as_str()));
        let unwanted: Vec<String> = unwanted.map(|(id, _)| id.clone()).collect();
        let can_book = wanted.can_book;
        let wish =
            Wish { agent: &agent, org, less: true, can_book, tools: &[], unwanted: &unwanted };
        let kept = platform.assistant(&agent.assistant_id).await?;
        let plan = platform.plan(&kept, &wish);
        let on_it = |has: &[String]| unwanted.iter().filter(|id| has.contains(id)).count();
        report.linked.clear();
        report.unlinked = on_it(&kept.tool_ids);
        report.changed |= !plan.is_empty();
        report.lines.clone_from(&plan.lines);
        if self.dry {
            return Ok(());
        }
        if !plan.is_empty() {
            let what = (SnapshotOf::Assistant, agent.assistant_id.as_str());
            remember(self.shared, self.by, &agent.org, what, &kept.image).await?;
            platform.change_assistant(&agent.assistant_id, &plan).await?;
            tracing::info!(agent.name = %agent.name, "took tools off an assistant at Vapi");
            let after = platform.assistant(&agent.assistant_id).await?;
            match on_it(&after.tool_ids) {
                0 => {}
                left => return Err(Trouble::StillThere(left)),
            }
        }
        let mut links = self.shared.store.tool_links(org.id()).await?;
        links.retain(|link| link.assistant_id == agent.assistant_id);
        links.retain(|link| !unwanted.contains(&link.vapi_tool_id));
        outcome.links = Some(links);
        self.leave_former(&agent, &ours, outcome).await
    }

    /// Takes what is ours from assistants that the agent had before.
    pub(super) async fn leave_former(
        &self,
        agent: &Agent,
        ours: &BTreeMap<String, String>,
        outcome: &mut AgentOutcome,
    ) -> Result<(), Trouble> {
        // Another agent, or another org, may have got one of them meanwhile.
        let leaving = match self.shared.store.agent(&agent.org, &agent.name).await? {
            Some(now) if now.assistant_id == agent.assistant_id => now.leaving,
            _ => Vec::new(),
        };
        let unwanted: Vec<String> = ours.keys().cloned().collect();
        for former in &leaving {
            self.leave(former, &agent.org, &unwanted).await?;
            outcome.left.push(former.clone());
        }
        Ok(())
    }

    /// Takes everything of ours from an assistant, unless some org has it.
    pub(super) async fn leave(
        &self,
        assistant: &str,
        org: &OrgId,
        unwanted: &[String],
    ) -> Result<(), Trouble> {
        for org in self.shared.orgs.all() {
            let has_it = |ids: &[String]| ids.iter().any(|id| id == assistant);
            // What is remembered may be older than what was given up.
            if has_it(&org.settings().assistant_ids)
                && let Some(org) = self.shared.store.org(org.id()).await?
                && has_it(&org.settings.assistant_ids)
            {
                return Ok(());
            }
        }
        let platform = &self.shared.registrations.platform;
        let kept = match platform.assistant(assistant).await {
            // It is gone, and with it what was on it.
            Err(PlatformError::NotFound) => return Ok(()),
            kept => kept?,
        };
        let plan = platform.plan_leave(&kept, unwanted);
        if plan.is_empty() {
            return Ok(());
        }
        // Of an org that is gone nothing is kept.
        if self.shared.orgs.get(org).is_some() {
            let what = (SnapshotOf::Assistant, assistant);
            remember(self.shared, self.by, org, what, &kept.image).await?;
        }
        platform.change_assistant(assistant, &plan).await?;
        tracing::info!(assistant.id = %assistant, "took everything of ours off an assistant at Vapi");
        let after = platform.assistant(assistant).await?;
        match unwanted.iter().filter(|id| after.tool_ids.contains(id)).count() {
            0 => Ok(()),
            left => Err(Trouble::StillThere(left)),
        }
    }
}
