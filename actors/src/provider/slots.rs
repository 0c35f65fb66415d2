//! Questions for free slots, asked once for all who ask the same. Owns what makes two questions the
//! same and which answers may be shared; what is laid over an answer is not known here.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_storage::{BookingId, ServiceId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use tokio::sync::oneshot;

use super::{Done, Finished, ProviderMsg, ProviderRef, ProviderState, unavailable};
use crate::booking::FreeSlot;
use crate::outbound::{Flight, Joined, Rank, Seat, Toll, Until, Waiting};
use crate::ports::{BookingProvider, ProviderError, SlotQuery};

/// What an adapter answered to a question, for all who asked it.
pub(super) type Answered = Result<Arc<Vec<FreeSlot>>, Fault>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(super) error: ProviderError,
    /// The provider was asked, so that asking once more may help.
    pub(super) asked: bool,
    /// It was asked, and what became of that is not known.
    pub(super) lost: bool,
}

impl Fault {
    pub(super) fn refused(error: ProviderError) -> Self {
        Self { error, asked: false, lost: false }
    }

    pub(super) fn asked(error: ProviderError) -> Self {
        Self { error, asked: true, lost: false }
    }

    /// No answer came in time, or none ever will.
    pub(super) fn lost() -> Self {
        Self { error: unavailable(None), asked: true, lost: true }
    }
}

/// A question as far as its answer depends on it. The version stands for all of the org's settings,
/// its services among them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    version: u64,
    service: ServiceId,
    minutes: u32,
    places: u32,
    from: Date,
    to: Date,
    /// The first moment of the first day and that after the last one; the version stands for the zone.
    span: (Timestamp, Timestamp),
    ignore: Option<BookingId>,
    ignore_external: Option<String>,
}

/// The first moment of a day.
fn midnight(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = date.to_datetime(Time::midnight()).to_zoned(zone.clone());
    zoned.ok().map(|zoned| zoned.timestamp())
}

impl Question {
    pub(super) fn of(query: &SlotQuery) -> Self {
        let after = query.to.tomorrow().ok();
        Self {
            span: (
                midnight(query.from, &query.zone).unwrap_or(Timestamp::MIN),
                after.and_then(|after| midnight(after, &query.zone)).unwrap_or(Timestamp::MAX),
            ),
            version: query.org.version,
            service: query.service.id.clone(),
            minutes: query.service.duration_minutes,
            places: query.places,
            from: query.from,
            to: query.to,
            ignore: query.ignore,
            ignore_external: query.ignore_external.clone(),
        }
    }

    /// A question about days in UTC, and nothing else.
    #[cfg(test)]
    #[expect(clippy::unwrap_used, reason = "tests")]
    pub(super) fn of_days(from: Date, to: Date) -> Self {
        let at = |date: Option<Date>| date.and_then(|date| midnight(date, &TimeZone::UTC));
        let span = (
            at(Some(from)).unwrap_or(Timestamp::MIN),
            at(to.tomorrow().ok()).unwrap_or(Timestamp::MAX),
        );
        Self {
            version: 1,
            service: "consultation".parse().unwrap(),
            minutes: 30,
            places: 1,
            from,
            to,
            span,
            ignore: None,
            ignore_external: None,
        }
    }

    /// Whether they ask the same of different days, and of nothing that is about to move.
    fn is_like(&self, other: &Self) -> bool {
        let Self { version, service, minutes, places, ignore, .. } = self;
        (version, service, minutes, places)
            == (&other.version, &other.service, &other.minutes, &other.places)
            && ignore.is_none()
            && other.ignore.is_none()
    }

    /// Whether its answer says all that the other asks for.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.is_like(other) && self.from <= other.from && self.to >= other.to
    }

    /// Whether both ask about a day.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.is_like(other) && self.from <= other.to && self.to >= other.from
    }

    /// Whether a time is on a day that it asks about.
    pub(super) fn is_about(&self, at: Timestamp) -> bool {
        self.span.0 <= at && at < self.span.1
    }
}

/// A question for free slots, and who asks it.
pub(crate) struct Look {
    pub(super) query: SlotQuery,
    /// It must be answered as of now.
    pub(super) fresh: bool,
    /// It was tried before, and failed.
    pub(super) again: bool,
    /// Nothing is to be asked for its sake.
    pub(super) known_only: bool,
    pub(super) deadline: Instant,
    pub(super) reply_to: oneshot::Sender<Answered>,
}

