//! The typed door to directory actors: finds or starts the one of an org, asks it within a time
//! limit, forgets what was found with access that is no more. No ractor type leaves.

use std::sync::Arc;
use std::time::Instant;

use dashmap::DashMap;
use hookswitch_storage::{CallId, OrgId};
use ractor::Actor;
use tokio::sync::{Mutex, oneshot};

use super::lines::Lines;
use super::matching::{self, Match};
use super::numbers::national_digits;
use super::watch::Watch;
use super::{
    Asked, Directory, DirectoryArgs, DirectoryHealth, DirectoryMsg, DirectoryRef, Question, Sign,
    Urgency,
};
use crate::bounds::{ASK_SESSION, DIRECTORY_MARGIN, DIRECTORY_REQUEST};
use crate::feed::Feed;
use crate::orgs::OrgEntry;
use crate::ports::{CustomerDirectory, DirectoryAccess, DirectoryError};
use crate::provider_log::ProviderLog;
use crate::supervisor::Nursery;

/// The customer directories of all orgs. Cheap to clone.
#[derive(Clone)]
pub struct Directories {
    directory: Arc<dyn CustomerDirectory>,
    nursery: Nursery,
    log: ProviderLog,
    feed: Feed,
    running: Arc<DashMap<OrgId, Running>>,
    /// Who tries which directory.
    pub(super) watches: Arc<DashMap<OrgId, Watch>>,
    pub(super) signs: Arc<DashMap<OrgId, Arc<Sign>>>,
    pub(super) lines: Lines,
    /// Starting is rare; one at a time keeps it simple and never starts an actor twice.
    starting: Arc<Mutex<()>>,
}

#[derive(Clone)]
struct Running {
    access: Arc<DirectoryAccess>,
    actor: DirectoryRef,
}

impl Running {
    fn serves(&self, access: &DirectoryAccess) -> bool {
        *self.access == *access && self.actor.get_status() < ractor::ActorStatus::Draining
    }
}

impl Directories {
    pub(crate) fn new(
        directory: Arc<dyn CustomerDirectory>,
        nursery: Nursery,
        log: ProviderLog,
        feed: Feed,
    ) -> Self {
        Self {
            directory,
            nursery,
            log,
            feed,
            running: Arc::default(),
            watches: Arc::default(),
            signs: Arc::default(),
            lines: Lines::default(),
            starting: Arc::default(),
        }
    }

    /// Lets nothing new begin by itself.
    pub(crate) fn close(&self) {
        self.watches.clear();
    }

    /// How the org's directory is; `None` if it has none.
    pub async fn health(&self, org: &OrgEntry) -> Option<DirectoryHealth> {
        let access = org.directory.as_ref()?;
        let running = self.running.get(org.id()).filter(|running| running.serves(access));
        // The entry is let go of before waiting.
        let actor = running.map(|running| running.actor.clone());
        // Nothing speaks against one that nobody has asked yet.
        let Some(actor) = actor else { return Some(DirectoryHealth::default()) };
        let (reply_to, reply) = oneshot::channel();
        let sent = actor.cast(DirectoryMsg::GetHealth { reply_to });
        let answered = tokio::time::timeout(ASK_SESSION, reply).await;
        let health = sent.ok().and(answered.ok()).and_then(Result::ok);
        Some(health.unwrap_or_default())
    }

    /// Takes note of an org's changed settings: what was found with other access is forgotten.
    pub(super) fn settings_changed(&self, org: &OrgEntry) {
        let serves = |running: &Running| org.directory.as_ref().is_some_and(|a| running.serves(a));
        if let Some((_, old)) = self.running.remove_if(org.id(), |_, running| !serves(running)) {
            old.actor.stop(None);
        }
    }

    /// Forgets an org that is no more.
    pub fn forget(&self, org: &OrgId) {
        self.watches.remove(org);
        self.signs.remove(org);
        if let Some((_, old)) = self.running.remove(org) {
            old.actor.stop(None);
        }
    }

