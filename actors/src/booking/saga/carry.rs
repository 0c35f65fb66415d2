//! Asks a provider to make, move or cancel a booking whose intent is on disk, in a task of its own:
//! who waits may give up, the asking goes on and is settled (R18). Says nothing to callers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_storage::{Act, Booking, BookingId, OutagePolicy, Settlement, StoreError};
use tokio::sync::oneshot;

use super::former;
use super::judge::{self, Answer, Keep, later};
use super::tell;
use super::{reconcile, reconcile::Looked};
use crate::bounds::{ANSWER_MARGIN, LOOK_AFTER, PROVIDER_LOOK, PROVIDER_WRITE};
use crate::calls::Shared;
use crate::ports::ProviderError;
use crate::provider::ProviderHandle;
use crate::tools::ToolContext;
use crate::turns::Turn;

/// What came of asking.
#[derive(Debug, Clone)]
pub(in crate::booking) struct Carried {
    /// The booking as it stands now.
    pub(in crate::booking) booking: Box<Booking>,
    /// What the provider had against it; [`ProviderError::Unknown`] if it has not answered.
    pub(in crate::booking) error: Option<ProviderError>,
}

/// Asks the provider for what the booking's intent says, and settles. The turn must be the
/// caller's.
pub(super) async fn ask(
    shared: &Shared,
    provider: &ProviderHandle,
    booking: &Booking,
    keep: Keep,
    by: &str,
) -> Result<Carried, StoreError> {
    let answer = request(shared, provider, booking).await?;
    let settlement = judge::answered(booking, &answer, keep, shared.clock.now());
    let settled = settle(shared, booking, settlement, by).await?;
    Ok(Carried { booking: Box::new(settled), error: answer.err() })
}

/// As [`ask`] for a booking that was asked for before, with an answer that was lost: what the
/// provider refuses now it may have because of then.
pub(super) async fn ask_after_doubt(
    shared: &Shared,
    provider: &ProviderHandle,
    booking: &Booking,
    by: &str,
) -> Result<Carried, StoreError> {
    let answer = request(shared, provider, booking).await?;
    let now = shared.clock.now();
    let mut settlement = judge::answered(booking, &answer, Keep::PROMISED, now);
    if matches!(settlement, Settlement::Failed { .. }) {
        let found = provider.find(booking.clone(), Instant::now() + PROVIDER_LOOK).await;
        settlement = judge::refused_after_doubt(booking, found, settlement, now);
    }
    let settled = settle(shared, booking, settlement, by).await?;
    Ok(Carried { booking: Box::new(settled), error: answer.err() })
}

async fn request(
    shared: &Shared,
    provider: &ProviderHandle,
    booking: &Booking,
) -> Result<Answer, StoreError> {
    let until = Instant::now() + PROVIDER_WRITE;
    if former::may_stand_elsewhere(shared, booking).await?
        && let Err(error) = former::is_in_sight(provider, booking, until).await
    {
        return Ok(Err(error));
    }
    Ok(match booking.intent.as_ref().map(|intent| &intent.act) {
        Some(Act::Create) => provider.book(booking.clone(), until).await.map(Some),
        Some(Act::Move(to)) => {
            provider.reschedule(booking.clone(), to.start, until).await.map(Some)
        }
        Some(Act::Cancel { reason }) => {
            provider.cancel(booking.clone(), reason.clone(), until).await.map(|()| None)
        }
        None => Err(ProviderError::NotFound),
    })
}

/// Writes down what came of it. A booking that is gone meanwhile has nothing to settle.
pub(super) async fn settle(
    shared: &Shared,
    booking: &Booking,
    settlement: Settlement,
    by: &str,
) -> Result<Booking, StoreError> {
    let now = shared.clock.now();
    let settled = shared.store.settle(&booking.org, &booking.id, settlement, by, now).await?;
    let settled = settled.unwrap_or_else(|| booking.clone());
    if settled.intent.is_some() || settled.is_requested() {
        shared.bell.ring();
    }
    Ok(settled)
}

/// When the job that goes with a new intent looks at it: when whoever asks now must have ended.
pub(in crate::booking) fn look_at(context: &ToolContext) -> jiff::Timestamp {
    later(context.now(), PROVIDER_WRITE + LOOK_AFTER)
}

/// Takes the turn upon a booking, before its intent is written; `None` if somebody asks its
/// provider for longer than the caller waits.
pub(in crate::booking) async fn take_turn(
    context: &ToolContext,
    booking: BookingId,
) -> Option<Turn<BookingId>> {
    let taking = context.shared.turns.take(booking);
    tokio::time::timeout_at(patience(context).into(), taking).await.ok()
}

/// Until when a tool may wait and still say something of its own.
fn patience(context: &ToolContext) -> Instant {
    context.deadline.checked_sub(ANSWER_MARGIN).unwrap_or(context.deadline)
}

