//! The limit on guessing: who may try how often to open a booking by a code or a detail. A try is
//! counted before it is looked at and forgiven when it was right.

use hookswitch_storage::{CallEvent, Guess, GuessKind, GuessLimits, GuessOutcome};

use crate::booking::desk::{Effects, Refusal, storage_down};
use crate::booking::phrases;
use crate::bounds::{GUESSES_OUTSIDE_PER_DAY, GUESSES_PER_CALL, GUESSES_PER_DAY};
use crate::session::state::CallState;
use crate::tools::ToolContext;

/// What supervisors see when somebody is refused.
const WARNING: &str = "too_many_guesses";

/// A try that was allowed.
pub(super) struct Try(Option<Guess>);

/// Asks for leave to try.
///
/// # Errors
/// When too many were wrong, in words that offer a person.
pub(super) async fn attempt(
    context: &ToolContext,
    state: &CallState,
    kind: GuessKind,
    effects: &mut Effects,
) -> Result<Try, Refusal> {
    // An operator reads every booking anyway.
    if context.operator.is_some() {
        return Ok(Try(None));
    }
    let guess = Guess {
        org: context.org.id().clone(),
        call: context.facts.id.clone(),
        number: state.caller.number.clone(),
        kind,
        day: context.now().to_zoned(context.org.zone.clone()).date(),
        limits: GuessLimits {
            per_call: GUESSES_PER_CALL,
            per_day: GUESSES_PER_DAY,
            outside_per_day: GUESSES_OUTSIDE_PER_DAY,
        },
        now: context.now(),
    };
    match context.shared.store.guess(guess.clone()).await {
        Ok(GuessOutcome::Allowed) => Ok(Try(Some(guess))),
        Ok(GuessOutcome::Refused) => Err(refused(state, effects)),
        Err(error) => Err(storage_down(context, &error, effects)),
    }
}

impl Try {
    /// It was right.
    pub(super) async fn forgive(self, context: &ToolContext) {
        let Some(guess) = self.0 else { return };
        if let Err(error) = context.shared.store.forgive(guess).await {
            tracing::warn!(org.id = %context.org.id(), %error, "a right guess was not forgiven");
        }
    }
}

fn refused(state: &CallState, effects: &mut Effects) -> Refusal {
    if !state.warnings.iter().any(|warning| warning.code == WARNING) {
        let message = "The caller gave several wrong confirmation numbers or details of a booking.";
        effects.events.push(CallEvent::Warning { code: WARNING.into(), message: message.into() });
    }
    let mut refusal = Refusal::new("too_many_attempts", phrases::access::too_many_guesses());
    refusal.transfer_suggested = true;
    refusal
}
