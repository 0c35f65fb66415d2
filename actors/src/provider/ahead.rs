//! Questions that are asked before anybody needs the answer, as at a call's start. Owns the wide answers,
//! which are kept longer than others: each serves every narrower question, is put right by what is heard
//! later, and is given to nobody who is about to book. Spends nothing that a caller may need, and makes nobody
//! wait: a question that joins one which takes long is soon put by itself.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::slots::{Answered, Fault, Look, Question, ask_vendor};
use super::{Done, Finished, Health, ProviderMsg, ProviderRef, ProviderState};
use crate::booking::FreeSlot;
use crate::bounds::{ASK_AHEAD, JOIN_AHEAD, KEEP_AHEAD, MAX_AHEAD};
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
    asked: Timestamp,
    until: Until,
    /// Whether it takes so long that nobody with a caller waits for it any more.
    is_overdue: bool,
    /// Narrower questions that it answers as well.
    waiting: Vec<Look>,
    /// What was heard of its days from questions that were asked after it.
    heard: Vec<Known>,
}

/// Slots, put right on the days of a question by what was heard of them.
fn put_right(slots: &[FreeSlot], question: &Question, heard: &[FreeSlot]) -> Vec<FreeSlot> {
    let stay = slots.iter().filter(|slot| !question.is_about(slot.start));
    let new = heard.iter().filter(|slot| question.is_about(slot.start));
    stay.chain(new).copied().collect()
}

impl Flying {
    /// What it brings, put right by what was asked later and is known already.
    fn corrected(&self, slots: &[FreeSlot], known: &[Known]) -> Arc<Vec<FreeSlot>> {
        let is_later =
            |other: &&Known| other.at > self.asked && other.question.overlaps(&self.question);
        let mut later: Vec<&Known> = self.heard.iter().chain(known).filter(is_later).collect();
        later.sort_by_key(|later| later.at);
        let put =
            |slots: Vec<FreeSlot>, later: &Known| put_right(&slots, &later.question, &later.slots);
        Arc::new(later.into_iter().fold(slots.to_vec(), put))
    }
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

