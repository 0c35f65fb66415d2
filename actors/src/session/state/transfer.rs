//! The hand-over of a call to a person, from the wish to its end (F12). What was heard of it is a set, and how
//! it stands follows from the set alone: reports may come in any order and more than once. Pure.
//!
//! ```text
//! requested --> briefing --> dialing --> accepted --> bridged
//!      |            |           |            |
//!      '------------'-----------'------------'--> rejected, no answer, back to the agent
//! ```

use hookswitch_storage::TransferSign;
use jiff::Timestamp;

/// How a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferStage {
    /// The agent, the caller or an operator wants it.
    Requested,
    /// Vapi has it, and prepares what the person is to hear.
    Briefing,
    /// The person's phone is being rung.
    Dialing,
    /// The call was taken, which may have been by a machine.
    Accepted,
    /// The person said no, was busy, or could not be reached.
    Rejected,
    /// Nobody picked up, or the caller did not wait for it.
    NoAnswer,
    /// The caller and the person talked.
    Bridged,
    /// The agent has the caller again.
    BackToAgent,
}

impl TransferStage {
    /// Its name for watchers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Briefing => "briefing",
            Self::Dialing => "dialing",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::NoAnswer => "no_answer",
            Self::Bridged => "bridged",
            Self::BackToAgent => "back_to_agent",
        }
    }

    /// Whether it came to nothing: the caller still has nobody.
    #[must_use]
    pub fn came_to_nothing(self) -> bool {
        matches!(self, Self::Rejected | Self::NoAnswer | Self::BackToAgent)
    }
}

/// A hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// To which of the org's departments, if one.
    pub department: Option<String>,
    /// Number or SIP address.
    pub number: String,
    /// What it is about, in the agent's words; may be empty.
    pub summary: String,
    /// When it was first heard of.
    pub requested_at: Timestamp,
    way: Way,
    heard: Heard,
}

/// How a hand-over is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Whether the person hears something before the caller is connected.
    pub(super) warm: bool,
    /// Whether it takes a command of ours.
    pub(super) by_command: bool,
}

/// What was heard of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Heard(u16);

const SENT: u16 = 1 << 8;
const NOT_SENT: u16 = 1 << 9;
/// By the call's end, Vapi has let the caller go to the person.
const LET_GO: u16 = 1 << 10;

fn bit(sign: TransferSign) -> u16 {
    1 << sign as u16
}

impl Heard {
    fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }
}

/// What a call's end says of a hand-over, by Vapi's word for the reason.
fn told_by_end(reason: &str) -> Option<TransferSign> {
    match reason {
        // Vapi has let the call go, which says nothing of who took it.
        "assistant-forwarded-call" => Some(TransferSign::Accepted),
        "call.forwarding.operator-busy" => Some(TransferSign::Rejected),
        "call.forwarding.no-answer" => Some(TransferSign::NoAnswer),
        // The caller waited for somebody in vain.
        "customer-ended-call-before-warm-transfer"
        | "customer-ended-call-after-warm-transfer-attempt"
        | "customer-ended-call-during-transfer" => Some(TransferSign::NoAnswer),
        _ if reason.ends_with("error-transfer-failed")
            || reason.ends_with("error-warm-transfer-assistant-cancelled") =>
        {
            Some(TransferSign::Rejected)
        }
        _ if reason.contains("error-warm-transfer-") => Some(TransferSign::NoAnswer),
        _ => None,
    }
}

impl Transfer {
    /// How it stands.
    #[must_use]
    pub fn stage(&self) -> TransferStage {
        use TransferSign as Sign;
        let was = |sign| self.heard.has(bit(sign));
        let was_sent = self.heard.has(SENT) || was(Sign::Dialing) || was(Sign::Accepted);
        if was(Sign::Bridged) {
            TransferStage::Bridged
        } else if was(Sign::NoAnswer) {
            TransferStage::NoAnswer
        } else if was(Sign::Rejected) {
            TransferStage::Rejected
        } else if self.heard.has(LET_GO) {
            // Whoever came back to the agent before was handed over once more.
            TransferStage::Accepted
        } else if was(Sign::BackToAgent) || (self.heard.has(NOT_SENT) && !was_sent) {
            TransferStage::BackToAgent
        } else if was(Sign::Accepted) {
            TransferStage::Accepted
        } else if was(Sign::Dialing) || (self.heard.has(SENT) && !self.way.warm) {
            TransferStage::Dialing
        } else if self.heard.has(SENT) {
            TransferStage::Briefing
        } else {
            TransferStage::Requested
        }
    }

