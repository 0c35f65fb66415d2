//! One registration of each tool, for everybody (K10, P125): known by the id that was written down, then by
//! its name and our URL; made if there is none; sent again when its definition is another than the one sent
//! last, or when somebody changed it by hand. What was made but not written down, because the answer was lost
//! or the server ended, is found by name the next time.

use std::collections::BTreeMap;
use std::sync::Arc;

use hookswitch_storage::Registration;
use jiff::Timestamp;
use tokio::sync::OwnedRwLockReadGuard;

use super::{ToolAction, ToolReport};
use crate::calls::Shared;
use crate::ports::{KeptTool, PlatformError, ToolSpec};

use super::bring::Trouble;

/// One look at the account, and what was seen to since.
pub(super) struct Run<'a> {
    pub(super) shared: &'a Arc<Shared>,
    /// Who asked for it, for the audit log.
    pub(super) by: &'a str,
    /// Nothing is changed, only told.
    pub(super) dry: bool,
    /// Every tool of the account, as it was at `listed_at`.
    pub(super) account: Vec<KeptTool>,
    listed_at: Timestamp,
    /// No tool is removed while it runs.
    _stays: Option<OwnedRwLockReadGuard<()>>,
    seen_to: BTreeMap<(String, String), ToolReport>,
}

impl<'a> Run<'a> {
    /// Looks at the account, of which nothing is removed until this ends.
    pub(super) async fn begin(
        shared: &'a Arc<Shared>,
        by: &'a str,
        dry: bool,
    ) -> Result<Self, PlatformError> {
        let platform = &shared.registrations.platform;
        platform.ready()?;
        let stays = Arc::clone(&shared.registrations.removal).read_owned().await;
        Self::look(shared, by, dry, Some(stays)).await
    }

    /// The same for who is alone with the account.
    pub(super) async fn begin_alone(
        shared: &'a Arc<Shared>,
        by: &'a str,
    ) -> Result<Self, PlatformError> {
        shared.registrations.platform.ready()?;
        Self::look(shared, by, false, None).await
    }

    async fn look(
        shared: &'a Arc<Shared>,
        by: &'a str,
        dry: bool,
        stays: Option<OwnedRwLockReadGuard<()>>,
    ) -> Result<Self, PlatformError> {
        let platform = &shared.registrations.platform;
        let listed_at = shared.clock.now();
        let account = platform.tools().await?;
        let seen_to = BTreeMap::new();
        Ok(Self { shared, by, dry, account, listed_at, _stays: stays, seen_to })
    }

    /// What was seen to so far.
    pub(super) fn tools(self) -> Vec<ToolReport> {
        self.seen_to.into_values().collect()
    }

    /// A tool of the account.
    pub(super) fn of_account(&self, id: &str) -> Option<&KeptTool> {
        self.account.iter().find(|tool| tool.id == id)
    }

    /// Sees to it that a tool is registered as it is now.
    pub(super) async fn ensure(&mut self, spec: &ToolSpec) -> Result<ToolReport, Trouble> {
        let key = (spec.name.clone(), spec.variant.clone());
        if let Some(report) = self.seen_to.get(&key) {
            return Ok(report.clone());
        }
        let registrations = &self.shared.registrations;
        let name = format!("{} {}", spec.name, spec.variant);
        let _alone = registrations.alone("tool", &name).await;
        let all = self.shared.store.registrations().await?;
        let hash = registrations.platform.definition_hash(spec);
        let kept = all.iter().find(|one| one.tool_name == key.0 && one.variant == key.1);
        let report = match kept {
            Some(kept) => self.again(spec, kept, &hash, &all).await?,
            None => self.first(spec, &hash, &all, None).await?,
        };
        self.seen_to.insert(key, report.clone());
        Ok(report)
    }

