//! One actor per org that has a customer directory. Owns what bounds the questions: places, the
//! directory's own limits, a breaker, and the answers that a call already has, all by the same means
//! as the connections to providers. Questions run in tasks of their own; a hanging directory never
//! blocks the actor and never keeps a place. The directory counts by key, and so do we: orgs with
//! the same key share its limits, see `lines`.
//!
//! One that nobody asks is tried at times, see `watch`; when it turns out to work no more, or again, those
//! who watch the org are told, see `pulse`.
//!
//! An answer belongs to the call that it was asked for. Changed settings start another actor, so
//! nothing that was found with an old key is given again.

mod door;
mod health;
mod learn;
mod lines;
pub(crate) mod matching;
pub(crate) mod numbers;
mod pulse;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_storage::{CallId, CallKey, OrgId};
use jiff::{SignedDuration, Timestamp};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::oneshot;

pub use door::Directories;
pub use health::DirectoryHealth;
pub(crate) use learn::learn;
pub(crate) use pulse::{ProbePace, Sign};
pub(crate) use watch::watch_all;

use crate::bounds::{
    DIRECTORY_ANSWER_FOR, DIRECTORY_PAUSE, DIRECTORY_REQUEST, MAX_DIRECTORY_ANSWERS,
    MAX_DIRECTORY_PAUSE, MAX_DIRECTORY_REQUESTS,
};
use crate::breaker::{Breaker, Turn};
use crate::feed::{Feed, OrgNotice};
use crate::outbound::{
    Condition, Flight, Flights, Joined, Line, Rank, Seat, SeatPlan, Toll, Until,
};
use crate::ports::{CustomerDirectory, DirectoryAccess, DirectoryAnswer, DirectoryError};
use crate::provider_log::{Exchange, ProviderLog};
use pulse::{Pulse, Telling};

pub(crate) type DirectoryRef = ActorRef<DirectoryMsg>;
type Asked = Result<Arc<DirectoryAnswer>, DirectoryError>;

/// Who has this number?
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    /// For which call; outside of a call, nothing is kept.
    call: Option<CallId>,
    /// National digits.
    digits: String,
}

/// Whether somebody waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A caller does.
    Now,
    /// Nobody yet; must leave room for those who do.
    Ahead,
}

pub(crate) enum DirectoryMsg {
    /// Ask, unless the answer is known or on its way. Always answered.
    Ask { question: Question, urgency: Urgency, reply_to: oneshot::Sender<Asked> },
    /// A question was answered, or was not in time.
    Answered(Answered),
    /// How long it need not be tried.
    GetRest { pace: ProbePace, reply_to: oneshot::Sender<Duration> },
    /// How the directory is.
    GetHealth { reply_to: oneshot::Sender<DirectoryHealth> },
}

/// What became of a question.
pub(crate) struct Answered {
    question: Question,
    flight: Flight,
    answer: Asked,
    /// It was the one to try a directory that was left alone.
    probe: bool,
    /// When it was sent.
    since: Instant,
}

pub(crate) struct Directory;

pub(crate) struct DirectoryArgs {
    pub(crate) org: OrgId,
    pub(crate) access: Arc<DirectoryAccess>,
    pub(crate) directory: Arc<dyn CustomerDirectory>,
    /// Shared by all who have the same key.
    pub(crate) line: Arc<Line>,
    pub(crate) log: ProviderLog,
    pub(crate) feed: Feed,
    pub(crate) sign: Arc<Sign>,
}

pub(crate) struct DirectoryState {
    args: DirectoryArgs,
    seat: Arc<Seat>,
    breaker: Breaker,
    /// Why the breaker opened: what those hear who are refused because of it.
    trouble: DirectoryError,
    pulse: Pulse,
    questions: Flights<Question, Asked>,
}

/// Gives a question an answer even if the adapter panics.
struct Answering {
    myself: DirectoryRef,
    answered: Option<Answered>,
}

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(answered) = self.answered.take() {
            // Fails only when the settings were changed meanwhile.
            let _ = self.myself.cast(DirectoryMsg::Answered(answered));
        }
    }
}

impl Urgency {
    /// What is asked ahead leaves room for callers who wait.
    fn rank(self) -> Rank {
        match self {
            Self::Now => Rank::Write,
            Self::Ahead => Rank::Read,
        }
    }
}

/// Nobody waits in line: who cannot be asked about now goes on without. What is allowed is the key's.
fn plan() -> SeatPlan {
    SeatPlan {
        of_all: None,
        allowances: Vec::new(),
        bookings: Vec::new(),
        booked: Vec::new(),
        at_once: MAX_DIRECTORY_REQUESTS,
        most_waiting: 0,
    }
}

impl DirectoryState {
    fn new(args: DirectoryArgs) -> Self {
        let keep_for = SignedDuration::try_from(DIRECTORY_ANSWER_FOR);
        Self {
            seat: args.line.seat(&plan()),
            breaker: Breaker::default(),
            trouble: DirectoryError::Unavailable,
            pulse: Pulse::new(Arc::clone(&args.sign)),
            questions: Flights::new(keep_for.unwrap_or_default(), MAX_DIRECTORY_ANSWERS),
            args,
        }
    }

