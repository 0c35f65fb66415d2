//! Giving assistants up for good: an agent is removed, or its org is. What was put on them is still to be
//! taken off, which is written down in the same operation, so that nothing in between loses it.

use jiff::Timestamp;

use super::audit::{self, Note};
use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::{Agent, Departure, Org};
use crate::requests::RemoveAgentOutcome;
use crate::rows::Tx;
use crate::trees::{agents, departures, jobs, orgs, registrations};

/// Removes an agent. Its assistant is the org's no more; what led to it leads to those that are left.
pub(crate) fn remove_agent(
    tx: &mut Tx<'_>,
    org: &OrgId,
    name: &str,
    by: &str,
    now: Timestamp,
) -> Result<RemoveAgentOutcome, StoreError> {
    let (Some(old), Some(agent)) = (orgs::get(tx, org)?, agents::get(tx, org, name)?) else {
        return Ok(RemoveAgentOutcome::NotFound);
    };
    let mut settings = old.settings.clone();
    let gone = agent.assistant_id.as_str();
    settings.assistant_ids.retain(|id| id != gone);
    settings.inbound.retain(|rule| rule.assistant_id != gone);
    for rule in settings.vapi_numbers.values_mut() {
        rule.assistant_id = rule.assistant_id.take().filter(|id| id != gone);
    }
    let new = Org { version: old.version + 1, settings, ..old.clone() };
    orgs::put(tx, &new, Some(&old))?;
    leave(tx, &agent, now)?;
    if let Some(job) = jobs::get(tx, org, &agent.job_id())? {
        jobs::delete(tx, &job);
    }
    agents::delete(tx, &agent);
    let subject = agent.name;
    let note = Note { at: now, actor: by, action: "agent.removed", subject, fields: Vec::new() };
    audit::append(tx, Some(org), note)?;
    Ok(RemoveAgentOutcome::Removed(Box::new(new)))
}

/// Writes down that the assistants of all agents of an org are to be left, as the org goes.
pub(crate) fn leave_all(tx: &mut Tx<'_>, org: &OrgId, now: Timestamp) -> Result<(), StoreError> {
    agents::all(tx, org)?.iter().try_for_each(|agent| leave(tx, agent, now))
}

fn leave(tx: &mut Tx<'_>, agent: &Agent, due: Timestamp) -> Result<(), StoreError> {
    for assistant_id in agent.leaving.iter().chain([&agent.assistant_id]) {
        let links = registrations::links_of(tx, &agent.org, assistant_id)?;
        let departure = Departure {
            assistant_id: assistant_id.clone(),
            org: agent.org.clone(),
            tool_ids: links.iter().map(|link| link.vapi_tool_id.clone()).collect(),
            due,
            attempts: 0,
        };
        departures::put(tx, &departure)?;
        links.iter().for_each(|link| registrations::delete_link(tx, link));
    }
    Ok(())
}

/// An assistant was tried to be left: it is done, or to be tried again. Nothing if it was given up anew since.
pub(crate) fn tried(
    tx: &mut Tx<'_>,
    before: &Departure,
    again: Option<Timestamp>,
) -> Result<(), StoreError> {
    if departures::get(tx, &before.assistant_id)?.as_ref() != Some(before) {
        return Ok(());
    }
    match again {
        None => departures::delete(tx, &before.assistant_id),
        Some(due) => {
            let attempts = before.attempts.saturating_add(1);
            departures::put(tx, &Departure { due, attempts, ..before.clone() })?;
        }
    }
    Ok(())
}
