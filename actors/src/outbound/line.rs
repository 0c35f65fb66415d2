//! The line before a service: every request takes a place in it and is let through in its turn, or is
//! told at once that its turn would come too late. Owns waiting and waking; whose turn it is decides
//! `queue`. Knows no actor and no adapter.

mod queue;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::ports::{Allowance, QuotaTold, SharedLimit};
use queue::{PartyId, Queue, Ticket, Verdict};

use super::meter::Left;

/// Who goes before whom, the first first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Another request of a write that is under way.
    GoesOn,
    /// A write, or a question that a caller waits for where most are asked ahead.
    Write,
    /// Another request of a read that is under way. As patient as the read itself, or one who searches
    /// far would have everything to himself.
    ReadsOn,
    /// A read; it leaves some of the allowance for the others.
    Read,
}

impl Rank {
    fn is_patient(self) -> bool {
        matches!(self, Self::Read | Self::ReadsOn)
    }

    /// Whether it is of an operation that is under way.
    fn is_begun(self) -> bool {
        matches!(self, Self::GoesOn | Self::ReadsOn)
    }

    /// The rank of the operation's other requests.
    pub(crate) fn going_on(self) -> Self {
        if self.is_patient() { Self::ReadsOn } else { Self::GoesOn }
    }
}

/// A request is not sent: its turn would come too late, too many wait, or the service is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    /// When it would be worth while to try again, if that is known.
    pub(crate) retry_after: Option<Duration>,
}

impl Refused {
    pub(crate) fn at_once() -> Self {
        Self { retry_after: None }
    }
}

/// What one connection may do.
#[derive(Debug, Clone)]
pub(crate) struct SeatPlan {
    /// What it knows to be allowed to all who share the line together. They may have been told unlike
    /// numbers: the least that any of them has counts.
    pub(crate) of_all: Option<Allowance>,
    /// What the service allows this connection.
    pub(crate) allowances: Vec<Allowance>,
    /// What it allows of new bookings, beside that.
    pub(crate) bookings: Vec<Allowance>,
    /// How long ago each booking was made that counts already, oldest first.
    pub(crate) booked: Vec<Duration>,
    /// Requests under way at once, at least 1.
    pub(crate) at_once: usize,
    /// Requests that may wait.
    pub(crate) most_waiting: usize,
}

/// How a seat stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// For how long nothing is sent because the service asked for it.
    pub(crate) rests_for: Option<Duration>,
    /// Requests that wait.
    pub(crate) waiting: usize,
    /// Requests under way.
    pub(crate) under_way: usize,
    /// What is left of each allowance.
    pub(crate) left: Vec<Left>,
}

/// The line before one service, for all who share its limit.
pub(crate) struct Line {
    queue: Mutex<Queue>,
}

impl Line {
    /// The line of one who shares with nobody.
    pub(crate) fn alone() -> Arc<Self> {
        Self::of(Queue::new(&[], None, false))
    }

    /// The line of all who share a limit.
    pub(crate) fn shared(limit: &SharedLimit) -> Arc<Self> {
        Self::of(Queue::new(&[limit.allowance], limit.at_once, limit.rests_together))
    }

    /// The line of all who share these allowances, and rest together.
    pub(crate) fn within(allowances: &[Allowance]) -> Arc<Self> {
        Self::of(Queue::new(allowances, None, true))
    }

    fn of(queue: Queue) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::new(queue) })
    }

    /// A seat for a connection; it is free again when dropped.
    pub(crate) fn seat(self: &Arc<Self>, plan: &SeatPlan) -> Arc<Seat> {
        let id = self.lock().arrive(plan, Instant::now());
        Arc::new(Seat { line: Arc::clone(self), id })
    }

    /// Whether nobody has a seat, and nothing that was sent counts any more.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.lock().is_forgotten(Instant::now())
    }

    /// Nothing panics while it is held, and what it holds is whole between two calls.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go who may, and sees to it that somebody looks again in time.
    fn pump(self: &Arc<Self>, queue: &mut Queue) {
        let now = Instant::now();
        let Some(at) = queue.pump(now) else { return };
        if queue.alarm.is_some_and(|alarm| alarm > now && alarm <= at) {
            return;
        }
        // Without a runtime the program is at its end, and nobody waits any more.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        queue.alarm = Some(at);
        let line = Arc::downgrade(self);
        runtime.spawn(async move {
            tokio::time::sleep_until(at.into()).await;
            if let Some(line) = line.upgrade() {
                let mut queue = line.lock();
                line.pump(&mut queue);
            }
        });
    }
}

