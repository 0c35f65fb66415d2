//! Counts requests to Vapi's REST interface (P148, P152): how many, how they ended, how long they took. A
//! failure inside Vapi is an alarm of its own for a while, since nothing here can mend it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How long a failure inside Vapi is an alarm.
const ALARM: SignedDuration = SignedDuration::from_mins(15);

/// Upper limits of the classes that requests are counted in, seconds.
pub(crate) const REQUEST_CLASSES: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ended {
    /// Well.
    Ok,
    /// Vapi refused it: 4xx but 429.
    Refused,
    /// Vapi wants fewer: 429.
    TooMany,
    /// Vapi failed: 5xx.
    Broken,
    /// There was no answer.
    NoAnswer,
}

impl Ended {
    /// By the status of an answer.
    pub(crate) fn by_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Ok,
            429 => Self::TooMany,
            500.. => Self::Broken,
            _ => Self::Refused,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::TooMany => "too_many",
            Self::Broken => "broken",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// What was counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Requests {
    /// By method and by how they ended.
    pub(crate) counts: BTreeMap<(String, Ended), u64>,
    /// Time of all together, seconds.
    pub(crate) seconds: f64,
    /// How many took at most as long as the class of [`REQUEST_CLASSES`] in this place, and longer than
    /// the one before.
    pub(crate) classes: [u64; REQUEST_CLASSES.len()],
    /// When Vapi failed last.
    broken_at: Option<Timestamp>,
}

impl Requests {
    /// Whether Vapi failed a short while ago (P152).
    pub(crate) fn is_alarming(&self, now: Timestamp) -> bool {
        self.broken_at.is_some_and(|at| now.duration_since(at) <= ALARM)
    }
}

/// The counter. Cheap to clone; clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Requests>>);

impl Meter {
    /// A request ended.
    pub(crate) fn note(&self, method: &str, ended: Ended, took: Duration, now: Timestamp) {
        let mut known = self.lock();
        *known.counts.entry((method.to_owned(), ended)).or_default() += 1;
        let seconds = took.as_secs_f64();
        known.seconds += seconds;
        if let Some(class) = REQUEST_CLASSES.iter().position(|most| seconds <= *most) {
            known.classes[class] += 1;
        }
        if ended == Ended::Broken {
            let is_new = !known.is_alarming(now);
            known.broken_at = Some(now);
            if is_new {
                tracing::error!(
                    "Vapi fails (5xx); tools and assistants follow when it is well again"
                );
            }
        }
    }

    /// What was counted so far.
    pub(crate) fn requests(&self) -> Requests {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::ToSpan;

    #[test]
    fn a_failure_inside_vapi_is_an_alarm_for_a_quarter_of_an_hour_and_a_refusal_is_none() {
        let meter = Meter::default();
        let now: Timestamp = "2026-09-22T14:30:00Z".parse().unwrap();
        let took = Duration::from_millis(300);
        for status in [200, 201, 400, 401, 404, 429] {
            meter.note("GET", Ended::by_status(status), took, now);
        }
        meter.note("GET", Ended::NoAnswer, took, now);
        assert!(!meter.requests().is_alarming(now));
        meter.note("PATCH", Ended::by_status(503), took, now);
        let known = meter.requests();
        assert!(known.is_alarming(now + 15.minutes()) && !known.is_alarming(now + 16.minutes()));
        let counted = |method: &str, ended| known.counts[&(method.to_owned(), ended)];
        assert_eq!((counted("GET", Ended::Ok), counted("GET", Ended::Refused)), (2, 3));
        assert_eq!((counted("GET", Ended::TooMany), counted("PATCH", Ended::Broken)), (1, 1));
        assert_eq!(known.classes[3], 8);
    }
}
