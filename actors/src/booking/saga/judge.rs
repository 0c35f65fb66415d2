//! What a provider's answer means for a booking, and what follows from what a provider has of it.
//! Pure: no clock, no storage, no provider.

use std::time::Duration;

use hookswitch_storage::{Act, Booking, Intent, MoveTo, Outcome, Settlement};
use jiff::{SignedDuration, Timestamp};

use crate::bounds::{ABSENT_AFTER, ASK_DECISION, LOOK_AFTER, LOOK_ONCE_MORE, PROVIDER_WRITE};
use crate::ports::{ProviderBooking, ProviderError, ProviderRecord, ProviderState};

/// What a provider says to being asked. `None` for a cancellation, which has nothing to tell.
pub(super) type Answer = Result<Option<ProviderBooking>, ProviderError>;

/// What follows from what a provider has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This came of it.
    Settled(Settlement),
    /// It surely has not done it, and is to be asked.
    Ask,
    /// It cannot be said yet: look again after this long, or by the usual pace.
    Wait(Option<Duration>),
}

/// A moment this much after `now`.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// What is kept on behalf of a caller who is told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keep {
    /// What the provider could not be asked for is asked for later (P092).
    pub(super) in_outage: bool,
    /// What is in doubt is asked for again if it turns out not to have been done.
    pub(super) in_doubt: bool,
}

impl Keep {
    /// What was promised before stays promised.
    pub(super) const PROMISED: Self = Self { in_outage: true, in_doubt: true };
}

/// What an answer means.
pub(super) fn answered(
    booking: &Booking,
    answer: &Answer,
    keep: Keep,
    now: Timestamp,
) -> Settlement {
    let act = booking.intent.as_ref().map(|intent| &intent.act);
    let is_cancel = matches!(act, Some(Act::Cancel { .. }));
    // What was given up here must not stand there, however often it takes.
    let must_be = is_cancel && !booking.is_active();
    match answer {
        Ok(None) => Settlement::Confirmed { external_id: None },
        Ok(Some(made)) if made.confirmed => {
            Settlement::Confirmed { external_id: Some(made.external_id.clone()) }
        }
        Ok(Some(made)) => Settlement::Accepted {
            external_id: made.external_id.clone(),
            ask_at: later(now, ASK_DECISION),
        },
        Err(ProviderError::NotFound) if is_cancel => Settlement::Confirmed { external_id: None },
        Err(ProviderError::Unknown) => {
            let look_at = later(now, LOOK_AFTER);
            Settlement::Unknown { look_at, promised: keep.in_doubt, ended: true }
        }
        Err(error) if must_be || (keep.in_outage && error.is_outage()) => {
            Settlement::Pending { ask_at: later(now, LOOK_AFTER) }
        }
        Err(error) => {
            let taken = matches!(error, ProviderError::SlotTaken | ProviderError::OutsidePolicy(_));
            Settlement::Failed { reason: error.to_string(), look_at: None, taken }
        }
    }
}

/// What follows when a provider refuses what it was asked for before, with an answer that was lost:
/// it may refuse because of its own booking for us. `refusal` stands if it has none.
pub(super) fn refused_after_doubt(
    booking: &Booking,
    found: Result<Option<ProviderRecord>, ProviderError>,
    refusal: Settlement,
    now: Timestamp,
) -> Settlement {
    let look_at = later(now, LOOK_AFTER);
    if let Ok(Some(record)) = &found
        && record.half_moved
    {
        // It is neither here nor there, and must not stay so.
        return Settlement::Unknown { look_at, promised: true, ended: true };
    }
    match found.map(|record| self::found(booking, record.as_ref(), now)) {
        Err(_) => Settlement::Unknown { look_at, promised: true, ended: true },
        Ok(Verdict::Settled(settlement)) => settlement,
        Ok(Verdict::Ask | Verdict::Wait(_)) => refusal,
    }
}

/// What follows from `found`, which is what the provider has of a booking under our reference.
pub(super) fn found(booking: &Booking, found: Option<&ProviderRecord>, now: Timestamp) -> Verdict {
    let Some(intent) = &booking.intent else { return decided(booking, found, now) };
    let case = Case { booking, intent, found, now };
    match &intent.act {
        Act::Create => case.create(),
        Act::Move(to) => case.relocate(to),
        Act::Cancel { .. } => case.cancel(),
    }
}

/// A provisional booking: has the provider decided?
fn decided(booking: &Booking, found: Option<&ProviderRecord>, now: Timestamp) -> Verdict {
    let gone = |reason: &str| Verdict::Settled(Settlement::Gone { reason: reason.to_owned() });
    match found {
        Some(record) if record.state == ProviderState::Confirmed => accepted(record, now),
        Some(record) if record.state == ProviderState::Cancelled => {
            gone("the provider declined it")
        }
        _ if booking.start <= now => gone("the provider did not decide in time"),
        _ => Verdict::Wait(Some(ASK_DECISION)),
    }
}

