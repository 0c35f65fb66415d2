//! When a connection's exchange does what. Pure but for the moments that it is given.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use hookswitch_storage::ConnectionId;

use super::settings::SyncSettings;
use crate::bounds::{LONGEST_SYNC_PAUSE, POSTED_LESS_OFTEN, WALK_EVERY, WALK_PACE, WALK_SELDOM};

/// What is known of a provider's ways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ways {
    /// It posts its changes.
    pub(super) posts: bool,
    /// It can be asked what changed.
    pub(super) answers: bool,
}

/// The paces of one connection. Connections are spread, so that they do not ask all at once.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    poll: Duration,
    probe: Duration,
    start: Duration,
}

impl Pace {
    pub(super) fn new(settings: &SyncSettings, connection: &ConnectionId) -> Self {
        let mut hasher = DefaultHasher::new();
        connection.hash(&mut hasher);
        let place = u32::from(hasher.finish().to_be_bytes()[0]);
        // Between nine and eleven tenths.
        let spread = |every: Duration| {
            let every = every.max(Duration::from_millis(1));
            every * 9 / 10 + every / 5 * place / 255
        };
        let (poll, probe) = (spread(settings.poll_every), spread(settings.probe_every));
        Self { start: (poll / 20).min(settings.latest_start) * place / 255, poll, probe }
    }

    /// Between two questions for what changed.
    pub(super) fn poll(&self, ways: Ways) -> Duration {
        if ways.posts { self.poll * POSTED_LESS_OFTEN } else { self.poll }
    }

    /// Between two looks at everything.
    pub(super) fn walk(&self, ways: Ways) -> Duration {
        self.poll * if ways.posts || ways.answers { WALK_SELDOM } else { WALK_EVERY }
    }

    /// Between two bookings of such a look.
    pub(super) fn step(&self) -> Duration {
        self.poll / WALK_PACE
    }

    /// After which quiet a connection is tried.
    pub(super) fn probe(&self, is_down: bool) -> Duration {
        if is_down { self.probe.min(self.poll) } else { self.probe }
    }

    /// How long after a start the first question is asked.
    pub(super) fn start(&self) -> Duration {
        self.start
    }

    /// How long a provider is left alone after so many failures in a row.
    pub(super) fn rest(&self, failures: u32, asked_for: Option<Duration>) -> Duration {
        let own = (self.poll / 12).saturating_mul(1 << failures.min(10));
        own.max(asked_for.unwrap_or_default()).min(LONGEST_SYNC_PAUSE)
    }
}

/// The earlier of two moments.
pub(super) fn sooner(one: &mut Instant, other: Instant) {
    *one = (*one).min(other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_spread_and_rests_grow_up_to_a_bound() {
        let settings = SyncSettings::default();
        let mut polls = Vec::new();
        for _ in 0..50 {
            let pace = Pace::new(&settings, &ConnectionId::random());
            let poll = pace.poll(Ways::default());
            assert!((54..=66).contains(&poll.as_secs()), "{poll:?}");
            assert!(pace.start() <= settings.latest_start);
            polls.push(poll);
            let rests: Vec<_> = (0..40).map(|failures| pace.rest(failures, None)).collect();
            assert!(rests.is_sorted() && rests[39] == LONGEST_SYNC_PAUSE, "{rests:?}");
            let told = pace.rest(0, Some(Duration::from_secs(90)));
            assert_eq!(told, Duration::from_secs(90));
        }
        polls.dedup();
        assert!(polls.len() > 10);
    }
}
