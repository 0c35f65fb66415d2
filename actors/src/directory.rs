//! One actor per org that has a customer directory. Owns what bounds the questions: places, the
//! directory's own limits, a breaker, and the answers that a call already has. Questions run in
//! tasks of their own; a hanging directory never blocks the actor and never keeps a place.
//!
//! An answer belongs to the call that it was asked for. Changed settings start another actor, so
//! nothing that was found with an old key is given again.

mod door;
mod health;
mod learn;
mod limits;
pub(crate) mod matching;
pub(crate) mod numbers;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use hookswitch_storage::{CallId, CallKey, OrgId};
use jiff::Timestamp;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::{Semaphore, oneshot};

pub use door::Directories;
pub use health::DirectoryHealth;
pub(crate) use learn::learn;

use crate::bounds::{
    DIRECTORY_ANSWER_FOR, DIRECTORY_PAUSE, DIRECTORY_REQUEST, MAX_DIRECTORY_ANSWERS,
    MAX_DIRECTORY_PAUSE, MAX_DIRECTORY_REQUESTS,
};
use crate::breaker::{Breaker, Turn};
use crate::ports::{CustomerDirectory, DirectoryAccess, DirectoryAnswer, DirectoryError};
use crate::provider_log::{Exchange, ProviderLog};
use limits::Limits;

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
    /// A question was answered, or was not in time; it was asked at `since`.
    Answered { question: Question, answer: Asked, since: Instant },
    /// How the directory is.
    GetHealth { reply_to: oneshot::Sender<DirectoryHealth> },
}

pub(crate) struct Directory;

pub(crate) struct DirectoryArgs {
    pub(crate) org: OrgId,
    pub(crate) access: Arc<DirectoryAccess>,
    pub(crate) directory: Arc<dyn CustomerDirectory>,
    pub(crate) log: ProviderLog,
}

pub(crate) struct DirectoryState {
    args: DirectoryArgs,
    slots: Arc<Semaphore>,
    limits: Limits,
    breaker: Breaker,
    /// Why the breaker opened: what those hear who are refused because of it.
    trouble: DirectoryError,
    latest_trouble: Option<DirectoryError>,
    last_success_at: Option<Timestamp>,
    last_failure_at: Option<Timestamp>,
    paused_until: Option<Instant>,
    asking: HashMap<Question, Vec<oneshot::Sender<Asked>>>,
    known: HashMap<Question, (Instant, Arc<DirectoryAnswer>)>,
    oldest: VecDeque<Question>,
}

/// Gives a question an answer even if the adapter panics.
struct Answering {
    myself: DirectoryRef,
    question: Question,
    since: Instant,
    answer: Option<Asked>,
}

impl Drop for Answering {
    fn drop(&mut self) {
        let answer = self.answer.take().unwrap_or(Err(DirectoryError::Unavailable));
        let (question, since) = (self.question.clone(), self.since);
        // Fails only when the settings were changed meanwhile.
        let _ = self.myself.cast(DirectoryMsg::Answered { question, answer, since });
    }
}

impl DirectoryState {
    fn ask(
        &mut self,
        myself: DirectoryRef,
        question: Question,
        urgency: Urgency,
        reply_to: oneshot::Sender<Asked>,
    ) {
        self.forget_stale();
        if let Some((_, answer)) = self.known.get(&question) {
            let _ = reply_to.send(Ok(Arc::clone(answer)));
            return;
        }
        if let Some(waiting) = self.asking.get_mut(&question) {
            waiting.push(reply_to);
            return;
        }
        if let Err(refusal) = self.begin(myself, &question, urgency) {
            let _ = reply_to.send(Err(refusal));
            return;
        }
        self.asking.insert(question, vec![reply_to]);
    }

    fn begin(
        &mut self,
        myself: DirectoryRef,
        question: &Question,
        urgency: Urgency,
    ) -> Result<(), DirectoryError> {
        let pause = self.paused_until.map(|until| until.saturating_duration_since(Instant::now()));
        if let Some(rest) = pause.filter(|rest| !rest.is_zero()) {
            return Err(DirectoryError::RateLimited { retry_after: Some(rest) });
        }
        self.breaker.allows().map_err(|_| self.trouble.clone())?;
        let permit =
            Arc::clone(&self.slots).try_acquire_owned().map_err(|_| DirectoryError::Unavailable)?;
        if !self.limits.allow(urgency) {
            return Err(DirectoryError::RateLimited { retry_after: None });
        }
        self.breaker.begin();
        let directory = Arc::clone(&self.args.directory);
        let access = Arc::clone(&self.args.access);
        let question = question.clone();
        tokio::spawn(async move {
            let _permit = permit;
            let since = Instant::now();
            let mut answering = Answering { myself, question, since, answer: None };
            let search = directory.search(&access, &answering.question.digits);
            let answer = match tokio::time::timeout(DIRECTORY_REQUEST, search).await {
                Ok(answer) => answer.map(Arc::new),
                Err(_) => Err(DirectoryError::Late),
            };
            answering.answer = Some(answer);
        });
        Ok(())
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

    fn answered(&mut self, question: Question, answer: Asked, since: Instant) {
        self.log(&question, &answer, since);
        let now = self.args.log.clock().now();
        let at = if answer.is_ok() { &mut self.last_success_at } else { &mut self.last_failure_at };
        *at = Some(now);
        self.latest_trouble = answer.as_ref().err().cloned();
        let org = &self.args.org;
        let outage = answer.as_ref().is_err_and(DirectoryError::is_outage);
        match self.breaker.settle(outage) {
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
                self.paused_until = Some(Instant::now() + pause);
            }
        }
        for waiting in self.asking.remove(&question).unwrap_or_default() {
            let _ = waiting.send(answer.clone());
        }
        if let (Ok(answer), Some(_)) = (answer, &question.call) {
            self.known.insert(question.clone(), (Instant::now(), answer));
            self.oldest.push_back(question);
        }
    }

    fn health(&self) -> DirectoryHealth {
        DirectoryHealth {
            breaker: self.breaker.health(),
            trouble: self.latest_trouble.clone(),
            last_success_at: self.last_success_at,
            last_failure_at: self.last_failure_at,
        }
    }

    /// A question is put once while its answer is known, so the queue is in order of age.
    fn forget_stale(&mut self) {
        while let Some(oldest) = self.oldest.front() {
            let stale = |(at, _): &(Instant, _)| at.elapsed() >= DIRECTORY_ANSWER_FOR;
            let surplus = self.oldest.len() > MAX_DIRECTORY_ANSWERS;
            if !surplus && !self.known.get(oldest).is_none_or(stale) {
                return;
            }
            self.known.remove(oldest);
            self.oldest.pop_front();
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
        Ok(DirectoryState {
            slots: Arc::new(Semaphore::new(MAX_DIRECTORY_REQUESTS)),
            limits: Limits::new(args.directory.limits()),
            breaker: Breaker::default(),
            trouble: DirectoryError::Unavailable,
            latest_trouble: None,
            last_success_at: None,
            last_failure_at: None,
            paused_until: None,
            asking: HashMap::new(),
            known: HashMap::new(),
            oldest: VecDeque::new(),
            args,
        })
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
            DirectoryMsg::Answered { question, answer, since } => {
                state.answered(question, answer, since);
            }
            DirectoryMsg::GetHealth { reply_to } => {
                let _ = reply_to.send(state.health());
            }
        }
        Ok(())
    }
}