    /// Lets a question wait for a wider one that is on its way, and not for long already; gives it back if there
    /// is none. One for whose sake nothing is asked waits however long it takes.
    pub(super) fn join(&mut self, question: &Question, look: Look) -> Option<Look> {
        let (age, is_patient) = (self.age, look.known_only);
        let serves = |flying: &&mut Flying| {
            let may_wait = is_patient || !flying.is_overdue;
            flying.age == age && may_wait && flying.question.covers(question)
        };
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

    fn begin(&mut self, question: Question, until: Until, asked: Timestamp) -> u64 {
        self.next += 1;
        let (number, age) = (self.next, self.age);
        let (waiting, heard) = (Vec::new(), Vec::new());
        let is_overdue = false;
        self.flying.push(Flying {
            number,
            age,
            question,
            asked,
            until,
            is_overdue,
            waiting,
            heard,
        });
        number
    }

    /// A question that was asked ahead takes long; gives those who had better ask for themselves.
    fn overdue(&mut self, number: u64) -> Vec<Look> {
        let found = self.flying.iter_mut().find(|flying| flying.number == number);
        let Some(flying) = found else { return Vec::new() };
        flying.is_overdue = true;
        let waiting = std::mem::take(&mut flying.waiting);
        let (stay, leave) = waiting.into_iter().partition(|look| look.known_only);
        flying.waiting = stay;
        leave
    }

    /// A question that was asked ahead has ended; gives those who wait for it, and what they are told.
    fn landed(&mut self, number: u64, answer: &Answered) -> (Vec<Look>, Answered) {
        let place = self.flying.iter().position(|flying| flying.number == number);
        let Some(mut landed) = place.map(|place| self.flying.swap_remove(place)) else {
            return (Vec::new(), answer.clone());
        };
        let waiting = std::mem::take(&mut landed.waiting);
        let slots = match answer {
            Ok(slots) => landed.corrected(slots, &self.known),
            Err(fault) => return (waiting, Err(fault.clone())),
        };
        // An answer from before something changed is for those who asked before that.
        if landed.age == self.age {
            let Flying { question, asked, .. } = landed;
            // What was asked later is fresher, and stays.
            self.known.retain(|known| {
                let is_old = !is_younger(known.at, asked, KEEP_AHEAD);
                known.at > asked || !(is_old || question.covers(&known.question))
            });
            if self.known.len() >= MAX_AHEAD {
                self.known.remove(0);
            }
            self.known.push(Known { question, at: asked, slots: Arc::clone(&slots) });
        }
        (waiting, Ok(slots))
    }

    /// Puts the days of a question right in what was known of them before, or is on its way since before, so that
    /// nobody is told what somebody else has just heard to be otherwise.
    pub(super) fn correct(
        &mut self,
        question: &Question,
        slots: &Arc<Vec<FreeSlot>>,
        asked: Timestamp,
    ) {
        for known in &mut self.known {
            if known.at < asked && known.question.overlaps(question) {
                known.slots = Arc::new(put_right(&known.slots, question, slots));
            }
        }
        for flying in &mut self.flying {
            if flying.asked < asked && flying.question.overlaps(question) {
                let is_newer =
                    |known: &Known| known.at > asked || !question.covers(&known.question);
                flying.heard.retain(is_newer);
                let (question, slots) = (question.clone(), Arc::clone(slots));
                flying.heard.push(Known { question, at: asked, slots });
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
    ended: Option<(Answered, Done)>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let panicked = || (Err(Fault::lost()), Done::Outage);
        let (answer, done) = self.ended.take().unwrap_or_else(panicked);
        // Nobody needed it: what it came to is no reason to leave the provider alone for those who do.
        let done = if done == Done::Outage { Done::NotSent } else { done };
        let finished = Finished { done, probe: false, writes: false };
        // Fails only when the connection was removed meanwhile.
        let _ = self.myself.cast(ProviderMsg::Foreseen { number: self.number, answer, finished });
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
        let number = self.ahead.begin(question, until.clone(), query.now);
        let (adapter, seat) = (Arc::clone(&self.args.adapter), Arc::clone(&self.args.seat));
        tokio::spawn(async move {
            let mut landing = Landing { myself, number, ended: None };
            let asking = ask_vendor(&*adapter, seat, until, (Rank::Read, waiting), &query, || {});
            let mut asking = std::pin::pin!(asking);
            landing.ended = match tokio::time::timeout(JOIN_AHEAD, &mut asking).await {
                Ok(ended) => Some(ended),
                Err(_) => {
                    let _ = landing.myself.cast(ProviderMsg::Overdue { number });
                    Some(asking.await)
                }
            };
        });
    }

    /// Whoever has a caller waiting waits no longer for what was asked ahead.
    pub(super) fn overdue(&mut self, myself: &ProviderRef, number: u64) {
        for look in self.ahead.overdue(number) {
            self.look(myself.clone(), look);
        }
    }

    pub(super) fn foreseen(&mut self, myself: &ProviderRef, number: u64, answer: &Answered) {
        let (waiting, answer) = self.ahead.landed(number, answer);
        for look in waiting {
            match &answer {
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
        FreeSlot::new(start, start + SignedDuration::from_mins(30))
    }

    fn now(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    /// Nine o'clock is free on each of these days.
    fn nines(from: i8, to: i8) -> Answered {
        Ok(Arc::new((from..=to).map(nine).collect()))
    }

    /// Asks ahead at this second.
    fn fly(ahead: &mut Ahead, question: Question, second: i64) -> u64 {
        let until = Until::new(Instant::now() + Duration::from_secs(9));
        ahead.begin(question, until, now(second))
    }

    /// What was asked ahead of the 22nd to the 28th: nine o'clock is free on each day.
    fn week() -> Ahead {
        let mut ahead = Ahead::default();
        assert!(ahead.wants(&days(22, 28), now(0)));
        let number = fly(&mut ahead, days(22, 28), 0);
        assert!(!ahead.wants(&days(22, 28), now(0)), "it is on its way");
        assert!(ahead.landed(number, &nines(22, 28)).0.is_empty());
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
        let half_past = FreeSlot::new(nine(24).end, nine(24).end);
        ahead.correct(&days(24, 25), &Arc::new(vec![half_past]), now(10));
        let known = ahead.answer(&days(22, 28), now(20)).unwrap();
        let mut starts: Vec<Timestamp> = known.iter().map(|slot| slot.start).collect();
        starts.sort_unstable();
        let mut expected: Vec<Timestamp> =
            [22, 23, 26, 27, 28].into_iter().map(|on| nine(on).start).collect();
        expected.push(half_past.start);
        expected.sort_unstable();
        assert_eq!(starts, expected);
        // Of before, it says nothing.
        ahead.correct(&days(22, 22), &Arc::default(), now(-5));
        assert!(ahead.answer(&days(22, 22), now(20)).unwrap().contains(&nine(22)));
    }

    #[test]
    fn what_was_asked_after_a_wide_question_and_answered_before_it_stands() {
        let mut ahead = Ahead::default();
        let number = fly(&mut ahead, days(22, 28), 0);
        // Meanwhile the 24th is full, and was so after that.
        ahead.correct(&days(24, 24), &Arc::default(), now(1));
        ahead.correct(&days(23, 23), &Arc::default(), now(-1));
        let (_, told) = ahead.landed(number, &nines(22, 28));
        for slots in [told.unwrap(), ahead.answer(&days(24, 24), now(2)).unwrap()] {
            assert!(!slots.contains(&nine(24)), "{slots:?}");
            assert!(slots.contains(&nine(23)), "that was of before: {slots:?}");
        }
    }

    #[test]
    fn a_wide_answer_takes_the_place_of_none_that_was_asked_for_later() {
        let mut ahead = Ahead::default();
        let old = fly(&mut ahead, days(22, 28), 0);
        let new = fly(&mut ahead, days(22, 25), 5);
        let _ = ahead.landed(new, &nines(23, 25));
        let _ = ahead.landed(old, &nines(22, 28));
        for question in [days(22, 22), days(22, 28)] {
            let slots = ahead.answer(&question, now(6)).unwrap();
            assert!(!slots.contains(&nine(22)), "{question:?}: {slots:?}");
        }
        assert!(ahead.answer(&days(28, 28), now(6)).unwrap().contains(&nine(28)));
    }

    #[test]
    fn nothing_outlives_a_change_and_what_was_on_its_way_is_of_before() {
        let mut ahead = week();
        ahead.forget();
        assert!(ahead.answer(&days(22, 22), now(1)).is_none());
        let number = fly(&mut ahead, days(22, 28), 1);
        ahead.forget();
        assert!(ahead.wants(&days(22, 28), now(1)));
        let _ = ahead.landed(number, &nines(22, 22));
        assert!(ahead.answer(&days(22, 22), now(1)).is_none());
    }
}
