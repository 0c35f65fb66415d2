//! Looks whether what is wanted of any assistant, or phone number, is another than what it was brought to: at start, when a
//! definition may have changed in the program, and whenever settings or connections do. Vapi is not asked for
//! that. Also tells those who watch an org when an assistant stops following, and when it follows again.

use std::sync::{Arc, Weak};
use std::time::Duration;

use hookswitch_storage::{Agent, AgentOutcome, AgentSync, OrgId, StoreError};

use super::bring::{Trouble, digest};
use super::numbers;
use super::wanted::wanted;
use crate::calls::Shared;
use crate::feed::OrgNotice;
use crate::orgs::OrgEntry;
use crate::ports::PlatformError;

/// Without being told, it is looked this often: a provider may refuse credentials at any moment.
const AT_LEAST_EVERY: Duration = Duration::from_secs(15);

/// Looks now, and again whenever it is told to, until the server stops.
pub(crate) async fn look_after(shared: Weak<Shared>) {
    let mut is_start = true;
    loop {
        let Some(strong) = shared.upgrade() else { return };
        if let Err(error) = look(&strong, is_start).await
            && error != StoreError::Closed
        {
            tracing::error!(%error, "what is wanted of assistants could not be read");
        }
        is_start = false;
        // Held without the server, so that nothing of it stays when it goes.
        let bell = Arc::clone(&strong.registrations.bell);
        drop(strong);
        let _ = tokio::time::timeout(AT_LEAST_EVERY, bell.notified()).await;
    }
}

async fn look(shared: &Arc<Shared>, is_start: bool) -> Result<(), StoreError> {
    let mut any = false;
    for org in shared.orgs.all() {
        any |= numbers::look(shared, &org, is_start).await?;
        let agents = shared.store.agents(org.id()).await?;
        if agents.is_empty() {
            continue;
        }
        let connections = shared.store.connections(org.id()).await?;
        let registrations = &shared.registrations;
        let wanted = wanted(&registrations.toolbox, &org.org, &connections);
        for agent in agents.iter().filter(|agent| !agent.sync.rolled_back) {
            let wish = Some(digest(&*registrations.platform, &org, agent, &wanted));
            let is_done = agent.sync.wish == wish && agent.sync.problem.is_none();
            // After a start the operator may have put right what stood in the way.
            let is_tried = agent.sync.tried == wish && !is_start;
            if !is_done && !is_tried {
                let now = shared.clock.now();
                any |= shared.store.want_agent_sync(org.id(), &agent.name, now).await?;
            }
        }
    }
    if any {
        shared.bell.ring();
    }
    Ok(())
}

/// The account could not even be looked at.
pub(super) async fn not_begun(
    shared: &Arc<Shared>,
    org: &OrgEntry,
    agent: &Agent,
    error: &PlatformError,
    took: Duration,
) {
    use PlatformError::{NoKey, NoProof, NoPublicUrl};
    let registrations = &shared.registrations;
    // Where nothing was ever asked of Vapi, nothing of it fails.
    if !matches!(error, NoKey | NoPublicUrl { .. } | NoProof { .. }) {
        registrations.health.note_run(&shared.feed, org.id(), took, true, shared.clock.now());
    }
    let _alone = registrations.alone("assistant", &agent.assistant_id).await;
    let Ok(Some(agent)) = shared.store.agent(&agent.org, &agent.name).await else { return };
    let Ok(connections) = shared.store.connections(org.id()).await else { return };
    let wanted = wanted(&registrations.toolbox, &org.org, &connections);
    let mut sync = agent.sync.clone();
    sync.tried = Some(digest(&*registrations.platform, org, &agent, &wanted));
    sync.tried_at = Some(shared.clock.now());
    sync.problem = Some(Trouble::Platform(error.clone()).problem());
    let outcome = AgentOutcome { sync: sync.clone(), ..AgentOutcome::default() };
    match shared.store.keep_agent_outcome(&agent, outcome).await {
        Ok(true) => tell(shared, &agent.org, About::Agent(&agent.name), &agent.sync, &sync),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "what became of an agent could not be kept"),
    }
}

/// What follows, or does not.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    /// An agent, by its name.
    Agent(&'a str),
    /// A phone number, by Vapi's id of it.
    Number(&'a str),
}

/// Tells those who watch the org, once each time that it turns.
pub(super) fn tell(
    shared: &Shared,
    org: &OrgId,
    about: About<'_>,
    before: &AgentSync,
    after: &AgentSync,
) {
    let code = |sync: &AgentSync| sync.problem.as_ref().map(|problem| problem.code.clone());
    if code(before) == code(after) {
        return;
    }
    let (codes, what) = match about {
        About::Agent(name) => (["agent_not_synced", "agent_synced"], format!("agent `{name}`")),
        About::Number(id) => (
            ["phone_number_not_synced", "phone_number_synced"],
            format!("phone number `{id}` at Vapi"),
        ),
    };
    let (code, message, warning) = match &after.problem {
        Some(problem) => (codes[0], format!("{what}: {}", problem.message), true),
        None => (codes[1], format!("{what} is up to date again"), false),
    };
    tracing::info!(org.id = %org, code, message);
    shared.feed.announce(OrgNotice {
        org: org.clone(),
        at: shared.clock.now(),
        code,
        message,
        warning,
        connection: None,
        booking: None,
    });
}
