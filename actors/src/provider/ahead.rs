//! Questions that are asked before anybody needs the answer, as at a call's start. Owns the wide answers,
//! which are kept longer than others: each serves every narrower question, is put right by what is heard
//! later, and is given to nobody who is about to book. Spends nothing that a caller may need.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::slots::{Answered, Fault, Look, Question, ask_vendor};
use super::{Done, Finished, Health, ProviderMsg, ProviderRef, ProviderState};
use crate::booking::FreeSlot;
use crate::bounds::{ASK_AHEAD, KEEP_AHEAD, MAX_AHEAD};
use crate::outbound::{Rank, Until};
use crate::ports::SlotQuery;

/// What was asked ahead, and what is on its way.
#[derive(Default)]
pub(super) struct Ahead {
    known: Vec<Known>,
    flying: Vec<Flying>,
    next: u64,
    /// Counts how often everything was forgotten.
    age: u64,
}

struct Known {
    question: Question,
    at: Timestamp,
    slots: Arc<Vec<FreeSlot>>,
}

struct Flying {
    number: u64,
    age: u64,
    question: Question,
    until: Until,
    /// Narrower questions that it answers as well.
    waiting: Vec<Look>,
}

fn is_younger(at: Timestamp, now: Timestamp, than: SignedDuration) -> bool {
    let age = now.duration_since(at);
    !age.is_negative() && age < than
}

impl Ahead {
    /// What a wider answer says to a question, and as of when.
    pub(super) fn answer(&self, question: &Question, now: Timestamp) -> Option<Arc<Vec<FreeSlot>>> {
        let serves = |known: &&Known| {
            is_younger(known.at, now, KEEP_AHEAD) && known.question.covers(question)
        };
        let known = self.known.iter().filter(serves).max_by_key(|known| known.at);
        known.map(|known| Arc::clone(&known.slots))
    }

    /// Lets a question wait for a wider one that is on its way; gives it back if there is none.
    pub(super) fn join(&mut self, question: &Question, look: Look) -> Option<Look> {
        let age = self.age;
        let serves = |flying: &&mut Flying| flying.age == age && flying.question.covers(question);
        match self.flying.iter_mut().rev().find(serves) {
            Some(flying) => {
                flying.until.extend(look.deadline);
                flying.waiting.push(look);
                None
            }
            None => Some(look),
        }
    }

    /// Whether a question is worth asking ahead: not while one as wide is on its way, or was answered so
    /// lately that the answer will serve the call that has just begun.
    fn wants(&self, question: &Question, now: Timestamp) -> bool {
        let flies = self.flying.iter().any(|f| f.age == self.age && f.question.covers(question));
        let serves = |known: &Known| {
            is_younger(known.at, now, KEEP_AHEAD / 2) && known.question.covers(question)
        };
        !flies && !self.known.iter().any(serves)
    }

    fn begin(&mut self, question: Question, until: Until) -> u64 {
        self.next += 1;
        let (number, age) = (self.next, self.age);
        self.flying.push(Flying { number, age, question, until, waiting: Vec::new() });
        number
    }

    /// A question that was asked ahead has ended; gives those who wait for it.
    fn landed(&mut self, number: u64, answer: &Answered, asked: Timestamp) -> Vec<Look> {
        let place = self.flying.iter().position(|flying| flying.number == number);
        let Some(landed) = place.map(|place| self.flying.swap_remove(place)) else {
            return Vec::new();
        };
        // An answer from before something changed is for those who asked before that.
        if let Some(slots) = answer.as_ref().ok().filter(|_| landed.age == self.age) {
            let question = landed.question;
            self.known.retain(|known| {
                is_younger(known.at, asked, KEEP_AHEAD) && !question.covers(&known.question)
            });
            if self.known.len() >= MAX_AHEAD {
                self.known.remove(0);
            }
            self.known.push(Known { question, at: asked, slots: Arc::clone(slots) });
        }
        landed.waiting
    }

    /// Puts the days of a question right in what was known of them before, so that nobody is told what
    /// somebody else has just heard to be otherwise.
    pub(super) fn correct(&mut self, question: &Question, slots: &[FreeSlot], asked: Timestamp) {
        for known in &mut self.known {
            if known.at < asked && known.question.overlaps(question) {
                let stay = known.slots.iter().filter(|slot| !question.is_about(slot.start));
                let new = slots.iter().filter(|slot| question.is_about(slot.start));
                known.slots = Arc::new(stay.chain(new).copied().collect());
            }
        }
    }

    /// Something changed: no answer of before is given to whoever asks from here on.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.age += 1;
    }
}

/// Ends a question that was asked ahead even if the adapter panics.
struct Landing {
    myself: ProviderRef,
    number: u64,
    asked: Timestamp,
    ended: Option<(Answered, Done)>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let panicked = || (Err(Fault::lost()), Done::Outage);
        let (answer, done) = self.ended.take().unwrap_or_else(panicked);
        let finished = Finished { done, probe: false, writes: false };
        let (number, asked) = (self.number, self.asked);
        // Fails only when the connection was removed meanwhile.
        let _ = self.myself.cast(ProviderMsg::Foreseen { number, answer, asked, finished });
    }
}

