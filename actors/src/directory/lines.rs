//! The lines before a directory, one for each key: orgs that use the same key share what it is
//! allowed, and what of it goes into trying whether the directory works. Owns which line is whose; keeps
//! digests, never keys. Knows no actor.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use sha2::{Digest, Sha256};

use crate::outbound::{Line, Meter};
use crate::ports::{Allowance, DirectoryAccess, DirectoryLimits};

/// One question in so many may be a try: however many orgs share a key, the others are left to callers.
const TRIES: u32 = 10;

/// The lines of this process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Lines {
    by_key: Arc<DashMap<[u8; 32], OfKey>>,
}

struct OfKey {
    line: Arc<Line>,
    /// What is left of the tries.
    tries: Vec<Meter>,
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
        self.by_key.retain(|_, of| Arc::strong_count(&of.line) > 1 || !of.line.is_forgotten());
        let of_key = self.by_key.entry(digest(access)).or_insert_with(|| OfKey {
            line: Line::within(&allowances(limits, 1)),
            tries: allowances(limits, TRIES).map(Meter::new).into(),
        });
        Arc::clone(&of_key.line)
    }

    /// When a directory may be tried with this access that is to be tried at `wanted`. The turn is counted.
    pub(super) fn probe_at(&self, access: &DirectoryAccess, wanted: Instant) -> Instant {
        let Some(mut of_key) = self.by_key.get_mut(&digest(access)) else { return wanted };
        let times = of_key.tries.iter().map(|meter| meter.may_go_at(false, 0, wanted));
        let at = times.max().unwrap_or(wanted);
        of_key.tries.iter_mut().for_each(|meter| meter.take(at));
        at
    }
}

fn digest(access: &DirectoryAccess) -> [u8; 32] {
    Sha256::digest(access.api_key.expose()).into()
}

/// One part in so many of what is allowed.
fn allowances(limits: DirectoryLimits, part: u32) -> [Allowance; 2] {
    let of = |requests: u32| (requests / part).max(1);
    let minute = Allowance::new(of(limits.per_minute), Duration::from_secs(60));
    let hour = Allowance::new(of(limits.per_hour), Duration::from_secs(3600));
    [minute, hour]
}
