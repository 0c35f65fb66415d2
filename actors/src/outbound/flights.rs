//! One request for all who ask the same, and its answer kept for a while. Owns who waits for which
//! answer and how old an answer may be; knows neither questions nor services. A plain state of the
//! actor that holds it: nothing here waits.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use super::Until;

/// A request that is on its way, or waits for its turn. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Flight {
    number: u64,
    begun: Arc<AtomicBool>,
    /// How long somebody waits for it.
    pub(crate) until: Until,
}

impl Flight {
    /// It is about to be sent: what it brings is of before any question that comes after this.
    pub(crate) fn begin(&self) {
        self.begun.store(true, Ordering::SeqCst);
    }
}

/// What becomes of a question.
pub(crate) enum Joined<A> {
    /// It is answered already.
    Known(A, oneshot::Sender<A>),
    /// Somebody else's request answers it.
    Waits,
    /// It has to be asked.
    Ask(oneshot::Sender<A>),
}

/// What is asked, by whom, and what was answered.
pub(crate) struct Flights<Q, A> {
    flying: HashMap<Q, Vec<Flying<A>>>,
    known: HashMap<Q, (Timestamp, A)>,
    keep_for: SignedDuration,
    most_known: usize,
    next: u64,
    /// Counts how often everything was forgotten.
    age: u64,
}

struct Flying<A> {
    flight: Flight,
    age: u64,
    waiting: Vec<oneshot::Sender<A>>,
}

impl<Q: Clone + Eq + Hash, A: Clone> Flights<Q, A> {
    /// Answers are good for `keep_for`; at most `most_known` are kept.
    pub(crate) fn new(keep_for: SignedDuration, most_known: usize) -> Self {
        let (flying, known) = (HashMap::new(), HashMap::new());
        Self { flying, known, keep_for, most_known, next: 0, age: 0 }
    }

    /// Answers from what is known, or lets the question wait for a request that is on its way. One
    /// that wants it `fresh` takes no answer that may be of an earlier moment.
    pub(crate) fn join(
        &mut self,
        question: &Q,
        fresh: bool,
        deadline: std::time::Instant,
        now: Timestamp,
        reply_to: oneshot::Sender<A>,
    ) -> Joined<A> {
        let known = self.knows(question, now).then(|| self.known.get(question)).flatten();
        if let Some((_, answer)) = known.filter(|_| !fresh) {
            return Joined::Known(answer.clone(), reply_to);
        }
        let flying = self.flying.get_mut(question).into_iter().flatten();
        let fits = |flying: &&mut Flying<A>| {
            let begun = flying.flight.begun.load(Ordering::SeqCst);
            !begun || (!fresh && flying.age == self.age)
        };
        match flying.rev().find(fits) {
            Some(flying) => {
                flying.flight.until.extend(deadline);
                flying.waiting.push(reply_to);
                Joined::Waits
            }
            None => Joined::Ask(reply_to),
        }
    }

    /// Whether a question is answered by what is known of it.
    pub(crate) fn knows(&self, question: &Q, now: Timestamp) -> bool {
        self.known.get(question).is_some_and(|(at, _)| {
            let age = now.duration_since(*at);
            !age.is_negative() && age < self.keep_for
        })
    }

    /// A question that has to be asked is asked.
    pub(crate) fn begin(
        &mut self,
        question: Q,
        until: Until,
        reply_to: oneshot::Sender<A>,
    ) -> Flight {
        self.next += 1;
        let flight = Flight { number: self.next, begun: Arc::default(), until };
        let flying = Flying { flight: flight.clone(), age: self.age, waiting: vec![reply_to] };
        self.flying.entry(question).or_default().push(flying);
        flight
    }

    /// A question was answered; gives those who wait. With `asked_at` the answer is kept.
    pub(crate) fn landed(
        &mut self,
        question: &Q,
        flight: &Flight,
        answer: &A,
        asked_at: Option<Timestamp>,
    ) -> Vec<oneshot::Sender<A>> {
        let Some(flying) = self.flying.get_mut(question) else { return Vec::new() };
        let place = flying.iter().position(|flying| flying.flight.number == flight.number);
        let Some(landed) = place.map(|place| flying.remove(place)) else { return Vec::new() };
        if flying.is_empty() {
            self.flying.remove(question);
        }
        // An answer from before something changed is for those who asked before that.
        if let Some(at) = asked_at.filter(|_| landed.age == self.age) {
            self.keep(question.clone(), at, answer.clone());
        }
        landed.waiting
    }

