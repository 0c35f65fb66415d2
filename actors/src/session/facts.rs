//! What the outside reports about a call, in our own words, and what each report does to the call.
//! Order is not trusted and repeats are expected: a late report never brings a call back to life.

use hookswitch_storage::{
    CallEvent, CallId, CallLinks, CallReport, CallWrite, Caller, Direction, Speaker, TransferSign,
};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{SessionState, report};

/// What signalling says of a call. Trusted: the model cannot write any of it.
#[derive(Debug, Clone, Default)]
pub struct CallFacts {
    /// The call; `None` for a tool call outside of any call.
    pub id: Option<CallId>,
    /// Who called whom.
    pub direction: Direction,
    /// Who is on the line.
    pub caller: Caller,
    /// Whether signalling says of which kind the call is, so that a missing number is withheld
    /// (or the call comes from a web page) and not merely left out by who asks.
    pub is_signalled: bool,
    /// Vapi's assistant.
    pub assistant_id: Option<String>,
    /// Vapi's phone number.
    pub phone_number_id: Option<String>,
    /// The number that was dialled, as signalled.
    pub dialled: Option<String>,
    /// Where Vapi takes commands for the call.
    pub links: CallLinks,
    /// Whether an operator's own program asks, by the short form of a tool's own URL, and no model.
    pub direct: bool,
}

impl CallFacts {
    pub(super) fn started(&self, today: Date, time_zone: &str) -> CallEvent {
        CallEvent::CallStarted {
            direction: self.direction,
            caller: self.caller.clone(),
            today,
            time_zone: time_zone.to_owned(),
            assistant_id: self.assistant_id.clone(),
            phone_number_id: self.phone_number_id.clone(),
            links: self.links.clone(),
        }
    }
}

/// One report about a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallFact {
    /// The call's status changed; `ended` ends it.
    Status {
        /// Vapi's word for it.
        status: String,
        /// Why, when it ended.
        ended_reason: Option<String>,
    },
    /// Someone said something.
    Said {
        /// Who.
        speaker: Speaker,
        /// What.
        text: String,
        /// False while the line may still change.
        is_final: bool,
    },
    /// The whole conversation so far.
    Conversation {
        /// Caller's and agent's lines, oldest first.
        lines: Vec<(Speaker, String)>,
    },
    /// The report after a call; ends it if nothing else did.
    Report {
        /// What it says.
        report: Box<CallReport>,
        /// Why the call ended.
        ended_reason: Option<String>,
        /// When Vapi made the report, if it says so.
        made_at: Option<Timestamp>,
    },
    /// The call is to be handed over, as Vapi tells it or as we answered.
    Transfer {
        /// Which of the org's departments that is, if one.
        department: Option<String>,
        /// Number or SIP address; `None` for another assistant.
        to: Option<String>,
        /// What the other side is told, or who they are; may be empty.
        summary: String,
    },
    /// Something became of a hand-over to a person.
    HandedOn {
        /// What.
        sign: TransferSign,
        /// Number or SIP address, if it is said.
        to: Option<String>,
    },
    /// Where the caller was at a moment of Vapi's clock: with the agent, or on the way to a person.
    Whereabouts {
        /// Whether with the agent.
        with_agent: bool,
        /// When.
        at: Timestamp,
    },
    /// Something that a supervisor should know, also when it comes after the call.
    Warning {
        /// A short stable name.
        code: &'static str,
        /// In words, without personal data.
        message: String,
    },
    /// The agent is waiting for something slow.
    Stalled,
    /// Both sides can talk, so the call has been answered.
    Answered,
    /// Vapi has deleted its record of the call, so it cannot be live any more.
    Deleted,
    /// Vapi has stored what it keeps of the call, as it does when the call is over.
    Uploaded {
        /// What went wrong, in words.
        problem: Option<String>,
    },
    /// A sign of life that changes nothing.
    Alive,
}

/// What one message reported.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    /// Each thing that it says; none is a sign of life.
    pub facts: Vec<CallFact>,
    /// The same for a message that is delivered again, different for any other; `None` if the
    /// message does not say when it was made, since then two of one wording are two.
    pub delivery: Option<u64>,
}

impl Heard {
    /// Whether it only says what is said of calls that are over. Deleting a thousand old calls in
    /// Vapi must not make a thousand calls here.
    pub(crate) fn is_hindsight(&self) -> bool {
        let is_hindsight = |fact: &CallFact| match fact {
            CallFact::Deleted | CallFact::Uploaded { problem: None } => true,
            CallFact::Status { status, .. } => is_about_the_record(status),
            _ => false,
        };
        !self.facts.is_empty() && self.facts.iter().all(is_hindsight)
    }
}

/// Whether a status says something of Vapi's record of a call and not of the call.
pub(super) fn is_about_the_record(status: &str) -> bool {
    matches!(status, "deletion-failed" | "not-found")
}

impl From<CallFact> for Heard {
    fn from(fact: CallFact) -> Self {
        Self { facts: vec![fact], delivery: None }
    }
}

