//! Reminders when their time comes, and all of an org's planned anew when its rules change. What is
//! planned when is storage's; knows no text.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{OrgId, PLAN_REMINDERS, REMIND, RemindBooking, Reminded, StoreError};

use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work};

/// How soon a reminder is looked at again whose booking is just being changed.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

fn again(error: &StoreError) -> Ended {
    Ended::Again { after: None, why: error.to_string() }
}

fn tireless() -> Pace {
    Pace { most_runs: None, ..Pace::default() }
}

/// The work of reminding.
pub(crate) struct Remind;

#[async_trait]
impl Work for Remind {
    type Payload = RemindBooking;

    const KIND: &'static str = REMIND;

    fn pace(&self) -> Pace {
        tireless()
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<RemindBooking>) -> Ended {
        match shared.store.remind(&order.org, order.payload, shared.clock.now()).await {
            Ok(Reminded::Settled) => {
                shared.bell.ring();
                Ended::Kept
            }
            Ok(Reminded::Unsettled) => {
                let why = "its booking is being changed".to_owned();
                Ended::Again { after: Some(LOOK_AGAIN), why }
            }
            Err(error) => again(&error),
        }
    }
}

/// The work of planning anew.
pub(crate) struct PlanReminders;

#[async_trait]
impl Work for PlanReminders {
    type Payload = ();

    const KIND: &'static str = PLAN_REMINDERS;

    fn pace(&self) -> Pace {
        tireless()
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<()>) -> Ended {
        match plan_all(shared, &order.org).await {
            Ok(()) => Ended::Done,
            Err(error) => again(&error),
        }
    }
}

/// A crash on the way begins from the start, which does no harm.
async fn plan_all(shared: &Shared, org: &OrgId) -> Result<(), StoreError> {
    let mut from = None;
    loop {
        from = shared.store.plan_reminders(org, from, shared.clock.now()).await?;
        if from.is_none() {
            return Ok(());
        }
    }
}