/// Whether what is surely not done is promised to the caller and kept (P092, R9).
fn keeps(context: &ToolContext) -> bool {
    context.org.settings().booking.outage_policy == OutagePolicy::Defaults
}

/// As [`ask`] on behalf of a tool, for as long as the tool may wait. What comes later is told to
/// the call by message.
///
/// # Errors
/// If storage fails; the job that came with the intent goes on.
pub(in crate::booking) async fn carry_out(
    context: &ToolContext,
    provider: &ProviderHandle,
    booking: Box<Booking>,
    turn: Turn<BookingId>,
) -> Result<Carried, StoreError> {
    let shared = Arc::clone(&context.shared);
    let is_create = booking.intent.as_ref().is_some_and(|intent| intent.act == Act::Create);
    // A change that cannot be asked for is refused: the booking is safe where it is.
    let keeps = keeps(context);
    let keep = Keep { in_outage: is_create && keeps, in_doubt: keeps };
    let asking = Asking {
        shared,
        provider: provider.clone(),
        booking: (*booking).clone(),
        keep,
        by: context.actor(),
    };
    let (reply_to, mut reply) = oneshot::channel();
    tokio::spawn(asking.run(turn, reply_to));
    let waited = tokio::time::timeout_at(patience(context).into(), &mut reply).await;
    let carried = match waited {
        Ok(carried) => carried.ok(),
        Err(_) => {
            reply.close();
            reply.try_recv().ok()
        }
    };
    match carried {
        Some(carried) => carried,
        None => no_answer(context, &booking).await,
    }
}

/// The caller is told that there is no answer yet, and so is everyone who looks.
async fn no_answer(context: &ToolContext, booking: &Booking) -> Result<Carried, StoreError> {
    let unknown = Settlement::Unknown {
        look_at: later(context.now(), PROVIDER_WRITE + LOOK_AFTER),
        promised: keeps(context),
        ended: false,
    };
    let settled = settle(&context.shared, booking, unknown, &context.actor()).await?;
    // The answer may have come between waiting and writing; what it was shows in what it did. A
    // refusal is told by whoever heard it.
    let error = (!is_done(booking, &settled)).then_some(ProviderError::Unknown);
    Ok(Carried { booking: Box::new(settled), error })
}

/// Whether what a booking's provider was asked for is done.
fn is_done(asked: &Booking, now: &Booking) -> bool {
    let Some(intent) = asked.intent.as_ref().filter(|_| now.intent.is_none()) else { return false };
    match &intent.act {
        Act::Create => now.is_active(),
        Act::Move(to) => now.is_active() && now.start == to.start,
        Act::Cancel { .. } => !now.is_active(),
    }
}

struct Asking {
    shared: Arc<Shared>,
    provider: ProviderHandle,
    booking: Booking,
    keep: Keep,
    by: String,
}

impl Asking {
    async fn run(
        self,
        turn: Turn<BookingId>,
        reply_to: oneshot::Sender<Result<Carried, StoreError>>,
    ) {
        let Self { shared, provider, booking, keep, by } = self;
        let carried = ask(&shared, &provider, &booking, keep, &by).await;
        drop(turn);
        // Nobody waits any more: the caller has been told that there is no answer yet.
        if let Err(Ok(carried)) = reply_to.send(carried) {
            tell::settled(&shared, &booking, &carried.booking).await;
        }
    }
}

/// A request that means a booking which is in doubt joins it: it waits for whoever asks the
/// provider, then looks itself. What is left in doubt is told to be so.
///
/// # Errors
/// If storage fails.
pub(in crate::booking) async fn join(
    context: &ToolContext,
    booking: Box<Booking>,
) -> Result<Box<Booking>, StoreError> {
    if !booking.is_in_doubt() {
        return Ok(booking);
    }
    let shared = &context.shared;
    let until = patience(context);
    let taking = shared.turns.take(booking.id);
    let turn = tokio::time::timeout_at(until.into(), taking).await;
    let read = shared.store.booking(&booking.org, &booking.id).await?;
    let mut booking = read.map_or(booking, Box::new);
    if let Ok(turn) = turn
        && booking.is_in_doubt()
        && Instant::now() + Duration::from_millis(50) < until
        && let Ok(provider) = shared.connections.get(&booking.org, &booking.connection_id).await
    {
        let looked = reconcile::look(shared, &provider, &booking, until, &context.actor()).await?;
        drop(turn);
        if let Looked::Settled(settled) = looked {
            booking = settled;
        }
    }
    if booking.is_in_doubt() {
        let unknown = Settlement::Unknown {
            look_at: later(context.now(), LOOK_AFTER),
            promised: keeps(context),
            ended: false,
        };
        booking = Box::new(settle(shared, &booking, unknown, &context.actor()).await?);
    }
    Ok(booking)
}
