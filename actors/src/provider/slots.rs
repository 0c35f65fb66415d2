//! Questions for free slots, asked once for all who ask the same. Owns what makes two questions the
//! same and which answers may be shared; what is laid over an answer is not known here.

use std::sync::Arc;
use std::time::Instant;

use hookswitch_storage::{BookingId, ServiceId};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::oneshot;

use super::{Done, Finished, ProviderMsg, ProviderRef, ProviderState, unavailable};
use crate::booking::FreeSlot;
use crate::outbound::{Flight, Joined, Rank, Toll, Until};
use crate::ports::{ProviderError, SlotQuery};

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
    ignore: Option<BookingId>,
    ignore_external: Option<String>,
}

impl Question {
    fn of(query: &SlotQuery) -> Self {
        Self {
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
}

/// A question for free slots, and who asks it.
pub(crate) struct Look {
    pub(super) query: SlotQuery,
    /// It must be answered as of now.
    pub(super) fresh: bool,
    /// It was tried before, and failed.
    pub(super) again: bool,
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

impl ProviderState {
    pub(super) fn look(&mut self, myself: ProviderRef, look: Look) {
        let Look { query, fresh, again, deadline, reply_to } = look;
        let question = Question::of(&query);
        let reply_to = match self.slots.join(&question, fresh, deadline, query.now, reply_to) {
            Joined::Waits => return,
            Joined::Known(answer, reply_to) => {
                let _ = reply_to.send(answer);
                return;
            }
            Joined::Ask(reply_to) => reply_to,
        };
        let (waiting, probe) = match self.admit(Rank::Read, again, deadline) {
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
            let mut landing = Landing { myself, flight, question, asked, probe, ended: None };
            let pass = match until.bound(waiting.turn()).await {
                Some(Ok(pass)) => pass,
                ended => {
                    let retry_after = ended.and_then(Result::err).and_then(|no| no.retry_after);
                    let fault = Fault::refused(unavailable(retry_after));
                    landing.ended = Some((Err(fault), Done::NotSent));
                    return;
                }
            };
            landing.flight.begin();
            let toll = Toll::new(seat, until.clone(), Rank::Read, pass);
            let search = Arc::clone(&toll).over(adapter.availability(&query));
            let found = until.bound(search).await.unwrap_or(Err(unavailable(None)));
            let done = Done::of(&found).unless(toll.close());
            let answer = match found {
                Ok(days) => Ok(Arc::new(days.into_iter().flat_map(|day| day.slots).collect())),
                Err(error) if done == Done::NotSent => Err(Fault::refused(error)),
                Err(error) => Err(Fault::asked(error)),
            };
            landing.ended = Some((answer, done));
        });
    }

    pub(super) fn looked(
        &mut self,
        question: &Question,
        flight: &Flight,
        answer: &Answered,
        asked: Timestamp,
    ) {
        let keep = answer.is_ok().then_some(asked);
        for waiting in self.slots.landed(question, flight, answer, keep) {
            let _ = waiting.send(answer.clone());
        }
    }
}