    /// It was registered before.
    async fn again(
        &self,
        spec: &ToolSpec,
        kept: &Registration,
        hash: &str,
        all: &[Registration],
    ) -> Result<ToolReport, Trouble> {
        let there = self.of_account(&kept.vapi_tool_id);
        // What another run registered after the account was looked at cannot be in the list.
        let is_newer = kept.updated_at >= self.listed_at;
        let drift = match there {
            None if !is_newer => Some("it was removed at Vapi".to_owned()),
            Some(there) if !is_newer && there.digest != kept.seen => {
                Some("it was changed at Vapi".to_owned())
            }
            _ => None,
        };
        if there.is_none() && drift.is_some() {
            return self.first(spec, hash, all, drift).await;
        }
        if kept.definition_hash == hash && drift.is_none() {
            let id = kept.vapi_tool_id.clone();
            return Ok(report(spec, Some(id), hash, ToolAction::Unchanged, None));
        }
        let id = &kept.vapi_tool_id;
        match self.send(spec, id, hash, ToolAction::Updated, drift.clone(), kept.created).await {
            // It was removed after the account was looked at.
            Err(Trouble::Platform(PlatformError::NotFound)) => {
                self.first(spec, hash, all, drift).await
            }
            sent => sent,
        }
    }

    /// It is not registered as far as is known.
    async fn first(
        &self,
        spec: &ToolSpec,
        hash: &str,
        all: &[Registration],
        drift: Option<String>,
    ) -> Result<ToolReport, Trouble> {
        if let Some(found) = unclaimed(&self.account, spec, all) {
            return self.send(spec, &found.id, hash, ToolAction::Adopted, drift, false).await;
        }
        if self.dry {
            return Ok(report(spec, None, hash, ToolAction::Created, drift));
        }
        let made = self.shared.registrations.platform.create_tool(spec).await?;
        tracing::info!(tool.name = %spec.name, tool.id = %made.id, "registered a tool with Vapi");
        self.keep(spec, &made, hash, true).await?;
        Ok(report(spec, Some(made.id), hash, ToolAction::Created, drift))
    }

    async fn send(
        &self,
        spec: &ToolSpec,
        id: &str,
        hash: &str,
        action: ToolAction,
        drift: Option<String>,
        created: bool,
    ) -> Result<ToolReport, Trouble> {
        if !self.dry {
            let sent = self.shared.registrations.platform.update_tool(id, spec).await?;
            tracing::info!(tool.name = %spec.name, tool.id = %sent.id, "sent a tool's definition to Vapi");
            self.keep(spec, &sent, hash, created).await?;
        }
        Ok(report(spec, Some(id.to_owned()), hash, action, drift))
    }

    async fn keep(
        &self,
        spec: &ToolSpec,
        tool: &KeptTool,
        hash: &str,
        created: bool,
    ) -> Result<(), Trouble> {
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        let before = store.registration(&spec.name, &spec.variant).await?;
        let registration = Registration {
            tool_name: spec.name.clone(),
            variant: spec.variant.clone(),
            vapi_tool_id: tool.id.clone(),
            definition_hash: hash.to_owned(),
            seen: tool.digest.clone(),
            created,
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
        };
        Ok(store.put_registration(registration, self.by, now).await?)
    }
}

/// A tool of the account that is this one and that nobody is known to use: the one with the same arguments,
/// or the oldest of that name if it is the usual one that is wanted.
fn unclaimed<'t>(
    account: &'t [KeptTool],
    spec: &ToolSpec,
    all: &[Registration],
) -> Option<&'t KeptTool> {
    let is_claimed = |tool: &KeptTool| all.iter().any(|one| one.vapi_tool_id == tool.id);
    let free =
        account.iter().filter(|tool| tool.is_ours && tool.name == spec.name && !is_claimed(tool));
    let mut free: Vec<&KeptTool> = free.collect();
    free.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    let same = free.iter().find(|tool| tool.parameters == spec.parameters).copied();
    same.or_else(|| free.first().copied().filter(|_| spec.variant.is_empty()))
}

fn report(
    spec: &ToolSpec,
    vapi_tool_id: Option<String>,
    hash: &str,
    action: ToolAction,
    drift: Option<String>,
) -> ToolReport {
    let (name, variant) = (spec.name.clone(), spec.variant.clone());
    ToolReport { name, variant, vapi_tool_id, definition_hash: hash.to_owned(), action, drift }
}
