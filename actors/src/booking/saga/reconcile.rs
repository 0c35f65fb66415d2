//! Goes on with bookings where nobody waits any more: after a crash, a lost answer, an outage, or
//! while a provider has yet to decide. A job per booking, which is there exactly while there is
//! something to settle. Looks before it asks; never asks blindly.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hookswitch_storage::{
    Act, Booking, OrgId, Outcome, SETTLE_BOOKING, SettleBooking, Settlement, StoreError,
};

use super::carry::{ask, ask_after_doubt, settle};
use super::former;
use super::judge::{self, Keep, Verdict, later};
use super::tell;
use crate::bounds::{GIVE_UP_AFTER, LOOK_AFTER, PROVIDER_LOOK, PROVIDER_WRITE};
use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work};
use crate::ports::ProviderError;
use crate::provider::ProviderHandle;

/// Who acts, for the audit log.
const BY: &str = "reconciler";

/// The work of settling bookings.
pub(crate) struct Reconciler;

#[async_trait]
impl Work for Reconciler {
    type Payload = SettleBooking;

    const KIND: &'static str = SETTLE_BOOKING;

    fn pace(&self) -> Pace {
        // Ends with the booking's time, not with a count.
        Pace { most_runs: None, ..Pace::default() }
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<SettleBooking>) -> Ended {
        match run(shared, &order.org, order.payload).await {
            Ok(ended) => ended,
            Err(error) => Ended::Again { after: None, why: error.to_string() },
        }
    }
}

/// What a look brought.
pub(super) enum Looked {
    /// It is settled, or waits for another reason than before.
    Settled(Box<Booking>),
    /// It is to be asked for.
    Ask,
    /// It is as it was.
    Same { after: Option<Duration>, why: String },
}

async fn run(
    shared: &Arc<Shared>,
    org: &OrgId,
    payload: SettleBooking,
) -> Result<Ended, StoreError> {
    let Some(turn) = shared.turns.try_take(payload.booking) else {
        return Ok(again(Some(LOOK_AFTER), "it is being asked for"));
    };
    let booking = shared.store.booking(org, &payload.booking).await?;
    let unsettled = |booking: &Booking| booking.intent.is_some() || booking.is_requested();
    let Some(booking) = booking.filter(unsettled) else {
        // Whoever begins something with it after this turn keeps a job of its own.
        shared.store.end_settling(org, &payload.booking).await?;
        return Ok(Ended::Kept);
    };
    let given_up = later(booking.start, GIVE_UP_AFTER) < shared.clock.now();
    let ended = match shared.connections.get(org, &booking.connection_id).await {
        Ok(provider) => go_on(shared, &provider, &booking).await?,
        Err(ProviderError::NotFound) if booking.is_unasked() => {
            let reason = "its calendar was removed before it could be asked".to_owned();
            let failed = Settlement::Failed { reason, look_at: None, taken: false };
            let settled = settle(shared, &booking, failed, BY).await?;
            tell::settled(shared, &booking, &settled).await;
            Ended::Kept
        }
        Err(ProviderError::NotFound) => {
            doubt(shared, &booking).await?;
            Ended::Dead {
                why: "its connection was removed; look at the provider's calendar".into(),
            }
        }
        Err(error) => again(None, &error.to_string()),
    };
    drop(turn);
    Ok(match ended {
        Ended::Again { why, .. } if given_up => {
            Ended::Dead { why: format!("its time has passed unsettled: {why}") }
        }
        ended => ended,
    })
}

async fn go_on(
    shared: &Arc<Shared>,
    provider: &ProviderHandle,
    booking: &Booking,
) -> Result<Ended, StoreError> {
    // What a provider was surely not asked for need not be looked for.
    let looked = if booking.is_unasked() {
        Looked::Ask
    } else {
        look(shared, provider, booking, Instant::now() + PROVIDER_LOOK, BY).await?
    };
    match looked {
        Looked::Ask => ask_now(shared, provider, booking).await,
        Looked::Settled(settled) => {
            tell::settled(shared, booking, &settled).await;
            Ok(Ended::Kept)
        }
        Looked::Same { after, why } => Ok(again(after, &why)),
    }
}

