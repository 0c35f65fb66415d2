//! What a booking function makes of a provider outside: a booking in doubt is looked up before it is
//! spoken of, and what came of asking is put into words. Asks no provider itself; see `saga`.

use std::sync::Arc;

use hookswitch_storage::{Booking, CallEvent, StoreError};

use super::{Denied, Wanted};
use crate::booking::desk::{Effects, Refusal, outage, storage_down};
use crate::booking::saga::{self, Carried};
use crate::booking::when::LocalTime;
use crate::booking::{phrases, repeat};
use crate::ports::ProviderError;
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// A booking that is meant once more, as it stands now: one in doubt is looked up first.
pub(in crate::booking) async fn joined(
    context: &ToolContext,
    state: &CallState,
    booking: Box<Booking>,
    effects: &mut Effects,
) -> Result<Box<Booking>, Refusal> {
    if !booking.is_in_doubt() {
        return Ok(booking);
    }
    match saga::join(context, booking).await {
        Ok(booking) => {
            if booking.is_in_doubt() {
                doubtful(effects);
            }
            repeat::tell(state, &booking, effects);
            Ok(booking)
        }
        Err(error) => Err(storage_down(context, &error, effects)),
    }
}

/// What is not known yet is no final answer (R5), and whoever watches should know.
fn doubtful(effects: &mut Effects) {
    effects.replayable = false;
    effects.events.push(CallEvent::Warning {
        code: phrases::settled::UNKNOWN_CODE.into(),
        message: phrases::settled::UNKNOWN.into(),
    });
}

/// The refusal to say what nobody knows.
pub(in crate::booking) fn not_known(at: LocalTime, effects: &mut Effects) -> Refusal {
    doubtful(effects);
    Refusal::new("outcome_unknown", phrases::not_sure(at))
}

/// A booking that a provider outside was asked to make.
pub(super) struct AtProvider<'a> {
    pub(super) context: &'a ToolContext,
    pub(super) state: &'a Arc<CallState>,
    pub(super) wanted: &'a Wanted,
}

impl AtProvider<'_> {
    pub(super) async fn made(
        self,
        carried: Result<Carried, StoreError>,
        effects: &mut Effects,
    ) -> Result<Box<Booking>, Denied> {
        let Self { context, state, wanted } = self;
        let Carried { booking, error } = match carried {
            Ok(carried) => carried,
            Err(error) => {
                // The provider may have made it; the job finds out when storage is back.
                let _ = storage_down(context, &error, effects);
                return Err(not_known(wanted.at(), effects).into());
            }
        };
        match error {
            None => Ok(booking),
            Some(ProviderError::Unknown) => {
                doubtful(effects);
                Ok(booking)
            }
            // Nothing was written there: the request is kept, to be made later (P092).
            Some(error) if booking.is_active() => {
                let _ = outage(context, &error, effects);
                effects.replayable = true;
                Ok(booking)
            }
            Some(ProviderError::SlotTaken | ProviderError::OutsidePolicy(_)) => Err(Denied::Taken),
            Some(error) => Err(outage(context, &error, effects).counted(state, effects).into()),
        }
    }
}