    fn keep(&mut self, question: Q, at: Timestamp, answer: A) {
        if self.keep_for.is_zero() || self.most_known == 0 {
            return;
        }
        if self.known.len() >= self.most_known && !self.known.contains_key(&question) {
            let keep_for = self.keep_for;
            self.known.retain(|_, (then, _)| at.duration_since(*then) < keep_for);
            if self.known.len() >= self.most_known {
                let oldest = self.known.iter().min_by_key(|(_, (then, _))| *then);
                if let Some(oldest) = oldest.map(|(question, _)| question.clone()) {
                    self.known.remove(&oldest);
                }
            }
        }
        self.known.insert(question, (at, answer));
    }

    /// Something changed: no answer of before is given to whoever asks from here on.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.age += 1;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    type Questions = Flights<&'static str, u32>;

    fn flights() -> Questions {
        Flights::new(SignedDuration::from_secs(5), 3)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    /// Puts a question; gives the flight if one has to begin.
    fn ask(flights: &mut Questions, question: &'static str, fresh: bool) -> Option<Flight> {
        match flights.join(&question, fresh, later(), at(0), oneshot::channel().0) {
            Joined::Ask(reply_to) => Some(flights.begin(question, Until::new(later()), reply_to)),
            Joined::Known(..) | Joined::Waits => None,
        }
    }

    #[test]
    fn those_who_ask_the_same_wait_for_one_answer() {
        let mut flights = flights();
        let flight = ask(&mut flights, "today", false).unwrap();
        flight.begin();
        assert!(ask(&mut flights, "today", false).is_none());
        assert!(ask(&mut flights, "tomorrow", false).is_some());
        assert_eq!(flights.landed(&"today", &flight, &7, None).len(), 2);
        assert!(ask(&mut flights, "today", false).is_some(), "it was not to be kept");
    }

    #[test]
    fn a_fresh_answer_is_never_of_a_request_that_was_on_its_way_before() {
        let mut flights = flights();
        let first = ask(&mut flights, "today", true).unwrap();
        assert!(ask(&mut flights, "today", true).is_none(), "it has not been sent yet");
        first.begin();
        let second = ask(&mut flights, "today", true).unwrap();
        assert!(ask(&mut flights, "today", true).is_none());
        assert_eq!(flights.landed(&"today", &first, &7, Some(at(0))).len(), 2);
        second.begin();
        assert_eq!(flights.landed(&"today", &second, &8, Some(at(0))).len(), 2);
        assert!(ask(&mut flights, "today", true).is_some(), "nor of one that is known");
        assert!(ask(&mut flights, "today", false).is_none());
    }

    #[test]
    fn an_answer_is_kept_for_a_while_and_not_beyond_a_change() {
        let mut flights = flights();
        let flight = ask(&mut flights, "today", false).unwrap();
        flights.landed(&"today", &flight, &7, Some(at(0)));
        let knows = |flights: &mut Questions, now| {
            let joined = flights.join(&"today", false, later(), at(now), oneshot::channel().0);
            matches!(joined, Joined::Known(7, _))
        };
        assert!(knows(&mut flights, 4));
        assert!(!knows(&mut flights, 5));
        assert!(!knows(&mut flights, -1), "the clock was set back");
        flights.forget();
        assert!(!knows(&mut flights, 1));
        let flight = ask(&mut flights, "today", false).unwrap();
        flight.begin();
        flights.forget();
        assert!(ask(&mut flights, "today", false).is_some(), "what is on its way is of before");
        flights.landed(&"today", &flight, &7, Some(at(0)));
        assert!(!knows(&mut flights, 1), "and is not kept");
    }

    #[test]
    fn only_so_many_answers_are_kept() {
        let mut flights = flights();
        for question in ["a", "b", "c", "d", "e"] {
            let flight = ask(&mut flights, question, false).unwrap();
            flights.landed(&question, &flight, &7, Some(at(0)));
        }
        assert_eq!(flights.known.len(), 3);
    }
}