    fn ask(
        &mut self,
        myself: DirectoryRef,
        question: Question,
        urgency: Urgency,
        reply_to: oneshot::Sender<Asked>,
    ) {
        let (now, deadline) = (self.args.log.clock().now(), Instant::now() + DIRECTORY_REQUEST);
        let reply_to = match self.questions.join(&question, false, deadline, now, reply_to) {
            Joined::Waits => return,
            Joined::Known(answer, reply_to) => {
                let _ = reply_to.send(answer);
                return;
            }
            Joined::Ask(reply_to) => reply_to,
        };
        if let Err(refusal) = self.breaker.allows() {
            tracing::debug!(rest_ms = refusal.as_millis(), "customer directory is left alone");
            let _ = reply_to.send(Err(self.trouble.clone()));
            return;
        }
        let waiting = match self.seat.enter(urgency.rank(), deadline) {
            Ok(waiting) => waiting,
            Err(refused) => {
                let _ = reply_to.send(Err(match refused.retry_after {
                    None => DirectoryError::Unavailable,
                    retry_after => DirectoryError::RateLimited { retry_after },
                }));
                return;
            }
        };
        let probe = self.breaker.begin();
        // Its own time limit is the same for all who ask, whoever was the first.
        let until = Until::new(deadline);
        let flight = self.questions.begin(question.clone(), until.clone(), reply_to);
        let directory = Arc::clone(&self.args.directory);
        let access = Arc::clone(&self.args.access);
        let (seat, rank) = (Arc::clone(&self.seat), urgency.rank());
        tokio::spawn(async move {
            let digits = question.digits.clone();
            let (answer, since) = (Err(DirectoryError::Unavailable), Instant::now());
            let answered = Some(Answered { question, flight, answer, probe, since });
            let mut answering = Answering { myself, answered };
            let Ok(turn) = waiting.turn().await else { return };
            let toll = Toll::new(seat, until, rank, turn);
            let search = toll.over(directory.search(&access, &digits));
            let answer = match tokio::time::timeout(DIRECTORY_REQUEST, search).await {
                Ok(answer) => answer.map(Arc::new),
                Err(_) => Err(DirectoryError::Late),
            };
            if let Some(answered) = &mut answering.answered {
                answered.answer = answer;
            }
        });
    }

    /// Keeps what was answered to a call's question for replay.
    fn log(&self, question: &Question, answer: &Asked, since: Instant) {
        let Some(call) = question.call.clone() else { return };
        let exchange = Exchange {
            port: "customer_directory",
            question: serde_json::json!({"digits": question.digits}),
            answer: answer.as_deref(),
            took_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        self.args.log.keep(&CallKey { org: self.args.org.clone(), call }, &exchange);
    }

    fn answered(&mut self, answered: Answered) {
        let Answered { question, flight, answer, probe, since } = answered;
        self.log(&question, &answer, since);
        let now = self.args.log.clock().now();
        if let Some(told) = self.pulse.beat(answer.as_ref().map(|_| ()), since, now) {
            self.tell(told, now);
        }
        let org = &self.args.org;
        let outage = answer.as_ref().is_err_and(DirectoryError::is_outage);
        match self.breaker.settle(outage, probe) {
            Turn::Stays => {}
            Turn::Closed => tracing::info!(org.id = %org, "customer directory is back"),
            Turn::Opened => {
                tracing::warn!(org.id = %org, "customer directory left alone for a while");
            }
        }
        if let Err(error) = &answer {
            tracing::warn!(org.id = %org, %error, "customer directory gave no answer");
            if outage {
                self.trouble = error.clone();
            }
            if let DirectoryError::RateLimited { retry_after } = error {
                let pause = retry_after.unwrap_or(DIRECTORY_PAUSE).min(MAX_DIRECTORY_PAUSE);
                // It counts by key: what is too much for one is too much for all who have it.
                self.seat.rest(pause, false);
            }
        }
        // What was found outside of a call is nobody's to be told again.
        let keep = (answer.is_ok() && question.call.is_some()).then_some(now);
        for waiting in self.questions.landed(&question, &flight, &answer, keep) {
            let _ = waiting.send(answer.clone());
        }
    }

    /// Tells those who watch the org.
    fn tell(&self, told: Telling, at: Timestamp) {
        let Telling { code, words, warning } = told;
        let (org, message) = (self.args.org.clone(), words.to_owned());
        tracing::warn!(org.id = %org, code, message);
        let (connection, booking) = (None, None);
        let notice = OrgNotice { org, at, code, message, warning, connection, booking };
        self.args.feed.announce(notice);
    }

    fn health(&self) -> DirectoryHealth {
        DirectoryHealth {
            condition: Condition::of(&self.breaker, &self.seat),
            trouble: self.pulse.trouble().cloned(),
            last_success_at: self.pulse.last_success_at,
            last_failure_at: self.pulse.last_failure_at,
        }
    }
}

impl Actor for Directory {
    type Msg = DirectoryMsg;
    type State = DirectoryState;
    type Arguments = DirectoryArgs;

    async fn pre_start(
        &self,
        _: DirectoryRef,
        args: DirectoryArgs,
    ) -> Result<DirectoryState, ActorProcessingErr> {
        Ok(DirectoryState::new(args))
    }

    async fn handle(
        &self,
        myself: DirectoryRef,
        message: DirectoryMsg,
        state: &mut DirectoryState,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            DirectoryMsg::Ask { question, urgency, reply_to } => {
                state.ask(myself, question, urgency, reply_to);
            }
            DirectoryMsg::Answered(answered) => state.answered(answered),
            DirectoryMsg::GetRest { pace, reply_to } => {
                let _ = reply_to.send(state.pulse.rest(pace));
            }
            DirectoryMsg::GetHealth { reply_to } => {
                let _ = reply_to.send(state.health());
            }
        }
        Ok(())
    }
}
