//! One actor per provider connection. Owns the connection's health and its limits: its place among
//! those who share a quota, what runs at once, a breaker that leaves a failing provider alone for a
//! while, and the questions for free slots that are on their way or were just answered. The requests
//! run in tasks of their own; a hanging provider never blocks the actor.
//!
//! ```text
//! handle --> actor: breaker, who asks the same --> line: turn, quota --> adapter
//!    ^                                                                      |
//!    '------ settled, cached, told to all who wait <------------------------'
//! ```

mod ahead;
mod connections;
mod credentials;
mod exchange;
mod forgotten;
mod handle;
mod slots;
mod spent;
mod standing;

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_storage::{ConnectionId, OrgId};
use jiff::{SignedDuration, Timestamp};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::{mpsc, oneshot};

pub use connections::Connections;
pub(crate) use credentials::Parting;
pub(crate) use credentials::RevokeGrant;
pub use credentials::{CREDENTIALS_FIELD, GRANT, Keepers, farewell, grant_in, sealed_with};
pub use handle::ProviderHandle;
pub use standing::REFUSED;

pub use crate::breaker::Health;
pub use crate::outbound::{Condition, Counts, Left};

use crate::bounds::{MAX_KNOWN_SLOTS, MAX_REST};
use crate::breaker::{Breaker, Turn};
use crate::outbound::{Flight, Flights, Rank, Seat, Toll, Until, Waiting};
use crate::ports::{BookingProvider, ProviderError, SlotQuery};
use ahead::Ahead;
use slots::{Answered, Look, Question};

pub(crate) type ProviderRef = ActorRef<ProviderMsg>;

type Work = Box<dyn FnOnce(Arc<dyn BookingProvider>) -> WorkFuture + Send>;
type WorkFuture = Pin<Box<dyn Future<Output = (Done, Tell)> + Send>>;
/// Tells who waits for the work, after the actor has taken note of its end.
type Tell = Box<dyn FnOnce() + Send>;

/// What a request showed of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Healthy,
    Outage,
    /// It lives, and wants to be left alone for so long.
    AsksToWait(Duration),
    /// Nothing: the request was never sent.
    NotSent,
}

impl Done {
    fn of<T>(result: &Result<T, ProviderError>) -> Self {
        match result {
            Err(ProviderError::Unavailable { retry_after: Some(pause) }) => {
                Self::AsksToWait(*pause)
            }
            Err(error) if error.is_outage() => Self::Outage,
            _ => Self::Healthy,
        }
    }

    /// The same, unless it was we who did not send all of it.
    fn unless(self, held_back: bool) -> Self {
        if held_back && self != Self::Healthy { Self::NotSent } else { self }
    }
}

/// A request for its turn.
pub(crate) struct Run {
    pub(crate) work: Work,
    pub(crate) rank: Rank,
    /// It was tried before, and failed.
    pub(crate) again: bool,
    pub(crate) deadline: Instant,
    /// Where a refusal goes; otherwise the work answers for itself.
    pub(crate) refuse: oneshot::Sender<ProviderError>,
}

/// A request that was let in ended.
pub(crate) struct Finished {
    done: Done,
    /// It was the one to try a provider that was left alone.
    probe: bool,
    /// It may have changed what is free.
    writes: bool,
}

pub(crate) enum ProviderMsg {
    /// Run a request unless the breaker or a limit forbids it.
    Run(Run),
    /// Ask for free slots unless somebody does already. Always answered.
    Look(Look),
    /// A request ended.
    RequestFinished(Finished),
    /// A question for free slots ended.
    Looked {
        question: Question,
        flight: Flight,
        answer: Answered,
        asked: Timestamp,
        finished: Finished,
    },
    /// Ask for free slots before anybody needs them, if there is nothing against it.
    Foresee(Box<SlotQuery>),
    /// A question that was asked ahead ended.
    Foreseen { number: u64, answer: Answered, finished: Finished },
    /// A question that was asked ahead takes long.
    Overdue { number: u64 },
    /// What is free at the provider may have changed.
    Changed,
    /// How does the connection stand?
    GetCondition { reply_to: oneshot::Sender<Condition> },
}

pub(crate) struct Provider;

pub(crate) struct ProviderArgs {
    pub(crate) connection: ConnectionId,
    pub(crate) org: OrgId,
    pub(crate) adapter: Arc<dyn BookingProvider>,
    pub(crate) seat: Arc<Seat>,
    /// How long an answer about free slots is good for who does not need it of the moment.
    pub(crate) keep_slots: Duration,
    pub(crate) came_back: CameBack,
}

/// Takes note of the org whose provider answers again after it was left alone.
pub(crate) type CameBack = mpsc::UnboundedSender<OrgId>;

pub(crate) struct ProviderState {
    args: ProviderArgs,
    breaker: Breaker,
    slots: Flights<Question, Answered>,
    ahead: Ahead,
}

fn unavailable(retry_after: Option<Duration>) -> ProviderError {
    ProviderError::Unavailable { retry_after }
}

impl ProviderState {
    fn new(args: ProviderArgs) -> Self {
        let keep = SignedDuration::try_from(args.keep_slots).unwrap_or(SignedDuration::ZERO);
        let slots = Flights::new(keep, MAX_KNOWN_SLOTS);
        Self { breaker: Breaker::default(), slots, ahead: Ahead::default(), args }
    }

