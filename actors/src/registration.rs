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
//! | what was unwanted taken off it, an assistant left for good | `leave`, `departures` |
//! | one phone number brought up to date, or put back | `numbers` |
//! | what something was before it was changed | `snapshots` |
//! | when that is done by itself | `look`, `work` |
//! | putting an assistant back, removing leftovers | `back`, `prune` |
//! | what an operator is told | `report` |
//! | how often it fails, and who is told of that | `health` |
//!
//! A tool is changed where it is, so that no assistant is without it for a moment. A registration is written
//! down right after it was made; one that was made but not written down is found by its name and URL.

mod back;
mod bring;
mod departures;
mod door;
mod health;
mod leave;
mod look;
mod numbers;
mod prune;
mod register;
mod report;
mod snapshots;
mod wanted;
mod work;

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, RwLock, Semaphore};

use crate::ports::VoicePlatform;
use crate::tools::Toolbox;
pub use back::BackError;
pub(crate) use departures::leave_behind;
pub use door::SyncError;
pub(crate) use health::SyncHealth;
pub use health::{Alarm, SYNC_CLASSES, SyncTotals};
pub(crate) use look::look_after;
pub(crate) use numbers::SyncNumbers;
pub use prune::{Leftover, Pruned};
pub use report::{AgentReport, NumberReport, SyncReport, ToolAction, ToolReport};
pub(crate) use work::SyncAgents;

/// Who changes assistants by itself, for the audit log.
const BY_ITSELF: &str = "tools_sync";

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
    /// Shared by all that link tools; alone with it is who removes some for good.
    removal: Arc<RwLock<()>>,
    /// Some assistant is to be left.
    leaving: Arc<Notify>,
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
            removal: Arc::default(),
            leaving: Arc::default(),
            bell: Arc::default(),
            health: SyncHealth::default(),
        }
    }

    /// Something changed on which the wishes for assistants may depend.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Some assistant was given up for good.
    pub(crate) fn leave(&self) {
        self.leaving.notify_one();
    }

    /// Waits until nobody else is at it. Who looks at the account does that first, or a removal of tools
    /// would wait for one that waits for it.
    async fn alone(&self, kind: &str, what: &str) -> OwnedMutexGuard<()> {
        let lock = Arc::clone(&self.locks.entry(format!("{kind} {what}")).or_default());
        lock.lock_owned().await
    }
}
