//! What a service allows, and how an adapter keeps to it: it says so before each request that it
//! sends, and passes on what the service says is left. Knows no service.

use std::time::Duration;

use crate::outbound::{self, Pass};

/// So many requests, and no more, within any window of so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Requests, at least 1.
    pub requests: u32,
    /// The window.
    pub within: Duration,
    /// How many of them may come at one moment, at least 1. Fewer may be sent: what is sent at once
    /// and what is sent after it together stay within `requests`.
    pub burst: u32,
}

impl Allowance {
    /// An allowance that may be used as it comes.
    #[must_use]
    pub fn new(requests: u32, within: Duration) -> Self {
        Self { requests, within, burst: requests }
    }

    /// So many a second.
    #[must_use]
    pub fn per_second(requests: u32, burst: u32) -> Self {
        Self { requests, within: Duration::from_secs(1), burst }
    }
}

/// What a service says is left of an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaTold {
    /// All of it, if that is said.
    pub limit: Option<u32>,
    /// What is left.
    pub remaining: u32,
    /// When all of it is there again.
    pub resets_in: Duration,
}

/// Why a request is not to be sent: it would be beyond the allowance, and its turn would come too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request would be beyond what the provider allows")]
pub struct HeldBack;

/// Why a booking is not to be asked for: the provider allows no more of them for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the provider allows no more bookings for now")]
pub struct UsedUp {
    /// When it allows one again.
    pub retry_after: Duration,
}

/// A request that is under way. To be held until its answer was read: only so many may be under way at
/// once.
#[must_use]
pub struct UnderWay {
    _pass: Option<Pass>,
}

/// To be called before each request that an adapter sends: waits until the allowances of its
/// connection have room for it. The first request of an operation has waited already. Outside of
/// an operation, as in an adapter's own tests, nothing is held back.
///
/// # Errors
/// [`HeldBack`], at once, if there will be no room before the operation's deadline.
pub async fn before_request() -> Result<UnderWay, HeldBack> {
    outbound::before_request().await.map(|pass| UnderWay { _pass: pass })
}

/// To be called before a request for a new booking, where the provider counts those by themselves
/// ([`BookingProvider::booking_allowances`](super::BookingProvider::booking_allowances)).
///
/// # Errors
/// [`UsedUp`], at once: nobody waits for minutes.
pub fn before_booking() -> Result<(), UsedUp> {
    outbound::before_booking()
}

/// Whether so many new bookings could be made one after another at this moment: to be asked before something
/// is given up for a booking that is to take its place. Nothing is kept for them.
#[must_use]
pub fn has_room_for_bookings(count: usize) -> bool {
    outbound::has_room_for_bookings(count)
}

/// Does what is left to do after an operation, such as giving back what it kept, whether or not
/// anybody still waits for the operation. Its requests keep to the allowances like all others; what is
/// not done `within` this time is left undone.
pub fn afterwards(within: Duration, work: impl Future<Output = ()> + Send + 'static) {
    outbound::afterwards(within, work);
}

/// Passes on what the service says is left, as of the latest answer.
pub fn quota_told(told: QuotaTold) {
    outbound::quota_told(told);
}