/// A connection's seat at a line.
pub(crate) struct Seat {
    line: Arc<Line>,
    id: PartyId,
}

impl Seat {
    /// Takes a place in line.
    ///
    /// # Errors
    /// At once, if its turn would come too late for `deadline` or too many wait.
    pub(crate) fn enter(
        self: &Arc<Self>,
        rank: Rank,
        deadline: Instant,
    ) -> Result<Waiting, Refused> {
        let mut queue = self.line.lock();
        let (ticket, told) = queue.enter(self.id, rank, deadline, Instant::now())?;
        self.line.pump(&mut queue);
        if let Some(refused) = queue.surplus(self.id, ticket, Instant::now()) {
            queue.give_up(self.id, ticket);
            return Err(refused);
        }
        Ok(Waiting { seat: Arc::clone(self), ticket, told, over: false })
    }

    /// Whether a request could go at this moment.
    pub(crate) fn has_room(&self) -> bool {
        self.line.lock().has_room(self.id, Instant::now())
    }

    /// Sends nothing for so long, or no writes; tells those who cannot wait so long.
    pub(crate) fn rest(&self, pause: Duration, writes_only: bool) {
        let now = Instant::now();
        let mut queue = self.line.lock();
        queue.rest(self.id, writes_only, now + pause, now);
        self.line.pump(&mut queue);
    }

    /// Counts a new booking.
    ///
    /// # Errors
    /// If no more are allowed for now.
    pub(crate) fn take_booking(&self) -> Result<(), Refused> {
        self.line.lock().take_booking(self.id, Instant::now())
    }

    /// Whether so many new bookings could be made now. Nothing is kept for them.
    pub(crate) fn has_room_for_bookings(&self, count: usize) -> bool {
        self.line.lock().has_room_for_bookings(self.id, count, Instant::now())
    }

    /// Tells all who wait that it is in vain.
    pub(crate) fn turn_away(&self, retry_after: Duration) {
        self.line.lock().turn_away(self.id, Refused { retry_after: Some(retry_after) });
    }

    /// Takes the service's word on what is left.
    pub(crate) fn told(&self, told: QuotaTold) {
        self.line.lock().told(self.id, told, Instant::now());
    }

    pub(crate) fn standing(&self) -> Standing {
        self.line.lock().standing(self.id, Instant::now())
    }

    fn ended(&self) {
        let mut queue = self.line.lock();
        queue.ended(self.id);
        self.line.pump(&mut queue);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut queue = self.line.lock();
        queue.leave(self.id);
        self.line.pump(&mut queue);
    }
}

/// A place in line; given up when dropped.
pub(crate) struct Waiting {
    seat: Arc<Seat>,
    ticket: Ticket,
    told: oneshot::Receiver<Verdict>,
    over: bool,
}

impl Waiting {
    /// Waits for its turn.
    ///
    /// # Errors
    /// If it turns out to be in vain.
    pub(crate) async fn turn(mut self) -> Result<Pass, Refused> {
        let verdict = (&mut self.told).await;
        self.over = true;
        // Nobody left to tell: the connection was removed.
        verdict.unwrap_or(Err(Refused::at_once()))?;
        Ok(self.pass())
    }

    fn pass(&self) -> Pass {
        Pass { seat: Arc::clone(&self.seat) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let waited = self.seat.line.lock().give_up(self.seat.id, self.ticket);
        if !waited && matches!(self.told.try_recv(), Ok(Ok(()))) {
            // Its turn came while it was given up.
            drop(self.pass());
        }
    }
}

/// A request's permission; held while it is under way.
pub(crate) struct Pass {
    seat: Arc<Seat>,
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.seat.ended();
    }
}