/// The provider has it, for good or provisionally.
fn accepted(record: &ProviderRecord, now: Timestamp) -> Verdict {
    let external_id = record.external_id.clone();
    Verdict::Settled(match record.state {
        ProviderState::Pending => {
            Settlement::Accepted { external_id, ask_at: later(now, ASK_DECISION) }
        }
        ProviderState::Confirmed | ProviderState::Cancelled => {
            Settlement::Confirmed { external_id: Some(external_id) }
        }
    })
}

fn failed(reason: &str, look_at: Option<Timestamp>) -> Verdict {
    Verdict::Settled(Settlement::Failed { reason: reason.to_owned(), look_at, taken: false })
}

struct Case<'a> {
    booking: &'a Booking,
    intent: &'a Intent,
    found: Option<&'a ProviderRecord>,
    now: Timestamp,
}

impl Case<'_> {
    /// How much longer what was asked may still arrive or show; `None` when it surely will not.
    fn still_possible(&self) -> Option<Duration> {
        let asked_at = self.intent.asked_at?;
        // Whoever died while asking may have sent the request at the last moment there was for it.
        let ended = self.intent.ended_at.unwrap_or_else(|| later(asked_at, PROVIDER_WRITE));
        let left = later(ended, ABSENT_AFTER).duration_since(self.now);
        let left = Duration::try_from(left).ok().filter(|left| !left.is_zero());
        // What arrives meanwhile is to be seen before the last of that time.
        left.map(|left| left.min(ABSENT_AFTER))
    }

    /// How long until a request that was thought lost is looked for a last time: what is not there
    /// before that proves nothing.
    fn last_look_in(&self) -> Option<Duration> {
        if self.booking.is_active() || self.booking.outcome != Outcome::Failed {
            return None;
        }
        let at = later(self.booking.updated_at, LOOK_ONCE_MORE);
        Duration::try_from(at.duration_since(self.now)).ok().filter(|left| !left.is_zero())
    }

    fn create(&self) -> Verdict {
        match self.found {
            Some(record) if record.state == ProviderState::Cancelled => {
                failed("it was cancelled at the provider", None)
            }
            Some(record) => accepted(record, self.now),
            None => self.not_done(self.booking.start, || {
                // Whatever may come of the lost request, it is not left standing there.
                let look_at = self.intent.asked_at.map(|_| later(self.now, LOOK_ONCE_MORE));
                failed("the provider has not made it", look_at)
            }),
        }
    }

    fn relocate(&self, to: &MoveTo) -> Verdict {
        let stays = || failed("the provider has not moved it", None);
        match self.found {
            Some(record) if record.half_moved => {
                // Where it stands nowhere, the request that would make it may still arrive.
                let gone = record.state == ProviderState::Cancelled;
                match self.still_possible().filter(|_| gone) {
                    Some(left) => Verdict::Wait(Some(left)),
                    None => Verdict::Ask,
                }
            }
            Some(record) if record.state == ProviderState::Cancelled => match self.still_possible()
            {
                Some(left) => Verdict::Wait(Some(left)),
                None => Verdict::Settled(Settlement::Gone {
                    reason: "it was cancelled at the provider".into(),
                }),
            },
            Some(record) if record.start == to.start => accepted(record, self.now),
            Some(record) if record.start == self.booking.start => self.not_done(to.start, stays),
            Some(_) => failed("it was moved elsewhere at the provider", None),
            // It was there before: that it is not found proves nothing.
            None => Verdict::Wait(None),
        }
    }

    fn cancel(&self) -> Verdict {
        let gone = self.found.is_none_or(|record| record.state == ProviderState::Cancelled);
        if gone {
            return match self.last_look_in() {
                Some(left) => Verdict::Wait(Some(left)),
                None => Verdict::Settled(Settlement::Confirmed { external_id: None }),
            };
        }
        // To cancel twice does no harm.
        if self.intent.promised || !self.booking.is_active() {
            return Verdict::Ask;
        }
        match self.still_possible() {
            Some(left) => Verdict::Wait(Some(left)),
            None => failed("the provider has not cancelled it", None),
        }
    }

    /// Not done so far: wait while it may still be, then ask again if that was promised.
    fn not_done(&self, start: Timestamp, give_up: impl FnOnce() -> Verdict) -> Verdict {
        match self.still_possible() {
            Some(left) => Verdict::Wait(Some(left)),
            None if !self.intent.promised => give_up(),
            None if start <= self.now => give_up(),
            None => Verdict::Ask,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
