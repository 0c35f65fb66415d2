//! Whether a directory works, as far as its answers show it, and what those who watch its org are told
//! when that turns. Pure but for the moments that it is given; asks nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::bounds::DOWN_AFTER;
use crate::ports::DirectoryError;

/// What an org's directory actors and the task that tries them have in common. Outlives the actors, so that
/// those who watch hear when other settings have put it right.
#[derive(Debug, Default)]
pub(crate) struct Sign {
    /// Whether those who watch were told that it does not work.
    said: AtomicBool,
    /// Rung when a question got no answer.
    pub(super) bell: Notify,
}

/// How often a directory that nobody asks is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProbePace {
    /// One that works.
    pub(crate) well: Duration,
    /// One that does not.
    pub(crate) down: Duration,
}

/// What the answers of one directory have shown, with one access.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    sign: Arc<Sign>,
    latest: Option<DirectoryError>,
    /// Questions in a row that got no answer.
    failures: u32,
    asked_at: Option<Instant>,
    pub(super) last_success_at: Option<Timestamp>,
    pub(super) last_failure_at: Option<Timestamp>,
}

/// What is to be told of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Telling {
    pub(super) code: &'static str,
    pub(super) words: &'static str,
    pub(super) warning: bool,
}

impl Pulse {
    pub(super) fn new(sign: Arc<Sign>) -> Self {
        Self { sign, ..Self::default() }
    }

    /// What is wrong for longer than a moment: what only the operator can put right at once, a slip from
    /// the second on.
    pub(super) fn trouble(&self) -> Option<&DirectoryError> {
        let lasts = self.failures >= DOWN_AFTER;
        self.latest.as_ref().filter(|error| lasts || needs_operator(error))
    }

    /// Takes note of what came of a question that was put at `asked_at`; what is to be told, if that is
    /// new.
    pub(super) fn beat(
        &mut self,
        answer: Result<(), &DirectoryError>,
        asked_at: Instant,
        now: Timestamp,
    ) -> Option<Telling> {
        self.asked_at = self.asked_at.max(Some(asked_at));
        self.latest = answer.err().cloned();
        if answer.is_ok() {
            self.failures = 0;
            self.last_success_at = Some(now);
        } else {
            self.failures = self.failures.saturating_add(1);
            self.last_failure_at = Some(now);
            self.sign.bell.notify_one();
        }
        let Some(trouble) = self.trouble() else {
            let is_back = answer.is_ok() && self.sign.said.swap(false, Ordering::Relaxed);
            return is_back.then_some(BACK);
        };
        let told = telling(trouble);
        (!self.sign.said.swap(true, Ordering::Relaxed)).then_some(told)
    }

    /// How long it need not be tried, since it was asked for something.
    pub(super) fn rest(&self, pace: ProbePace) -> Duration {
        let pause = if self.failures == 0 { pace.well } else { pace.down };
        self.asked_at.map_or(Duration::ZERO, |at| pause.saturating_sub(at.elapsed()))
    }
}

fn needs_operator(error: &DirectoryError) -> bool {
    matches!(error, DirectoryError::KeyRefused | DirectoryError::Refused { .. })
}

const BACK: Telling = Telling {
    code: "directory_back",
    words: "The customer directory works again.",
    warning: false,
};

/// By the names that the warnings of calls have.
fn telling(error: &DirectoryError) -> Telling {
    let (code, words) = match error {
        DirectoryError::KeyRefused => (
            "directory_refuses_key",
            "The customer directory refuses its key: calls go on without customer history. Enter the key \
             again.",
        ),
        DirectoryError::Refused { .. } => (
            "directory_refuses",
            "The customer directory refuses what it is asked: calls go on without customer history. Check \
             the workspace id.",
        ),
        DirectoryError::RateLimited { .. } => (
            "directory_busy",
            "The customer directory takes no more questions: calls go on without customer history until it \
             does.",
        ),
        DirectoryError::Unavailable | DirectoryError::Late | DirectoryError::Unreadable => (
            "directory_unavailable",
            "The customer directory does not answer: calls go on without customer history until it does.",
        ),
    };
    Telling { code, words, warning: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: ProbePace =
        ProbePace { well: Duration::from_secs(300), down: Duration::from_secs(60) };

    fn beat(pulse: &mut Pulse, answer: Result<(), &DirectoryError>) -> Option<&'static str> {
        pulse.beat(answer, Instant::now(), Timestamp::UNIX_EPOCH).map(|told| told.code)
    }

    #[test]
    fn a_slip_is_nothing_and_each_turn_is_told_once() {
        let mut pulse = Pulse::default();
        let away = DirectoryError::Late;
        assert_eq!(beat(&mut pulse, Err(&away)), None);
        assert_eq!((beat(&mut pulse, Ok(())), pulse.trouble()), (None, None));
        assert_eq!(beat(&mut pulse, Err(&away)), None);
        assert_eq!(pulse.trouble(), None);
        assert_eq!(beat(&mut pulse, Err(&away)), Some("directory_unavailable"));
        assert_eq!(pulse.trouble(), Some(&away));
        assert_eq!(beat(&mut pulse, Err(&away)), None);
        assert_eq!(beat(&mut pulse, Ok(())), Some("directory_back"));
        assert_eq!((beat(&mut pulse, Ok(())), pulse.trouble()), (None, None));
    }

    #[test]
    fn a_refused_key_is_told_at_once_and_its_end_also_when_another_key_brings_it() {
        let sign = Arc::<Sign>::default();
        let mut old = Pulse::new(Arc::clone(&sign));
        assert_eq!(beat(&mut old, Err(&DirectoryError::KeyRefused)), Some("directory_refuses_key"));
        let mut new = Pulse::new(sign);
        assert_eq!(new.trouble(), None, "nothing is known of the new key");
        assert_eq!(beat(&mut new, Ok(())), Some("directory_back"));
    }

    #[test]
    fn what_was_asked_lately_need_not_be_tried_and_what_does_not_work_sooner() {
        let mut pulse = Pulse::default();
        assert_eq!(pulse.rest(PACE), Duration::ZERO, "nothing is known of it");
        beat(&mut pulse, Ok(()));
        assert!(pulse.rest(PACE) > PACE.down);
        beat(&mut pulse, Err(&DirectoryError::Unavailable));
        assert!(pulse.rest(PACE) <= PACE.down && !pulse.rest(PACE).is_zero());
        let before = Instant::now().checked_sub(PACE.down);
        let mut pulse = Pulse::default();
        let asked = before.unwrap_or_else(Instant::now);
        pulse.beat(Err(&DirectoryError::Unavailable), asked, Timestamp::UNIX_EPOCH);
        assert_eq!(pulse.rest(PACE), Duration::ZERO);
    }
}