    /// Who has `number` (E.164) in the org's directory? `None` if the org has none. Answers before
    /// `deadline` with something to spare.
    pub(crate) async fn find(
        &self,
        org: &OrgEntry,
        call: Option<&CallId>,
        number: &str,
        deadline: Instant,
    ) -> Option<Result<Match, DirectoryError>> {
        let access = org.directory.as_ref()?;
        let left = deadline.saturating_duration_since(Instant::now());
        let until = deadline.checked_sub(DIRECTORY_MARGIN.min(left / 4)).unwrap_or(deadline);
        let asked = self.ask(org, access, call, number, Urgency::Now);
        Some(match tokio::time::timeout_at(until.into(), asked).await {
            Ok(found) => found,
            Err(_) => Err(DirectoryError::Late),
        })
    }

    /// As [`Self::find`], before anybody needs it: a later question of the same call finds the
    /// answer ready or on its way.
    pub(crate) async fn find_ahead(
        &self,
        org: &OrgEntry,
        call: &CallId,
        number: &str,
    ) -> Option<Result<Match, DirectoryError>> {
        let access = org.directory.as_ref()?;
        let asked = self.ask(org, access, Some(call), number, Urgency::Ahead);
        // The actor's own limit ends the question; this is for an actor that is gone.
        let found = tokio::time::timeout(DIRECTORY_REQUEST * 2, asked).await;
        Some(found.unwrap_or(Err(DirectoryError::Late)))
    }

    async fn ask(
        &self,
        org: &OrgEntry,
        access: &DirectoryAccess,
        call: Option<&CallId>,
        number: &str,
        urgency: Urgency,
    ) -> Result<Match, DirectoryError> {
        let question = Question { call: call.cloned(), digits: national_digits(number) };
        let answer = self.put(org.id(), access, question, urgency).await?;
        Ok(matching::find(&answer, number, &org.settings().country))
    }

    pub(super) async fn put(
        &self,
        org: &OrgId,
        access: &DirectoryAccess,
        question: Question,
        urgency: Urgency,
    ) -> Asked {
        let actor = self.of(org, access).await?;
        let (reply_to, reply) = oneshot::channel();
        let message = DirectoryMsg::Ask { question, urgency, reply_to };
        actor.cast(message).map_err(|_| DirectoryError::Unavailable)?;
        reply.await.map_err(|_| DirectoryError::Unavailable)?
    }

    pub(super) fn sign(&self, org: &OrgId) -> Arc<Sign> {
        Arc::clone(&self.signs.entry(org.clone()).or_default())
    }

    pub(super) async fn of(
        &self,
        org: &OrgId,
        access: &DirectoryAccess,
    ) -> Result<DirectoryRef, DirectoryError> {
        let running = || {
            let running = self.running.get(org)?;
            running.serves(access).then(|| running.actor.clone())
        };
        if let Some(actor) = running() {
            return Ok(actor);
        }
        let _one = self.starting.lock().await;
        if let Some(actor) = running() {
            return Ok(actor);
        }
        let access = Arc::new(access.clone());
        let line = self.lines.of(&access, self.directory.limits());
        let args = DirectoryArgs {
            org: org.clone(),
            access: Arc::clone(&access),
            directory: Arc::clone(&self.directory),
            line,
            log: self.log.clone(),
            feed: self.feed.clone(),
            sign: self.sign(org),
        };
        let started = Actor::spawn_linked(None, Directory, args, self.nursery.cell()).await;
        let (actor, _) = started.map_err(|error| {
            tracing::error!(org.id = %org, %error, "directory actor did not start");
            DirectoryError::Unavailable
        })?;
        let new = Running { access, actor: actor.clone() };
        if let Some(old) = self.running.insert(org.clone(), new) {
            old.actor.stop(None);
        }
        Ok(actor)
    }
}
