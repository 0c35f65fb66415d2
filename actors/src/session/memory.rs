//! What a session remembers so as not to take one thing for two: deliveries, handings over, lines
//! heard in another form. Bounded; all but the handings over are lost with the session, which at
//! worst shows a line twice. Knows nothing of what the things mean.

use std::collections::{HashSet, VecDeque};

use hookswitch_storage::{CallEvent, Speaker, StoredEvent};
use jiff::Timestamp;

use super::TIME_IS_SHORT;
use super::unanswered::CALLBACK_REQUESTED;
use crate::bounds::{MAX_DELIVERIES, MAX_OVERHEARD};

/// The memory of one session.
#[derive(Debug, Default)]
pub(super) struct Memory {
    deliveries: VecDeque<u64>,
    overheard: VecDeque<(Speaker, String)>,
    handed_over: HashSet<String>,
    /// By Vapi's clock, when the caller was last on the way to a person, and when with the agent.
    pub(super) forwarded_at: Option<Timestamp>,
    pub(super) with_agent_at: Option<Timestamp>,
    /// Whether it is being seen to that somebody calls back whom nobody took.
    pub(super) sees_to_callback: bool,
    /// Whether that is kept.
    pub(super) keeps_callback: bool,
    /// Whether the agent was told that the call's time is nearly over.
    pub(super) knows_time_is_short: bool,
    /// Whether anything was heard of how far the call is, so that older news is known as such.
    pub(super) knows_status: bool,
}

impl Memory {
    /// The memory of a call that was put away.
    pub(super) fn of(events: &[StoredEvent]) -> Self {
        let mut memory = Self { knows_status: true, ..Self::default() };
        for stored in events {
            memory.note(&stored.event);
        }
        memory
    }

    /// Takes an event into account, whoever caused it.
    pub(super) fn note(&mut self, event: &CallEvent) {
        match event {
            CallEvent::TransferRequested { number, summary, .. } => {
                self.handed_over.insert(number.as_ref().unwrap_or(summary).clone());
            }
            CallEvent::Warning { code, .. } if code == TIME_IS_SHORT => {
                self.knows_time_is_short = true;
            }
            CallEvent::Warning { code, .. } if code == CALLBACK_REQUESTED => {
                self.keeps_callback = true;
            }
            _ => {}
        }
    }

    /// Whether a handing over to this number, or with this summary, was recorded before.
    pub(super) fn was_handed_over(&self, to: &str) -> bool {
        self.handed_over.contains(to)
    }

    /// Whether this delivery was heard before; from now on it was.
    pub(super) fn has_heard(&mut self, delivery: u64) -> bool {
        if self.deliveries.contains(&delivery) {
            return true;
        }
        if self.deliveries.len() == MAX_DELIVERIES {
            self.deliveries.pop_front();
        }
        self.deliveries.push_back(delivery);
        false
    }

    /// A line was heard in a copy of the conversation.
    pub(super) fn overhear(&mut self, speaker: Speaker, text: &str) {
        if self.overheard.len() == MAX_OVERHEARD {
            self.overheard.pop_front();
        }
        self.overheard.push_back((speaker, text.to_owned()));
    }

    /// Whether a line that now comes as a transcript was overheard before; each counts once.
    pub(super) fn was_overheard(&mut self, speaker: Speaker, text: &str) -> bool {
        let is_it = |line: &(Speaker, String)| line.0 == speaker && line.1 == text;
        match self.overheard.iter().position(is_it) {
            Some(at) => self.overheard.remove(at).is_some(),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_known_when_it_comes_again_until_many_others_came() {
        let mut memory = Memory::default();
        assert!(!memory.has_heard(0));
        assert!(memory.has_heard(0));
        for delivery in 1..=MAX_DELIVERIES as u64 {
            assert!(!memory.has_heard(delivery));
        }
        assert!(!memory.has_heard(0), "memory is bounded");
    }

    #[test]
    fn a_line_that_was_overheard_twice_is_known_twice() {
        let mut memory = Memory::default();
        memory.overhear(Speaker::Caller, "Yes.");
        memory.overhear(Speaker::Caller, "Yes.");
        assert!(!memory.was_overheard(Speaker::Agent, "Yes."), "somebody else said it");
        assert!(memory.was_overheard(Speaker::Caller, "Yes."));
        assert!(memory.was_overheard(Speaker::Caller, "Yes."));
        assert!(!memory.was_overheard(Speaker::Caller, "Yes."));
    }
}