    /// Whether it takes a command of ours of which nobody knows that it was sent.
    pub(crate) fn waits_for_us(&self) -> bool {
        self.way.by_command && self.stage() == TransferStage::Requested
    }
}

/// A hand-over is wanted. One to the same number that is under way is the same one, told again; after one that
/// came to nothing it is another.
pub(super) fn request(
    known: &mut Option<Transfer>,
    (department, number, summary): (Option<&String>, &str, &str),
    way: Way,
    at: Timestamp,
) {
    match known {
        Some(known) if known.number == number && !known.stage().came_to_nothing() => {
            if known.department.is_none() {
                known.department = department.cloned();
            }
            if known.summary.is_empty() {
                known.summary = summary.to_owned();
            }
            known.way.warm |= way.warm;
            known.way.by_command |= way.by_command;
        }
        _ => {
            *known = Some(Transfer {
                department: department.cloned(),
                number: number.to_owned(),
                summary: summary.to_owned(),
                requested_at: at,
                way,
                heard: Heard::default(),
            });
        }
    }
}

/// Something was heard of it; of another hand-over, it says nothing.
pub(super) fn hear(known: &mut Option<Transfer>, sign: TransferSign, number: Option<&str>) {
    if let Some(known) = known
        && number.is_none_or(|number| number == known.number)
    {
        known.heard.0 |= bit(sign);
    }
}

impl super::CallState {
    /// Whether this would be news of the hand-over.
    pub(crate) fn would_change_transfer(&self, sign: TransferSign, number: Option<&str>) -> bool {
        let mut after = self.transfer.clone();
        hear(&mut after, sign, number);
        after != self.transfer
    }
}

/// The call took the command, or did not.
pub(super) fn sent(known: &mut Option<Transfer>, success: bool) {
    if let Some(known) = known {
        known.heard.0 |= if success { SENT } else { NOT_SENT };
    }
}

