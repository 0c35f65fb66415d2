//! What ties an adapter's requests to the line of its connection without either knowing the other:
//! each operation runs with its toll, and a request that is about to be sent pays it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::line::Pass;
use super::{Rank, Seat, Until};
use crate::ports::{HeldBack, QuotaTold, UsedUp};

tokio::task_local! {
    static TOLL: Arc<Toll>;
}

/// The toll of one operation.
pub(crate) struct Toll {
    seat: Arc<Seat>,
    until: Until,
    /// The operation's turn is its first request's.
    turn: Mutex<Option<Pass>>,
    /// What its other requests go as.
    rank: Rank,
    held_back: AtomicBool,
}

impl Toll {
    /// The toll of an operation whose turn has come.
    pub(crate) fn new(seat: Arc<Seat>, until: Until, rank: Rank, turn: Pass) -> Arc<Self> {
        let (turn, held_back) = (Mutex::new(Some(turn)), AtomicBool::new(false));
        Arc::new(Self { seat, until, turn, rank: rank.going_on(), held_back })
    }

    /// Runs an operation of an adapter.
    pub(crate) async fn over<W: Future>(self: Arc<Self>, work: W) -> W::Output {
        TOLL.scope(self, work).await
    }

    /// The operation is over; gives whether a request of it was not sent because of the toll.
    pub(crate) fn close(&self) -> bool {
        drop(self.first());
        self.held_back.load(Ordering::Relaxed)
    }

    fn first(&self) -> Option<Pass> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn hold_back(&self) {
        self.held_back.store(true, Ordering::Relaxed);
    }

    async fn pay(&self) -> Result<Pass, HeldBack> {
        if let Some(pass) = self.first() {
            return Ok(pass);
        }
        let turn = async { self.seat.enter(self.rank, self.until.get())?.turn().await };
        match self.until.bound(turn).await {
            Some(Ok(pass)) => Ok(pass),
            _ => {
                self.hold_back();
                Err(HeldBack)
            }
        }
    }
}

/// Waits for the turn of a request; `None` outside of operations.
pub(crate) async fn before_request() -> Result<Option<Pass>, HeldBack> {
    let Ok(toll) = TOLL.try_with(Arc::clone) else { return Ok(None) };
    toll.pay().await.map(Some)
}

/// Counts a new booking.
pub(crate) fn before_booking() -> Result<(), UsedUp> {
    let counted = TOLL.try_with(|toll| {
        let counted = toll.seat.take_booking();
        counted.inspect_err(|_| toll.hold_back())
    });
    let refused = counted.ok().and_then(Result::err);
    refused.map_or(Ok(()), |refused| {
        Err(UsedUp { retry_after: refused.retry_after.unwrap_or_default() })
    })
}

/// Whether so many new bookings could be made now; outside of operations there is room.
pub(crate) fn has_room_for_bookings(count: usize) -> bool {
    TOLL.try_with(|toll| toll.seat.has_room_for_bookings(count)).unwrap_or(true)
}

pub(crate) fn quota_told(told: QuotaTold) {
    let _ = TOLL.try_with(|toll| toll.seat.told(told));
}

/// Runs `work` in a task of its own, with a toll of its own at the same seat.
pub(crate) fn afterwards(within: Duration, work: impl Future<Output = ()> + Send + 'static) {
    // Without a runtime the program is at its end.
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let until = Until::new(Instant::now() + within);
    let toll = TOLL.try_with(|toll| {
        Arc::new(Toll {
            seat: Arc::clone(&toll.seat),
            until: until.clone(),
            turn: Mutex::new(None),
            rank: Rank::GoesOn,
            held_back: AtomicBool::new(false),
        })
    });
    runtime.spawn(async move {
        let work = until.bound(work);
        match toll {
            Ok(toll) => toll.over(work).await,
            Err(_) => work.await,
        }
    });
}
