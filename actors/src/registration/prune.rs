//! Leftovers of ours in the account: tools with our URL that no registration knows, as after a crash, and
//! registrations that no assistant uses any more. What was not made by us, or is on any assistant of the
//! account, is never removed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bring::Trouble;
use super::register::Run;
use super::wanted::wanted;
use crate::calls::Shared;

/// A tool that nobody needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its name.
    pub name: String,
    /// Vapi's id of it.
    pub vapi_tool_id: String,
    /// Why it is one.
    pub why: &'static str,
    /// The registration to be forgotten with it.
    pub(super) variant: Option<String>,
}

/// What was found, and removed if that was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// The leftovers; if they were to be removed, those that were.
    pub leftovers: Vec<Leftover>,
    /// Whether they are gone.
    pub removed: bool,
}

pub(super) async fn prune(
    shared: &Arc<Shared>,
    by: &str,
    confirm: bool,
) -> Result<Pruned, Trouble> {
    let platform = &shared.registrations.platform;
    if !confirm {
        let run = Run::begin(shared, by, true).await?;
        let leftovers = found(&run, &in_use(shared).await?).await?;
        return Ok(Pruned { leftovers, removed: false });
    }
    // A run may be about to link what nobody uses yet.
    let _alone = shared.registrations.removal.write().await;
    let run = Run::begin_alone(shared, by).await?;
    let mut leftovers = Vec::new();
    for leftover in found(&run, &in_use(shared).await?).await? {
        // Vapi's dashboard waits for nobody, and a tool that is gone ends every call that names it.
        if in_use(shared).await?.contains(&leftover.vapi_tool_id) {
            continue;
        }
        platform.delete_tool(&leftover.vapi_tool_id).await?;
        tracing::info!(tool.name = %leftover.name, tool.id = %leftover.vapi_tool_id, "removed a leftover at Vapi");
        if let Some(variant) = &leftover.variant {
            let now = shared.clock.now();
            shared.store.delete_registration(&leftover.name, variant, by, now).await?;
        }
        leftovers.push(leftover);
    }
    Ok(Pruned { leftovers, removed: true })
}

/// The tools that are on any assistant of the account now.
async fn in_use(shared: &Shared) -> Result<BTreeSet<String>, Trouble> {
    Ok(shared.registrations.platform.tools_in_use().await?.into_iter().collect())
}

async fn found(run: &Run<'_>, in_use: &BTreeSet<String>) -> Result<Vec<Leftover>, Trouble> {
    let shared = run.shared;
    let registrations = shared.store.registrations().await?;
    let toolbox = &shared.registrations.toolbox;
    let mut needed = BTreeSet::new();
    for org in shared.orgs.all() {
        if shared.store.agents(org.id()).await?.is_empty() {
            continue;
        }
        let connections = shared.store.connections(org.id()).await?;
        let wanted = wanted(toolbox, &org.org, &connections);
        needed.extend(wanted.tools.into_iter().map(|tool| (tool.name, tool.variant)));
    }
    let mut leftovers = Vec::new();
    for tool in run.account.iter().filter(|tool| !in_use.contains(&tool.id)) {
        let known = registrations.iter().find(|one| one.vapi_tool_id == tool.id);
        let (why, variant) = match known {
            Some(known) => {
                let key = (known.tool_name.clone(), known.variant.clone());
                if !known.created || needed.contains(&key) {
                    continue;
                }
                ("no assistant uses it any more", Some(known.variant.clone()))
            }
            None if tool.is_ours && toolbox.face(&tool.name).is_some() => {
                ("it has this server's URL and is registered nowhere", None)
            }
            None => continue,
        };
        let (name, vapi_tool_id) = (tool.name.clone(), tool.id.clone());
        leftovers.push(Leftover { name, vapi_tool_id, why, variant });
    }
    Ok(leftovers)
}
