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
    /// The leftovers.
    pub leftovers: Vec<Leftover>,
    /// Whether they are gone.
    pub removed: bool,
}

pub(super) async fn prune(
    shared: &Arc<Shared>,
    by: &str,
    confirm: bool,
) -> Result<Pruned, Trouble> {
    let run = Run::begin(shared, by, !confirm).await?;
    let platform = &shared.registrations.platform;
    let in_use: BTreeSet<String> = platform.tools_in_use().await?.into_iter().collect();
    let leftovers = found(&run, &in_use).await?;
    if confirm {
        for leftover in &leftovers {
            platform.delete_tool(&leftover.vapi_tool_id).await?;
            tracing::info!(tool.name = %leftover.name, tool.id = %leftover.vapi_tool_id, "removed a leftover at Vapi");
            if let Some(variant) = &leftover.variant {
                let now = shared.clock.now();
                shared.store.delete_registration(&leftover.name, variant, by, now).await?;
            }
        }
    }
    Ok(Pruned { leftovers, removed: confirm })
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