/// The call ended for this reason.
pub(super) fn ended(known: &mut Option<Transfer>, reason: &str) {
    let Some(sign) = told_by_end(reason) else { return };
    hear(known, sign, None);
    if let (TransferSign::Accepted, Some(known)) = (sign, known) {
        known.heard.0 |= LET_GO;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BENCH: &str = "+13035550170";

    /// What can be heard of one hand-over.
    #[derive(Debug, Clone, Copy)]
    enum Word {
        Asked,
        Sent(bool),
        Sign(TransferSign),
        Ended(&'static str),
    }

    fn wanted(warm: bool) -> Option<Transfer> {
        let mut known = None;
        let way = Way { warm, by_command: true };
        request(&mut known, (Some(&"bench".into()), BENCH, "Gears."), way, Timestamp::UNIX_EPOCH);
        known
    }

    fn after(warm: bool, words: &[Word]) -> TransferStage {
        let mut known = wanted(warm);
        for word in words {
            match *word {
                // Told again; the first was before all else, since it is what begins it.
                Word::Asked if !known.as_ref().unwrap().stage().came_to_nothing() => {
                    let again = (None, BENCH, "");
                    request(&mut known, again, Way::default(), Timestamp::UNIX_EPOCH);
                }
                Word::Asked => {}
                Word::Sent(success) => sent(&mut known, success),
                Word::Sign(sign) => hear(&mut known, sign, Some(BENCH)),
                Word::Ended(reason) => ended(&mut known, reason),
            }
        }
        known.unwrap().stage()
    }

    #[test]
    fn a_hand_over_goes_from_the_wish_to_the_talk() {
        use TransferSign::{Accepted, Bridged, Dialing};
        let way =
            [Word::Sent(true), Word::Sign(Dialing), Word::Sign(Accepted), Word::Sign(Bridged)];
        let stages = |warm| [0, 1, 2, 3, 4].map(|heard| after(warm, &way[..heard]));
        use TransferStage as Stage;
        let cold =
            [Stage::Requested, Stage::Dialing, Stage::Dialing, Stage::Accepted, Stage::Bridged];
        let warm =
            [Stage::Requested, Stage::Briefing, Stage::Dialing, Stage::Accepted, Stage::Bridged];
        assert_eq!((stages(false), stages(true)), (cold, warm));
    }

    #[test]
    fn each_reason_for_an_end_says_what_became_of_it() {
        use TransferStage as Stage;
        for (reason, stage) in [
            ("assistant-forwarded-call", Stage::Accepted),
            ("call.forwarding.operator-busy", Stage::Rejected),
            ("call.forwarding.no-answer", Stage::NoAnswer),
            ("call.in-progress.error-transfer-failed", Stage::Rejected),
            ("call.in-progress.error-warm-transfer-assistant-cancelled", Stage::Rejected),
            ("call.in-progress.error-warm-transfer-max-duration", Stage::NoAnswer),
            ("call.in-progress.error-warm-transfer-silence-timeout", Stage::NoAnswer),
            ("customer-ended-call-during-transfer", Stage::NoAnswer),
            // Nothing is known: they may have talked for an hour.
            ("customer-ended-call", Stage::Dialing),
        ] {
            assert_eq!(after(false, &[Word::Sent(true), Word::Ended(reason)]), stage, "{reason}");
        }
    }

    #[test]
    fn one_that_could_not_be_sent_leaves_the_caller_with_the_agent_and_may_be_tried_again() {
        let mut known = wanted(true);
        sent(&mut known, false);
        assert_eq!(known.as_ref().unwrap().stage(), TransferStage::BackToAgent);
        request(&mut known, (None, BENCH, "Again."), Way::default(), Timestamp::UNIX_EPOCH);
        let again = known.unwrap();
        assert_eq!((again.stage(), again.summary.as_str()), (TransferStage::Requested, "Again."));
    }

    #[test]
    fn who_came_back_and_was_let_go_after_all_has_somebody() {
        let back = [Word::Sent(true), Word::Sign(TransferSign::BackToAgent)];
        assert_eq!(after(true, &back), TransferStage::BackToAgent);
        let let_go = [back[0], back[1], Word::Ended("assistant-forwarded-call")];
        assert_eq!(after(true, &let_go), TransferStage::Accepted);
        // That it was taken once says nothing of what came after it.
        let taken = [back[0], Word::Sign(TransferSign::Accepted), back[1]];
        assert_eq!(after(true, &taken), TransferStage::BackToAgent);
    }

    #[test]
    fn only_what_takes_a_command_of_ours_waits_for_one() {
        let mut known = wanted(true);
        assert!(known.as_ref().unwrap().waits_for_us());
        sent(&mut known, true);
        assert!(!known.unwrap().waits_for_us());
        let mut told = None;
        request(&mut told, (None, BENCH, ""), Way::default(), Timestamp::UNIX_EPOCH);
        assert!(!told.unwrap().waits_for_us(), "Vapi does it");
    }

    #[test]
    fn what_is_heard_of_another_number_says_nothing() {
        let mut known = wanted(false);
        hear(&mut known, TransferSign::Bridged, Some("+13035550171"));
        assert_eq!(known.unwrap().stage(), TransferStage::Requested);
    }

    fn word() -> impl Strategy<Value = Word> {
        use TransferSign as Sign;
        let signs = [
            Sign::Dialing,
            Sign::Accepted,
            Sign::Rejected,
            Sign::NoAnswer,
            Sign::Bridged,
            Sign::BackToAgent,
        ];
        let reasons = [
            "assistant-forwarded-call",
            "call.forwarding.no-answer",
            "customer-ended-call",
            "call.in-progress.error-transfer-failed",
        ];
        prop_oneof![
            Just(Word::Asked),
            any::<bool>().prop_map(Word::Sent),
            prop::sample::select(signs.to_vec()).prop_map(Word::Sign),
            prop::sample::select(reasons.to_vec()).prop_map(Word::Ended),
        ]
    }

    proptest! {
        #[test]
        fn it_stands_the_same_in_whichever_order_and_however_often_it_is_heard_of(
            (words, shuffled) in prop::collection::vec(word(), 0..8)
                .prop_flat_map(|words| (Just(words.clone()), Just(words).prop_shuffle())),
            again in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
            warm in any::<bool>(),
        ) {
            let in_order = after(warm, &words);
            let mut often = shuffled;
            if !words.is_empty() {
                for index in again {
                    let repeated = *index.get(&words);
                    often.insert(index.index(often.len() + 1), repeated);
                }
            }
            prop_assert_eq!(after(warm, &often), in_order);
        }
    }
}
