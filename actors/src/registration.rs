//! The voice platform's side keeps itself: saving an agent or connecting a calendar is all that an operator
//! does, and tools, prompt and links follow (P106 to P155). Decides what is to be registered and linked and in
//! which order; how a tool or an assistant is written down is the platform port's.
//!
//! ```text
//! agent saved, calendar connected or lost, settings, start-up --> look: is what is wanted another?
//!                                                                   | yes
//!            platform <-- bring: register, read, plan, keep, change, read again <-- durable job, one an agent
//! ```
//!
//! | rule | file |
//! | --- | --- |
//! | which tools an org's assistants are to have; pure | `wanted` |
//! | one registration for everybody, made, adopted or sent again | `register` |
//! | one assistant brought up to date | `bring` |
//! | when that is done by itself | `look`, `work` |
//! | putting an assistant back, removing leftovers | `back`, `prune` |
//! | what an operator is told | `report` |
//! | how often it fails, and who is told of that | `health` |
//!
//! A tool is changed where it is, so that no assistant is without it for a moment. A registration is written
//! down right after it was made; one that was made but not written down is found by its name and URL.

mod back;
mod bring;
mod door;
mod health;
mod look;
mod prune;
mod register;
mod report;
mod wanted;
mod work;

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, Semaphore};

use crate::ports::VoicePlatform;
use crate::tools::Toolbox;
pub use back::BackError;
pub use door::SyncError;
pub(crate) use health::SyncHealth;
pub use health::{Alarm, SYNC_CLASSES, SyncTotals};
pub(crate) use look::look_after;
pub use prune::{Leftover, Pruned};
pub use report::{AgentReport, SyncReport, ToolAction, ToolReport};
pub(crate) use work::SyncAgents;

/// Who changes assistants by itself, for the audit log.
const BY_ITSELF: &str = "tools_sync";

/// Field name under which earlier states of assistants are sealed: they may hold secrets of others.
const SNAPSHOT_FIELD: &str = "assistant.snapshot";

/// Assistants that are brought up to date at once. All share one distance between requests, so that more
/// would only wait for each other.
const AT_ONCE: usize = 4;

/// What the registration of tools is made of.
pub(crate) struct Registrations {
    platform: Arc<dyn VoicePlatform>,
    toolbox: Toolbox,
    /// One at a time per assistant and per registration.
    locks: DashMap<String, Arc<Mutex<()>>>,
    places: Semaphore,
    /// Something may be wanted otherwise than before.
    bell: Arc<Notify>,
    pub(crate) health: SyncHealth,
}

impl Registrations {
    pub(crate) fn new(platform: Arc<dyn VoicePlatform>, toolbox: Toolbox) -> Self {
        Self {
            platform,
            toolbox,
            locks: DashMap::new(),
            places: Semaphore::new(AT_ONCE),
            bell: Arc::default(),
            health: SyncHealth::default(),
        }
    }

    /// Something changed on which the wishes for assistants may depend.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Waits until nobody else is at it.
    async fn alone(&self, kind: &str, what: &str) -> OwnedMutexGuard<()> {
        let lock = Arc::clone(&self.locks.entry(format!("{kind} {what}")).or_default());
        lock.lock_owned().await
    }
}