impl ProviderState {
    /// Asks ahead, if that costs nobody anything: the provider is well and the line has room beyond what
    /// is kept for those who wait for an answer.
    pub(super) fn foresee(&mut self, myself: ProviderRef, mut query: SlotQuery) {
        let days = self.args.adapter.days_ahead().min(31);
        let Some(last) = days.checked_sub(1).map(|days| i64::from(days).days()) else { return };
        query.to = query.to.min(query.from.saturating_add(last));
        let question = Question::of(&query);
        let is_free = self.breaker.health() == Health::Closed && self.args.seat.has_room();
        if !is_free || !self.ahead.wants(&question, query.now) {
            return;
        }
        let deadline = Instant::now() + ASK_AHEAD;
        let Ok((waiting, _)) = self.admit(Rank::Read, false, deadline) else { return };
        let until = Until::new(deadline);
        let number = self.ahead.begin(question, until.clone());
        let (adapter, seat) = (Arc::clone(&self.args.adapter), Arc::clone(&self.args.seat));
        tokio::spawn(async move {
            let asked = query.now;
            let mut landing = Landing { myself, number, asked, ended: None };
            landing.ended = Some(ask_vendor(&*adapter, seat, until, waiting, &query, || {}).await);
        });
    }

    pub(super) fn foreseen(
        &mut self,
        myself: &ProviderRef,
        number: u64,
        answer: &Answered,
        asked: Timestamp,
    ) {
        for look in self.ahead.landed(number, answer, asked) {
            match answer {
                // It was never sent: those who have a caller waiting ask for themselves.
                Err(fault) if !fault.asked && !look.known_only => self.look(myself.clone(), look),
                answer => {
                    let _ = look.reply_to.send(answer.clone());
                }
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use jiff::civil::{Date, date};

    use super::*;

    fn day(day: i8) -> Date {
        date(2026, 9, day)
    }

    fn days(from: i8, to: i8) -> Question {
        Question::of_days(day(from), day(to))
    }

    /// Nine o'clock on a day.
    fn nine(on: i8) -> FreeSlot {
        let start: Timestamp = format!("2026-09-{on:02}T09:00:00Z").parse().unwrap();
        FreeSlot { start, end: start + SignedDuration::from_mins(30) }
    }

    fn now(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    /// What was asked ahead of the 22nd to the 28th: nine o'clock is free on each day.
    fn week() -> Ahead {
        let mut ahead = Ahead::default();
        assert!(ahead.wants(&days(22, 28), now(0)));
        let number = ahead.begin(days(22, 28), Until::new(Instant::now() + Duration::from_secs(9)));
        assert!(!ahead.wants(&days(22, 28), now(0)), "it is on its way");
        let answer = Ok(Arc::new((22..=28).map(nine).collect()));
        assert!(ahead.landed(number, &answer, now(0)).is_empty());
        ahead
    }

    #[test]
    fn a_wide_answer_serves_every_narrower_question_for_a_minute() {
        let ahead = week();
        for narrow in [days(22, 22), days(24, 26), days(22, 28)] {
            assert!(ahead.answer(&narrow, now(59)).is_some(), "{narrow:?}");
            assert!(ahead.answer(&narrow, now(60)).is_none(), "too old: {narrow:?}");
            assert!(ahead.answer(&narrow, now(-1)).is_none(), "the clock was set back");
        }
        for other in [days(21, 22), days(28, 29), days(29, 30)] {
            assert!(ahead.answer(&other, now(1)).is_none(), "{other:?}");
        }
        assert!(!ahead.wants(&days(22, 28), now(29)));
        assert!(ahead.wants(&days(22, 28), now(30)), "or the next call would find it too old");
    }

    #[test]
    fn what_is_heard_later_of_a_day_puts_that_day_right_and_no_other() {
        let mut ahead = week();
        let half_past = FreeSlot { start: nine(24).end, end: nine(24).end };
        ahead.correct(&days(24, 25), &[half_past], now(10));
        let known = ahead.answer(&days(22, 28), now(20)).unwrap();
        let mut starts: Vec<Timestamp> = known.iter().map(|slot| slot.start).collect();
        starts.sort_unstable();
        let mut expected: Vec<Timestamp> =
            [22, 23, 26, 27, 28].into_iter().map(|on| nine(on).start).collect();
        expected.push(half_past.start);
        expected.sort_unstable();
        assert_eq!(starts, expected);
        // Of before, it says nothing.
        ahead.correct(&days(22, 22), &[], now(-5));
        assert!(ahead.answer(&days(22, 22), now(20)).unwrap().contains(&nine(22)));
    }

    #[test]
    fn nothing_outlives_a_change_and_what_was_on_its_way_is_of_before() {
        let mut ahead = week();
        ahead.forget();
        assert!(ahead.answer(&days(22, 22), now(1)).is_none());
        let number = ahead.begin(days(22, 28), Until::new(Instant::now()));
        ahead.forget();
        assert!(ahead.wants(&days(22, 28), now(1)));
        ahead.landed(number, &Ok(Arc::new(vec![nine(22)])), now(1));
        assert!(ahead.answer(&days(22, 22), now(1)).is_none());
    }
}