/// Looks what the provider has and settles what follows. The turn must be the caller's.
pub(super) async fn look(
    shared: &Arc<Shared>,
    provider: &ProviderHandle,
    booking: &Booking,
    until: Instant,
    by: &str,
) -> Result<Looked, StoreError> {
    // What is not there when it is looked for may be there when the answer arrives: what the
    // provider says is of this moment.
    let now = shared.clock.now();
    let found = match provider.find(booking.clone(), until).await {
        Ok(found) => found,
        Err(error) => {
            doubt(shared, booking).await?;
            let after = match &error {
                ProviderError::Unavailable { retry_after } => *retry_after,
                _ => None,
            };
            return Ok(Looked::Same { after, why: error.to_string() });
        }
    };
    if found.is_none() && former::may_stand_elsewhere(shared, booking).await? {
        doubt(shared, booking).await?;
        return Ok(Looked::Same { after: None, why: former::out_of_sight().to_string() });
    }
    match judge::found(booking, found.as_ref(), now) {
        Verdict::Settled(settlement) => {
            Ok(Looked::Settled(Box::new(settle(shared, booking, settlement, by).await?)))
        }
        Verdict::Ask => Ok(Looked::Ask),
        Verdict::Wait(after) => {
            doubt(shared, booking).await?;
            Ok(Looked::Same { after, why: "the provider has not done it so far".into() })
        }
    }
}

/// What an interrupted request did is unknown, and everyone who looks is to see that.
async fn doubt(shared: &Arc<Shared>, booking: &Booking) -> Result<(), StoreError> {
    let is_known = booking.outcome == Outcome::Unknown || !booking.is_active();
    if booking.is_in_doubt() && !is_known {
        let look_at = later(shared.clock.now(), LOOK_AFTER);
        let unknown = Settlement::Unknown { look_at, promised: false, ended: false };
        let settled =
            shared.store.settle(&booking.org, &booking.id, unknown, BY, shared.clock.now()).await?;
        if let Some(settled) = settled {
            tell::doubtful(shared, booking, &settled).await;
        }
    }
    Ok(())
}

/// Asks the provider for what it surely has not done, after writing down that it is asked.
async fn ask_now(
    shared: &Arc<Shared>,
    provider: &ProviderHandle,
    booking: &Booking,
) -> Result<Ended, StoreError> {
    let now = shared.clock.now();
    let act = booking.intent.as_ref().map(|intent| &intent.act);
    if act == Some(&Act::Create) && booking.start <= now {
        let reason = "its time had passed before the provider could be asked".to_owned();
        let failed = Settlement::Failed { reason, look_at: None, taken: false };
        let settled = settle(shared, booking, failed, BY).await?;
        tell::settled(shared, booking, &settled).await;
        return Ok(Ended::Kept);
    }
    let look_at = later(now, PROVIDER_WRITE + LOOK_AFTER);
    let asked = shared.store.ask_again(&booking.org, &booking.id, now, look_at).await?;
    let Some(asked) = asked else {
        shared.store.end_settling(&booking.org, &booking.id).await?;
        return Ok(Ended::Kept);
    };
    let carried = if booking.is_in_doubt() {
        ask_after_doubt(shared, provider, &asked, BY).await?
    } else {
        ask(shared, provider, &asked, Keep::PROMISED, BY).await?
    };
    if !booking.is_active() && carried.error.is_none() {
        tell::compensated(shared, booking).await;
    }
    tell::settled(shared, booking, &carried.booking).await;
    Ok(match carried.error {
        Some(ProviderError::Unavailable { retry_after }) if carried.booking.intent.is_some() => {
            again(retry_after, "the provider is out of reach")
        }
        Some(error) if carried.booking.intent.is_some() => again(None, &error.to_string()),
        _ => Ended::Kept,
    })
}

fn again(after: Option<Duration>, why: &str) -> Ended {
    Ended::Again { after, why: why.to_owned() }
}

/// After a start: nobody has a turn any more, so whatever is unsettled is gone on with at once.
pub(crate) async fn hurry_all(shared: &Shared) -> Result<(), StoreError> {
    let now = shared.clock.now();
    shared.store.hurry_jobs(None, SETTLE_BOOKING, now).await?;
    shared.bell.ring();
    Ok(())
}

/// A provider of an org is back: what waits for it is gone on with at once.
pub(crate) async fn hurry_org(shared: &Shared, org: &OrgId) {
    let now = shared.clock.now();
    match shared.store.hurry_jobs(Some(org), SETTLE_BOOKING, now).await {
        Ok(_) => shared.bell.ring(),
        Err(error) => tracing::warn!(org.id = %org, %error, "waiting bookings not hurried"),
    }
}
