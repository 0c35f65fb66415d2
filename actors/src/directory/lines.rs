//! The lines before a directory, one for each key: orgs that use the same key share what it is
//! allowed. Owns which line is whose; keeps digests, never keys. Knows no actor.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use sha2::{Digest, Sha256};

use crate::outbound::Line;
use crate::ports::{Allowance, DirectoryAccess, DirectoryLimits};

/// The lines of this process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Lines {
    by_key: Arc<DashMap<[u8; 32], Arc<Line>>>,
}

impl Lines {
    /// The line in which questions with this access wait. What was asked counts until it does not
    /// count any more, also when nobody has the key meanwhile: settings that are changed and
    /// changed back do not start the count anew.
    pub(crate) fn of(
        &self,
        access: &DirectoryAccess,
        limits: Option<DirectoryLimits>,
    ) -> Arc<Line> {
        let Some(limits) = limits else { return Line::alone() };
        self.by_key.retain(|_, line| Arc::strong_count(line) > 1 || !line.is_forgotten());
        let key = Sha256::digest(access.api_key.expose()).into();
        let line = self.by_key.entry(key).or_insert_with(|| Line::within(&allowances(limits)));
        Arc::clone(&line)
    }
}

fn allowances(limits: DirectoryLimits) -> [Allowance; 2] {
    let minute = Allowance::new(limits.per_minute, Duration::from_secs(60));
    let hour = Allowance::new(limits.per_hour, Duration::from_secs(3600));
    [minute, hour]
}
