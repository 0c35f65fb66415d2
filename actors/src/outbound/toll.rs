//! What ties an adapter's requests to the line of its connection without either knowing the other:
//! each operation runs with its toll, and a request that is about to be sent pays it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Rank, Seat, Until};
use crate::ports::{HeldBack, QuotaTold};

tokio::task_local! {
    static TOLL: Arc<Toll>;
}

/// The toll of one operation.
pub(crate) struct Toll {
    seat: Arc<Seat>,
    until: Until,
    /// The operation's turn is its first request's.
    paid: AtomicBool,
    held_back: AtomicBool,
}

impl Toll {
    pub(crate) fn new(seat: Arc<Seat>, until: Until) -> Arc<Self> {
        let (paid, held_back) = (AtomicBool::new(true), AtomicBool::new(false));
        Arc::new(Self { seat, until, paid, held_back })
    }

    /// Runs an operation of an adapter.
    pub(crate) async fn over<W: Future>(self: Arc<Self>, work: W) -> W::Output {
        TOLL.scope(self, work).await
    }

    /// Whether a request of the operation was not sent because of the toll.
    pub(crate) fn held_back(&self) -> bool {
        self.held_back.load(Ordering::Relaxed)
    }

    async fn pay(&self) -> Result<(), HeldBack> {
        if self.paid.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let turn = async { self.seat.enter(Rank::GoesOn, self.until.get())?.turn().await };
        let passed = matches!(self.until.bound(turn).await, Some(Ok(_)));
        if !passed {
            self.held_back.store(true, Ordering::Relaxed);
        }
        if passed { Ok(()) } else { Err(HeldBack) }
    }
}

pub(crate) async fn before_request() -> Result<(), HeldBack> {
    let Ok(toll) = TOLL.try_with(Arc::clone) else { return Ok(()) };
    toll.pay().await
}

pub(crate) fn quota_told(told: QuotaTold) {
    let _ = TOLL.try_with(|toll| toll.seat.told(told));
}
