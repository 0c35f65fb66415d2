//! Which connections were forgotten when, so that what was read of one before that is read again, and of no
//! other. Knows no actor.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use hookswitch_storage::{Connection, ConnectionId, OrgId};

/// What was forgotten, in the order it was. An entry stays: a number for each that ever changed.
#[derive(Debug, Default)]
pub(super) struct Forgotten {
    count: AtomicU64,
    connections: DashMap<ConnectionId, u64>,
    orgs: DashMap<OrgId, u64>,
}

impl Forgotten {
    /// Of what was forgotten until now whatever is read from now on knows.
    pub(super) fn seen(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// A connection was changed or removed.
    pub(super) fn connection(&self, id: &ConnectionId) {
        let at = self.next();
        self.connections.entry(id.clone()).and_modify(|last| *last = at.max(*last)).or_insert(at);
    }

    /// An org was removed with all its connections.
    pub(super) fn org(&self, org: &OrgId) {
        let at = self.next();
        self.orgs.entry(org.clone()).and_modify(|last| *last = at.max(*last)).or_insert(at);
    }

    /// Whether a connection as it was read after `seen` may be out of date.
    pub(super) fn since(&self, connection: &Connection, seen: u64) -> bool {
        self.connections.get(&connection.id).is_some_and(|last| *last > seen)
            || self.orgs.get(&connection.org).is_some_and(|last| *last > seen)
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::SeqCst) + 1
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn only_what_was_forgotten_since_is_out_of_date() {
        let forgotten = Forgotten::default();
        let new = || Connection::new(OrgId::random(), "calendly", Timestamp::UNIX_EPOCH);
        let (one, other) = (new(), new());
        let seen = forgotten.seen();
        forgotten.connection(&other.id);
        assert!(forgotten.since(&other, seen));
        assert!(!forgotten.since(&one, seen), "another's change is none of its business");
        assert!(!forgotten.since(&other, forgotten.seen()), "it is read again only once");
        let seen = forgotten.seen();
        forgotten.org(&one.org);
        assert!(forgotten.since(&one, seen) && !forgotten.since(&other, seen));
    }
}
