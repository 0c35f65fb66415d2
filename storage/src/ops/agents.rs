//! Voice agents: whose assistant is whose, the job that follows each change, and what was found out about
//! an assistant. An assistant belongs to one org and one agent of it: all orgs share one account at the
//! voice platform, so nothing else keeps one from changing another's.

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::{
    Agent, AgentSync, AssistantSnapshot, Direction, Job, Org, SnapshotOf, SyncAgent, ToolLink,
};
use crate::requests::{AgentOutcome, SaveAgent, SaveAgentOutcome};
use crate::rows::Tx;
use crate::trees::{agents, jobs, orgs, registrations};

/// Most agents of one org.
const MOST_AGENTS: usize = 100;

/// Earlier states of one assistant, or one number, that are kept.
const SNAPSHOTS: usize = 10;

/// Keeps an agent, makes its assistant the org's, and puts the job that brings it up to date.
pub(crate) fn save(
    tx: &mut Tx<'_>,
    wanted: &SaveAgent,
    by: &str,
    now: Timestamp,
) -> Result<SaveAgentOutcome, StoreError> {
    let Some(org) = orgs::get(tx, &wanted.org)? else { return Ok(SaveAgentOutcome::NoOrg) };
    let others = agents::all(tx, &wanted.org)?;
    let has_it =
        |other: &&Agent| other.assistant_id == wanted.assistant_id && other.name != wanted.name;
    if let Some(other) = others.iter().find(has_it) {
        return Ok(SaveAgentOutcome::OfAnotherAgent(other.name.clone()));
    }
    let old = others.iter().find(|other| other.name == wanted.name);
    if old.is_none() && others.len() >= MOST_AGENTS {
        return Ok(SaveAgentOutcome::TooMany);
    }
    let before = old.map(|old| old.assistant_id.as_str());
    let is_new = !org.settings.assistant_ids.contains(&wanted.assistant_id);
    let Some(org) = claim(tx, org, &wanted.assistant_id, before)? else {
        return Ok(SaveAgentOutcome::OfAnotherOrg);
    };
    if is_new {
        let (subject, fields) = (wanted.assistant_id.clone(), Vec::new());
        let note = Note { at: now, actor: by, action: "assistant.claimed", subject, fields };
        audit::append(tx, Some(&org.id), note)?;
    }
    // What another agent was about to leave is this one's now.
    for other in others.iter().filter(|other| other.leaving.contains(&wanted.assistant_id)) {
        let mut other = other.clone();
        other.leaving.retain(|left| *left != wanted.assistant_id);
        agents::put(tx, &other)?;
    }
    let mut agent = Agent {
        org: wanted.org.clone(),
        name: wanted.name.clone(),
        assistant_id: wanted.assistant_id.clone(),
        direction: wanted
            .direction
            .unwrap_or_else(|| old.map_or(Direction::Inbound, |old| old.direction)),
        prompt: match &wanted.prompt {
            Some(prompt) => prompt.clone(),
            None => old.and_then(|old| old.prompt.clone()),
        },
        created_at: old.map_or(now, |old| old.created_at),
        updated_at: now,
        leaving: old.map(|old| old.leaving.clone()).unwrap_or_default(),
        sync: old.map(|old| old.sync.clone()).unwrap_or_default(),
    };
    agent.sync.rolled_back = false;
    let mut fields = vec!["created".to_owned()];
    if let Some(old) = old {
        fields = changed(old, &agent);
        if old.assistant_id != agent.assistant_id {
            agent.leaving.push(old.assistant_id.clone());
            agent.sync = AgentSync::default();
        }
    }
    // It may have left one earlier to which it now comes back.
    let now_its_own = agent.assistant_id.clone();
    agent.leaving.retain(|left| *left != now_its_own);
    agents::put(tx, &agent)?;
    let subject = agent.name.clone();
    let note = Note { at: now, actor: by, action: "agent.saved", subject, fields };
    audit::append(tx, Some(&agent.org), note)?;
    want(tx, &agent, now)?;
    Ok(SaveAgentOutcome::Saved { agent: Box::new(agent), org: Box::new(org) })
}

fn changed(old: &Agent, new: &Agent) -> Vec<String> {
    let differences = [
        ("assistant_id", old.assistant_id != new.assistant_id),
        ("direction", old.direction != new.direction),
        ("prompt", old.prompt != new.prompt),
    ];
    differences.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.into()).collect()
}

/// The org with the assistant among its own, in the place of the one that the agent had `before`, which would
/// take calls without tools; `None` if another org has it.
fn claim(
    tx: &mut Tx<'_>,
    org: Org,
    assistant_id: &str,
    before: Option<&str>,
) -> Result<Option<Org>, StoreError> {
    let holder = orgs::holder(tx, &("assistant_ids", assistant_id.to_owned()))?;
    if holder.is_some_and(|holder| holder != org.id) {
        return Ok(None);
    }
    let mut settings = org.settings.clone();
    let ids = &mut settings.assistant_ids;
    let before = before.filter(|before| *before != assistant_id);
    let place = ids.iter().position(|id| Some(id.as_str()) == before);
    match (place, ids.iter().any(|id| id == assistant_id)) {
        (Some(place), true) => drop(ids.remove(place)),
        (Some(place), false) => assistant_id.clone_into(&mut ids[place]),
        (None, false) => ids.push(assistant_id.to_owned()),
        (None, true) => return Ok(Some(org)),
    }
    let of_rules = settings.inbound.iter_mut().map(|rule| &mut rule.assistant_id);
    let of_numbers = settings.vapi_numbers.values_mut().filter_map(|r| r.assistant_id.as_mut());
    for id in of_rules.chain(of_numbers) {
        if Some(id.as_str()) == before {
            assistant_id.clone_into(id);
        }
    }
    let new = Org { version: org.version + 1, settings, ..org.clone() };
    orgs::put(tx, &new, Some(&org))?;
    Ok(Some(new))
}