impl SessionState {
    pub(super) fn hear(&mut self, heard: Heard) {
        if heard.delivery.is_some_and(|delivery| self.memory.has_heard(delivery)) {
            return;
        }
        for fact in heard.facts {
            self.take_in(fact);
        }
    }

    pub(super) fn take_in(&mut self, fact: CallFact) {
        match fact {
            CallFact::Status { status, ended_reason } => self.status(status, ended_reason),
            CallFact::Said { speaker, text, is_final } => {
                self.answered();
                self.has_transcripts = true;
                if !(is_final && self.memory.was_overheard(speaker, &text)) {
                    self.said(speaker, text, is_final, false);
                }
            }
            CallFact::Conversation { lines } => self.follow(lines),
            CallFact::Report { report, ended_reason, made_at } => {
                let has_reason = ended_reason.as_deref().is_some_and(|reason| !is_vague(reason));
                let report = report::made(*report, has_reason, made_at);
                self.end(ended_reason, Some(report));
            }
            CallFact::Transfer { department, to, summary } => {
                self.handed_over(department, to, summary);
            }
            CallFact::HandedOn { sign, to } => self.handed_on(sign, to),
            CallFact::Whereabouts { with_agent, at } => self.seen(with_agent, at),
            CallFact::Warning { code, message } => self.warn(code, message),
            CallFact::Stalled => {
                // After the end it would only look as if somebody still waited.
                if self.call.ended.is_none() {
                    self.keep_one(CallEvent::Warning {
                        code: "agent_waiting".into(),
                        message: "The agent is waiting for an answer.".into(),
                    });
                }
            }
            CallFact::Answered => self.answered(),
            CallFact::Deleted => {
                if self.call.ended.is_none() {
                    self.end(Some("deleted".into()), None);
                }
            }
            CallFact::Uploaded { problem } => {
                // A call of which this is the first word is over; it must not seem to be live.
                if self.call.seq == 1 {
                    self.end(None, None);
                }
                if let Some(problem) = problem {
                    self.warn("upload_failed", problem);
                }
            }
            CallFact::Alive => {}
        }
    }

    /// Lines stand as they come. By the time that Vapi gives with each they could be put in order,
    /// but the feed only adds: everyone who has shown a line would have to move it, and the copies of
    /// the conversation, from which lines are taken as well, give no times.
    fn said(&mut self, speaker: Speaker, text: String, is_final: bool, from_copy: bool) {
        // A whole line that comes late still belongs to the call; a half one never will be whole.
        if text.trim().is_empty() || (self.call.ended.is_some() && !is_final) {
            return;
        }
        let heard = self.record(vec![CallEvent::Transcript { speaker, text, is_final, from_copy }]);
        if is_final {
            // Best effort (R13): a lost line of transcript harms nobody.
            self.shared.store.hear(self.key(), heard);
        }
    }

    /// Calls that send no transcripts send the whole conversation again and again; only the lines
    /// that are new count.
    fn follow(&mut self, lines: Vec<(Speaker, String)>) {
        self.answered();
        if self.has_transcripts {
            return;
        }
        let known = self.conversation_lines;
        // A copy that was overtaken by a longer one says nothing new.
        self.conversation_lines = known.max(lines.len());
        for (speaker, text) in lines.into_iter().skip(known) {
            self.memory.overhear(speaker, &text);
            self.said(speaker, text, true, true);
        }
    }

    /// Ends the call once. A report only adds to what is known (what was reported later wins, by
    /// field), and a reason that says more replaces one that says less.
    pub(super) fn end(&mut self, reason: Option<String>, report: Option<CallReport>) {
        let reason = match (&self.call.ended, reason) {
            (None, reason) => {
                self.shared.holds.release(&self.call.key);
                self.shared.opened.forget(&self.call.key);
                self.shared.sessions.mark_ended(&self.call.key);
                Some(reason.unwrap_or_else(|| "ended".to_owned()))
            }
            (Some(known), reason) => {
                let is_later =
                    |report: &CallReport| !report::is_reason_older(report, self.report.as_ref());
                let replaces = is_vague(&known.reason) || report.as_ref().is_some_and(is_later);
                reason.filter(|new| replaces && !is_vague(new) && *new != known.reason)
            }
        };
        let has_report = report.is_some() || self.report.is_some();
        let says_nothing = reason.is_none() && report.is_none();
        let events =
            self.record(reason.map(|reason| CallEvent::CallEnded { reason }).into_iter().collect());
        let ended_at = self.call.ended.as_ref().map(|ended| ended.at);
        self.shared.unreported.note(&self.call.key, ended_at.filter(|_| !has_report));
        if says_nothing {
            return;
        }
        if let Some(newer) = report {
            self.report = Some(match self.report.take() {
                Some(known) => report::merged(known, newer),
                None => newer,
            });
        }
        let record = Some(self.call_record());
        self.keep(CallWrite { events, answer: None, record });
    }
}

/// Whether a reason says no more than that the call is over: ours, for ends that nobody explained.
fn is_vague(reason: &str) -> bool {
    matches!(reason, "ended" | "deleted" | "lost")
}
