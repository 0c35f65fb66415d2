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
use hookswitch_storage::{Connection, ConnectionId};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

pub use connections::{Connections, ProviderHandle};

pub use crate::breaker::Health;

use crate::bounds::{MAX_PROVIDER_REQUESTS, TOOL_AFTERLIFE};
use crate::breaker::{Breaker, Turn};
use crate::ports::{BookingProvider, ProviderError};

pub(crate) type ProviderRef = ActorRef<ProviderMsg>;

type Work = Box<dyn FnOnce(Arc<dyn BookingProvider>) -> WorkFuture + Send>;
type WorkFuture = Pin<Box<dyn Future<Output = Done> + Send>>;

/// Whether a request showed the provider to be in trouble.
pub(crate) enum Done {
    Healthy,
    Outage,
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
    pub(crate) adapter: Arc<dyn BookingProvider>,
}

pub(crate) struct ProviderState {
    connection: ConnectionId,
    adapter: Arc<dyn BookingProvider>,
    slots: Arc<Semaphore>,
    limiter: Option<Arc<DefaultDirectRateLimiter>>,
    breaker: Breaker,
}

impl ProviderState {
    fn health(&self) -> Health {
        self.breaker.health()
    }

    /// Takes a place for a request, or says why there is none.
    fn admit(&mut self) -> Result<OwnedSemaphorePermit, ProviderError> {
        let unavailable = |retry_after| ProviderError::Unavailable { retry_after };
        self.breaker.allows().map_err(|rest| unavailable(Some(rest)))?;
        let permit = Arc::clone(&self.slots).try_acquire_owned().map_err(|_| unavailable(None))?;
        self.breaker.begin();
        Ok(permit)
    }

    fn settle(&mut self, done: &Done) {
        match self.breaker.settle(matches!(done, Done::Outage)) {
            Turn::Stays => {}
            Turn::Closed => {
                tracing::info!(connection.id = %self.connection, "provider is back");
            }
            Turn::Opened => {
                tracing::warn!(connection.id = %self.connection, "provider left alone for a while");
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
            adapter: args.adapter,
            slots: Arc::new(Semaphore::new(MAX_PROVIDER_REQUESTS)),
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
                Ok(permit) => {
                    let adapter = Arc::clone(&state.adapter);
                    let limiter = state.limiter.clone();
                    tokio::spawn(async move {
                        let _permit = permit;
                        let mut report = Report { myself, done: None };
                        if let Some(limiter) = limiter {
                            let wait =
                                tokio::time::timeout_at(deadline.into(), limiter.until_ready());
                            if wait.await.is_err() {
                                report.done = Some(Done::Healthy);
                                let _ =
                                    refuse.send(ProviderError::Unavailable { retry_after: None });
                                return;
                            }
                        }
                        // An adapter that never ends would keep its place for ever.
                        let work = tokio::time::timeout(TOOL_AFTERLIFE, work(adapter));
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
    supervisor: ractor::ActorCell,
) -> Result<ProviderRef, ractor::SpawnErr> {
    let args = ProviderArgs { connection: connection.id.clone(), adapter };
    let (actor, _) = Actor::spawn_linked(None, Provider, args, supervisor).await?;
    Ok(actor)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