/// Puts the job that brings an agent up to date, or makes the one that waits due now.
pub(crate) fn want(tx: &mut Tx<'_>, agent: &Agent, now: Timestamp) -> Result<(), StoreError> {
    let turn = turn_of(jobs::get(tx, &agent.org, &agent.job_id())?.as_ref()).map_or(1, |t| t + 1);
    jobs::put(tx, &agent.job(turn, now))
}

/// The same by name; nothing if there is no such agent.
pub(crate) fn want_named(
    tx: &mut Tx<'_>,
    org: &OrgId,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(agent) = agents::get(tx, org, name)? else { return Ok(false) };
    want(tx, &agent, now)?;
    Ok(true)
}

fn turn_of(job: Option<&Job>) -> Option<u64> {
    let payload = job?.payload.clone();
    serde_json::from_value::<SyncAgent>(payload).ok().map(|payload| payload.turn)
}

/// The job of this turn is done: it goes, unless it was wanted again meanwhile.
pub(crate) fn end(tx: &mut Tx<'_>, org: &OrgId, done: &SyncAgent) -> Result<(), StoreError> {
    let id = crate::ids::JobId::of_agent(org, &done.agent);
    let Some(job) = jobs::get(tx, org, &id)? else { return Ok(()) };
    if turn_of(Some(&job)) == Some(done.turn) {
        jobs::delete(tx, &job);
    }
    Ok(())
}

/// Keeps what was found out about an agent's assistant; false if the agent has another one by now, or is
/// gone: then nothing of it counts any more.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    (org, name, assistant_id): (&OrgId, &str, &str),
    outcome: AgentOutcome,
) -> Result<bool, StoreError> {
    let Some(mut agent) = agents::get(tx, org, name)? else { return Ok(false) };
    agent.leaving.retain(|left| !outcome.left.contains(left));
    for left in &outcome.left {
        replace_links(tx, org, left, &[])?;
    }
    let is_its_own = agent.assistant_id == assistant_id;
    if is_its_own {
        agent.sync = outcome.sync;
        if let Some(links) = &outcome.links {
            replace_links(tx, org, assistant_id, links)?;
        }
    }
    agents::put(tx, &agent)?;
    Ok(is_its_own)
}

/// Keeps what an assistant or a number was before it is changed. The oldest go, but the very first stays: it
/// is the state from before us.
pub(crate) fn keep_snapshot(
    tx: &mut Tx<'_>,
    snapshot: AssistantSnapshot,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    super::require_org(tx, &snapshot.org)?;
    agents::put_snapshot(tx, &snapshot)?;
    let kept = agents::snapshots(tx, &snapshot.org, &snapshot.assistant_id)?;
    let too_many = kept.len().saturating_sub(SNAPSHOTS);
    for old in kept.iter().skip(1).take(too_many) {
        agents::delete_snapshot(tx, old);
    }
    let subject = snapshot.assistant_id.clone();
    let action = match snapshot.of {
        SnapshotOf::Assistant => "assistant.changed",
        SnapshotOf::PhoneNumber => "phone_number.changed",
    };
    let note = Note { at: now, actor: by, action, subject, fields: Vec::new() };
    audit::append(tx, Some(&snapshot.org), note)
}

/// Forgets what an assistant was: it is that again.
pub(crate) fn forget_snapshot(
    tx: &mut Tx<'_>,
    snapshot: &AssistantSnapshot,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    super::require_org(tx, &snapshot.org)?;
    agents::delete_snapshot(tx, snapshot);
    let subject = snapshot.assistant_id.clone();
    let action = match snapshot.of {
        SnapshotOf::Assistant => "assistant.rolled_back",
        SnapshotOf::PhoneNumber => "phone_number.rolled_back",
    };
    let note = Note { at: now, actor: by, action, subject, fields: Vec::new() };
    audit::append(tx, Some(&snapshot.org), note)
}

/// The links of an assistant are these now. One that stays keeps its id and its beginning.
fn replace_links(
    tx: &mut Tx<'_>,
    org: &OrgId,
    assistant_id: &str,
    links: &[ToolLink],
) -> Result<(), StoreError> {
    let old = registrations::links_of(tx, org, assistant_id)?;
    for gone in &old {
        if !links.iter().any(|link| link.tool_name == gone.tool_name) {
            registrations::delete_link(tx, gone);
        }
    }
    for link in links {
        let mut link = link.clone();
        if let Some(before) = old.iter().find(|before| before.tool_name == link.tool_name) {
            let touched = std::mem::replace(&mut link.updated_at, before.updated_at);
            link.id = before.id.clone();
            link.created_at = before.created_at;
            if link == *before {
                continue;
            }
            link.updated_at = touched;
        }
        registrations::put_link(tx, &link)?;
    }
    Ok(())
}