/// Gives a question an answer even if the adapter panics.
struct Landing {
    myself: ProviderRef,
    flight: Flight,
    question: Question,
    asked: Timestamp,
    probe: bool,
    ended: Option<(Answered, Done)>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let panicked = || (Err(Fault::lost()), Done::Outage);
        let (answer, done) = self.ended.take().unwrap_or_else(panicked);
        let finished = Finished { done, probe: self.probe, writes: false };
        let (question, flight) = (self.question.clone(), self.flight.clone());
        // Fails only when the connection was removed meanwhile.
        let asked = self.asked;
        let _ = self.myself.cast(ProviderMsg::Looked { question, flight, answer, asked, finished });
    }
}

/// Asks the vendor when it is the request's turn; `begins` when it is about to be sent.
pub(super) async fn ask_vendor(
    adapter: &dyn BookingProvider,
    seat: Arc<Seat>,
    until: Until,
    (rank, waiting): (Rank, Waiting),
    query: &SlotQuery,
    begins: impl FnOnce(),
) -> (Answered, Done) {
    let pass = match until.bound(waiting.turn()).await {
        Some(Ok(pass)) => pass,
        ended => {
            let retry_after = ended.and_then(Result::err).and_then(|no| no.retry_after);
            return (Err(Fault::refused(unavailable(retry_after))), Done::NotSent);
        }
    };
    begins();
    let toll = Toll::new(seat, until.clone(), rank, pass);
    let search = Arc::clone(&toll).over(adapter.availability(query));
    let found = until.bound(search).await.unwrap_or(Err(unavailable(None)));
    let done = Done::of(&found).unless(toll.close());
    let answer = match found {
        Ok(days) => Ok(Arc::new(days.into_iter().flat_map(|day| day.slots).collect())),
        Err(error) if done == Done::NotSent => Err(Fault::refused(error)),
        Err(error) => Err(Fault::asked(error)),
    };
    (answer, done)
}

impl ProviderState {
    pub(super) fn look(&mut self, myself: ProviderRef, look: Look) {
        let question = Question::of(&look.query);
        let Some(look) = self.known(&question, look) else { return };
        let Look { query, fresh, again, known_only, deadline, reply_to } = look;
        let reply_to = match self.slots.join(&question, fresh, deadline, query.now, reply_to) {
            Joined::Waits => return,
            Joined::Known(answer, reply_to) => {
                let _ = reply_to.send(answer);
                return;
            }
            Joined::Ask(reply_to) if known_only => {
                let _ = reply_to.send(Err(Fault::refused(unavailable(None))));
                return;
            }
            Joined::Ask(reply_to) => reply_to,
        };
        // A look right before a booking is of the booking, for which some of what is allowed is kept.
        let rank = if fresh { Rank::Write } else { Rank::Read };
        let (waiting, probe) = match self.admit(rank, again, deadline) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                let _ = reply_to.send(Err(Fault::refused(refusal)));
                return;
            }
        };
        let until = Until::new(deadline);
        let flight = self.slots.begin(question.clone(), until.clone(), reply_to);
        let (adapter, seat) = (Arc::clone(&self.args.adapter), Arc::clone(&self.args.seat));
        tokio::spawn(async move {
            let asked = query.now;
            let begun = flight.clone();
            let mut landing = Landing { myself, flight, question, asked, probe, ended: None };
            let begins = || begun.begin();
            let place = (rank, waiting);
            landing.ended = Some(ask_vendor(&*adapter, seat, until, place, &query, begins).await);
        });
    }

    /// Answers a question from what was asked ahead, or lets it wait for that; gives it back if it has to be
    /// looked for elsewhere.
    fn known(&mut self, question: &Question, look: Look) -> Option<Look> {
        if look.fresh || self.slots.knows(question, look.query.now) {
            return Some(look);
        }
        match self.ahead.answer(question, look.query.now) {
            Some(slots) => {
                let _ = look.reply_to.send(Ok(slots));
                None
            }
            None => self.ahead.join(question, look),
        }
    }

    pub(super) fn looked(
        &mut self,
        question: &Question,
        flight: &Flight,
        answer: &Answered,
        asked: Timestamp,
    ) {
        if let Ok(slots) = answer {
            self.ahead.correct(question, slots, asked);
        }
        let keep = answer.is_ok().then_some(asked);
        for waiting in self.slots.landed(question, flight, answer, keep) {
            let _ = waiting.send(answer.clone());
        }
    }

    /// What is free may have changed: no answer of before is given to whoever asks from here on.
    pub(super) fn forget_slots(&mut self) {
        self.slots.forget();
        self.ahead.forget();
    }
}
