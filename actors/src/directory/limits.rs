//! How often a directory is asked: never more than it allows, and what is asked ahead of need
//! takes at most half of that, so that a rush of new calls leaves room for callers who wait.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::Urgency;
use crate::ports::DirectoryLimits;

/// The limits of one key; none if the directory sets none.
#[derive(Default)]
pub(super) struct Limits {
    ahead: Option<DefaultDirectRateLimiter>,
    all: Vec<DefaultDirectRateLimiter>,
}

impl Limits {
    pub(super) fn new(limits: Option<DirectoryLimits>) -> Self {
        let Some(limits) = limits else { return Self::default() };
        let rate = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let ahead =
            Quota::per_hour(rate(limits.per_hour / 2)).allow_burst(rate(limits.per_minute / 2));
        Self {
            ahead: Some(RateLimiter::direct(ahead)),
            all: vec![
                RateLimiter::direct(Quota::per_minute(rate(limits.per_minute))),
                RateLimiter::direct(Quota::per_hour(rate(limits.per_hour))),
            ],
        }
    }

    /// Whether one more question may be asked now; counts it.
    pub(super) fn allow(&self, urgency: Urgency) -> bool {
        let ahead = self.ahead.as_ref().filter(|_| urgency == Urgency::Ahead);
        ahead.into_iter().chain(&self.all).all(|limiter| limiter.check().is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_ahead_leaves_room_for_callers_who_wait() {
        let limits = Limits::new(Some(DirectoryLimits { per_minute: 10, per_hour: 100 }));
        let ahead = (0..20).filter(|_| limits.allow(Urgency::Ahead)).count();
        let now = (0..20).filter(|_| limits.allow(Urgency::Now)).count();
        assert_eq!((ahead, now), (5, 5));
        assert!((0..1_000).all(|_| Limits::new(None).allow(Urgency::Ahead)));
    }
}