    /// Gives a request its place in line, or says why not. Also gives whether it is the one that
    /// tries a provider which was left alone; that one does not wait in line.
    fn admit(
        &mut self,
        rank: Rank,
        again: bool,
        deadline: Instant,
    ) -> Result<(Waiting, bool), ProviderError> {
        self.breaker.allows().map_err(|rest| unavailable(Some(rest)))?;
        let tries = self.breaker.health() != Health::Closed;
        // Trying again is for a provider that fails once, not for one that is down.
        if tries && (again || !self.args.seat.has_room()) || again && self.breaker.failures() > 1 {
            return Err(unavailable(None));
        }
        let waiting = self.args.seat.enter(rank, deadline);
        let waiting = waiting.map_err(|refused| unavailable(refused.retry_after))?;
        Ok((waiting, self.breaker.begin()))
    }

    fn run(&mut self, myself: ProviderRef, run: Run) {
        let Run { work, rank, again, deadline, refuse } = run;
        let (waiting, probe) = match self.admit(rank, again, deadline) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                let _ = refuse.send(refusal);
                return;
            }
        };
        let writes = rank == Rank::Write;
        if writes {
            self.forget_slots();
        }
        let (adapter, seat) = (Arc::clone(&self.args.adapter), Arc::clone(&self.args.seat));
        tokio::spawn(async move {
            let finished = Finished { done: Done::Outage, probe, writes };
            let mut report = Report { myself, finished: Some(finished) };
            let until = Until::new(deadline);
            let refusal = match until.bound(waiting.turn()).await {
                Some(Ok(pass)) => {
                    let toll = Toll::new(seat, until.clone(), rank, pass);
                    // Beyond the deadline nobody waits. What the adapter was at is dropped, so that
                    // a request which is given up is also no longer under way.
                    let work = until.bound(Arc::clone(&toll).over(work(adapter))).await;
                    let held_back = toll.close();
                    let (done, tell) = work.unzip();
                    report.ended(done.unwrap_or(Done::Outage).unless(held_back));
                    if let Some(tell) = tell {
                        tell();
                    }
                    return;
                }
                Some(Err(refused)) => unavailable(refused.retry_after),
                None => unavailable(None),
            };
            report.ended(Done::NotSent);
            let _ = refuse.send(refusal);
        });
    }

    fn settle(&mut self, finished: &Finished) {
        let Finished { done, probe, writes } = *finished;
        if writes {
            self.forget_slots();
        }
        let outage = match done {
            Done::NotSent if probe => return self.breaker.abandon(),
            Done::NotSent => return,
            Done::AsksToWait(pause) => {
                let pause = pause.min(MAX_REST);
                tracing::warn!(connection.id = %self.args.connection,
                    pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                    "provider asks to be left alone");
                // What is too much for a write may be allowed to a question, which tells soon enough.
                self.args.seat.rest(pause, writes);
                if !probe {
                    return;
                }
                true
            }
            Done::Outage => true,
            Done::Healthy => false,
        };
        match self.breaker.settle(outage, probe) {
            Turn::Stays => {}
            Turn::Closed => {
                tracing::info!(connection.id = %self.args.connection, "provider is back");
                let _ = self.args.came_back.send(self.args.org.clone());
            }
            Turn::Opened => {
                tracing::warn!(connection.id = %self.args.connection,
                    "provider left alone for a while");
                let rest = self.breaker.allows().err().unwrap_or_default();
                self.args.seat.turn_away(rest);
            }
        }
    }
}

/// Reports a request as failed unless told otherwise, so that a panic in an adapter neither
/// leaves the breaker half open nor goes unnoticed.
struct Report {
    myself: ProviderRef,
    finished: Option<Finished>,
}

impl Report {
    fn ended(&mut self, done: Done) {
        if let Some(finished) = self.finished.take() {
            // Fails only when the connection was removed meanwhile.
            let finished = Finished { done, ..finished };
            let _ = self.myself.cast(ProviderMsg::RequestFinished(finished));
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        self.ended(Done::Outage);
    }
}

impl Actor for Provider {
    type Msg = ProviderMsg;
    type State = ProviderState;
    type Arguments = ProviderArgs;

    async fn pre_start(
        &self,
        _: ProviderRef,
        args: ProviderArgs,
    ) -> Result<ProviderState, ActorProcessingErr> {
        Ok(ProviderState::new(args))
    }

    async fn handle(
        &self,
        myself: ProviderRef,
        message: ProviderMsg,
        state: &mut ProviderState,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            ProviderMsg::Run(run) => state.run(myself, run),
            ProviderMsg::Look(look) => state.look(myself, look),
            ProviderMsg::RequestFinished(finished) => state.settle(&finished),
            ProviderMsg::Looked { question, flight, answer, asked, finished } => {
                state.settle(&finished);
                state.looked(&question, &flight, &answer, asked);
            }
            ProviderMsg::Foresee(query) => state.foresee(myself, *query),
            ProviderMsg::Foreseen { number, answer, finished } => {
                state.settle(&finished);
                state.foreseen(&myself, number, &answer);
            }
            ProviderMsg::Overdue { number } => state.overdue(&myself, number),
            ProviderMsg::Changed => state.forget_slots(),
            ProviderMsg::GetCondition { reply_to } => {
                let _ = reply_to.send(Condition::of(&state.breaker, &state.args.seat));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
