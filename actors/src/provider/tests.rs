//! The breaker: when a provider is left alone, when it is tried again, and that it stays its own
//! affair.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_storage::{Booking, ConnectionId, OrgId};
use jiff::Timestamp;
use proptest::prelude::*;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::{Done, Health, Provider, ProviderArgs, ProviderMsg, ProviderRef, ProviderState};
use crate::bounds::{BREAKER_FAILURES, BREAKER_PAUSE, MAX_PROVIDER_LINE, MAX_PROVIDER_REQUESTS};
use crate::breaker::Breaker;
use crate::ports::{
    BookingProvider, DaySlots, ProviderBooking, ProviderError, ProviderRecord, SlotQuery,
};
use crate::supervisor::Nursery;

/// A provider that is never asked for anything: these tests bring their own work.
struct Idle;

#[async_trait]
impl BookingProvider for Idle {
    async fn availability(&self, _: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn book(&self, _: &Booking) -> Result<ProviderBooking, ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn reschedule(
        &self,
        _: &Booking,
        _: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn cancel(&self, _: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn find(&self, _: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        Err(ProviderError::NotFound)
    }
}

fn state() -> ProviderState {
    ProviderState {
        connection: ConnectionId::random(),
        org: OrgId::random(),
        came_back: mpsc::unbounded_channel().0,
        adapter: Arc::new(Idle),
        slots: Arc::new(Semaphore::new(MAX_PROVIDER_REQUESTS)),
        line: Arc::new(Semaphore::new(MAX_PROVIDER_LINE)),
        limiter: None,
        breaker: Breaker::default(),
    }
}

/// As if the breaker had opened so long ago.
fn opened(ago: Duration) -> ProviderState {
    ProviderState { breaker: Breaker::opened(ago), ..state() }
}

#[test]
fn failures_in_a_row_open_the_breaker_and_a_success_between_does_not_count() {
    let mut state = state();
    for _ in 1..BREAKER_FAILURES {
        state.settle(&Done::Outage);
    }
    state.settle(&Done::Healthy);
    for _ in 1..BREAKER_FAILURES {
        state.settle(&Done::Outage);
        assert_eq!(state.health(), Health::Closed);
    }
    state.settle(&Done::Outage);
    assert_eq!(state.health(), Health::Open);
    let refused = state.admit().unwrap_err();
    let ProviderError::Unavailable { retry_after: Some(rest) } = refused else {
        panic!("not told when to come back: {refused}");
    };
    assert!(rest <= BREAKER_PAUSE && rest > BREAKER_PAUSE - Duration::from_secs(5), "{rest:?}");
}

#[test]
fn after_the_pause_exactly_one_request_tries() {
    let mut state = opened(BREAKER_PAUSE);
    let probe = state.admit().expect("one may try");
    assert_eq!(state.health(), Health::HalfOpen);
    assert!(state.admit().is_err());
    drop(probe);
    state.settle(&Done::Healthy);
    assert_eq!(state.health(), Health::Closed);
    assert!(state.admit().is_ok());
}

#[test]
fn a_failed_try_opens_the_breaker_for_another_pause() {
    let mut state = opened(BREAKER_PAUSE);
    let _probe = state.admit().expect("one may try");
    state.settle(&Done::Outage);
    assert_eq!(state.health(), Health::Open);
    assert!(state.admit().is_err());
}

#[test]
fn a_full_house_does_not_count_as_the_one_try() {
    let mut state = opened(BREAKER_PAUSE);
    let places = u32::try_from(MAX_PROVIDER_REQUESTS).unwrap();
    let others = Arc::clone(&state.slots).try_acquire_many_owned(places).unwrap();
    assert!(state.admit().is_err());
    drop(others);
    assert!(state.admit().is_ok());
}

proptest! {
    #[test]
    fn a_closed_breaker_has_seen_too_few_failures_since_the_last_success(
        outages in proptest::collection::vec(any::<bool>(), 0..40),
    ) {
        let mut state = state();
        let mut in_a_row = 0;
        for outage in outages {
            in_a_row = if outage { in_a_row + 1 } else { 0 };
            state.settle(if outage { &Done::Outage } else { &Done::Healthy });
            prop_assert_eq!(state.health() == Health::Closed, in_a_row < BREAKER_FAILURES);
        }
    }
}

async fn start(nursery: &Nursery) -> ProviderRef {
    let args = ProviderArgs {
        connection: ConnectionId::random(),
        org: OrgId::random(),
        adapter: Arc::new(Idle),
        came_back: mpsc::unbounded_channel().0,
    };
    ractor::Actor::spawn_linked(None, Provider, args, nursery.cell()).await.unwrap().0
}

async fn health(actor: &ProviderRef) -> Health {
    let (reply_to, reply) = oneshot::channel();
    actor.cast(ProviderMsg::GetHealth { reply_to }).unwrap();
    reply.await.unwrap()
}

/// Sends one request; gives whether it was let through.
async fn request(actor: &ProviderRef, work: impl FnOnce() -> Done + Send + 'static) -> bool {
    let (refuse, refused) = oneshot::channel();
    let (begun, begins) = oneshot::channel();
    let work = Box::new(move |_| {
        let future: super::WorkFuture = Box::pin(async move {
            let _ = begun.send(());
            work()
        });
        future
    });
    let deadline = Instant::now() + Duration::from_secs(5);
    actor.cast(ProviderMsg::Run { work, deadline, refuse }).unwrap();
    tokio::select! {
        Ok(()) = begins => true,
        Ok(_) = refused => false,
        else => panic!("neither begun nor refused"),
    }
}

#[tokio::test]
async fn an_adapter_that_panics_counts_as_failing_and_harms_no_other_connection() {
    let exits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&exits);
    let nursery = Nursery::start("test", move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
    })
    .await
    .unwrap();
    let (broken, sound) = (start(&nursery).await, start(&nursery).await);
    for _ in 0..BREAKER_FAILURES {
        assert!(request(&broken, || panic!("adapter of the test")).await);
    }
    while health(&broken).await != Health::Open {
        tokio::task::yield_now().await;
    }
    let reached = Arc::new(Mutex::new(false));
    let mark = Arc::clone(&reached);
    let let_through = request(&broken, move || {
        *mark.lock().unwrap() = true;
        Done::Healthy
    });
    assert!(!let_through.await);
    assert!(!*reached.lock().unwrap());
    assert!(request(&sound, || Done::Healthy).await);
    assert_eq!(health(&sound).await, Health::Closed);
    assert_eq!(exits.load(Ordering::Relaxed), 0, "an actor ended");
    nursery.stop(Duration::from_secs(1)).await;
}
