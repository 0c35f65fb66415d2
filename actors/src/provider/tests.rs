//! The breaker: when a provider is left alone, when it is tried again, and that it stays its own
//! affair.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_storage::{Booking, ConnectionId, OrgId};
use jiff::Timestamp;
use proptest::prelude::*;
use tokio::sync::{mpsc, oneshot};

use super::{
    Done, Finished, Health, Provider, ProviderArgs, ProviderMsg, ProviderRef, ProviderState, Run,
};
use crate::bounds::{BREAKER_FAILURES, BREAKER_PAUSE};
use crate::breaker::Breaker;
use crate::outbound::{Line, Rank, SeatPlan};
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

/// Requests that a connection of these tests works on at once.
const AT_ONCE: usize = 4;

fn args() -> ProviderArgs {
    let plan = SeatPlan {
        of_all: None,
        allowances: Vec::new(),
        bookings: Vec::new(),
        booked: Vec::new(),
        at_once: AT_ONCE,
        most_waiting: 8,
    };
    ProviderArgs {
        connection: ConnectionId::random(),
        org: OrgId::random(),
        adapter: Arc::new(Idle),
        seat: Line::alone().seat(&plan),
        keep_slots: Duration::ZERO,
        came_back: mpsc::unbounded_channel().0,
    }
}

fn state() -> ProviderState {
    ProviderState::new(args())
}

impl ProviderState {
    fn health(&self) -> Health {
        self.breaker.health()
    }

    /// A read comes; gives whether it is the one that tries.
    fn read(&mut self) -> Result<bool, ProviderError> {
        let deadline = Instant::now() + Duration::from_secs(5);
        self.admit(Rank::Read, false, deadline).map(|(_, probe)| probe)
    }

    fn ended(&mut self, done: Done, probe: bool) {
        self.settle(&Finished { done, probe, writes: false });
    }
}

/// As if the breaker had opened so long ago.
fn opened(ago: Duration) -> ProviderState {
    ProviderState { breaker: Breaker::opened(ago), ..state() }
}

#[tokio::test]
async fn failures_in_a_row_open_the_breaker_and_a_success_between_does_not_count() {
    let mut state = state();
    for _ in 1..BREAKER_FAILURES {
        state.ended(Done::Outage, false);
    }
    state.ended(Done::Healthy, false);
    for _ in 1..BREAKER_FAILURES {
        state.ended(Done::Outage, false);
        assert_eq!(state.health(), Health::Closed);
    }
    state.ended(Done::Outage, false);
    assert_eq!(state.health(), Health::Open);
    let refused = state.read().unwrap_err();
    let ProviderError::Unavailable { retry_after: Some(rest) } = refused else {
        panic!("not told when to come back: {refused}");
    };
    assert!(rest <= BREAKER_PAUSE && rest > BREAKER_PAUSE - Duration::from_secs(5), "{rest:?}");
}

#[tokio::test]
async fn after_the_pause_exactly_one_request_tries() {
    let mut state = opened(BREAKER_PAUSE);
    assert_eq!(state.read(), Ok(true));
    assert_eq!(state.health(), Health::HalfOpen);
    assert!(state.read().is_err());
    state.ended(Done::Outage, false);
    assert!(state.read().is_err(), "the end of an older one lets nobody else try");
    state.ended(Done::Healthy, true);
    assert_eq!(state.health(), Health::Closed);
    assert_eq!(state.read(), Ok(false));
}

#[tokio::test]
async fn a_failed_try_opens_the_breaker_for_another_pause() {
    for done in [Done::Outage, Done::AsksToWait(Duration::from_secs(1))] {
        let mut state = opened(BREAKER_PAUSE);
        assert_eq!(state.read(), Ok(true));
        state.ended(done, true);
        assert_eq!(state.health(), Health::Open);
        assert!(state.read().is_err());
    }
}

#[tokio::test]
async fn a_full_house_does_not_count_as_the_one_try() {
    let mut state = opened(BREAKER_PAUSE);
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut others = Vec::new();
    for _ in 0..AT_ONCE {
        others.push(state.args.seat.enter(Rank::Read, deadline).unwrap().turn().await.unwrap());
    }
    assert!(state.read().is_err());
    drop(others);
    assert_eq!(state.read(), Ok(true));
}

#[tokio::test]
async fn a_try_that_was_never_sent_leaves_it_to_another() {
    let mut state = opened(BREAKER_PAUSE);
    assert_eq!(state.read(), Ok(true));
    state.ended(Done::NotSent, true);
    assert_eq!(state.read(), Ok(true));
}

#[tokio::test]
async fn who_is_asked_to_wait_waits_so_long_and_is_no_outage() {
    let mut state = state();
    for _ in 0..2 * BREAKER_FAILURES {
        state.ended(Done::AsksToWait(Duration::from_secs(40)), false);
    }
    assert_eq!(state.health(), Health::Closed);
    let ProviderError::Unavailable { retry_after: Some(rest) } = state.read().unwrap_err() else {
        panic!("not told when to come back");
    };
    assert!((30..=40).contains(&rest.as_secs()), "{rest:?}");
    let condition = super::Condition::of(&state.breaker, &state.args.seat);
    assert!(condition.retry_in.is_some_and(|rest| rest.as_secs() >= 30), "{condition:?}");
}

#[tokio::test]
async fn those_in_line_are_told_at_once_when_the_provider_is_left_alone() {
    let mut state = state();
    let deadline = Instant::now() + Duration::from_secs(60);
    let seat = Arc::clone(&state.args.seat);
    let mut others = Vec::new();
    for _ in 0..AT_ONCE {
        others.push(seat.enter(Rank::Read, deadline).unwrap().turn().await.unwrap());
    }
    let waits = seat.enter(Rank::Write, deadline).unwrap();
    for _ in 0..BREAKER_FAILURES {
        state.ended(Done::Outage, false);
    }
    let refused = waits.turn().await.err().unwrap();
    assert!(refused.retry_after.is_some_and(|rest| rest <= BREAKER_PAUSE), "{refused:?}");
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
            state.ended(if outage { Done::Outage } else { Done::Healthy }, false);
            prop_assert_eq!(state.health() == Health::Closed, in_a_row < BREAKER_FAILURES);
        }
    }
}

async fn start(nursery: &Nursery) -> ProviderRef {
    ractor::Actor::spawn_linked(None, Provider, args(), nursery.cell()).await.unwrap().0
}

async fn health(actor: &ProviderRef) -> Health {
    let (reply_to, reply) = oneshot::channel();
    actor.cast(ProviderMsg::GetCondition { reply_to }).unwrap();
    reply.await.unwrap().health
}

/// Sends one request; gives whether it was let through.
async fn request(actor: &ProviderRef, work: impl FnOnce() -> Done + Send + 'static) -> bool {
    let (refuse, refused) = oneshot::channel();
    let (begun, begins) = oneshot::channel();
    let work = Box::new(move |_| {
        let future: super::WorkFuture = Box::pin(async move {
            let _ = begun.send(());
            let tell: super::Tell = Box::new(|| {});
            (work(), tell)
        });
        future
    });
    let deadline = Instant::now() + Duration::from_secs(5);
    let run = Run { work, rank: Rank::Read, again: false, deadline, refuse };
    actor.cast(ProviderMsg::Run(run)).unwrap();
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
