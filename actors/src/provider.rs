//! One actor per provider connection. Owns the connection's health and its limits: requests at
//! once, requests per second, and a breaker that leaves a failing provider alone for a while.
//! The requests run in tasks of their own; a hanging provider never blocks the actor.

mod connections;

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use hookswitch_storage::{Connection, ConnectionId, OrgId};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

pub use connections::{Connections, ProviderHandle};

pub use crate::breaker::Health;

use crate::bounds::{MAX_PROVIDER_LINE, MAX_PROVIDER_REQUESTS};
use crate::breaker::{Breaker, Turn};
use crate::ports::{BookingProvider, ProviderError};

pub(crate) type ProviderRef = ActorRef<ProviderMsg>;

type Work = Box<dyn FnOnce(Arc<dyn BookingProvider>) -> WorkFuture + Send>;
type WorkFuture = Pin<Box<dyn Future<Output = Done> + Send>>;

/// Whether a request showed the provider to be in trouble.
pub(crate) enum Done {
    Healthy,
    Outage,
    /// It shows nothing: the request was never sent.
    NotSent,
}

pub(crate) enum ProviderMsg {
    /// Run a request unless the breaker or a limit forbids it. A refusal always comes through
    /// `refuse`; otherwise the work answers for itself.
    Run { work: Work, deadline: Instant, refuse: oneshot::Sender<ProviderError> },
    /// A request ended.
    RequestFinished(Done),
    /// How is the connection?
    GetHealth { reply_to: oneshot::Sender<Health> },
}

pub(crate) struct Provider;

pub(crate) struct ProviderArgs {
    pub(crate) connection: ConnectionId,
    pub(crate) org: OrgId,
    pub(crate) adapter: Arc<dyn BookingProvider>,
    pub(crate) came_back: CameBack,
}

/// Takes note of the org whose provider answers again after it was left alone.
pub(crate) type CameBack = mpsc::UnboundedSender<OrgId>;

pub(crate) struct ProviderState {
    connection: ConnectionId,
    org: OrgId,
    came_back: CameBack,
    adapter: Arc<dyn BookingProvider>,
    slots: Arc<Semaphore>,
    line: Arc<Semaphore>,
    limiter: Option<Arc<DefaultDirectRateLimiter>>,
    breaker: Breaker,
}

impl ProviderState {
    fn health(&self) -> Health {
        self.breaker.health()
    }

    /// Lets a request in, or says why not. While all places are taken it may wait in line, unless
    /// it is the one that tries a provider which was left alone.
    fn admit(&mut self) -> Result<Place, ProviderError> {
        let unavailable = |retry_after| ProviderError::Unavailable { retry_after };
        self.breaker.allows().map_err(|rest| unavailable(Some(rest)))?;
        let place = match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(permit) => Place::Free(permit),
            Err(_) if self.breaker.health() != Health::Closed => return Err(unavailable(None)),
            Err(_) => {
                let line = Arc::clone(&self.line).try_acquire_owned();
                let line = line.map_err(|_| unavailable(None))?;
                Place::InLine(Arc::clone(&self.slots), line)
            }
        };
        self.breaker.begin();
        Ok(place)
    }

    fn settle(&mut self, done: &Done) {
        if matches!(done, Done::NotSent) {
            return self.breaker.abandon();
        }
        match self.breaker.settle(matches!(done, Done::Outage)) {
            Turn::Stays => {}
            Turn::Closed => {
                tracing::info!(connection.id = %self.connection, "provider is back");
                let _ = self.came_back.send(self.org.clone());
            }
            Turn::Opened => {
                tracing::warn!(connection.id = %self.connection, "provider left alone for a while");
            }
        }
    }
}

/// A request's place among those that one connection works on at once.
#[derive(Debug)]
enum Place {
    Free(OwnedSemaphorePermit),
    InLine(Arc<Semaphore>, OwnedSemaphorePermit),
}

impl Place {
    /// Waits for the place; `None` if it is not free by `deadline`.
    async fn taken(self, deadline: Instant) -> Option<OwnedSemaphorePermit> {
        match self {
            Self::Free(permit) => Some(permit),
            Self::InLine(slots, _line) => {
                let waiting = tokio::time::timeout_at(deadline.into(), slots.acquire_owned());
                waiting.await.ok()?.ok()
            }
        }
    }
}

/// Reports a request as failed unless told otherwise, so that a panic in an adapter neither
/// leaves the breaker half open nor goes unnoticed.
struct Report {
    myself: ProviderRef,
    done: Option<Done>,
}

impl Drop for Report {
    fn drop(&mut self) {
        let done = self.done.take().unwrap_or(Done::Outage);
        // Fails only when the connection was removed meanwhile.
        let _ = self.myself.cast(ProviderMsg::RequestFinished(done));
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
        let limiter = args.adapter.rate_limit().and_then(|(per_second, burst)| {
            // governor's default burst would allow twice the rate in the first second.
            let quota = Quota::per_second(NonZeroU32::new(per_second)?)
                .allow_burst(NonZeroU32::new(burst)?);
            Some(Arc::new(RateLimiter::direct(quota)))
        });
        Ok(ProviderState {
            connection: args.connection,
            org: args.org,
            came_back: args.came_back,
            adapter: args.adapter,
            slots: Arc::new(Semaphore::new(MAX_PROVIDER_REQUESTS)),
            line: Arc::new(Semaphore::new(MAX_PROVIDER_LINE)),
            limiter,
            breaker: Breaker::default(),
        })
    }

    async fn handle(
        &self,
        myself: ProviderRef,
        message: ProviderMsg,
        state: &mut ProviderState,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            ProviderMsg::Run { work, deadline, refuse } => match state.admit() {
                Err(refusal) => {
                    let _ = refuse.send(refusal);
                }
                Ok(place) => {
                    let adapter = Arc::clone(&state.adapter);
                    let limiter = state.limiter.clone();
                    tokio::spawn(async move {
                        let mut report = Report { myself, done: None };
                        let Some(_permit) = place.taken(deadline).await else {
                            report.done = Some(Done::NotSent);
                            let _ = refuse.send(ProviderError::Unavailable { retry_after: None });
                            return;
                        };
                        if let Some(limiter) = limiter {
                            let wait =
                                tokio::time::timeout_at(deadline.into(), limiter.until_ready());
                            if wait.await.is_err() {
                                report.done = Some(Done::NotSent);
                                let _ =
                                    refuse.send(ProviderError::Unavailable { retry_after: None });
                                return;
                            }
                        }
                        // Beyond the deadline nobody waits. What the adapter was at is dropped, so
                        // that a request which is given up is also no longer under way.
                        let work = tokio::time::timeout_at(deadline.into(), work(adapter));
                        report.done = Some(work.await.unwrap_or(Done::Outage));
                    });
                }
            },
            ProviderMsg::RequestFinished(done) => state.settle(&done),
            ProviderMsg::GetHealth { reply_to } => {
                let _ = reply_to.send(state.health());
            }
        }
        Ok(())
    }
}

/// The adapter of a connection, started as an actor linked to `supervisor`.
pub(crate) async fn spawn(
    connection: &Connection,
    adapter: Arc<dyn BookingProvider>,
    came_back: CameBack,
    supervisor: ractor::ActorCell,
) -> Result<ProviderRef, ractor::SpawnErr> {
    let (connection, org) = (connection.id.clone(), connection.org.clone());
    let args = ProviderArgs { connection, org, adapter, came_back };
    let (actor, _) = Actor::spawn_linked(None, Provider, args, supervisor).await?;
    Ok(actor)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
